"""Which version, and which change, brought each line of a memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.models import Memory, MemoryVersion
from agents.text import lines as text_lines


@dataclass(frozen=True, slots=True)
class Origin:
    """A line of the head, the version that brought it, and the change where one is named."""

    line: str
    version: MemoryVersion
    change: str = ""
    proposal: str = ""


_Mark = tuple[MemoryVersion, str, str]


def line_origins(memory: Memory) -> list[Origin]:
    """The lines of the head version, each with where it came from. Lines without their ending."""
    versions = list(memory.versions.select_related("blob").order_by("number"))
    if not versions:
        return []
    lines = text_lines.split(versions[-1].text)
    marks = walk(versions)
    return [
        Origin(line.removesuffix("\n"), version, change, proposal)
        for line, (version, change, proposal) in zip(lines, marks, strict=True)
    ]


def walk(versions: Sequence[MemoryVersion]) -> list[_Mark]:
    """The mark of each line of the last version, carried through the edits between them."""
    marks: list[_Mark] = []
    text: list[str] = []
    for version in versions:
        after = text_lines.split(version.text)
        marks = _carried(marks, version, version.edits)
        if len(marks) != len(after):  # edits that do not fit their texts say nothing; the texts do
            marks = _compared(marks, version, text, after)
        text = after
    return marks


def _carried(marks: list[_Mark], version: MemoryVersion, edits: Sequence[dict[str, Any]]) -> list[_Mark]:
    carried: list[_Mark] = []
    at = 0
    for edit in edits:
        brought = (version, str(edit.get("change") or ""), str(edit.get("proposal") or ""))
        carried += marks[at : edit["start"]]
        carried += [brought] * edit["count"]
        at = edit["end"]
    return carried + marks[at:]


def _compared(marks: list[_Mark], version: MemoryVersion, before: list[str], after: list[str]) -> list[_Mark]:
    compared: list[_Mark] = []
    at = 0
    for edit in text_lines.diff(before, after):
        compared += marks[at : edit.start]
        compared += [(version, "", "")] * len(edit.lines)
        at = edit.end
    return compared + marks[at:]
