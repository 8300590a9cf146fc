"""The sample team as somebody finds it who has just loaded it."""

from collections import Counter

import pytest
from django.utils import timezone

from agents.text import personal, secrets
from audit.models import Event
from audit.verify import canonical
from demo import loading
from reviews import desk
from reviews.drift import suspended
from reviews.models import Change, Proposal, Provenance
from reviews.policy import document_of


@pytest.fixture
def team(db):
    now = timezone.now()  # dreams look at the clock: of an older sample more would be unconfirmed
    return loading.load(as_of=now, now=now).team


def test_it_waits_for_people_and_hides_nothing(team):
    rows = list(desk.rows(team))
    tiers = Counter(seat.required["tier"] for seat in desk.read(rows, team=team).values())
    spaces = {change.namespace_id for change in rows}

    assert Counter(Proposal.objects.of(team).values_list("origin_kind", "state")) == {("dream", "open"): 3}
    assert set(Provenance.objects.of(team).values_list("came", flat=True)) == {"import"}
    assert suspended(team, spaces, document=document_of(team), at=timezone.now()) == {}
    assert tiers["low"] / tiers.total() >= 0.6
    assert not Change.objects.of(team).filter(head__checks__severity__in=("warning", "blocking")).exists()


def test_no_event_of_it_says_a_secret_or_anything_of_a_person(team):
    found = []
    for event in Event.objects.of_log(team.trail_log):
        said = canonical.dumps(event.content()["data"]).decode()
        found += [(event.type, one.kind) for finds in (personal.find, secrets.find) for one in finds(said)]

    assert Event.objects.of_log(team.trail_log).count() > 100
    assert found == []
