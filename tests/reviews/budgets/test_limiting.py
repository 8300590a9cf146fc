"""What would pass a budget stops there, says so, and goes on by itself."""

from datetime import timedelta

import pytest

from agents.models import ReadTrace
from audit.models import Event
from reviews import applying, decisions, desk, reverting, ticking
from reviews.budgets import limiting, spending, telling
from reviews.enums import NoticeKind, State
from reviews.models import Change, Notice, Spending
from reviews.policy import documents
from tests import recipes
from tests.reviews import scenes

LIST = "".join(f"- statement number {n} of the list\n" for n in range(10))
SHORTER = "".join(LIST.splitlines(keepends=True)[3:])
MONDAY = scenes.AT  # the second of March 2026, nine in the morning
NEXT_MONDAY = MONDAY + timedelta(days=7)


def budgets(team, **limits):
    week = {name: limit for name, limit in limits.items() if name in documents.DEFAULT["budgets"]["week"]}
    entry = {name.removeprefix("entry_"): limit for name, limit in limits.items() if name.startswith("entry_")}
    votes = {tier: {"people": 1} for tier in ("low", "medium", "high", "critical")}
    return recipes.policy(team.row, votes=votes, budgets={"week": week, "entry": entry}, expiry_days=30)


@pytest.fixture
def space(team):
    return scenes.namespace(team.row, name="contracts")


def shorten(space, **values):
    """An approved change that takes three statements out of a list."""
    memory = scenes.memory(space, f"/{recipes.number()}.md", LIST)
    draft = scenes.edit(memory, SHORTER, title=f"Shorten {recipes.number()}")
    return scenes.changes(scenes.propose(space.team, draft, **values))[0]


def approved(team, space, count):
    found = [shorten(space) for _ in range(count)]
    for change in found:
        scenes.vote(change, team.reviewer)
    return found


def states(changes):
    for change in changes:
        change.refresh_from_db()
    return [change.state for change in changes]


def events(team, type):
    return [event.content()["data"] for event in Event.objects.of_log(team.row.trail_log).filter(type=type)]


def test_what_is_applied_is_counted(team, space):
    (change,) = approved(team, space, 1)
    agent = scenes.agent(team.row)
    scenes.access(agent, space)
    for hours in (1, 24 * 8):
        ReadTrace.objects.create(
            team=team.row, agent=agent, etag="e", actor_id="tok_1", at=MONDAY - timedelta(hours=hours)
        )

    scenes.apply(space)

    spent = Spending.objects.of(team.row).get()
    assert (spent.change, str(spent.week), spent.readings) == (change, "2026-03-02", 1)
    assert (spent.removals, spent.churn, spent.automatic) == (3, 3, False)


def test_what_would_pass_the_week_waits_approved_with_the_reason(team, space):
    budgets(team, removals=7)
    changes = approved(team, space, 3)

    scenes.apply(space)

    assert states(changes) == [State.APPLIED, State.APPLIED, State.APPROVED]
    held = changes[2]
    assert (held.budget, held.budget_facts["used"], held.budget_facts["asked"]) == ("week.removals", 6, 3)
    assert held.apply_after == NEXT_MONDAY - timedelta(hours=9)
    assert scenes.text(held.head.targets.get().memory) == LIST


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"removals": 2}, "it takes out more statements (3) than a whole week in contracts may (2)"),
        ({"churn_percent": 0}, "it rewrites more statements (3) than a whole week in contracts may (0)"),
        ({"entry_removals": 2}, "its proposal takes 3 statements out of one memory, and may take 2"),
    ],
)
def test_what_no_week_has_room_for_says_so(team, space, limits, words):
    budgets(team, **limits)
    (change,) = approved(team, space, 1)

    scenes.apply(space)

    change.refresh_from_db()
    assert telling.waits(change) == f"Waits: {words}. It goes on once the policy is raised."


def test_a_budget_that_is_reached_is_told_once_a_week(team, space):
    budgets(team, removals=4)
    changes = approved(team, space, 3)

    scenes.apply(space)
    applying.apply_now(
        team=team.row, change_id=changes[2].public_id, by=team.lead.trail_actor, at=scenes.LATER + timedelta(hours=1)
    )

    assert states(changes) == [State.APPLIED, State.APPROVED, State.APPROVED]
    (told,) = events(team, "budget.reached")
    assert (told["budget"], told["limit"], told["used"], told["asked"]) == ("week.removals", 4, 3, 3)
    notice = Notice.objects.of(team.row).get(kind=NoticeKind.BUDGET)
    assert (notice.person, notice.namespace) == (team.lead, space)


