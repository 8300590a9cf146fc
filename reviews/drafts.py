"""What somebody wants to propose, before it is stored: pure data, whoever made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.models import Memory, MemoryVersion, Namespace
from agents.text import lines as text_lines
from agents.text.lines import Edit
from agents.text.paths import BadPath, check_path
from reviews.enums import Operation, Stance
from reviews.hunks import Hunk

PATH, WHOLE, EDITED = "path", "whole", "edited"


class BadDraft(ValueError):
    """What no proposal may hold; the message says what and where."""


Place = tuple[int, int, int]
"""Lines of a draft: the number of the target, and lines [start, end) of its text after (of an archived one, before)."""


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """A quote as its author gives it: session's public id, event position, code points [start, end), text, stance.

    `lines` are those that it is about, where its author knows.
    """

    session: str
    position: int
    start: int
    end: int
    text: str
    stance: str = Stance.FOR
    lines: Place | None = None


@dataclass(frozen=True, slots=True)
class DraftTarget:
    """One memory to touch. `base` is None for a new path, `path_after` None for an archive.

    `orders` are those of the hunks, where what they insert has a place among others' insertions.
    """

    base: MemoryVersion | None
    path_after: str | None
    edits: tuple[Edit, ...] = ()
    orders: tuple[int | None, ...] = ()

    @property
    def memory(self) -> Memory | None:
        return self.base.memory if self.base else None

    @property
    def path_before(self) -> str:
        return self.base.path if self.base else ""

    @property
    def restores(self) -> bool:
        return self.base is not None and self.base.archived and self.path_after is not None

    @property
    def takes_path(self) -> bool:
        """Whether it needs a path that is free."""
        return self.path_after is not None and (self.restores or self.path_after != self.path_before)

    @property
    def says_something(self) -> bool:
        """Whether anything would be other than it is."""
        return self.base is None or self.restores or self.path_after != self.path_before or bool(self.edits)

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
    takes_back: tuple[str, ...] = ()

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
    claims: dict[Hashable, set[Hashable]] = {}
    for draft in drafts:
        if not draft.targets:
            raise BadDraft(f"“{draft.title}” touches no memory")
        _check_words(draft)
        touched = [target.base.memory_id for target in draft.targets if target.base]
        if len(touched) != len(set(touched)):
            raise BadDraft(f"“{draft.title}” touches one memory twice")
        for target in draft.targets:
            _check_target(draft, target)
            for key, wanted in _claims(draft, target):
                held = claims.setdefault(key, set())
                if (held & wanted) - {EDITED} or (held and WHOLE in held | wanted):
                    path = target.path_before or target.path_after
                    raise BadDraft(f"“{draft.title}” touches {path} where another change of the proposal does")
                held |= wanted


def _check_words(draft: Draft) -> None:
    said = [draft.title, draft.rationale, *(quote.text for quote in draft.quotes)]
    if any("\0" in text for text in said):
        raise BadDraft(f"“{draft.title}”: a NUL character is no text")
    for quote in draft.quotes:
        if not 0 <= quote.start <= quote.end or quote.position < 0:
            raise BadDraft(f"“{draft.title}”: {quote.start}:{quote.end} is no place in an event")
        if quote.lines and not _has(draft, *quote.lines):
            raise BadDraft(f"“{draft.title}”: a quote is about lines that are not there")


def _has(draft: Draft, number: int, start: int, end: int) -> bool:
    if not 0 <= number < len(draft.targets):
        return False
    target = draft.targets[number]
    lines = target.lines if target.path_after is None else text_lines.apply(target.lines, target.edits)
    return 0 <= start < end <= len(lines)


def _check_target(draft: Draft, target: DraftTarget) -> None:
    if target.base is None and (draft.operation != Operation.ADD or target.path_after is None):
        raise BadDraft(f"“{draft.title}”: only an added memory has no version to start from")
    if target.base is not None and target.base.memory.namespace_id != draft.namespace.pk:
        raise BadDraft(f"“{draft.title}”: {target.path_before} is not in {draft.namespace.slug}")
    if target.path_after is not None:
        try:
            check_path(target.path_after)
        except BadPath as wrong:
            raise BadDraft(f"“{draft.title}”: {wrong}") from None
    elif target.edits and draft.reverts_id is None:  # nobody would see them
        raise BadDraft(f"“{draft.title}” archives {target.path_before} and cannot edit it as well")
    try:
        after = text_lines.apply(target.lines, target.edits)
    except ValueError as wrong:
        raise BadDraft(f"“{draft.title}”: {wrong}") from None
    if not text_lines.are_whole(after):
        raise BadDraft(f"“{draft.title}”: lines of {target.path_after} would run into one another")
    stays = target.base is not None and target.path_after == target.path_before and not target.restores
    if stays and after == target.lines:
        raise BadDraft(f"“{draft.title}” changes nothing in {target.path_before}")


def _claims(draft: Draft, target: DraftTarget) -> Iterator[tuple[Hashable, set[Hashable]]]:
    """What no other change of the proposal may touch, by memory and by path. An insertion claims no line."""
    if target.takes_path:
        yield (draft.namespace.pk, target.path_after), {PATH}
    if target.base is None:
        return
    claimed: set[Hashable] = {(target.base.pk, line) for edit in target.edits for line in range(edit.start, edit.end)}
    if target.path_after is None or target.restores:
        claimed = {WHOLE}
    elif target.path_after != target.path_before:
        claimed.add(PATH)
    yield target.base.memory_id, claimed | {EDITED}
