"""Real files, revision by revision, as proposals: written in any order, taken back, carried over."""

import json
import os
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from agents.memory import MAX_BYTES
from agents.text import lines as text_lines
from reviews import decisions, rebasing, reverting, splitting
from reviews.drafts import Draft, DraftTarget
from reviews.enums import Operation
from reviews.policy import documents
from tests import recipes
from tests.reviews import scenes

HISTORIES = Path(os.environ.get("LUCID_DATA", ""), "dev", "memory_file_histories")
FILES = sorted(HISTORIES.glob("*__*.jsonl")) if os.environ.get("LUCID_DATA") else []
LISTED = [pytest.param(path, id=path.stem, marks=[pytest.mark.slow]) for path in FILES]
MOST = 16  # of the steps of one file: all of the longest take many minutes
QUICK = [
    pytest.param(path, 1, id=f"quick-{path.stem}") for path in sorted(FILES, key=lambda one: one.stat().st_size)[:2]
]
WITH_QUICK = [*QUICK, *(pytest.param(path, MOST, id=path.stem, marks=[pytest.mark.slow]) for path in FILES)]
pytestmark = pytest.mark.skipif(not FILES, reason="LUCID_DATA names no folder with dev/memory_file_histories")


@pytest.fixture
def team(team):
    """Nothing waits for a budget: whole files are written anew."""
    budgets = {span: dict.fromkeys(most) for span, most in documents.DEFAULT["budgets"].items()}
    recipes.policy(team.row, **documents.current(team.row).document | {"budgets": budgets})
    return team


def revisions(path):
    """The texts of a file's revisions that a memory can hold, without repetitions."""
    texts = [json.loads(line)["content"] for line in path.read_text(encoding="utf-8").splitlines()]
    held = [text for text in texts if len(text.encode()) <= MAX_BYTES]
    return [text for before, text in pairwise([None, *held]) if text != before]


