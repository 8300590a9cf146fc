import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse

from audit import private
from audit.models import Event
from compliance.access import sheets, state
from tests.recipes import AT
from tests.reviews import scenes


def url(name):
    return reverse(f"compliance:{name}", args=["north"])


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


def text(response, status=200):
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def events(team, type):
    return list(Event.objects.of_log(team.row.trail_log).filter(type=type).newest_first())


def test_auditor_reviews_access_and_says_so(auditor, team):
    page = text(auditor.get(url("access"), {"at": "2026-03-02T09:00Z"}))

    auditor.post(url("access_reviewed"), {"at": "2026-03-02T09:00Z", "notes": "Two leads too many."})

    (event,) = events(team, "access.reviewed")
    data = event.content()["data"]
    (note,) = private.of_events([event.public_id])
    assert "who may approve: 4" in page
    assert data == {
        "moment": "2026-03-02T09:00:00.000000Z",
        "people": 7,
        "approvers": 4,
        "tokens": 0,
        "sha256": hashlib.sha256(sheets.access(state.of(team.row, AT))).hexdigest(),
    }
    assert private.open(note).value == "Two leads too many."
    assert "Auditor reviewed who could approve what" in text(auditor.get(url("access")))


def test_sheets_are_events_with_their_hash(auditor, team):
    access = auditor.post(url("access_sheet"), {"at": "2026-03-02T09:00Z"})
    duties = auditor.post(url("duties_sheet"), {"since": "2026-03-01", "until": "2026-03-31"})

    told = [one.content()["data"] for one in events(team, "export.made")]
    assert [(one["what"], one["sha256"]) for one in told] == [
        ("duties", hashlib.sha256(duties.content).hexdigest()),
        ("access", hashlib.sha256(access.content).hexdigest()),
    ]
    assert duties.content.startswith(b'"change","title"')


def test_duties_tell_of_a_change_that_others_approved(auditor, team):
    row = scenes.memory(scenes.namespace(team.row))
    change = scenes.changes(scenes.propose(team.row, scenes.edit(row, "- one\n"), by=team.reviewer))[0]
    scenes.approve_and_apply(change, team.lead)

    page = text(auditor.get(url("duties"), {"since": "2026-03-01", "until": "2026-03-31"}))

    assert "Changes written: 1" in page
    assert "approved by others than their authors: 1" in page
    assert "No change of this time was approved by anybody who wrote its text." in page


@pytest.mark.parametrize(("name", "given"), [("access", {"at": "x"}), ("duties", {"since": "x"})])
def test_what_cannot_be_asked_is_said(auditor, name, given):
    assert "errorlist" in text(auditor.get(url(name), given))
    assert "errorlist" in text(auditor.post(url(f"{name}_sheet"), given), 422)


def test_sheets_are_for_who_may_export(client, team):
    client.force_login(team.lead)

    assert "/sheet/" not in text(client.get(url("access"))) + text(client.get(url("duties")))
    assert client.post(url("access_sheet")).status_code == 403
    assert client.post(url("duties_sheet")).status_code == 403


@pytest.mark.parametrize("count", [1, 6])
def test_duties_take_the_same_queries_for_any_number(auditor, team, count, django_assert_max_num_queries):
    space = scenes.namespace(team.row)
    for n in range(count):
        row = scenes.memory(space, f"/{n}.md")
        change = scenes.changes(scenes.propose(team.row, scenes.edit(row, f"- {n} a\n"), by=team.reviewer))[0]
        change = scenes.approve_and_apply(change, team.lead)
        change.decisions.update(withdrawn_at=scenes.AT - timedelta(days=1))

    with django_assert_max_num_queries(10):
        page = auditor.get(url("duties"), {"since": "2026-03-01", "until": "2026-03-31"})

    assert len(page.context["lines"]) == count
