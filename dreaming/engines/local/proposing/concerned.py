"""Which open change speaks of the slot that a draft speaks of: one slot waits for one decision at a time.

Read only for what states facts; lessons that quote tools and errors are told apart by what they quote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from agents.snapshot import OpenChange
from agents.text.slots import Slot, conflict, slots
from agents.text.statements import statements
from dreaming.engines.local.findings import Finding, Tidying
from dreaming.engines.local.memory.stated import read
from dreaming.engines.local.proposing.operations import Draft

MOST_LINES = 200  # of one change
SHORT = 3  # words of an attribute that says too little without a subject
LEARNED = "/learned/"

Key = tuple[str, str, str]
"""Namespace, subject, attribute."""


class Concerned:
    """The slots that open changes give a value or take one from."""

    def __init__(self, changes: Sequence[OpenChange]) -> None:
        self._changes = changes

    def other(self, draft: Draft) -> tuple[OpenChange, str] | None:
        """The open change that a draft would stand beside, and the stance of the draft's quotes towards it: "" where
        they speak neither for it nor against it."""
        namespace = draft.operation.targets[0].namespace
        said = list(_said_by(draft))
        beside = [
            (change, one, other)
            for one in said
            for change, other in self._by_key.get((namespace, one.subject, one.attribute), ())
            if _is_one(one, other)
        ]
        if not beside:
            return None
        change = min((change for change, _, _ in beside), key=lambda change: change.id)
        own = [(one, other) for found, one, other in beside if found is change]
        if any(conflict(one, other) for one, other in own):
            return change, "against"
        agrees = any((one.value, one.polarity) == (other.value, other.polarity) for one, other in own)
        return change, "for" if agrees else ""

    @cached_property
    def _by_key(self) -> dict[Key, list[tuple[OpenChange, Slot]]]:
        found: dict[Key, list[tuple[OpenChange, Slot]]] = defaultdict(list)
        for change in self._changes:
            for slot in _said_by_change(change):
                found[change.namespace, slot.subject, slot.attribute].append((change, slot))
        return found


def _said_by(draft: Draft) -> Iterator[Slot]:
    """What it would have memory say, and what it would have denied."""
    if isinstance(draft.source, Finding):
        if draft.source.kind == "preference":
            yield from _told(read(draft.source.lesson))
    elif isinstance(draft.source, Tidying):
        yield from _told(read(draft.source.put))
        if draft.source.keep is not None:
            yield from _told(slots(draft.source.keep.text, draft.source.keep.heading[1:]))
        for claim in draft.source.remove:
            yield from _denied(slots(claim.text, claim.heading[1:]))


def _said_by_change(change: OpenChange) -> Iterator[Slot]:
    if all(path.startswith(LEARNED) for path in change.paths) and any("`" in text for text in change.adds):
        return
    for text in _sentences(change.adds):
        yield from _told((*read(text), *slots(text)))
    for text in _sentences(change.removes):
        yield from _denied(slots(text))


def _sentences(texts: Sequence[str]) -> Iterator[str]:
    return (statement.text for text in texts[:MOST_LINES] for statement in statements(text))


def _told(found: Iterable[Slot]) -> Iterator[Slot]:
    return (slot for slot in found if slot.subject or len(slot.attribute.split()) > SHORT)


def _denied(found: Iterable[Slot]) -> Iterator[Slot]:
    return (replace(slot, polarity=not slot.polarity) for slot in _told(found))


def _is_one(one: Slot, other: Slot) -> bool:
    """Not of two scopes: lines of a change are known without the headings above them."""
    scopes = {slot.scope for slot in (one, other) if slot.scope and not slot.scope.startswith("# ")}
    return len(scopes) < 2
