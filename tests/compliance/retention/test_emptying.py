"""What a day takes away, and what a hold keeps."""

from datetime import timedelta

import pytest

from agents.models import Session, SessionEvent
from audit import checking, trail
from audit.models import Event, Private
from compliance import holding
from compliance.enums import HoldScope
from compliance.models import Retention
from compliance.retention import emptying
from reviews.models import Evidence
from tests import recipes
from tests.compliance.erasure import scenes

pytestmark = pytest.mark.django_db
MONTHS_14 = timedelta(days=426)
YEARS_8 = timedelta(days=2922)


@pytest.fixture
def scene(signs, team):
    return scenes.build(team)


def said(team, *, at, type="access.denied"):
    with trail.unit_of_work(at=at) as unit:
        return unit.record(type, target=team.row, by=team.member, private={"reason": "Words"}, subject="usr_x")


def empty(team, *, after=timedelta(0)):
    return emptying.empty(team_id=str(team.row.pk), now=recipes.now() + after)


def texts(session):
    return [one.text for one in SessionEvent.objects.of(session.team).filter(session=session)]


def is_kept(*events):
    return [Private.objects.filter(event=event).exists() for event in events]


def test_what_is_past_its_time_is_emptied_once_a_day_and_the_log_verifies(scene, team):
    Session.objects.of(team.row).update(imported_at=recipes.now())
    old, young = said(team, at=recipes.now()), said(team, at=recipes.now() + MONTHS_14)
    decided = said(team, at=recipes.now(), type="team.changed")

    assert (empty(team), texts(scene.session)[0]) == ({}, scenes.SAID)
    assert team.row.pk not in emptying.due(now=recipes.now())
    assert team.row.pk in emptying.due(now=recipes.now() + emptying.EVERY)

    counts = empty(team, after=MONTHS_14)
    assert (counts["sessions"], is_kept(old, young, decided)) == (2, [False, True, True])
    assert empty(team, after=MONTHS_14) == {}
    assert set(texts(scene.session)) == {""}
    assert {one.status for one in Evidence.objects.of(team.row)} == {"purged"}
    assert {one.content()["data"]["basis"] for one in Event.objects.filter(type="audit.redacted")} == {"retention"}
    told = Event.objects.get(type="retention.emptied").content()["data"]["counts"]
    assert told == {what.replace(" ", "_"): count for what, count in counts.items()}
    assert checking.check(team.row.trail_log).faults == []

    empty(team, after=YEARS_8)
    assert is_kept(young, decided) == [False, False]
    assert checking.check(team.row.trail_log).faults == []


def test_holds_keep_what_they_are_on(scene, team):
    Session.objects.of(team.row).update(imported_at=recipes.now())
    event = said(team, at=recipes.now())
    given = {"team": team.row, "reason": "A claim", "by": team.security, "at": recipes.now()}
    everything = holding.set_(scope=HoldScope.ALL, target="", **given)

    assert empty(team, after=MONTHS_14) == {}
    everything.delete()
    holding.set_(scope=HoldScope.SESSION, target=scene.session.public_id, **given)
    holding.set_(scope=HoldScope.PERSON, target=team.member.public_id, **given)
    counts = empty(team, after=2 * MONTHS_14)

    assert (counts["sessions"], texts(scene.session)[0], is_kept(event)) == (1, scenes.SAID, [True])
    assert Evidence.objects.of(team.row).exclude(status="purged").exists()


def test_a_lot_is_emptied_piece_by_piece(team, monkeypatch):
    monkeypatch.setattr(emptying, "AT_ONCE", 2)
    monkeypatch.setattr(emptying, "MOST_PAGES", 1)
    events = [said(team, at=recipes.now()) for _ in range(3)]

    empty(team, after=MONTHS_14)
    assert (sum(is_kept(*events)), Retention.objects.of(team.row).get().looked_at) == (1, None)
    empty(team, after=MONTHS_14)
    assert sum(is_kept(*events)) == 0
