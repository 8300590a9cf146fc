import csv
import io
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Event
from compliance import exports
from compliance.packs import limiting
from compliance.packs.scopes import Scope
from tests.recipes import AT

URL = reverse("compliance:export", args=["north"])


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


def exported(response):
    assert response.status_code == 200, response.status_code
    return response.getvalue()


def test_jsonl_export_is_the_stored_bytes_line_by_line(auditor, team, happen):
    happen("team.created", "team.changed", private={"name": "Ünï"})
    stored = [bytes(event.body) for event in Event.objects.of_log(team.row.trail_log).oldest_first()]

    response = auditor.post(URL, {"format": "jsonl"})

    assert exported(response).split(b"\n") == [*stored, b""]
    assert response["Content-Disposition"] == f'attachment; filename="{team.row.trail_log}-2.jsonl"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.usefixtures("loose")
def test_csv_export_holds_no_formula(auditor, happen):
    happen("team.created", data={"slug": "=1+1"}, outcome="denied")
    happen("team.created", target=None, data={"slug": "=cmd()"})

    text = exported(auditor.post(URL, {"format": "csv"})).decode()

    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert len(list(csv.reader(io.StringIO(text)))) == 3
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_csv_export_may_begin_with_a_byte_order_mark(auditor, happen):
    happen("team.created")

    assert exported(auditor.post(URL, {"format": "csv", "bom": "1"})).startswith(b'\xef\xbb\xbf"log"')
    assert exported(auditor.post(URL, {"format": "jsonl", "bom": "1"})).startswith(b"{")


def test_export_is_narrowed_by_the_filters_of_the_page(auditor, team, happen):
    happen("team.created", "team.changed")
    happen("team.changed", by=team.lead, at=AT + timedelta(days=1))

    asked = {"format": "jsonl", "type": "team.changed", "actor": team.lead.public_id, "since": "2026-03-03"}
    lines = exported(auditor.post(URL, asked)).splitlines()

    assert [json.loads(line)["seq"] for line in lines] == [3]


def test_export_is_an_event_that_says_what_was_asked(auditor, team, happen):
    happen("team.created", "team.changed")

    exported(auditor.post(URL, {"format": "csv", "type": "team.changed", "since": "2026-03-01"}))

    made = Event.objects.get(type="export.made").content()
    assert made["actor"] == {"type": "person", "id": team.auditor.public_id}
    assert made["target"] == {"type": "log", "id": team.row.trail_log}
    assert made["data"] == {
        "what": "trail",
        "format": "csv",
        "rows": 1,
        "door": "page",
        "types": ["team.changed"],
        "since": "2026-03-01T00:00:00+00:00",
    }


def test_seventh_export_within_an_hour_is_refused_with_the_time(auditor, team):
    for _ in range(limiting.LIMIT):
        exported(auditor.post(URL, {"format": "jsonl"}))

    response = auditor.post(URL, {"format": "jsonl", "type": "team"})

    assert response.status_code == 429
    assert "You exported 6 times within an hour" in response.content.decode()
    assert f"{reverse('compliance:export_new', args=['north'])}?type=team" in response.content.decode()
    assert Event.objects.filter(type="export.made").count() == limiting.LIMIT
    assert Event.objects.filter(type="access.denied", outcome="denied").count() == 1


def start(team, at):
    return exports.start(
        team=team.row, teams=[team.row], format="jsonl", bom=False, scope=Scope(), by=team.auditor, at=at
    )


def test_export_is_possible_again_an_hour_after_the_first(team):
    for minute in range(limiting.LIMIT):
        start(team, AT + timedelta(minutes=minute))

    with pytest.raises(limiting.TooMany) as limit:
        start(team, AT + timedelta(minutes=59))

    assert limit.value.again_at == AT + timedelta(hours=1)
    assert start(team, AT + timedelta(hours=1)).rows == limiting.LIMIT + 1


def test_exports_of_others_do_not_count(team, other_team):
    for _ in range(limiting.LIMIT):
        start(other_team, AT)

    assert start(team, AT).rows == 0


@pytest.mark.parametrize("asked", [{}, {"format": "xml"}, {"format": "csv", "type": "nope"}])
def test_bad_question_exports_nothing(auditor, team, asked):
    response = auditor.post(URL, asked)

    assert response.status_code == 422
    assert not Event.objects.filter(type="export.made").exists()


@pytest.mark.parametrize("name", ["admin", "lead", "security", "member"])
def test_export_is_for_auditors(client, team, name):
    client.force_login(getattr(team, name))

    assert client.post(URL, {"format": "csv"}).status_code == 403
    assert b'id="export"' not in client.get(reverse("compliance:trail", args=["north"])).content


def test_export_is_offered_with_the_filters_of_the_page(auditor, happen):
    happen("team.created")

    page = auditor.get(reverse("compliance:trail", args=["north"]), {"type": "team"}).content.decode()

    assert '<input type="hidden" name="type" value="team">' in page
