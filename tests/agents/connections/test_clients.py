"""Which clients are built: for whom, from what, and never where residency forbids."""

import anthropic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connections import clients, residency, sealing
from agents.connections.sealing import Secret
from agents.models import Connection
from tests import agent_recipes

LABELS = st.lists(st.sampled_from(["", "EU", "US", "CH"]), max_size=3)


def sealed(team, secret, **values):
    row = agent_recipes.connection(team.row, base_url="", **values)
    sealing.seal(row, secret)
    return row


@given(holds=LABELS, dreams_hold=LABELS, labels=LABELS)
def test_no_client_is_built_that_a_label_forbids(holds, dreams_hold, labels):
    row = Connection(name="W", holds=holds, dreams_hold=dreams_hold)

    def refused(build):
        try:
            build(row, residency=labels)
        except clients.Refused:
            return True
        except sealing.Lost:  # it came as far as the key, which this row has not
            return False
        raise AssertionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing.subjects, "find", _gone)
        patch.setattr(Connection, "trail_log", "log")
        assert refused(clients.messages_client) == refused(clients.platform_client) == bool(set(labels) - set(holds))
        assert refused(clients.dreams_client) == bool(set(labels) - (set(holds) & set(dreams_hold)))


def _gone(**_named):
    raise sealing.subjects.Gone


def test_the_environment_of_the_process_is_not_used(team, monkeypatch):
    for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_FOUNDRY_BASE_URL", "ANTHROPIC_VERTEX_BASE_URL"):
        monkeypatch.setenv(name, "https://elsewhere.example")
    monkeypatch.setenv("ANTHROPIC_BEDROCK_BASE_URL", "https://elsewhere.example")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-the-process")
    where = {"account": "proj", "region": "eu-west-1"}
    rows = [
        sealed(team, Secret(api_key="sk-own"), provider=provider, **where)
        for provider in ("anthropic", "foundry", "vertex", "bedrock")
    ]

    built = [clients.messages_client(row, residency=[""]) for row in rows]

    assert [str(one.base_url).rstrip("/") for one in built] == [
        "https://api.anthropic.com",
        "https://proj.services.ai.azure.com/anthropic",
        "https://eu-west-1-aiplatform.googleapis.com/v1",
        "https://bedrock-runtime.eu-west-1.amazonaws.com",
    ]
    assert built[0].api_key == built[1].api_key == built[3].api_key == "sk-own"
    assert {one.max_retries for one in built} == {0}
    for one in built:
        one.close()


@pytest.mark.parametrize(
    ("provider", "secret", "extra"),
    [
        ("bedrock", Secret(aws_access_key="AKIA", aws_secret_key="x"), "bedrock"),
        ("vertex", Secret(service_account="{}"), "vertex"),
    ],
)
def test_a_package_that_is_missing_is_named(team, provider, secret, extra):
    row = sealed(team, secret, provider=provider, account="proj", region="eu-west-1")

    with pytest.raises(clients.Refused, match=rf"pip install 'anthropic\[{extra}\]'"):
        clients.messages_client(row, residency=[""])


def test_what_the_sdk_refuses_is_refused(team, monkeypatch):
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "of-the-process")
    monkeypatch.setattr(clients, "_need", lambda *_named: None)
    secret = Secret(aws_access_key="AKIA", aws_secret_key="x")

    with pytest.raises(clients.Refused, match="cannot be built"):
        clients.messages_client(sealed(team, secret, provider="bedrock", region="eu-west-1"), residency=[""])


def test_platform_things_are_refused_elsewhere_and_after_the_end(team):
    row = agent_recipes.connection(team.row, provider="foundry")

    with pytest.raises(clients.Refused, match="on the Claude platform only"):
        clients.platform_client(row, residency=[""])
    row.removed_at = row.created_at
    with pytest.raises(clients.Refused, match="was removed"):
        clients.messages_client(row, residency=[])


def test_a_name_that_leads_inside_is_refused(team, settings):
    settings.STREAM_NETWORKS = []
    row = agent_recipes.connection(team.row, base_url="https://localhost:9")

    with pytest.raises(clients.Refused, match="does not send to"):
        clients.messages_client(row, residency=[""])


def test_redirects_are_not_followed(workspace, platform):
    with clients.messages_client(workspace, residency=[""]) as client:
        platform.fault("GET /v1/models", 307)
        with pytest.raises(anthropic.APIStatusError) as refused:
            client.models.list()

    assert refused.value.status_code == 307


def test_labels_are_of_the_agent_and_of_what_it_reads(team):
    agent = agent_recipes.agent(team.row, residency="EU")
    here, there = agent_recipes.namespace(team.row, residency="CH"), agent_recipes.namespace(team.row)
    agent_recipes.namespace(team.row, residency="US")
    agent_recipes.access(agent, here)

    assert residency.labels_of(agent, [there]) == {"EU", ""}
    assert residency.residency_of(agent) == {"EU", "CH"}
