from hypothesis import given
from hypothesis import strategies as st

from agents.text import lines as text_lines
from reviews.reading import three as threeway_view
from reviews.reading.three import Kind, folded

texts = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "\n"]), max_size=14)


def read(base, proposed, current):
    return threeway_view.read(base=base, edits=text_lines.diff(base, proposed), current=current)


def joined(stretches, side):
    return [line for one in stretches for line in getattr(one, side).lines]


@given(texts, texts, texts)
def test_stretches_come_to_all_three_texts_in_order(base, proposed, current):
    found = read(base, proposed, current)

    assert joined(found, "base") == base
    assert joined(found, "proposed") == proposed
    assert joined(found, "current") == current
    for side in ("base", "proposed", "current"):
        at = 1
        for one in found:
            assert getattr(one, side).first == at
            at += len(getattr(one, side).lines)


@given(texts, texts, texts)
def test_a_stretch_says_who_changed_it(base, proposed, current):
    for one in read(base, proposed, current):
        same = (one.base.lines == one.proposed.lines, one.base.lines == one.current.lines)
        assert (
            one.kind
            == {
                (True, True): Kind.NOBODY,
                (True, False): Kind.CURRENT,
                (False, True): Kind.PROPOSED,
                (False, False): Kind.ALIKE if one.proposed.lines == one.current.lines else Kind.CLASH,
            }[same]
        )


@given(texts, texts)
def test_what_nobody_else_changed_never_clashes(base, proposed):
    assert not any(one.kind in (Kind.CLASH, Kind.CURRENT) for one in read(base, proposed, base))


@given(texts, texts, texts, st.integers(0, 3))
def test_folding_leaves_out_only_what_nobody_changed(base, proposed, current, around):
    found = read(base, proposed, current)
    left = list(folded(found, around))

    assert [one for _, one in left if one and one.differs] == [one for one in found if one.differs]
    assert sum(count + (len(one.base.lines) if one else 0) for count, one in left) == len(base)


def test_rows_have_the_numbers_of_the_whole_texts():
    base = [f"line {n} of the text\n" for n in range(1, 11)]
    proposed = [*base[:4], "line five of the text\n", *base[5:]]
    current = ["new\n", *base[:4], "line V of the text\n", *base[5:]]

    clash = next(one for one in read(base, proposed, current) if one.kind == Kind.CLASH)

    assert [row[:3] for row in clash.base_rows] == [["equal", 5, 5]]
    assert [row[:3] for row in clash.proposed_rows] == [["change", 5, 5]]
    assert [row[:3] for row in clash.current_rows] == [["change", 5, 6]]
