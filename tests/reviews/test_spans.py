"""Where a check found something stands in the diff, numbered as its line below."""

import re

import pytest
from django.urls import reverse

from agents import drawn_rows
from agents.drawn_spans import Span
from agents.text import diffs
from agents.text import lines as text_lines
from reviews.enums import Severity
from reviews.models import Check
from reviews.reading import spans
from reviews.reading.findings import Ranked
from tests.reviews import scenes

MARK = re.compile(r'<mark class="(found[^"]*)" data-found="([^"]*)">(.*?)</mark>', re.DOTALL)


def drawn(before, after, *found, line=1):
    old, new = text_lines.split(before), text_lines.split(after)
    rows = diffs.rows(old, text_lines.diff(old, new))
    return drawn_rows.draw(rows, drawn_rows.Look(found=((line, found),)))


def plain(markup):
    return re.sub(r"<[^>]*>", "", markup)


def said(markup):
    """The classes, ids and text of each mark."""
    return [(kind, ids, plain(text)) for kind, ids, text in MARK.findall(markup)]


def test_a_span_is_marked_with_the_number_and_a_way_to_what_is_said():
    page = drawn("", "- ask the desk first\n", Span(6, 14, "a-c1", 1, in_sight=True))

    assert said(page) == [("found found--in-sight", "a-c1", "Check 1the desk")]
    assert '<a class="found__no" id="a-c1-at" href="#a-c1">' in page


def test_spans_go_with_marked_words_hidden_characters_and_one_another():
    after = "- ask max\u200b@firma.de `now` or leave\n"
    first, second = Span(6, 19, "a-c1", 1, in_sight=True), Span(9, 10, "a-c4", 4, in_sight=False)

    page = drawn("- ask max@firma.de `now` or stay\n", after, first, second)

    marks = said(page)
    assert [(kind, ids) for kind, ids, _text in marks] == [
        ("found found--in-sight", ids) for _kind, ids, _text in marks
    ]
    assert {ids for _kind, ids, _text in marks} == {"a-c1", "a-c1 a-c4"}
    assert page.count('id="a-c1-at"') == page.count('id="a-c4-at"') == 1
    assert (
        "".join(text for _kind, _ids, text in marks).replace("Check 1", "").replace("Check 4", "")
        == "maxU+200B@firma.de"
    )
    assert "<code>" in page
    assert "<ins>" in page


def test_a_span_that_begins_in_the_sign_of_a_line_is_numbered_after_it():
    page = drawn("", "- all of it\n", Span(0, 11, "a-c1", 1, in_sight=True))

    assert said(page) == [("found found--in-sight", "a-c1", "Check 1all of it")]


def test_a_hostile_line_is_text_within_a_mark():
    page = drawn("", "<script>\n", Span(0, 8, "a-c1", 1, in_sight=False))

    assert said(page) == [("found", "a-c1", "Check 1&lt;script&gt;")]


@pytest.fixture
def change(team):
    memory = scenes.memory(scenes.namespace(team.row), text="- one\n- two\n- three\n- four\n- five\n")
    after = "- one\n- two, ask mara@firma.de\n- three\n- four\n- five\n- six is new\n- seven is new\n"
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, after)))[0]


def check(change, **values):
    return Check(team=change.team, revision=change.head, rule="size", rule_version=1, reason="Why.", **values)


def read(change, *checks):
    return spans.read("x", list(change.head.targets.all()), [Ranked(one) for one in checks])


def test_places_in_the_written_text_become_lines_and_columns(change):
    written = "- two, ask mara@firma.de\n- six is new\n- seven is new\n"
    mail, both = written.index("mara"), written.index("six")
    checks = [
        check(change),
        check(change, target_position=0, start=mail, end=mail + 13),
        check(change, target_position=0, start=both, end=len(written)),
    ]

    found = read(change, *checks)

    assert found.targets == [
        {
            2: (Span(11, 24, "x-c2", 1, True),),
            6: (Span(2, 12, "x-c3", 2, True),),
            7: (Span(0, 14, "x-c3", 2, True, begins=False),),
        }
    ]
    assert {order: found.href(place, "/r/1/") for order, place in found.places.items()} == {
        1: "#x-c2-at",
        2: "#x-c3-at",
    }


def test_what_the_card_does_not_draw_is_looked_at_on_the_page_of_the_revision(change):
    target = change.head.targets.get()
    target.rows = [row for row in target.rows if row[2] != 2]
    one = check(change, target_position=0, start=0, end=5)

    found = spans.read("x", [target], [Ranked(one)])

    assert found.targets == [{}]
    assert found.href(found.places[0], "/r/1/") == "/r/1/?whole=1#L2"


def test_all_findings_lead_to_their_place_and_three_are_in_sight(client, team, change):
    start = len("- two, ask mara@firma.de\n- ")
    checks = [
        check(change, severity=Severity.NOTE, target_position=0, start=start + at, end=start + at + 2)
        for at in range(4)
    ]
    Check.objects.bulk_create(checks)
    client.force_login(team.reviewer)

    page = client.get(reverse("reviews:change", args=[team.slug, change.public_id])).content.decode()

    ids = [f"{change.public_id}-c{order}" for order in (1, 2, 3, 4, 5)]
    assert [page.count(f'<a class="found__no" href="#{one}-at">') for one in ids] == [1] * 5
    assert [page.count(f'id="{one}-at" href="#{one}"') for one in ids] == [1] * 5
    assert [page.count(f'<li id="{one}" data-finding="{one}">') for one in ids] == [1] * 5
    quiet = {name for kind, names, _text in said(page) if kind == "found" for name in names.split()}
    assert quiet == set(ids[3:])
