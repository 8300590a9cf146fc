import csv
import io

import pytest

from audit import exporting, trail
from audit.models import Event
from audit.verify import canonical


def sheet(parts):
    return list(csv.reader(io.StringIO(b"".join(parts).decode(), newline="")))


@pytest.mark.django_db
def test_jsonl_is_the_bytes_that_were_hashed_oldest_first(happen):
    happen("team.created", "member.invited")

    lines = b"".join(exporting.jsonl(Event.objects.of_log("team_a").newest_first())).splitlines()

    assert lines == [bytes(event.body) for event in Event.objects.order_by("seq")]
    assert [canonical.loads(line)["seq"] for line in lines] == [1, 2]


@pytest.mark.django_db
def test_csv_begins_with_a_header_and_keeps_private_values_out(happen):
    happen("team.created", data={"slug": 'Öl, "x"'}, private={"email": "someone@example.org"})

    header, row = sheet(exporting.csv_rows(Event.objects.of_log("team_a")))

    event, found = Event.objects.get(), dict(zip(header, row, strict=True))
    assert tuple(header) == exporting.COLUMNS
    assert (found["seq"], found["id"], found["leaf"]) == ("1", event.public_id, bytes(event.leaf).hex())
    assert (found["time"], found["data"]) == ("2026-03-01T12:30:00.123456Z", '{"slug": "Öl, \\"x\\""}')
    assert "someone@example.org" not in "".join(row)


@pytest.mark.django_db
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_csv_holds_no_cell_that_a_spreadsheet_takes_for_a_formula(at, start):
    formula = f'{start}HYPERLINK("http://example.org")'
    with trail.unit_of_work(at=at) as unit:
        unit.record("team.created", target=trail.Target("team", formula), by=trail.SYSTEM, log=formula)

    _, row = sheet(exporting.csv_rows(Event.objects.of_log(formula)))

    assert [cell for cell in row if cell[:1] in exporting.FORMULA_STARTS] == []
    assert (row[0], row[9]) == (f"'{formula}", f"'{formula}")


def test_guard_leaves_other_cells_as_they_are():
    assert [exporting.guarded(cell) for cell in ("", "a=b", "1-2", "\0x")] == ["", "a=b", "1-2", "'\0x"]


@pytest.mark.django_db
def test_exports_go_page_by_page(happen, monkeypatch, django_assert_num_queries):
    happen(*["member.invited"] * 7)
    monkeypatch.setattr(exporting, "PAGE", 3)

    with django_assert_num_queries(4):
        parts = list(exporting.jsonl(Event.objects.of_log("team_a")))

    assert [part.count(b"\n") for part in parts] == [3, 3, 1]


@pytest.mark.django_db
def test_an_empty_export_is_a_header_or_nothing():
    assert len(sheet(exporting.csv_rows(Event.objects.of_log("team_a")))) == 1
    assert list(exporting.jsonl(Event.objects.of_log("team_a"))) == []
