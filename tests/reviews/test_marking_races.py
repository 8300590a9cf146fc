"""A session is marked bad while somebody quotes it: whoever is first, nothing of it counts afterwards."""

import pytest
from django.db import connection

from agents.models import Session
from audit import trail
from reviews import joining
from reviews.enums import EvidenceStatus
from reviews.models import Change, Evidence
from reviews.taint import marking
from tests import agent_recipes, recipes
from tests.reviews import scenes
from tests.reviews.test_locks import ROUNDS, at_once

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself"),
    pytest.mark.django_db(transaction=True),
]
SAID = "Heard"


def sessions_of(agent):
    return [agent_recipes.session(agent, (SAID, "Noted"), external_id=f"s-{recipes.number()}") for _ in range(2)]


def resting_on(people, space, *sessions):
    quotes = tuple(scenes.quote(session, 0, SAID) for session in sessions)
    draft = scenes.add(space, f"/{recipes.number()}.md", "- one\n", quotes=quotes)
    return scenes.changes(scenes.propose(people.row, draft))[0]


def join(change, session):
    with trail.unit_of_work(at=scenes.AT) as unit:
        quotes = [scenes.quote(session, 0, SAID)]
        joining.join(change=change, quotes=quotes, by=trail.SYSTEM, at=scenes.AT, unit=unit)


def counted(team):
    rows = Evidence.objects.of(team).filter(status=EvidenceStatus.VERIFIED)
    return rows.filter(session__tainted_at__isnull=False).count()


def test_no_quote_of_a_session_that_is_being_marked_counts():
    """Without `Book.hold` both waited for each other at the commit, or a quote that was read before counted after."""
    people = recipes.people_of_a_team("north")
    agent, space = scenes.agent(people.row), scenes.namespace(people.row)
    for _ in range(ROUNDS):
        good, bad = sessions_of(agent)
        change = resting_on(people, space, good)
        known = Session.objects.of(people.row).get(pk=bad.pk)

        results = at_once(
            lambda known=known: marking.mark(session=known, reason="Bad.", by=people.security, at=scenes.AT) and None,
            lambda change=change, bad=bad: join(change, bad),
            lambda bad=bad: resting_on(people, space, bad) and None,
        )

        assert results == [None, None, None]
        assert counted(people.row) == 0
        assert Change.objects.of(people.row).get(pk=change.pk).state == "open"
