"""Who may break the glass, for what, and what is left behind."""

from datetime import timedelta

import pytest

from accounts.models import Confirmation
from audit.models import Event
from reviews import applying, decisions
from reviews.breaking_glass import breaking
from reviews.decisions import Moved, NotAble, NotYours, Refused, Settled
from reviews.drift import origins
from reviews.enums import Came, GlassState, NoticeKind, State
from reviews.models import BrokenGlass, Change, Notice, Spending
from reviews.reading import requirements
from reviews.reading.requirements import Met
from tests import recipes
from tests.reviews import scenes

WHY = "Customers are told to wipe their disks."
TWO = {tier: {"people": 2} for tier in ("low", "medium", "high", "critical")}


@pytest.fixture
def memory(team):
    recipes.policy(team.row, votes=TWO)
    return scenes.memory(scenes.namespace(team.row))


@pytest.fixture
def change(team, memory):
    return proposed(team, memory)


def proposed(team, memory, text="- one\n- 2\n- three\n", **values):
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, text), **values))[0]


def break_(change, person, *, reason=WHY, bound=None, at=scenes.AT):
    return breaking.break_(
        team=change.team,
        change_id=change.public_id,
        bound=bound or scenes.seat(change).bound,
        reason=reason,
        by=person,
        at=at,
    )


def events(team, type):
    return list(Event.objects.of_log(team.row.trail_log).filter(type=type))


def test_the_change_is_in_memory_at_once_and_marked(team, memory, change):
    glass = break_(change, team.lead)

    change.refresh_from_db()
    assert scenes.text(memory) == "- one\n- 2\n- three\n"
    assert (change.state, change.glass_broken, glass.state) == (State.APPLIED, True, GlassState.OPEN)
    spent = Spending.objects.of(team.row).get()
    assert (spent.change, spent.churn, spent.automatic) == (change, 1, False)


def test_its_own_event_tells_what_was_passed_by_and_keeps_the_reason_apart(team, change):
    break_(change, team.lead)

    (event,) = events(team, "change.glass_broken")
    said = event.content()
    assert (said["data"]["votes"], said["data"]["needed"]) == (0, 2)
    assert set(said["private"]) == {"reason", "bypassed"}
    assert not any(words in str(said) for words in (WHY, str(team.reviewer), str(team.second)))
    assert not events(team, "change.applied")
    assert not events(team, "change.approved")


def test_a_second_person_is_asked_for_within_a_day_and_told(team, change):
    glass = break_(change, team.lead)

    held = Confirmation.objects.of(team.row).get()
    assert (held, held.asked_by, held.kind) == (glass.confirmation, team.lead, "break_glass")
    assert held.expires_at - held.asked_at == timedelta(hours=24)
    told = Notice.objects.of(team.row).filter(kind=NoticeKind.GLASS)
    assert [notice.person for notice in told] == [team.security]


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("admin", False),
        ("lead", True),
        ("reviewer", False),
        ("auditor", False),
        ("security", True),
        ("member", False),
    ],
)
def test_the_named_roles_may_and_nobody_else(team, change, who, may):
    if may:
        assert break_(change, getattr(team, who)).by == getattr(team, who)
    else:
        with pytest.raises(NotAble):
            break_(change, getattr(team, who))
        assert not BrokenGlass.objects.of(team.row).exists()
        (denied,) = events(team, "access.denied")
        assert denied.content()["data"] == {"permission": "break_glass", "reason_code": "not_able"}


def test_people_of_another_team_may_not(team, other_team, change):
    with pytest.raises(NotAble):
        break_(change, other_team.lead)


@pytest.mark.parametrize("reason", ("", "too short", " " * 40, "x" * 19))
def test_it_takes_a_reason(team, change, reason):
    with pytest.raises(Refused, match="20 characters"):
        break_(change, team.lead, reason=reason)
    assert Change.objects.of(team.row).get().state == State.OPEN


def test_not_for_ones_own_words(team, memory):
    third = recipes.user(email="third@north.example", name="Third")
    recipes.membership(team.row, user=third, roles=["lead"])
    own = proposed(team, memory, by=team.lead)

    with pytest.raises(NotYours):
        break_(own, team.lead)
    assert break_(own, team.security).by == team.security


