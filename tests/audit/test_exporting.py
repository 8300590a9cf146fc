import csv
import io
import json

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
@pytest.mark.usefixtures("loose")
def test_csv_begins_with_a_header_and_keeps_private_values_out(happen):
    happen("team.created", data={"slug": 'Öl, "x"'}, private={"email": "someone@example.org"})

    header, row = sheet(exporting.csv_rows(Event.objects.of_log("team_a")))

    event, found = Event.objects.get(), dict(zip(header, row, strict=True))
    assert tuple(header) == exporting.COLUMNS
    assert (found["seq"], found["id"], found["leaf"]) == ("1", event.public_id, bytes(event.leaf).hex())
    assert (found["time"], found["data"]) == ("2026-03-01T12:30:00.123456Z", '{"slug":"Öl, \\"x\\""}')
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


@pytest.mark.django_db
@pytest.mark.usefixtures("loose")
def test_csv_holds_data_and_commitments_just_as_they_stand_in_the_record(at):
    """Whatever they say, and also on PostgreSQL, where the database cuts them out."""
    actor = trail.Actor("person", 'us"r\\\x1fé')
    texts = ('","private":{}', '"},"data":{}', ',"seq":1', "Öl\u2028\U0001f600\\", '","log":"x', "=1", "'", '"')
    data = [{"slug": text, "origin": {"data": {"a": text}, "id": text, "log": text}} for text in texts]
    with trail.unit_of_work(at=at) as unit:
        for one in data:
            target = trail.Target("team", "=team" if one["slug"] == "=1" else "")
            unit.record("team.created", target=target, by=actor, log="a", data=one, private={"name": "x"})

    _, *rows = sheet(exporting.csv_rows(Event.objects.of_log("a")))

    contents = [event.content() for event in Event.objects.order_by("seq")]
    assert [json.loads(row[10]) for row in rows] == [content["data"] for content in contents] == data
    assert [json.loads(row[11]) for row in rows] == [content["private"] for content in contents]
    for row, content in zip(rows, contents, strict=True):
        target = content["target"]["id"]
        plain = [content["log"], str(content["seq"]), content["id"], content["time"], content["type"]]
        plain += [content["outcome"], content["actor"]["type"], content["actor"]["id"]]
        assert row[:8] == plain
        assert row[9] == (f"'{target}" if target.startswith("=") else target)


@pytest.mark.django_db
def test_narrowed_csv_goes_page_by_page(happen, monkeypatch):
    happen(*["member.invited", "team.changed"] * 4)
    monkeypatch.setattr(exporting, "PAGE", 3)

    rows = sheet(exporting.csv_rows(Event.objects.of_log("team_a").matching(types=["team.changed"])))

    assert [row[1] for row in rows[1:]] == ["2", "4", "6", "8"]
