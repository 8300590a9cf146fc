"""The pages of connections: who sees them, what they say, and that a key never comes back."""

import pytest
from django.urls import reverse

from accounts import confirming
from agents.connections import checking, connecting, rekeying, sealing
from agents.models import Connection
from tests import agent_recipes
from tests.recipes import AT

KEY = "sk-ant-api03-marker-0123456789"
NEW = {"name": "Workspace", "api_key": KEY, "holds": ["-"], "dreams_hold": ["-"]}


def url(team, name="connections", *args):
    return reverse(f"agents:{name}", args=[team.slug, *args])


@pytest.fixture
def admin(client, team):
    client.force_login(team.admin)
    return client


def test_a_workspace_is_connected_agreed_to_and_checked(admin, team, platform, at_home):
    key = platform.key
    agent_recipes.agent(team.row, residency="EU")
    assert "Claude platform" in admin.get(url(team, "connection_choose")).content.decode()
    page = admin.get(url(team, "connection_new", "anthropic")).content.decode()
    assert 'value="EU"' in page
    assert 'name="aws_secret_key"' not in page

    given = NEW | {"api_key": key, "base_url": platform.url, "holds": ["-", "EU"]}
    answer = admin.post(url(team, "connection_new", "anthropic"), given)
    row = Connection.objects.of(team.row).select_related("team").get()
    assert answer.url == row.get_absolute_url()
    page = admin.get(answer.url).content.decode()
    assert "Waits for a second person" in page
    assert "Check now" not in page

    held = connecting.waiting(row)
    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=AT)
    page = admin.post(url(team, "connection_check", row.public_id), follow=True).content.decode()
    assert "Works" in page
    assert "models to choose from" in page
    assert "the first push shows it" in page
    assert key not in page
    assert (row.holds, sealing.open(row).api_key) == (["", "EU"], key)


@pytest.mark.parametrize(
    ("provider", "given", "field"),
    [
        ("anthropic", {"name": ""}, "name"),
        ("anthropic", {"api_key": f"{KEY}\u00e4"}, "api_key"),
        ("anthropic", {"base_url": "http://gateway.example"}, "base_url"),
        ("anthropic", {"base_url": "https://user:pass@gateway.example"}, "base_url"),
        ("anthropic", {"base_url": "https://10.0.0.1"}, "base_url"),
        ("anthropic", {"base_url": "http://127.0.0.1:1"}, "base_url"),
        ("anthropic", {"base_url": "https://gateway.example/?x=1"}, "base_url"),
        ("anthropic", {"holds": ["elsewhere"]}, "holds"),
        ("bedrock", {}, "region"),
        ("bedrock", {"region": "evil.example/#"}, "region"),
        ("bedrock", {"region": "eu-west-1", "api_key": "", "aws_access_key": KEY}, "aws_secret_key"),
        ("bedrock", {"region": "eu-west-1", "aws_access_key": "AKIA", "aws_secret_key": KEY}, "api_key"),
        ("vertex", {"region": "eu", "account": "p", "api_key": "", "service_account_key": KEY}, "service_account_key"),
        ("foundry", {}, "account"),
        ("foundry", {"account": "a.example/x"}, "account"),
    ],
)
def test_a_form_that_fails_gives_no_key_back(admin, team, settings, provider, given, field):
    settings.STREAM_NETWORKS = []

    answer = admin.post(url(team, "connection_new", provider), NEW | given)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "marker" not in answer.content.decode()
    assert 'autocomplete="off"' in answer.content.decode()
    assert not Connection.objects.of(team.row).exists()


@pytest.mark.parametrize(
    ("provider", "given"),
    [
        ("bedrock", {"region": "eu-west-1"}),
        ("bedrock", {"region": "eu-west-1", "api_key": "", "aws_access_key": "AKIA", "aws_secret_key": KEY}),
        ("vertex", {"region": "europe-west1", "account": "proj"}),
        (
            "vertex",
            {
                "region": "eu",
                "account": "proj",
                "api_key": "",
                "service_account_key": '{"type": "service_account", "private_key": "x"}',
            },
        ),
        ("foundry", {"account": "larkhaven"}),
        ("foundry", {"base_url": "https://gateway.example"}),
    ],
)
def test_each_cloud_has_its_own_fields(admin, team, provider, given):
    answer = admin.post(url(team, "connection_new", provider), NEW | given)

    assert answer.status_code == 302
    assert Connection.objects.of(team.row).get().provider == provider


def test_settings_are_changed_and_what_widens_waits(admin, team):
    agent_recipes.agent(team.row, residency="EU")
    row = agent_recipes.connection(team.row)
    edit = url(team, "connection_edit", row.public_id)
    assert admin.get(edit).status_code == 200

    given = {"name": "Berlin", "base_url": "", "region": "", "holds": ["-", "EU"], "dreams_hold": ["-"]}
    page = admin.post(edit, given, follow=True).content.decode()

    row.refresh_from_db()
    assert (row.name, row.holds) == ("Berlin", [""])
    assert "the rest waits for a second person" in page
    assert "no label, EU" in page


def test_the_key_is_replaced(admin, team):
    row = agent_recipes.connection(team.row)
    key = url(team, "connection_key", row.public_id)

    assert admin.post(key, {"api_key": ""}).status_code == 422
    page = admin.post(key, {"api_key": KEY}, follow=True).content.decode()
    assert "kept encrypted until a second person agrees" in page
    assert "Replace the key of" not in page
    assert KEY not in page
    held = rekeying.waiting(row)
    assert held.get_absolute_url() in page
    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=held.asked_at)
    row.refresh_from_db()
    assert sealing.open(row).api_key == KEY


def test_it_is_removed(admin, team):
    row = agent_recipes.connection(team.row)

    page = admin.post(url(team, "connection_remove", row.public_id), follow=True).content.decode()

    assert "its key is destroyed" in page
    assert admin.get(url(team, "connection", row.public_id)).status_code == 404


def test_a_revoked_key_and_a_workspace_without_dreams_show(admin, team, platform, workspace):
    platform.fault("GET /v1/dreams", 404, message="<b>none</b>")
    checking.check(connection=workspace, by=team.admin, at=AT)
    page = admin.get(workspace.get_absolute_url()).content.decode()
    assert "no access to Dreams; the other engines still work" in page
    assert "<b>none" not in page

    platform.revoke(platform.key)
    page = admin.post(url(team, "connection_check", workspace.public_id), follow=True).content.decode()
    assert "it may have been revoked" in page
    assert "Does not work" in page


def test_officers_read_and_others_do_not(client, team):
    row = agent_recipes.connection(team.row)
    client.force_login(team.auditor)
    for page in (url(team), url(team, "connection", row.public_id)):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "Replace the key" not in answer.content.decode()
    assert client.get(url(team, "connection_choose")).status_code == 403
    client.force_login(team.member)
    assert client.get(url(team)).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_length(admin, team, count, django_assert_num_queries):
    for _ in range(count):
        agent_recipes.connection(team.row)
    admin.get(url(team))

    with django_assert_num_queries(QUERIES):
        page = admin.get(url(team)).content.decode()

    assert page.count('class="row__title"') == count


QUERIES = 5
