"""Who could approve what on a date, and whether authors approved their own."""

from datetime import timedelta

import pytest

from accounts import members, tokens
from accounts.enums import Role
from accounts.models import Membership
from agents import roster
from compliance.access import duties, sheets, state
from compliance.enums import Without
from reviews.inbox import absences
from reviews.models import Change
from tests import agent_recipes, recipes
from tests.recipes import AT
from tests.reviews import scenes

HOUR = timedelta(hours=1)


def named(found, name):
    (one,) = [one for one in found.people if one.name == name]
    return one


def test_roles_owners_policy_tokens_and_absences_are_those_of_the_moment(team):
    space = agent_recipes.namespace(team.row, slug="support")
    row = Membership.objects.of(team.row).get(user=team.reviewer)
    members.set_roles(membership=row, roles=[Role.MEMBER], by=team.admin, at=AT + HOUR)
    owners = [{"pattern": "/refunds/*", "users": [team.reviewer.public_id]}]
    roster.change_namespace(namespace=space, values={"owners": owners}, by=team.admin, at=AT + 2 * HOUR)
    policy = recipes.policy(team.row, votes={"low": {"people": 3}})
    type(policy).objects.of(team.row).filter(pk=policy.pk).update(at=AT + 2 * HOUR)
    token, _ = tokens.create(
        team=team.row, name="ci", scopes=["propose"], expires_at=AT + 3 * HOUR, by=team.admin, at=AT + HOUR
    )
    absences.set_(team=team.row, since=AT + HOUR, until=AT + 3 * HOUR, delegate=team.second, by=team.lead, at=AT + HOUR)

    then, later, last = (state.of(team.row, AT + n * HOUR) for n in (0, 2, 3))

    assert [(named(one, "Reviewer").approves, named(one, "Reviewer").owns) for one in (then, later)] == [
        (True, []),
        (False, ["support /refunds/*"]),
    ]
    assert [one.approvers for one in (then, later)] == [4, 3]
    assert [dict(one.votes)["low"]["people"] for one in (then, later)] == [1, 3]
    assert [[held.pk for held in one.tokens] for one in (then, later, last)] == [[], [token.pk], []]
    assert [(named(one, "Lead").is_away, named(one, "Lead").delegate) for one in (then, later, last)] == [
        (False, ""),
        (True, "Second"),
        (False, ""),
    ]
    assert named(then, "Lead").owns == ["what nobody else owns"]
    assert {one.name for one in then.people if one.breaks_glass} == {"Lead", "Security"}


def test_who_was_removed_could_do_nothing_and_who_came_later_neither(team):
    row = Membership.objects.of(team.row).get(user=team.second)
    members.remove(membership=row, by=team.admin, at=AT + HOUR)
    recipes.membership(team.row, user=recipes.user(name="New"), roles=[Role.LEAD]).__class__.objects.of(
        team.row
    ).filter(user__name="New").update(joined_at=AT + 2 * HOUR)

    names = [{one.name for one in state.of(team.row, AT + n * HOUR).people} for n in (0, 1, 2)]

    assert ["Second" in one for one in names] == [True, False, False]
    assert ["New" in one for one in names] == [False, False, True]


def test_whether_one_reviewer_sufficed_is_told_by_the_log(team, happen):
    happen("team.changed", data={"changed": ["sole_reviewer"], "sole_reviewer": True}, at=AT + HOUR)
    happen("team.changed", data={"changed": ["sole_reviewer"], "sole_reviewer": False}, at=AT + 2 * HOUR)

    assert [state.of(team.row, AT + n * HOUR).sole_reviewer for n in (0, 1, 2)] == [False, True, False]


@pytest.fixture
def written(team):
    """One change that somebody else approved, one for each kind of exception."""
    space = scenes.namespace(team.row)
    found = {}
    for name in ("apart", "same", "sole", "glass", "policy"):
        row = scenes.memory(space, f"/{name}.md")
        change = scenes.changes(scenes.propose(team.row, scenes.edit(row, f"- {name}\n", title=f"={name}")))[0]
        found[name] = scenes.approve_and_apply(change, team.lead)
    rows = Change.objects.of(team.row)
    head = found["same"].head
    type(head).objects.of(team.row).filter(pk=head.pk).update(contributors=[team.lead.public_id])
    rows.filter(pk=found["sole"].pk).update(sole_reviewer_used=True)
    rows.filter(pk=found["glass"].pk).update(glass_broken=True)
    found["policy"].decisions.update(withdrawn_at=scenes.AT)
    found["glass"].decisions.update(withdrawn_at=scenes.AT)
    return found


def of(team, since=scenes.AT, until=scenes.LATER + HOUR):
    return duties.of(team.row, since=since, until=until)


def test_exceptions_say_which_way_a_second_pair_of_eyes_was_missing(team, written):
    found = of(team)

    assert {line.change.pk: list(line.why) for line in found.exceptions} == {
        written["same"].pk: [Without.SAME_PERSON],
        written["sole"].pk: [Without.SOLE_REVIEWER],
        written["glass"].pk: [Without.EMERGENCY],
        written["policy"].pk: [Without.POLICY],
    }
    assert (found.written, found.apart, found.overlaps) == (5, 1, 1)


def test_votes_taken_back_after_the_writing_counted(team, written):
    written["apart"].decisions.update(withdrawn_at=scenes.LATER + HOUR)

    assert of(team).apart == 1


def test_changes_of_another_time_are_not_asked_about(team, written):
    assert of(team, until=scenes.LATER).written == 0
    assert of(team, since=scenes.LATER, until=scenes.LATER + timedelta(microseconds=1)).written == 5


def test_sheets_hold_no_formula(team, written):
    rows = sheets.duties(of(team), {team.lead.public_id: "=Lead"}).decode().splitlines()

    assert len(rows) == 5
    assert '"\'=same"' in rows[1]
    assert sheets.access(state.of(team.row, AT)).decode().count('"person"') == 7


def test_policies_of_many_people_take_the_same_queries(team, django_assert_num_queries):
    for n in range(5):
        recipes.membership(team.row, user=recipes.user(name=f"P{n}"), roles=[Role.LEAD])

    with django_assert_num_queries(8):
        state.of(team.row, AT)
