"""When automatic mode stops: a table over what is wrong, and in a fixed number of queries."""

from datetime import timedelta

import pytest

from reviews.drift import attending, suspended, suspended_agents, suspended_changes
from reviews.enums import NoticeKind
from reviews.models import Change, Notice
from tests.reviews import scenes
from tests.reviews.drift import acts

LATER = acts.THEN + timedelta(minutes=1)


def _codes(space, *, at=LATER, document=None):
    attending.attend(namespace=space, at=at)
    found = suspended(space.team, [space.pk], document=document or {}, at=at)
    return [reason.code for reason in found.get(space.pk, ())]


def _lines(count):
    return "".join(f"- line {n}\n" for n in range(count))


@pytest.fixture
def long(space):
    return scenes.memory(space, "/long.md", _lines(100))


def test_memory_that_nobody_signed_off_is_suspended(space, long):
    assert _codes(space) == ["unsigned"]


def test_memory_as_it_was_signed_off_is_not(team, space, long):
    acts.sign(space, team.security)

    assert _codes(space) == []


@pytest.mark.parametrize(
    ("after", "codes"),
    [
        (_lines(100) + "".join(f"- more {n}\n" for n in range(30)), []),
        (_lines(100) + "".join(f"- more {n}\n" for n in range(31)), ["past"]),
        (_lines(90), []),
        (_lines(89), ["past"]),
        (_lines(80) + "".join(f"- other {n}\n" for n in range(20)), []),
        (_lines(79) + "".join(f"- other {n}\n" for n in range(21)), ["past"]),
    ],
)
def test_approved_change_is_suspended_past_a_threshold(team, space, long, after, codes):
    acts.sign(space, team.security)
    acts.decide(long, after)

    assert _codes(space) == codes


def test_thresholds_are_those_of_the_policy(team, space, long):
    acts.sign(space, team.security)
    acts.decide(long, _lines(99))

    assert _codes(space) == []
    assert _codes(space, document={"baseline": {"thresholds": {"gone": 0.005}}}) == ["past"]


def test_a_short_memory_is_not_past_by_its_first_lines(team, space, memory):
    acts.sign(space, team.security)
    acts.decide(memory, "- one\n- two\n- three\n- four\n- five\n")

    assert _codes(space) == []


@pytest.mark.parametrize(("days", "codes"), [(89, []), (90, ["due"])])
def test_a_baseline_holds_for_some_days(team, space, long, days, codes):
    acts.sign(space, team.security)

    assert _codes(space, at=acts.SIGNED + timedelta(days=days)) == codes
    short = {"baseline": {"every_days": 7}}
    assert _codes(space, at=acts.SIGNED + timedelta(days=7), document=short) == ["due"]


def test_an_unreviewed_write_suspends_until_it_is_signed_off(team, space, long):
    acts.sign(space, team.security)
    acts.write(long, _lines(101))
    assert _codes(space) == ["unreviewed"]

    acts.sign(space, team.security, at=LATER)

    assert _codes(space) == []


def test_who_signs_is_told_once_when_it_is_time(team, space, long):
    acts.sign(space, team.security)
    for days in (89, 90, 91, 92):
        attending.tick(now=acts.SIGNED + timedelta(days=days))

    told = Notice.objects.of(team.row).filter(kind=NoticeKind.CERTIFY)
    assert list(told.values_list("person__name", "namespace")) == [("Security", space.pk)]
    assert told.get().at == acts.SIGNED + timedelta(days=90)


def test_an_agent_is_suspended_with_any_namespace_that_it_reads(team, space, long):
    agent, other = scenes.agent(team.row), scenes.agent(team.row)
    scenes.access(agent, space, "read")
    second = scenes.namespace(team.row)
    scenes.access(agent, second)
    scenes.access(other, second)
    for one in (space, second):
        acts.sign(one, team.security)
    acts.write(long, _lines(101))
    attending.attend(namespace=space, at=LATER)

    found = suspended_agents(team.row, [agent, other], document={}, at=LATER)

    assert {pk: [reason.code for reason in reasons] for pk, reasons in found.items()} == {agent.pk: ["unreviewed"]}


@pytest.mark.parametrize("count", (1, 3))
def test_a_change_is_suspended_with_its_namespace_and_with_its_agent(
    team, space, long, count, django_assert_num_queries
):
    """Of the second namespace nothing is wrong; but one of its two agents also reads the first."""
    agent, other = scenes.agent(team.row), scenes.agent(team.row)
    second = scenes.namespace(team.row)
    for one, read in ((agent, space), (agent, second), (other, second)):
        scenes.access(one, read)
    acts.sign(second, team.security)
    drafts = [scenes.add(second, f"/{n}.md", "- new\n") for n in range(count)]
    halted = scenes.changes(scenes.propose(team.row, *drafts, agent=agent))
    drafts = [scenes.add(second, f"/other/{n}.md", "- other\n") for n in range(count)]
    free = scenes.changes(scenes.propose(team.row, *drafts, agent=other))
    changes = list(Change.objects.of(team.row).select_related("proposal"))

    with django_assert_num_queries(5):
        found = suspended_changes(team.row, changes, document={}, at=LATER)

    codes = {pk: [reason.code for reason in reasons] for pk, reasons in found.items()}
    assert codes == {change.pk: ["unsigned"] for change in halted}
    assert len(free) == count


def test_another_team_is_not_asked(team, other_team, space, long):
    acts.write(long, _lines(101))
    attending.attend(namespace=space, at=LATER)

    found = suspended(other_team.row, [space.pk], document={}, at=LATER)

    assert [reason.code for reason in found[space.pk]] == ["unsigned"]


@pytest.mark.parametrize("count", (1, 30))
def test_asking_takes_the_same_queries_for_any_number(team, count, django_assert_num_queries):
    spaces = [scenes.namespace(team.row) for _ in range(count)]
    for space in spaces:
        scenes.memory(space)
        acts.sign(space, team.security)

    with django_assert_num_queries(4):
        assert suspended(team.row, [space.pk for space in spaces], document={}, at=LATER) == {}
