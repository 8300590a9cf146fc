"""What somebody wants to propose, before it is stored: pure data, whoever made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.models import Memory, MemoryVersion, Namespace
from agents.text import lines as text_lines
from agents.text.lines import Edit
from agents.text.paths import BadPath, check_path
from reviews.enums import Operation, Stance
from reviews.hunks import Hunk


class BadDraft(ValueError):
    """What no proposal may hold; the message says what and where."""


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """A quote as its author gives it: session's public id, event position, code points [start, end), text, stance."""

    session: str
    position: int
    start: int
    end: int
    text: str
    stance: str = Stance.FOR


@dataclass(frozen=True, slots=True)
class DraftTarget:
    """One memory to touch. `base` is None for a new path, `path_after` None for an archive.

    `orders` are those of the hunks, where what they insert has a place among others' insertions.
    """

    base: MemoryVersion | None
    path_after: str | None
    edits: tuple[Edit, ...] = ()
    orders: tuple[int, ...] = ()

    @property
    def memory(self) -> Memory | None:
        return self.base.memory if self.base else None

    @property
    def path_before(self) -> str:
        return self.base.path if self.base else ""

    @property
    def lines(self) -> list[str]:
        return text_lines.split(self.base.text) if self.base else []

    def hunks(self) -> list[Hunk]:
        lines, orders = self.lines, self.orders or (None,) * len(self.edits)
        return [Hunk.of(lines, edit, order) for edit, order in zip(self.edits, orders, strict=True)]

    def text_after(self) -> str:
        return "".join(text_lines.apply(self.lines, self.edits))


@dataclass(frozen=True, slots=True)
class Draft:
    """One change to propose. Without a fingerprint, what is proposed names itself."""

    operation: Operation
    namespace: Namespace
    title: str
    targets: tuple[DraftTarget, ...]
    rationale: str = ""
    reason_code: str = ""
    confidence: float | None = None
    fingerprint: str = ""
    quotes: tuple[DraftQuote, ...] = ()
    pattern_id: str = ""
    pattern: Mapping[str, Any] = field(default_factory=dict)
    reverts_id: int | None = None

    def identity(self) -> str:
        if self.fingerprint:
            return self.fingerprint
        said = [
            self.operation,
            [(t.path_before, t.path_after, [(h.before, h.after) for h in t.hunks()]) for t in self.targets],
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def check(drafts: Sequence[Draft]) -> None:
    """Raises BadDraft where a draft says nothing, does not fit its base, or touches a line that another touches."""
    seen: dict[tuple[int, int, str], set[int | str]] = {}
    for draft in drafts:
        if not draft.targets:
            raise BadDraft(f"“{draft.title}” touches no memory")
        for target in draft.targets:
            _check_target(draft, target)
            _claim_lines(seen, draft, target)


def _check_target(draft: Draft, target: DraftTarget) -> None:
    if target.base is None and draft.operation != Operation.ADD:
        raise BadDraft(f"“{draft.title}”: only an added memory has no version to start from")
    if target.path_after is not None:
        try:
            check_path(target.path_after)
        except BadPath as wrong:
            raise BadDraft(f"“{draft.title}”: {wrong}") from None
    try:
        after = target.text_after()
    except ValueError as wrong:
        raise BadDraft(f"“{draft.title}”: {wrong}") from None
    stays = target.base is not None and target.path_after == target.path_before and not target.base.archived
    if stays and target.base is not None and after == target.base.text:
        raise BadDraft(f"“{draft.title}” changes nothing in {target.path_before}")


def _claim_lines(seen: dict[tuple[int, int, str], set[int | str]], draft: Draft, target: DraftTarget) -> None:
    if target.base is None:
        lines: set[int | str] = {"path"}
        key = (draft.namespace.pk, 0, target.path_after or "")
    else:
        lines = {line for edit in target.edits for line in range(edit.start, edit.end)}
        if target.path_after != target.path_before:
            lines |= {"path", *(range(len(target.lines)) if target.path_after is None else ())}
        key = (draft.namespace.pk, target.base.pk, target.path_before)
    clash = seen.setdefault(key, set()) & lines
    if clash:
        raise BadDraft(f"“{draft.title}” touches {key[2]} where another change of the proposal does")
    seen[key] |= lines
