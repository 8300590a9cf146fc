"""What checks are given of live memory, of quotes and of sizes, from rows."""

from datetime import timedelta

import pytest

from agents import reading
from agents.importers.records import EventRecord
from agents.models import MemoryVersion
from agents.search import indexing
from reviews.drafts import DraftQuote
from reviews.examining.standing import Shelves
from reviews.models import Check
from tests import agent_recipes
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def found(proposal, *rules):
    rows = Check.objects.of(proposal.team).filter(revision__change__proposal=proposal, rule__in=rules)
    return list(rows.order_by("pk").values_list("rule", "severity", "reason"))


@pytest.mark.parametrize("indexed", [True, False])
def test_a_fold_loses_nothing_where_the_kept_copy_says_it(team, space, indexed):
    scenes.memory(space, "/kept.md", "- Refunds of Larkhaven take 30 days from delivery\n- Ask Jonas\n")
    folded = scenes.memory(space, "/copy.md", "- Refunds at Larkhaven: 30 days after delivery\n- Other things\n")
    lone = scenes.memory(space, "/lone.md", "- Refunds need form RF-2211 at Larkhaven\n- Other things\n")
    if indexed:
        indexing.index_due(now=scenes.LATER)

    same = scenes.propose(team.row, scenes.edit(folded, "- Other things\n", reason_code="reinforces"))
    loss = scenes.propose(team.row, scenes.edit(lone, "- Other things\n", reason_code="reinforces"))

    assert found(same, "specifics") == []
    assert found(loss, "specifics") == [
        ("specifics", "warning", "What stands nowhere any more: “RF-2211”.")
    ] or "RF" in str(found(loss, "specifics"))


@pytest.mark.parametrize(
    ("source", "warns"), [("agent_authored", True), ("external_tool", True), ("user_input", False)]
)
def test_what_memory_had_told_the_agent_supports_nothing(team, space, source, warns):
    told = "Refunds take 30 days from delivery"
    scenes.memory(space, "/rules.md", f"- {told}\n")
    agent = scenes.agent(team.row)
    scenes.access(agent, space)
    reading.read(agent=agent, by=team.lead, at=agent_recipes.AT - timedelta(minutes=1), record=True)
    events = [EventRecord("message", "x", f"I know: {told}.", source)]
    session = agent_recipes.session(agent, events=events)
    quote = DraftQuote(session.public_id, 0, 8, 8 + len(told), told)

    proposal = scenes.propose(team.row, scenes.add(space, "/new.md", f"- {told}, always\n", quotes=(quote,)))

    assert bool(found(proposal, "approvals_only")) is warns


def test_a_long_namespace_is_told_to_what_adds_to_it(team, space):
    for number in range(3):
        scenes.memory(space, f"/{number}.md", "- word\n" * 13_000)

    proposal = scenes.propose(team.row, scenes.add(space, "/new.md", "- one more\n"))

    assert [reason for *_, reason in found(proposal, "size")] == [
        "Its namespace takes about 65000 tokens, and agents are given it as a whole."
    ]
    assert MemoryVersion.objects.of(team.row).count() == 3


def test_the_very_same_in_another_namespace_that_the_readers_read_is_kept(team, space):
    shared, far = scenes.namespace(team.row), scenes.namespace(team.row)
    agent = scenes.agent(team.row)
    scenes.access(agent, space)
    scenes.access(agent, shared)
    said = "- Write dates as 3 March 2026, never as 03/03/26\n"
    scenes.memory(shared, "/style.md", said)
    scenes.memory(far, "/style.md", "- Ask Jonas for form RF-2211\n")
    here = scenes.memory(space, "/tone.md", f"- stays\n{said}")
    lone = scenes.memory(space, "/forms.md", "- stays\n- Ask Jonas for form RF-2211\n")

    for memory, losses in ((here, 0), (lone, 1)):
        proposal = scenes.propose(team.row, scenes.edit(memory, "- stays\n", reason_code="same"))
        assert len(found(proposal, "specifics")) == losses


def test_what_is_not_indexed_yet_is_read_once_for_all_changes_of_a_proposal(team, space, django_assert_num_queries):
    scenes.memory(space, "/rules.md", "- Refunds take 30 days from delivery\n- Ask Jonas\n")
    shelves = Shelves(team.row)
    first = shelves.near(space, ["Refunds take 14 days"])

    with django_assert_num_queries(1):
        second = shelves.near(space, ["Ask Petra"])

    assert [one.line for one in first] == [1, 2]
    assert second == first
