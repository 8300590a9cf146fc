import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import diffs
from agents.text.diffs import NO_END
from agents.text.lines import MOST_CELLS, apply, carried, diff, split

texts = st.lists(st.sampled_from(["- pay 30 days\n", "- pay 14 days\n", "a\n", "b\n", "\n", "c d e f\n"]), max_size=30)


def side(rows, which):
    number, segments = (1, 3) if which == "old" else (2, 4)
    return {row[number]: "".join(text for _, text in row[segments]) for row in rows if row[0] != "skip" and row[number]}


@given(texts, texts)
def test_rows_show_both_sides_as_they_are(old, new):
    drawn = diffs.rows(old, diff(old, new))

    assert all(old[number - 1] == text + "\n" for number, text in side(drawn, "old").items())
    assert all(new[number - 1] == text + "\n" for number, text in side(drawn, "new").items())


@given(texts, texts)
def test_every_old_line_is_drawn_or_skipped_once(old, new):
    drawn = diffs.rows(old, diff(old, new))
    skipped = [number for row in drawn if row[0] == "skip" for number in range(row[1], row[2] + 1)]

    assert sorted([*side(drawn, "old"), *skipped]) == list(range(1, len(old) + 1))


def test_a_changed_number_is_the_only_mark():
    drawn = diffs.rows(
        ["Refunds within 30 days.\n"], diff(["Refunds within 30 days.\n"], ["Refunds within 14 days.\n"])
    )

    assert drawn == [
        [
            "change",
            1,
            1,
            [[0, "Refunds within "], [1, "30"], [0, " days."]],
            [[0, "Refunds within "], [1, "14"], [0, " days."]],
        ]
    ]


def test_unlike_lines_are_replaced_whole():
    drawn = diffs.rows(["alpha beta gamma\n"], diff(["alpha beta gamma\n"], ["one two three\n"]))

    assert [row[0] for row in drawn] == ["del", "ins"]


def test_lines_pair_with_what_they_became():
    old = ["- ask for the order number first\n", "- never refund digital goods\n"]
    new = ["- greet\n", "- ask for the order number and mail first\n", "- never refund digital goods at all\n"]

    drawn = diffs.rows(old, diff(old, new))

    assert [(row[0], row[1], row[2]) for row in drawn] == [("ins", None, 1), ("change", 1, 2), ("change", 2, 3)]


def test_far_lines_are_skipped_and_counted():
    old = [f"line {number}\n" for number in range(1, 21)]
    new = [*old[:9], "changed\n", *old[10:]]

    drawn = diffs.rows(old, diff(old, new))

    assert drawn[0] == ["skip", 1, 6]
    assert drawn[-1] == ["skip", 14, 20]
    assert diffs.count(drawn) == (1, 1)


@given(st.text(max_size=200), st.text(max_size=200))
def test_edits_of_any_text_give_back_the_other(old, new):
    before, after = split(old), split(new)

    assert "".join(apply(before, diff(before, after))) == new


def whole(rows, which):
    """The text of one side, from rows that leave nothing out."""
    number, segments = (1, 3) if which == "old" else (2, 4)
    return "".join(
        "".join(text for _, text in row[segments]) + ("" if row[segments][-1][0] == NO_END else "\n")
        for row in rows
        if row[number]
    )


def drawn(before, after, context=3):
    old = split(before)
    return diffs.rows(old, diff(old, split(after)), context)


documents = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(["- pay 30 days\n", "- pay 14 days\r\n", "a\n", "\n", "x\u2028y\n", "end"])).map("".join),
)


@given(documents, documents, st.integers(0, 5))
def test_rows_with_their_gaps_rebuild_both_texts_exactly(old, new, context):
    before = split(old)
    edits = diff(before, split(new))
    rows = [
        one
        for row in diffs.rows(before, edits, context)
        for one in (diffs.between(before, edits, row[1], row[2]) if row[0] == "skip" else [row])
    ]

    assert (whole(rows, "old"), whole(rows, "new")) == (old, new)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("15:00", "16:30"),
        ("1,000.50", "1,250.50"),
        ("2026-11-03", "2026-12-03"),
        ("/etc/app/one.toml", "/etc/app/two.toml"),
        ("src/app/one.py", "src/app/two.py"),
        ("bob.x@mail.example", "ann.x@mail.example"),
        ("https://example.org/a?b=1", "https://example.org/a?b=2"),
        ("--no-cache", "--no-store"),
        ("v1.2.3", "v1.2.4"),
    ],
)
def test_what_is_one_thing_is_one_mark(before, after):
    row = drawn(f"Send it to {before} as agreed.\n", f"Send it to {after} as agreed.\n")[0]

    assert row[3] == [[0, "Send it to "], [1, before], [0, " as agreed."]]
    assert row[4] == [[0, "Send it to "], [1, after], [0, " as agreed."]]


