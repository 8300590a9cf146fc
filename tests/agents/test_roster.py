import json

import pytest

from agents import roster
from agents.enums import Access
from agents.models import Agent, Namespace, NamespaceAccess
from audit.models import Event
from tests import agent_recipes


def told(type):
    return [json.loads(bytes(event.body))["data"] for event in Event.objects.filter(type=type).order_by("seq")]


def test_agent_is_registered_with_its_event_and_history(team, at):
    agent = roster.create_agent(
        team=team.row, slug="triage", name="Triage", project="Support", exposure="customer", by=team.admin, at=at
    )

    assert Agent.objects.of(team.row).get() == agent
    assert told("agent.created") == [{"slug": "triage", "exposure": "customer", "residency": ""}]
    assert [(row.name, row.history_date) for row in agent.history.all()] == [("Triage", at)]


@pytest.mark.parametrize("slug", ["triage", "new"])
def test_slug_that_is_taken_or_reserved_is_refused(team, at, slug):
    roster.create_agent(team=team.row, slug="triage", name="Triage", by=team.admin, at=at)

    with pytest.raises(roster.SlugTaken):
        roster.create_agent(team=team.row, slug=slug, name="Other", by=team.admin, at=at)

    assert Agent.objects.of(team.row).count() == 1


def test_agent_is_changed_only_where_it_differs(team, at):
    agent = agent_recipes.agent(team.row, name="Triage")

    for _ in range(2):
        agent = roster.change_agent(agent=agent, values={"name": "Desk", "project": ""}, by=team.admin, at=at)

    assert told("agent.changed") == [{"changed": ["name"], "exposure": "internal", "residency": ""}]
    assert [row.name for row in agent.history.order_by("history_id")] == ["Triage", "Desk"]


def test_field_that_no_form_may_set_is_refused(team, at):
    agent = agent_recipes.agent(team.row)

    with pytest.raises(roster.NotEditable):
        roster.change_agent(agent=agent, values={"public_id": "agt_0"}, by=team.admin, at=at)


def test_agent_is_archived_and_taken_up_again(team, at):
    agent = agent_recipes.agent(team.row)

    for archived in (True, True, False):
        agent = roster.archive_agent(agent=agent, archived=archived, by=team.admin, at=at)

    assert agent.archived_at is None
    assert [data["archived"] for data in told("agent.changed")] == [True, False]


def test_namespace_says_its_rules_in_its_events(team, at):
    space = roster.create_namespace(team=team.row, slug="legal", name="Legal", by=team.admin, at=at)

    roster.change_namespace(
        namespace=space, values={"protected": ["/terms/*"], "tier_floor": "high"}, by=team.admin, at=at
    )

    assert Namespace.objects.of(team.row).values_list("protected", "tier_floor").get() == (["/terms/*"], "high")
    assert told("namespace.changed") == [
        {
            "changed": ["protected", "tier_floor"],
            "protection": ["/terms/*"],
            "owners": [],
            "tier": "high",
            "residency": "",
            "store": "local",
        }
    ]


def test_access_is_given_changed_and_taken_back(team, at):
    agent, space = agent_recipes.agent(team.row), agent_recipes.namespace(team.row)

    for mode in (Access.READ, Access.WRITE, Access.WRITE, None, None):
        roster.set_access(agent=agent, namespace=space, mode=mode, by=team.admin, at=at)

    steps = [(data["before"], data["after"]) for data in told("access.set")]
    assert steps == [(None, "read"), ("read", "write"), ("write", None)]
    assert not NamespaceAccess.objects.of(team.row).exists()
    kinds = NamespaceAccess.history.order_by("history_id").values_list("history_type", "mode")
    assert list(kinds) == [("+", "read"), ("~", "write"), ("-", "write")]
