import pytest
from django.urls import reverse

from accounts import confirming
from audit import catalogue, retention
from audit.models import Event
from compliance.enums import RetentionClass
from compliance.models import Retention
from compliance.retention import keeping
from tests.recipes import now

pytestmark = pytest.mark.django_db
GIVEN = {"records": 3000, "access": 396, "system": 200, "reads": 30}


def test_every_type_of_event_is_in_exactly_one_class():
    families = {type.partition(".")[0] for type in catalogue.EVENTS}
    listed = [type for name in retention.DEFAULT_DAYS for type in retention.types_of(name)]

    assert families == set(retention.FAMILIES)
    assert sorted(listed) == sorted(catalogue.EVENTS)
    assert set(retention.EXCEPTIONS) <= set(catalogue.EVENTS)
    assert list(retention.DEFAULT_DAYS) == list(retention.FLOOR_DAYS) == RetentionClass.values
    assert retention.class_of("nobody.knows") == retention.RECORDS


def test_the_days_are_changed_by_two_people(client, team):
    url, ask = (reverse(f"compliance:{name}", args=[team.slug]) for name in ("retention", "retention_ask"))
    client.force_login(team.auditor)
    short = client.post(ask, GIVEN | {"system": 100})
    same = client.post(ask, retention.DEFAULT_DAYS)
    asked = client.post(ask, GIVEN)
    page = client.get(url).content.decode()

    assert (short.status_code, "At least 184." in short.content.decode()) == (422, True)
    assert (same.status_code, "Nothing would change." in same.content.decode()) == (422, True)
    assert (keeping.of(team.row).days, "A change waits" in page) == (retention.DEFAULT_DAYS, True)

    held = keeping.waiting(team.row)
    assert (asked.status_code, held.public_id in asked.url) == (302, True)
    with pytest.raises(confirming.SamePerson):
        confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.auditor, at=now())
    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=now())
    event = Event.objects.get(type="retention.changed")
    assert keeping.of(team.row).days == GIVEN
    assert event.content()["data"] == GIVEN | {"confirmation": held.public_id}


def test_what_was_changed_in_between_is_not_performed(team):
    held = keeping.ask(team=team.row, days=GIVEN, by=team.auditor, at=now())
    Retention.objects.create(team=team.row, reads=60)
    done = confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=now())

    assert (done.state, keeping.of(team.row).reads) == ("failed", 60)


def test_those_who_only_read_see_it_and_change_nothing(client, team):
    url = reverse("compliance:retention", args=[team.slug])
    client.force_login(team.lead)
    seen, refused = client.get(url), client.post(f"{url}ask/", GIVEN)
    client.force_login(team.member)

    assert (seen.status_code, "Ask a second person" in seen.content.decode()) == (200, False)
    assert (refused.status_code, client.get(url).status_code) == (403, 403)
    assert keeping.waiting(team.row) is None
