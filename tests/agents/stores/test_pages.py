import pytest
from django.urls import reverse

from accounts import confirming
from accounts.models import Confirmation
from agents.models import Namespace, StoreLink
from agents.stores import linking
from tests import agent_recipes
from tests.recipes import AT


def address(space, name="namespace_store"):
    return reverse(f"agents:{name}", args=[space.team.slug, space.slug])


@pytest.mark.parametrize("count", (1, 3))
def test_the_page_of_a_store_shows_what_waits_and_why(client, team, count, django_assert_max_num_queries):
    space = agent_recipes.namespace(team.row)
    rows = agent_recipes.memories(space, {f"/{number}.md": "- one\n" for number in range(count)})
    link = agent_recipes.store_link(space, problem="The platform asks to wait.")
    for memory in rows:
        agent_recipes.conflict(link, memory)
    client.force_login(team.reviewer)

    with django_assert_max_num_queries(14):
        page = client.get(address(space)).content.decode()

    assert "The platform asks to wait." in page
    assert page.count("Somebody wrote it in the store") == count
    assert page.count("/memory/conflicts/cfl_") == count


def test_a_store_outside_takes_a_second_person(client, team):
    space, connection = agent_recipes.namespace(team.row), agent_recipes.connection(team.row)
    client.force_login(team.admin)
    form = {"kind": "anthropic", "connection": connection.public_id, "place": "memstore_01A"}

    response = client.post(address(space, "namespace_store_edit"), form)

    assert response.status_code == 302
    assert linking.link_of(space) is None
    held = Confirmation.objects.of(team.row).get()
    assert "waits for a second person" in client.get(address(space)).content.decode()
    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.lead, at=held.asked_at)
    link = StoreLink.objects.of(team.row).get()
    assert (link.place, link.connection, link.kind) == ("memstore_01A", connection, "anthropic")
    assert Namespace.objects.of(team.row).get().store == "anthropic"
    client.post(address(space, "namespace_store_edit"), {"kind": "local"})
    assert linking.link_of(space) is None


def test_a_store_that_residency_or_settings_forbid_is_refused_with_the_reason(client, team):
    space = agent_recipes.namespace(team.row, residency="EU")
    connection = agent_recipes.connection(team.row)
    client.force_login(team.admin)

    for form, words in (
        ({"kind": "anthropic", "connection": connection.public_id, "place": "memstore_01A"}, "may not hold"),
        ({"kind": "folder", "place": "/etc"}, "LUCID_STORE_ROOTS"),
        ({"kind": "anthropic", "place": "memstore_01A"}, "Choose the connection"),
        ({"kind": "folder"}, "Name the folder"),
    ):
        response = client.post(address(space, "namespace_store_edit"), form)
        assert (response.status_code, words in response.content.decode()) == (422, True), words
    assert not Confirmation.objects.of(team.row).exists()


def test_two_namespaces_do_not_share_a_store(team, settings, tmp_path):
    settings.STORE_ROOTS = [tmp_path]
    (tmp_path / "one" / "below").mkdir(parents=True)
    first, second = agent_recipes.namespace(team.row), agent_recipes.namespace(team.row)
    how = {"kind": linking.StoreKind.FOLDER, "by": team.admin, "at": AT}
    linking.set_store(namespace=first, place=str(tmp_path / "one"), **how)

    for place in (tmp_path / "one", tmp_path / "one" / "below", tmp_path):
        with pytest.raises(linking.NotPossible):
            linking.set_store(namespace=second, place=str(place), **how)


def test_the_stores_of_a_workspace_are_offered(client, remote):
    client.force_login(remote.team.admin)

    page = client.get(
        f"{address(remote.space, 'namespace_store_edit')}?list={remote.connection.public_id}"
    ).content.decode()

    assert f"Support agent memory ({remote.place})" in page
