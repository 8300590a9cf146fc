"""Lines and whose they are: replayed against a model that knows nothing of edits."""

from hypothesis import given
from hypothesis import strategies as st

from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews.taint import lineage
from reviews.taint.lineage import Made, State

BASE = ("a\n", "b\n", "c\n", "d\n")


def history(*steps, base=BASE):
    """States of a memory: the base, then one version for each (change, start, end, lines)."""
    states = [State(1, base, (Made(0, 0, base, ""),), (), False, "/a.md")]
    for change, start, end, *lines in steps:
        before = states[-1].lines
        made = Made(start, end, tuple(f"{line}\n" for line in lines), change)
        after = tuple(text_lines.apply(before, [Edit(made.start, made.end, made.lines)]))
        states.append(State(len(states) + 1, after, (made,), (change,), False, "/a.md"))
    return states


def left(states, *own):
    now, edits = lineage.without(states, own)
    assert now == states[-1].lines
    return "".join(text_lines.apply(now, edits)).replace("\n", "")


def test_lines_of_one_change_go_and_what_they_replaced_comes_back():
    states = history(("bad", 1, 2, "X", "Y"), ("good", 5, 5, "e"))

    assert left(states, "bad") == "abcde"
    assert left(states, "good") == "aXYcd"


def test_lines_over_lines_of_both_go_together():
    states = history(("bad", 1, 2, "X"), ("on_it", 1, 2, "Z"))

    assert left(states, "bad", "on_it") == "abcd"


def test_what_somebody_else_wrote_over_it_stays():
    states = history(("bad", 1, 2, "X"), ("good", 1, 2, "G"))

    assert left(states, "bad") == "aGcd"


def test_what_was_written_over_both_by_somebody_else_stays_alone():
    states = history(("bad", 1, 2, "X"), ("on_it", 1, 2, "Z"), ("good", 1, 2, "G"))

    assert left(states, "bad", "on_it") == "aGcd"


def test_line_between_its_lines_stays():
    states = history(("bad", 0, 0, "X", "Y"), ("good", 1, 1, "G"))

    assert left(states, "bad") == "Gabcd"


def test_removal_comes_back():
    assert left(history(("bad", 1, 3)), "bad") == "abcd"


def test_a_revert_gives_lines_back_to_who_wrote_them():
    states = history(("bad", 1, 2, "X"), ("other", 1, 2, "Z"), ("revert", 1, 2, "X"))

    found = lineage.trace(states, reverts={"revert": ["other"]})

    assert [owner for owner, _line in found.lines] == ["", "bad", "", ""]
    assert found.rewrote["other"] == {"bad"}
    assert not found.rewrote["revert"]


def test_archiving_buries_what_stood_there():
    states = history(("bad", 4, 4, "X"))
    states.append(State(3, states[-1].lines, (), ("merge",), True, "/a.md"))

    found = lineage.trace(states, reverts={})

    assert found.buried == {"merge": {"bad"}}
    assert found.held == {1: frozenset(), 2: {"bad"}, 3: {"bad"}}


def test_edits_that_a_version_does_not_keep_are_worked_out():
    made = lineage.made_of([], before=["a\n", "b\n"], after=["a\n", "X\n"], origins=["one"])

    assert made == (Made(1, 2, ("X\n",), "one"),)


@st.composite
def histories(draw):
    """Up to six edits by four changes, each line of its own text, so that a line is never taken for another."""
    lines, steps = list(BASE), []
    for number in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(lines)))
        end = draw(st.integers(start, min(len(lines), start + 2)))
        new = [f"{number}{letter}" for letter in "xyz"[: draw(st.integers(0 if end > start else 1, 3))]]
        steps.append((draw(st.sampled_from("ABCD")), start, end, *new))
        lines[start:end] = new
    return history(*steps)


@given(histories())
def test_without_all_the_base_stands_and_without_nobody_the_newest(states):
    assert left(states, "A", "B", "C", "D") == "abcd"
    assert lineage.without(states, ())[1] == ()


@given(histories(), st.sets(st.sampled_from("ABCD")))
def test_no_line_of_what_is_left_out_stands_and_every_standing_line_of_the_others_does(states, own):
    written = {line: one.change for state in states[1:] for one in state.made for line in one.lines}
    now, edits = lineage.without(states, own)

    after = text_lines.apply(now, edits)

    assert not [line for line in after if written.get(line) in own]
    others = [line for line in now if written.get(line) not in own]
    assert [line for line in after if line in others] == others


@given(histories(), st.sets(st.sampled_from("ABCD")))
def test_where_nobody_touches_anothers_lines_it_is_the_world_without_them(states, own):
    """The others' edits alone, carried to where their lines are in a world in which the rest was never written."""
    world = [(line, line) for line in BASE]  # what stands, and where it came from in the full text
    full = list(BASE)
    for state in states[1:]:
        [one] = state.made
        gone = full[one.start : one.end]
        after = full[one.end :]
        full[one.start : one.end] = one.lines
        if one.change in own:
            if any(line in dict(world) for line in gone):
                return  # it replaced what others wrote: covered by the tests above
            continue
        if any(line not in dict(world) for line in gone):
            return
        kept = [line for line, _ in world]
        following = next((line for line in after if line in kept), None)
        place = kept.index(gone[0]) if gone else kept.index(following) if following else len(kept)
        world[place : place + len(gone)] = [(line, line) for line in one.lines]
    now, edits = lineage.without(states, own)

    assert text_lines.apply(now, edits) == [line for line, _ in world]


@given(histories())
def test_every_line_belongs_to_the_change_that_wrote_it(states):
    found = lineage.trace(states, reverts={})

    written = {line: one.change for state in states[1:] for one in state.made for line in one.lines}
    assert found.lines == [(written.get(line, ""), line) for line in states[-1].lines]
