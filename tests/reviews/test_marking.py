"""A session is marked bad: what it says counts no more, and whoever relied on it is asked again."""

import pytest

from agents import sessions
from agents.models import Session
from audit import trail
from audit.models import Event
from reviews import applying, evidence, joining
from reviews.enums import State
from reviews.models import Change, Evidence
from reviews.reading import wording
from reviews.taint import marking
from tests import agent_recipes
from tests.reviews import scenes

SAID = "Refunds take 14 days"


@pytest.fixture
def agent(team):
    return scenes.agent(team.row)


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def bad(agent):
    return agent_recipes.session(agent, (SAID, "Noted"), external_id="bad-1")


@pytest.fixture
def good(agent):
    return agent_recipes.session(agent, (SAID, "Noted"), external_id="good-1")


def resting_on(team, space, *quotes, by=None, path="/refunds.md"):
    draft = scenes.add(space, path, f"- {SAID}.\n", quotes=tuple(quotes))
    return scenes.changes(scenes.propose(team.row, draft, by=by))[0]


def quoted(*rows, stance="for"):
    return [scenes.quote(row, 0, SAID, stance=stance) for row in rows]


def mark(session, team, at=scenes.LATER):
    return marking.mark(session=session, reason="It carries orders.", by=team.security, at=at)


def statuses(change):
    rows = Evidence.objects.of(change.team).filter(change=change)
    return {row.session.external_id: row.status for row in rows.select_related("session")}


def kinds(team):
    log = Event.objects.of_log(team.row.trail_log).order_by("seq")
    return [kind for kind in log.values_list("type", flat=True) if kind.startswith(("session.", "change."))]


def test_change_that_rests_on_it_alone_is_withdrawn_with_the_reason(team, space, bad):
    change = resting_on(team, space, *quoted(bad))

    mark(bad, team)

    change.refresh_from_db()
    assert (change.state, change.proposal.__class__.objects.of(team.row).get().state) == ("withdrawn", "withdrawn")
    assert change.state_reason == "All that supports it was said in session bad-1, which was marked bad."
    assert statuses(change) == {"bad-1": "struck"}
    assert kinds(team) == ["change.opened", "session.tainted", "change.evidence_struck", "change.withdrawn"]


def test_approved_change_that_rests_on_it_alone_is_not_applied(team, space, bad):
    change = resting_on(team, space, *quoted(bad))
    scenes.vote(change, team.reviewer)

    mark(bad, team, at=scenes.AT)
    applied = scenes.apply(space)

    change.refresh_from_db()
    assert (change.state, applied) == ("withdrawn", [])


def test_what_a_person_worded_goes_back_to_people(team, space, bad):
    change = resting_on(team, space, *quoted(bad), by=team.lead)

    mark(bad, team)

    change.refresh_from_db()
    told = wording.notice(scenes.seat(change), team.reviewer)
    assert change.state == State.STALE
    assert told.text == "All that supports it was said in session bad-1, which was marked bad."


def test_approval_that_counted_a_struck_quote_falls_away(team, space, bad, good):
    change = resting_on(team, space, *quoted(bad, good))
    scenes.vote(change, team.reviewer)

    mark(bad, team, at=scenes.AT)
    applying.apply_due(team=team.row, namespace=space, now=scenes.LATER)

    change.refresh_from_db()
    seat = scenes.seat(change)
    assert (change.state, len(seat.tally.stale), len(seat.tally.approvals)) == ("stale", 1, 0)
    assert statuses(change) == {"bad-1": "struck", "good-1": "verified"}
    assert scenes.approve_and_apply(change, team.second).state == State.APPLIED


def test_change_that_nobody_voted_on_waits_on_with_what_is_left(team, space, bad, good):
    change = resting_on(team, space, *quoted(bad, good))

    mark(bad, team)

    change.refresh_from_db()
    assert (change.state, statuses(change)) == ("open", {"bad-1": "struck", "good-1": "verified"})


def test_what_speaks_against_is_struck_as_well_and_stales(team, space, bad, good):
    change = resting_on(team, space, *quoted(good), *quoted(bad, stance="against"))
    scenes.vote(change, team.reviewer)

    mark(bad, team)

    change.refresh_from_db()
    assert (change.state, statuses(change)["bad-1"]) == ("stale", "struck")


def test_applied_change_stays_and_its_quotes_are_struck(team, space, bad, good):
    change = scenes.approve_and_apply(resting_on(team, space, *quoted(bad, good)), team.reviewer)

    mark(bad, team)

    change.refresh_from_db()
    assert (change.state, statuses(change)["bad-1"]) == ("applied", "struck")


