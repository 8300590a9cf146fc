import pytest
from django.urls import reverse

from reviews.models import Proposal
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def send(client, team, memory, **values):
    text, head = scenes.text(memory), scenes.head(memory)
    given = {"title": "Say it better", "path": memory.path, "text": text, "base": head.public_id} | values
    return client.post(reverse("reviews:new", args=[team.slug, memory.public_id]), given)


def only_change(team):
    return scenes.changes(Proposal.objects.of(team.row).get())[0]


def test_a_member_proposes_an_edit_that_another_person_approves(client, team, space):
    memory = scenes.memory(space, text="- one\n- two\n")
    client.force_login(team.member)

    assert b"- two" in client.get(reverse("reviews:new", args=[team.slug, memory.public_id])).content
    response = send(client, team, memory, text="- one\r\n- 2\r\n", rationale="It is shorter.")

    change = only_change(team)
    assert response.url == change.proposal.get_absolute_url()
    assert (change.operation, change.title, change.rationale) == ("edit", "Say it better", "It is shorter.")
    assert change.head.contributors == [team.member.public_id]
    scenes.approve_and_apply(change, team.reviewer)
    assert scenes.text(memory) == "- one\n- 2\n"


@pytest.mark.parametrize("text", ["- one\r\n- two\r\n", "- one\n- two", ""])
def test_line_ends_stay_as_the_memory_has_them(client, team, space, text):
    memory = scenes.memory(space, text=text)
    client.force_login(team.member)

    sent = (text + "- three").replace("\r\n", "\n").replace("\n", "\r\n")
    send(client, team, memory, text=sent)

    scenes.approve_and_apply(only_change(team), team.reviewer)
    ended = {
        "- one\r\n- two\r\n": "- one\r\n- two\r\n- three\r\n",
        "- one\n- two": "- one\n- two- three",
        "": "- three\n",
    }
    assert scenes.text(memory) == ended[text]


def test_a_memory_is_proposed_for_the_archive_or_for_another_path(client, team, space):
    old, moved = scenes.memory(space, "/old.md"), scenes.memory(space, "/here.md")
    client.force_login(team.member)

    send(client, team, old, archive="on")
    send(client, team, moved, path="/there.md")

    found = [scenes.changes(row)[0] for row in Proposal.objects.of(team.row).order_by("number")]
    assert [change.operation for change in found] == ["archive", "move"]
    assert found[1].head.targets.get().path_after == "/there.md"


def test_a_new_memory_is_proposed_at_a_path(client, team, space):
    client.force_login(team.member)

    address = reverse("reviews:new_memory", args=[team.slug, space.slug])
    assert client.get(address).status_code == 200
    client.post(address, {"title": "Tone", "path": "/tone.md", "text": "- Be brief."})

    scenes.approve_and_apply(only_change(team), team.reviewer)
    assert scenes.Memory.objects.of(team.row).get(path="/tone.md").head.text == "- Be brief.\n"


def test_what_cannot_be_proposed_is_said_beside_the_typed_text(client, team, space):
    memory = scenes.memory(space)
    client.force_login(team.member)

    same = send(client, team, memory)
    no_path = send(client, team, memory, path="../x")
    old = send(client, team, memory, text="- mine\n", base="ver_0")

    assert (same.status_code, no_path.status_code, old.status_code) == (409, 422, 409)
    assert "changes nothing" in same.content.decode()
    assert "- mine" in old.content.decode()
    assert not Proposal.objects.of(team.row).exists()


def test_proposing_is_for_those_who_may(client, team, space):
    memory = scenes.memory(space)
    client.force_login(team.auditor)

    assert send(client, team, memory, text="- x\n").status_code == 403
