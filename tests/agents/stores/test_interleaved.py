"""Edits outside, changes applied here and syncs in any order: the store ends as we are, or a person sees why not."""

from random import Random

import pytest

from agents.models import MemoryVersion, StorePush

pytestmark = pytest.mark.django_db
PATHS = ("/a.md", "/b.md", "/c.md", "/d.md")
ACTS = ("ours", "ours", "theirs", "theirs", "move", "away", "gone", "sync")


def step(stored, chance, number):
    """One act of somebody."""
    path, act = (
        chance.choice(PATHS),
        chance.choice(("ours", "ours", "theirs", "theirs", "move", "away", "gone", "sync")),
    )
    ours, theirs = stored.ours(), stored.theirs()
    if act == "sync":
        stored.visit()
    elif act == "ours":
        stored.apply(path, f"ours {number}\n")
    elif act == "theirs":
        stored.outside(path, f"theirs {number}\n")
    elif act == "away" and path in ours:
        stored.apply(path, archived=True)
    elif act == "gone" and path in theirs:
        stored.outside_delete(path)
    elif act == "move" and path in ours:
        free = [one for one in PATHS if one not in ours]
        if free:
            stored.apply(path, to=free[0])


def known(stored):
    """All texts that a person can find: in versions here, beside them in conflicts, and in the store."""
    rows = MemoryVersion.objects.of(stored.row).filter(memory__namespace=stored.space).select_related("blob")
    kept = {row.text for row in rows} | set(stored.theirs().values())
    return kept | {text for text in stored.conflicts().values() if text}


@pytest.mark.parametrize("seed", range(12))
def test_any_order_ends_in_agreement_or_in_a_conflict_that_is_seen(stored, seed):
    chance = Random(seed)
    stored.set_up({"/a.md": "a\n", "/b.md": "b\n"})
    for number in range(9):
        step(stored, chance, number)
        if number % 3 == 2:
            seen = set(stored.theirs().values())
            stored.visit()
            assert seen <= known(stored)  # what stood there when it was read is not lost
    stored.visit()
    stored.visit()

    blocked = set(stored.conflicts()) | waiting(stored)
    ours = {path: text for path, text in stored.ours().items() if path not in blocked}
    theirs = stored.theirs()
    assert {path: theirs.get(path) for path in ours} == ours


def waiting(stored):
    rows = StorePush.objects.of(stored.row).filter(version__memory__namespace=stored.space, state="conflict")
    return set(rows.values_list("version__memory__path", flat=True))