def test_next_week_it_goes_on_by_itself(team, space):
    budgets(team, removals=4)
    changes = approved(team, space, 3)
    scenes.apply(space)

    ticking.tick(now=NEXT_MONDAY)

    assert states(changes) == [State.APPLIED, State.APPLIED, State.APPROVED]
    assert changes[1].budget == ""
    assert len(events(team, "budget.reached")) == 2


def test_an_approval_that_lapsed_meanwhile_is_asked_for_again(team, space):
    changes = approved(team, space, 2)
    budgets(team, removals=4)
    scenes.apply(space)
    document = recipes.policy(team.row, budgets={"week": {"removals": 4}}, expiry_days=3).document
    assert documents.whole(document)["expiry_days"] == 3

    ticking.tick(now=NEXT_MONDAY)

    assert states(changes)[1] == State.OPEN
    assert changes[1].budget == ""


def test_a_raised_budget_lets_it_go_with_the_next_tick(team, space):
    budgets(team, removals=4)
    changes = approved(team, space, 2)
    scenes.apply(space)
    later = scenes.LATER + timedelta(hours=1)
    ticking.tick(now=later)
    assert states(changes)[1] == State.APPROVED

    budgets(team, removals=None)
    ticking.tick(now=later)

    assert states(changes) == [State.APPLIED, State.APPLIED]


def test_the_changes_of_one_proposal_count_together_against_one_memory(team, space):
    budgets(team, entry_removals=4)
    memory = scenes.memory(space, "/list.md", LIST)
    drafts = [scenes.line_edit(memory, start, start + 3) for start in (0, 6)]
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    for change in changes:
        scenes.vote(change, team.reviewer)

    scenes.apply(space)
    ticking.tick(now=NEXT_MONDAY)

    assert states(changes) == [State.APPLIED, State.APPROVED]
    assert changes[1].budget == "entry.removals"


def test_one_memory_changes_so_often_in_a_week(team, space):
    budgets(team, entry_changes=1)
    memory = scenes.memory(space)
    first = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 0, 1, "- eins\n")))[0]
    scenes.approve_and_apply(first, team.reviewer)
    second = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- zwei\n")))[0]
    scenes.approve_and_apply(second, team.reviewer)
    assert (second.state, second.budget) == (State.APPROVED, "entry.changes")

    ticking.tick(now=NEXT_MONDAY)

    assert states([second]) == [State.APPLIED]


def test_taking_back_is_never_held_up(team, space):
    (change,) = approved(team, space, 1)
    scenes.apply(space)
    budgets(team, removals=0, churn_percent=0, entry_changes=0, entry_removals=0)
    proposal = reverting.open_revert_of(
        team=team.row, change_id=change.public_id, reason="Not so.", by=team.lead, at=scenes.LATER
    )
    revert = scenes.changes(proposal)[0]

    scenes.vote(revert, team.reviewer, at=scenes.LATER)
    scenes.apply(space, scenes.LATER + timedelta(hours=1))

    assert states([revert, change]) == [State.APPLIED, State.REVERTED]
    assert Spending.objects.of(team.row).count() == 1


def test_a_held_change_whose_approval_is_taken_back_waits_for_nothing(team, space):
    budgets(team, removals=0)
    (change,) = approved(team, space, 1)
    scenes.apply(space)

    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.LATER)

    change = Change.objects.of(team.row).get(pk=change.pk)
    assert (change.state, change.budget, change.budget_facts) == (State.OPEN, "", {})


def test_other_teams_and_namespaces_use_nothing_of_it(team, other_team, space):
    elsewhere = scenes.namespace(team.row)
    approved(team, elsewhere, 1)
    scenes.apply(elsewhere)

    room = spending.room(space, at=scenes.LATER, memories=(), proposals=())

    assert not any(room.used.values())


@pytest.mark.parametrize("count", (1, 4))
def test_weighing_takes_the_same_queries_for_any_number(team, space, count, django_assert_num_queries):
    approved(team, space, count)
    seats = list(desk.read(list(desk.rows(team.row)), team=team.row).values())

    with django_assert_num_queries(6):
        weighed = limiting.weigh(seats, at=scenes.LATER)

    assert len(weighed.asked) == count
