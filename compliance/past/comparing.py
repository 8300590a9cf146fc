"""What lies between two moments: which memories came, went, moved, or say something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.enums import Between
from compliance.past.state import Question

_COLUMNS = ("memory__public_id", "memory__namespace__slug", "path", "number", "blob__sha256")


@dataclass(frozen=True)
class Line:
    """One memory at both moments; a path or number is empty where it was not there."""

    what: Between
    memory: str
    namespace: str
    path_before: str
    path_after: str
    number_before: int | None
    number_after: int | None

    @property
    def path(self) -> str:
        return self.path_after or self.path_before


def between(before: Question, after: Question) -> tuple[list[Line], int]:
    """What differs, in order of namespace and path, and how many memories are the same."""
    old, new = _held(before), _held(after)
    lines = [_line(id, old.get(id), new.get(id)) for id in old.keys() | new.keys()]
    differ = [line for line in lines if line.what != Between.SAME]
    return sorted(differ, key=lambda one: (one.namespace, one.path, one.memory)), len(lines) - len(differ)


def _held(question: Question) -> dict[str, Mapping[str, Any]]:
    return {row["memory__public_id"]: row for row in question.versions().values(*_COLUMNS).order_by("pk")}


def _line(memory: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Line:
    some = new or old or {}
    return Line(
        what=_what(old, new),
        memory=memory,
        namespace=some["memory__namespace__slug"],
        path_before=old["path"] if old else "",
        path_after=new["path"] if new else "",
        number_before=old["number"] if old else None,
        number_after=new["number"] if new else None,
    )


def _what(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Between:
    if old is None:
        return Between.CAME
    if new is None:
        return Between.WENT
    if old["blob__sha256"] != new["blob__sha256"]:
        return Between.CHANGED
    return Between.SAME if old["path"] == new["path"] else Between.MOVED
