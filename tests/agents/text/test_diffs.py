from hypothesis import given
from hypothesis import strategies as st

from agents.text import diffs
from agents.text.lines import apply, diff, split

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