@pytest.mark.parametrize(
    ("between", "marks"),
    [
        ("on", ["Ann on Friday"]),
        ("up to", ["Ann up to Friday"]),
        ("before", ["Ann", "Friday"]),
        ("as a by", ["Ann", "Friday"]),
    ],
)
def test_at_most_two_short_words_between_two_changes_join_them(between, marks):
    row = drawn(f"Call Bob {between} Monday, as always.\n", f"Call Ann {between} Friday, as always.\n")[0]

    assert [text for mark, text in row[4] if mark == 1] == marks


@pytest.mark.parametrize(("shared", "kinds"), [(6, ["change"]), (7, ["change"]), (2, ["del", "ins"])])
def test_lines_that_share_too_little_are_replaced(shared, kinds):
    same = [f"same{n}" for n in range(shared)]
    before = " ".join([*same, *(f"old{n}" for n in range(10 - shared))])
    after = " ".join([*same, *(f"new{n}" for n in range(10 - shared))])

    assert [row[0] for row in drawn(before + "\n", after + "\n")] == kinds


def test_a_line_end_that_went_is_a_change_that_shows():
    assert drawn("a\nb\n", "a\nb")[-1] == ["change", 2, 2, [[0, "b"]], [[0, "b"], [2, ""]]]


def test_lines_that_stand_elsewhere_are_moved():
    old = "- ask for the order number\n- greet\n- one\n- two\n- never refund digital goods\n"
    new = "- greet\n- one\n- two\n- never refund digital goods\n- ask for the order number\n"
    rows = drawn(old, new)

    assert diffs.moved(rows) == {0: 5, len(rows) - 1: 1}
    assert [row[0] for row in rows] == ["del", "equal", "equal", "equal", "equal", "ins"]


def test_what_moved_is_not_taken_for_what_another_line_became():
    kept = "".join(f"- rule number {n} that holds\n" for n in range(4))
    old = "- ask for the order number first\n" + kept + "- greet\n"
    new = "- ask for the order number and mail first\n" + kept + "- ask for the order number first\n"

    assert [(row[0], row[1], row[2]) for row in drawn(old, new, context=0) if row[0] != "skip"] == [
        ("del", 1, None),
        ("ins", None, 1),
        ("del", 6, None),
        ("ins", None, 6),
    ]


@pytest.mark.parametrize("line", ["- short\n", "\n"])
def test_a_line_that_could_be_any_is_not_known_again(line):
    assert diffs.moved(drawn(f"{line}- one\n- two\n", f"- one\n- two\n{line}")) == {}


@pytest.mark.parametrize("numbers", [range(9000), [1, 2] * 4500])
def test_edits_of_texts_too_large_to_compare_line_by_line_still_give_the_other(numbers):
    old = [f"{n}\n" for n in numbers]
    new = old.copy()
    random.Random(1).shuffle(new)
    new[4000:4000] = old[:50]
    assert len(old) * len(new) > MOST_CELLS

    assert apply(old, diff(old, new)) == new


def test_a_large_text_is_compared_around_the_lines_that_stand_once():
    old = [f"line {n}\n" for n in range(9000)]
    new = [*old[:100], "new\n", *old[100:8000], *old[8001:]]

    assert [(edit.start, edit.end, edit.lines) for edit in diff(old, new)] == [(100, 100, ("new\n",)), (8000, 8001, ())]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("the cat " * 6000, "cat the " * 6000),
        ("a b " * 25_600, "b a " * 25_600),
        ("\n" * 100_000, "\n" * 50_000 + "x\n" * 25_000),
        ("a\nb\nc\n" * 17_000, "b\na\n" * 25_000),
        ("".join(f"k{n % 50} {n}\n" for n in range(9000)), "".join(f"k{n % 50} {n * 7}\n" for n in range(9000))),
    ],
)
def test_a_diff_of_hostile_text_is_soon_there(before, after):
    started = time.process_time()
    drawn(before, after)

    assert time.process_time() - started < 2  # figures are in docs/figures.md; without a limit it takes up to a minute


@given(st.lists(st.sampled_from("abc\n"), max_size=8), st.lists(st.sampled_from("abc\n"), max_size=8), st.data())
def test_lines_that_no_edit_touches_are_found_where_they_stand_now(old, new, data):
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    edits = diff(old, new)

    place = carried(edits, start, end)

    touched = any(edit.start < end and edit.end > start for edit in edits)
    assert (place is None) == touched
    assert touched or new[place[0] : place[1]] == old[start:end]


@pytest.mark.parametrize(
    ("after", "share"),
    [
        ("a b c d e f g h\n", 1.0),
        ("", 0.0),
        ("a b c d e f g h\na b c d e f g h\n", 2 / 3),
        ("a b c d X f g h\n", 15 / 16),
    ],
)
def test_what_stays_of_a_text_is_counted_in_letters(after, share):
    before = "a b c d e f g h\n"

    assert diffs.kept(len(before), drawn(before, after)) == pytest.approx(share, abs=0.01)
