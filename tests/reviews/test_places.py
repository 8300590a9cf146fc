from hypothesis import given
from hypothesis import strategies as st

from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews.hunks import Hunk
from reviews.places import Ground, Step, write_text


@st.composite
def proposals(draw):
    """A base text and changes of one proposal on it: hunks that touch no line twice, each with an order."""
    base = draw(st.lists(st.sampled_from(["- a\n", "- b\n", "- c\n", "\n", "## h\n"]), min_size=0, max_size=8))
    hunks, taken = [], set()
    for number in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(base)))
        end = draw(st.integers(start, min(len(base), start + 3)))
        if taken & set(range(start, end)):
            end = start
        taken |= set(range(start, end))
        after = tuple(f"+ {number}.{i}\n" for i in range(draw(st.integers(0 if end > start else 1, 2))))
        hunks.append((Hunk.of(base, Edit(start, end, after)), f"chg{number}", number))
    return base, hunks


def steps_of_write(made, proposal_is_own=True):
    return [
        Step(one.start, one.end, one.lines, own=proposal_is_own, at=one.at, span=one.span, order=one.order)
        for one in made
    ]


def in_one_write(base, hunks):
    return write_text(base, Ground(base).write(hunks))


@given(proposals(), st.randoms(use_true_random=False))
def test_siblings_may_be_written_one_by_one_in_any_order(proposal, random):
    base, hunks = proposal
    text, versions = list(base), []
    order = list(hunks)
    random.shuffle(order)

    for hunk in order:
        ground = Ground(base)
        for version in versions:
            ground.follow(version)
        assert ground.now() == text
        assert ground.view() == base
        assert ground.held(hunk[0])
        made = ground.write([hunk])
        text = write_text(text, made)
        assert ground.now() == text
        versions.append(steps_of_write(made))

    assert text == in_one_write(base, hunks)


@given(proposals())
def test_what_a_write_did_can_be_taken_back_line_by_line(proposal):
    base, hunks = proposal
    made = Ground(base).write(hunks)
    after = write_text(base, made)
    inverse, shift = [], 0
    for number, one in enumerate(made):
        start = one.start + shift
        inverse.append((Hunk.of(after, Edit(start, start + len(one.lines), one.before)), f"inv{number}", number))
        shift += len(one.lines) - (one.end - one.start)

    assert in_one_write(after, inverse) == base


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abcx"), max_size=8))
def test_a_foreign_version_moves_view_and_present_alike(old, new):
    old, new = [f"{x}\n" for x in old], [f"{x}\n" for x in new]
    ground = Ground(old)

    ground.follow([Step(e.start, e.end, e.lines) for e in text_lines.diff(old, new)])

    assert ground.now() == ground.view() == new


def test_an_edit_elsewhere_holds_and_an_edit_next_door_does_not():
    base = ["# T\n", "- a\n", "- b\n", "- c\n", "- d\n"]
    hunk = Hunk.of(base, Edit(2, 3, ("- B\n",)))
    elsewhere, next_door = Ground(base), Ground(base)

    elsewhere.follow([Step(4, 5, ("- D\n",)), Step(5, 5, ("- e\n",))])
    next_door.follow([Step(3, 3, ("- new\n",))])

    assert elsewhere.held(hunk)
    assert not next_door.held(hunk)


def test_a_range_is_found_after_lines_above_grew():
    base = ["- same\n", "- same\n", "- same\n"]
    hunk = Hunk.of(base, Edit(1, 2, ("- other\n",)))
    ground = Ground(base)

    ground.follow([Step(0, 0, ("- new\n", "- new\n"))])

    assert ground.range_now(hunk) == (3, 4)
    assert write_text(ground.now(), ground.write([(hunk, "c", 0)]))[3] == "- other\n"


@given(proposals(), st.lists(st.sampled_from(["- a\n", "- b\n", "x\n"]), max_size=4), st.integers(0, 8))
def test_present_is_always_the_text_of_the_last_version(proposal, inserted, where):
    base, hunks = proposal
    ground = Ground(base)
    made = ground.write(hunks)
    text = write_text(base, made)
    foreign = Step(min(where, len(text)), min(where + 2, len(text)), tuple(inserted))
    after = text_lines.apply(text, [Edit(foreign.start, foreign.end, foreign.lines)])
    followed = Ground(base)

    followed.follow(steps_of_write(made))
    followed.follow([foreign])

    assert followed.now() == after
