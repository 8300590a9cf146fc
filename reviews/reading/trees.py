"""A namespace as a tree before and after a proposal, so that twenty moves read as one picture. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Mark(StrEnum):
    MOVED = "moved"
    MERGED = "merged"
    ARCHIVED = "archived"
    ADDED = "added"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Step:
    """What a change does to one path: none before where it adds, none after where it takes away.

    `into` is where a merge puts what it takes away. `is_done` where it was applied already.
    """

    change: str
    before: str | None
    after: str | None
    into: str = ""
    is_done: bool = False

    @property
    def mark(self) -> Mark:
        if self.before is None:
            return Mark.ADDED
        if self.after is None:
            return Mark.MERGED if self.into else Mark.ARCHIVED
        return Mark.MOVED if self.before != self.after else Mark.EDITED


@dataclass(frozen=True, slots=True)
class Leaf:
    """A memory that a change touches; `other` is where it is in the other tree."""

    name: str
    path: str
    mark: Mark
    change: str
    other: str = ""


@dataclass(slots=True)
class Folder:
    """`others` counts the memories in it, but not below, that no change touches; `total` all in and below it."""

    name: str
    folders: dict[str, Folder] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)
    others: int = 0
    total: int = 0

    @property
    def is_touched(self) -> bool:
        return bool(self.leaves) or any(folder.is_touched for folder in self.folders.values())

    @property
    def inner(self) -> list[Folder]:
        """The folders below it in which something changes, by name."""
        return sorted((one for one in self.folders.values() if one.is_touched), key=lambda one: one.name)

    @property
    def untouched(self) -> int:
        """Memories in folders in which nothing changes."""
        return sum(one.total for one in self.folders.values() if not one.is_touched)

    @property
    def shown(self) -> list[Leaf]:
        return sorted(self.leaves, key=lambda leaf: leaf.name)


def before_and_after(paths: Iterable[str], steps: Sequence[Step]) -> tuple[set[str], set[str]]:
    """The paths before and after all steps, from those that live now, when some steps may be done."""
    before = set(paths)
    before.difference_update(step.after for step in steps if step.is_done and step.after)
    before.update(step.before for step in steps if step.is_done and step.before)
    after = before.difference(step.before for step in steps if step.before)
    return before, after.union(step.after for step in steps if step.after)


def grow(paths: Iterable[str], steps: Sequence[Step]) -> tuple[Folder, Folder]:
    """The tree before and the tree after."""
    before, after = before_and_after(paths, steps)
    gone = {
        step.before: Leaf("", step.before, step.mark, step.change, step.into or step.after or "")
        for step in steps
        if step.before
    }
    come = {step.after: Leaf("", step.after, step.mark, step.change, step.before or "") for step in steps if step.after}
    return _tree(before, gone), _tree(after, come)


def _tree(paths: Iterable[str], touched: dict[str, Leaf]) -> Folder:
    root = Folder("/")
    for path in sorted(paths):
        *folders, name = path.strip("/").split("/")
        at = root
        at.total += 1
        for folder in folders:
            at = at.folders.setdefault(folder, Folder(folder))
            at.total += 1
        leaf = touched.get(path)
        if leaf is None:
            at.others += 1
        else:
            at.leaves.append(Leaf(name, path, leaf.mark, leaf.change, leaf.other if leaf.other != path else ""))
    return root