def test_not_for_what_is_other_than_was_seen(team, change):
    bound = scenes.seat(change).bound
    other = type(bound)(bound.base, "0" * 64, bound.requirement, bound.evidence)

    with pytest.raises(Moved):
        break_(change, team.lead, bound=other)


def test_never_for_a_secret(team, memory):
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    leaking = proposed(team, memory, f"- one\n- the token is {token}\n- three\n")
    assert scenes.seat(leaking).required["blocking"] == ["secrets"]

    with pytest.raises(Refused, match="secret"):
        break_(leaking, team.lead)
    assert "ghp_" not in scenes.text(memory)


def test_not_where_nobody_could_confirm_it(team, memory):
    by_security = proposed(team, memory, by=team.security)

    with pytest.raises(Refused, match="Nobody else"):
        break_(by_security, team.lead)


def test_not_for_what_has_the_votes_it_needs(team, change):
    for person in (team.reviewer, team.second):
        scenes.vote(change, person)

    with pytest.raises(Refused, match="all it needs"):
        break_(change, team.lead)


def test_a_second_time_there_is_nothing_to_break(team, change):
    bound = scenes.seat(change).bound
    break_(change, team.lead)

    with pytest.raises(Settled):
        break_(change, team.security, bound=bound)
    assert BrokenGlass.objects.of(team.row).count() == 1


def test_what_waits_for_room_in_a_budget_may_go_in_an_emergency(team, memory):
    recipes.policy(team.row, budgets={"week": {"removals": 0}}, votes={tier: {"people": 1} for tier in TWO})
    change = proposed(team, memory, "- one\n")
    scenes.vote(change, team.reviewer)
    scenes.apply(memory.namespace)
    change.refresh_from_db()
    assert change.budget == "week.removals"

    glass = break_(change, team.lead, at=scenes.LATER)

    assert glass.bypassed == ["Room in a budget"]
    assert scenes.text(memory) == "- one\n"


def test_each_requirement_that_it_lacked_says_that_it_was_passed_by(team, change):
    scenes.vote(change, team.reviewer)
    break_(change, team.lead)

    seat = scenes.seat(Change.objects.of(team.row).get())
    needs = requirements.needs(seat, requirements.council([seat.change], team=team.row))
    assert Met.BYPASSED in {need.state for need in needs}
    assert not {Met.UNSATISFIED, Met.ERROR} & {need.state for need in needs}


def test_the_drift_of_memory_knows_it_as_an_emergency(team, memory, change):
    break_(change, team.lead)

    version = scenes.head(memory)
    version.memory.team = team.row
    assert origins.read([version], team=team.row)[version.pk].came == Came.EMERGENCY


WAYS = {
    "tick": lambda change, person: applying.apply_due(team=change.team, namespace=change.namespace, now=scenes.LATER),
    "now": lambda change, person: applying.apply_now(
        team=change.team, change_id=change.public_id, by=person.trail_actor, at=scenes.LATER
    ),
    "glass": lambda change, person: break_(change, person, at=scenes.LATER),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("votes", (0, 1, 2))
@pytest.mark.parametrize("taken_back", (False, True))
def test_nothing_reaches_memory_without_its_votes_but_through_the_glass(team, memory, change, way, votes, taken_back):
    """Every way to memory, with every number of the two votes that the policy asks, also where one is taken back."""
    voters = (team.reviewer, team.second)[:votes]
    for person in voters:
        scenes.vote(change, person)
    if taken_back and voters:
        decisions.withdraw(team=team.row, change_id=change.public_id, by=voters[0], at=scenes.AT)
    counted = votes - int(taken_back and votes > 0)
    change.refresh_from_db()

    try:
        WAYS[way](change, team.lead)
    except Refused:
        assert (way, counted) == ("glass", 2)

    written = scenes.text(memory) != "- one\n- two\n- three\n"
    by_glass, by_votes = events(team, "change.glass_broken"), events(team, "change.applied")
    assert written == bool(by_glass or by_votes)
    assert bool(by_votes) == (way != "glass" and counted == 2)
    assert bool(by_glass) == (way == "glass" and counted < 2)
    assert BrokenGlass.objects.of(team.row).count() == len(by_glass)