def test_marking_again_is_harmless_and_keeps_the_first_reason(team, space, bad):
    resting_on(team, space, *quoted(bad))
    mark(bad, team)
    before = kinds(team)

    marking.mark(session=bad, reason="Something else.", by=team.lead, at=scenes.LATER)

    assert kinds(team) == before
    assert Session.objects.of(team.row).get(pk=bad.pk).taint_reason == "It carries orders."


def test_lifting_the_mark_brings_the_quotes_back_and_asks_voters_again(team, space, bad, good):
    change = resting_on(team, space, *quoted(bad, good))
    mark(bad, team)
    scenes.vote(change, team.reviewer, at=scenes.LATER)

    cleared = marking.clear(session=bad, reason="It was the wrong one.", by=team.security, at=scenes.LATER)

    change.refresh_from_db()
    assert (cleared.tainted_at, cleared.taint_reason) == (None, "")
    assert statuses(change) == {"bad-1": "verified", "good-1": "verified"}
    assert (change.state, len(scenes.seat(change).tally.stale)) == ("stale", 1)
    assert kinds(team)[-3:] == ["session.cleared", "change.evidence_restored", "change.staled"]


def test_lifting_the_mark_verifies_what_stands_there_now(team, space, bad, good):
    change = resting_on(team, space, *quoted(bad, good))
    mark(bad, team)
    bad.events.filter(position=0).update(text="Something else")

    marking.clear(session=bad, reason="", by=team.security, at=scenes.LATER)

    assert statuses(change)["bad-1"] == "missing"


def test_new_quotes_of_a_bad_session_are_struck_from_the_start(team, space, bad, good):
    mark(bad, team)
    change = resting_on(team, space, *quoted(bad))
    other = resting_on(team, space, *quoted(good), path="/other.md")

    with trail.unit_of_work(at=scenes.LATER) as unit:
        joined = joining.join(change=other, quotes=quoted(bad), by=trail.SYSTEM, at=scenes.LATER, unit=unit)

    assert statuses(change) == {"bad-1": "struck"}
    assert list(joined) == []


def test_next_version_of_a_bad_session_is_bad(team, agent, bad):
    mark(bad, team)

    again = agent_recipes.session(agent, ("Another beginning", "Noted"), external_id="bad-1")

    assert (again.version, again.tainted_at, again.taint_reason) == (2, scenes.LATER, "It carries orders.")


def test_every_version_is_marked(team, agent, bad):
    again = agent_recipes.session(agent, ("Another beginning", "Noted"), external_id="bad-1")

    mark(again, team)

    rows = sessions.versions_of(bad).order_by("version")
    assert [row.tainted_at for row in rows] == [scenes.LATER, scenes.LATER]


def test_quote_that_was_read_before_the_mark_and_is_stored_after_is_struck(team, space, bad, good):
    change = resting_on(team, space, *quoted(good))
    quotes = quoted(bad, good)
    book = evidence.Book(team.row, quotes)
    mark(bad, team)

    with trail.unit_of_work(at=scenes.LATER):
        book.hold()

    rows = [book.verify(quote, change=change, at=scenes.LATER) for quote in quotes]
    assert [row.status for row in rows] == ["struck", "verified"]


def test_quotes_name_who_spoke_and_how_far_the_session_is_trusted(team, space, bad, good):
    Session.objects.of(team.row).filter(pk=good.pk).update(trust="untrusted")
    reply = scenes.quote(good, 1, "Noted")
    change = resting_on(team, space, *quoted(bad), reply, scenes.quote(good, 0, "not there"))
    mark(bad, team)

    rows = Evidence.objects.of(team.row).filter(change=change)

    seen = evidence.quoted(team.row, list(rows))
    assert {(one.source_class, one.trust, one.is_tainted, one.supports) for one in seen} == {
        ("user_input", "normal", True, False),
        ("agent_authored", "untrusted", False, True),
        ("user_input", "untrusted", False, False),
    }


def test_marking_another_teams_rows_is_not_touched(team, other_team, space, bad):
    elsewhere = scenes.namespace(other_team.row)
    theirs = agent_recipes.session(scenes.agent(other_team.row), (SAID, "Noted"), external_id="bad-1")
    change = resting_on(other_team, elsewhere, *quoted(theirs))

    mark(bad, team)

    assert Change.objects.of(other_team.row).get(pk=change.pk).state == State.OPEN