def some(steps, most=MOST):
    """At most that many of the steps, evenly over the history; all of them where LUCID_ALL_REVISIONS is set."""
    steps = list(enumerate(steps))
    if os.environ.get("LUCID_ALL_REVISIONS") or len(steps) <= most:
        return steps
    return [steps[number * len(steps) // most] for number in range(most)]


def lines_of(text):
    return text_lines.split(text)


def propose(team, memory, edits, salt):
    """A proposal with one change for each hunk."""
    base = scenes.head(memory)
    drafts = [
        Draft(
            Operation.EDIT,
            memory.namespace,
            f"Hunk {number}",
            (DraftTarget(base=base, path_after=base.path, edits=(edit,)),),
            fingerprint=f"{salt}-{number}",
        )
        for number, edit in enumerate(edits)
    ]
    return scenes.propose(team.row, *drafts)


def write(team, changes, chance):
    """Approve and write the changes in any order, some alone and some together."""
    left = list(changes)
    chance.shuffle(left)
    while left:
        size = chance.choice((1, 2, 5))
        for change in left[:size]:
            scenes.vote(change, team.reviewer)
        scenes.apply(left[0].namespace)
        left = left[size:]


def test_revisions_that_are_too_large_are_counted():
    sizes = [len(json.loads(line)["content"].encode()) for path in FILES for line in path.read_text().splitlines()]

    assert (len(sizes), sum(size > MAX_BYTES for size in sizes)) == (167, 0)


@pytest.mark.parametrize("path", LISTED)
def test_every_revision_is_written_and_taken_back_byte_for_byte(team, path):
    chance = random.Random(path.name)
    for number, (before, after) in some(pairwise(revisions(path))):
        memory = scenes.memory(scenes.namespace(team.row), text=before)
        proposal = propose(team, memory, text_lines.diff(lines_of(before), lines_of(after)), f"do-{number}")
        write(team, scenes.changes(proposal), chance)
        assert scenes.text(memory) == after, number
        assert {change.state for change in scenes.changes(proposal)} == {"applied"}, number

        revert = reverting.open_revert(team=team.row, proposal=proposal, reason="", by=team.lead, at=scenes.LATER)
        write(team, scenes.changes(revert), chance)
        assert scenes.text(memory) == before, number
        assert {change.state for change in scenes.changes(proposal)} == {"reverted"}, number


def accept_in_parts(team, change, chance):
    """Accept some hunks after others until none is left, with second thoughts, writing now and then."""
    while (count := sum(len(ground.hunks) for ground in scenes.seat(change).standing.targets)) > 1:
        seat = scenes.seat(change)
        split = splitting.accept(
            team=team.row,
            change_id=change.public_id,
            revision_id=seat.head.public_id,
            bound=seat.bound,
            parts={(0, number) for number in chance.sample(range(count), max(1, count // 2))},
            by=team.reviewer,
            at=scenes.AT,
        )
        if chance.random() < 0.5:
            taken = {"team": team.row, "change_id": change.public_id, "by": team.reviewer, "at": scenes.AT}
            assert decisions.withdraw(**taken).state == "open"
            scenes.vote(change, team.reviewer)
        if chance.random() < 0.5:
            scenes.apply(change.namespace)
        change = split.rest
    scenes.vote(change, team.reviewer)
    scenes.apply(change.namespace)


@pytest.mark.parametrize(("path", "most"), WITH_QUICK)
def test_every_revision_is_accepted_in_parts_and_taken_back_byte_for_byte(team, path, most):
    """One change for the whole step; its parts are accepted, undone, accepted again and written in any order."""
    chance = random.Random(path.name)
    for number, (before, after) in some(pairwise(revisions(path)), most):
        memory = scenes.memory(scenes.namespace(team.row), text=before)
        proposal = scenes.propose(team.row, scenes.edit(memory, after))
        accept_in_parts(team, scenes.changes(proposal)[0], chance)
        assert scenes.text(memory) == after, number
        assert {change.state for change in scenes.changes(proposal)} == {"applied"}, number

        revert = reverting.open_revert(team=team.row, proposal=proposal, reason="", by=team.lead, at=scenes.LATER)
        write(team, scenes.changes(revert), chance)
        assert scenes.text(memory) == before, number


@pytest.mark.parametrize(("path", "most"), WITH_QUICK)
def test_a_change_made_on_one_revision_meets_the_next_or_says_why_not(team, path, most):
    """The step n to n+2 as one change on n, while n+1 is written: carried over whole, or a conflict that is true."""
    texts = revisions(path)
    for number, (base, meanwhile, wanted) in some(zip(texts, texts[1:], texts[2:], strict=False), most):
        if base == wanted:
            continue
        memory = scenes.memory(scenes.namespace(team.row), text=base)
        change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, wanted)))[0]
        mine, theirs = (text_lines.diff(lines_of(base), lines_of(text)) for text in (wanted, meanwhile))
        scenes.write_elsewhere(memory, meanwhile)
        change = rebasing.refresh(team=team.row, change_id=change.pk, at=scenes.AT)

        apart = all(_apart(one, other) for one in mine for other in theirs)
        assert change.state in (("open",) if apart else ("open", "conflict", "superseded")), number
        if apart:
            scenes.approve_and_apply(change, team.reviewer)
            both = sorted([*theirs, *mine], key=_place)
            assert scenes.text(memory) == "".join(text_lines.apply(lines_of(base), both)), number
        elif change.state == "conflict":
            assert scenes.text(memory) == meanwhile, number


@pytest.mark.parametrize("path", LISTED)
def test_what_was_proposed_before_a_revision_is_carried_over_or_clashes(team, path):
    """Hunks of revision n to n+2, proposed on n, while n+1 is written by somebody else."""
    texts = revisions(path)
    for number, (base, meanwhile, wanted) in some(zip(texts, texts[1:], texts[2:], strict=False)):
        if base == wanted:  # the revision between was taken back
            continue
        memory = scenes.memory(scenes.namespace(team.row), text=base)
        mine = text_lines.diff(lines_of(base), lines_of(wanted))
        theirs = text_lines.diff(lines_of(base), lines_of(meanwhile))
        proposal = propose(team, memory, mine, f"mine-{number}")
        scenes.write_elsewhere(memory, meanwhile)
        while rebasing.follow_versions(team=team.row, at=scenes.AT):
            pass

        apart = [all(_apart(one, other) for other in theirs) for one in mine]
        for change, is_apart in zip(scenes.changes(proposal), apart, strict=True):
            allowed = {"open"} if is_apart else {"open", "conflict", "superseded"}
            assert change.state in allowed, (number, change.title)
            if is_apart:
                scenes.vote(change, team.reviewer)
        scenes.apply(memory.namespace)
        both = sorted([*theirs, *(one for one, is_apart in zip(mine, apart, strict=True) if is_apart)], key=_place)
        assert scenes.text(memory) == "".join(text_lines.apply(lines_of(base), both)), number

        for change, one in zip(scenes.changes(proposal), mine, strict=True):
            if change.state == "open":
                assert scenes.approve_and_apply(change, team.reviewer).state == "applied"
                _holds(scenes.text(memory), one.lines)
        _holds(scenes.text(memory), [line for edit in both for line in edit.lines])


def _apart(one, other):
    """An unchanged line stands between."""
    return one.end < other.start or other.end < one.start


def _place(edit):
    return edit.start, edit.end


def _holds(text, lines):
    missing = Counter(lines) - Counter(lines_of(text))
    assert not missing
