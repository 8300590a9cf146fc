"""What an engine takes and gives: plain frozen data, so that an engine can be read, tested and replaced alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from agents.snapshot import Snapshot
from agents.text.lines import Edit


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of one event's text: session, event position, code points [start, end), for or against.

    `lines` are those that it is about, where the engine knows: the number of the target, and lines [start, end) of its
    text after (before, where it is archived).
    """

    session: str
    position: int
    start: int
    end: int
    text: str
    stance: str = "for"
    lines: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class FoundPattern:
    """Something that recurs over sessions. `key` is stable over runs; `numbers` are shown to reviewers as they are."""

    key: str
    kind: str
    statement: str
    sessions: tuple[str, ...]
    agents: tuple[str, ...]
    opportunities: int
    quotes: tuple[Quote, ...]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """One memory that an operation touches; edits are against the version named.

    `memory` and `version_id` are empty for a new path, `path_after` is None where the memory is archived.
    """

    namespace: str
    memory: str
    version_id: str
    path_before: str
    path_after: str | None
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One proposed change: add, edit, merge, move or archive, with its reason and its evidence.

    `fingerprint` names what is proposed, not how it is worded: the same finding over more sessions keeps it.
    `choice` says what an alternative offers instead (keep_other, both_scoped, both_dated, rewrite, narrower, split,
    other_value) and is empty for what is proposed; alternatives share the fingerprint.
    """

    kind: str
    title: str
    rationale: str
    reason_code: str
    confidence: float
    fingerprint: str
    targets: tuple[Target, ...]
    quotes: tuple[Quote, ...]
    pattern: str = ""
    choice: str = ""


@dataclass(frozen=True, slots=True)
class DreamResult:
    """What a dream found. `funnel` counts what each stage let through, `usage` what was spent.

    `joins` are quotes for changes that are open already (change id to quotes), `withdrawals` the reasons why changes
    that this engine proposed and nobody decided do not hold any more (change id to reason). `unread` are new sessions
    that the engine could not read: they stay new.
    """

    patterns: tuple[FoundPattern, ...]
    operations: tuple[Operation, ...]
    alternatives: tuple[Operation, ...] = ()
    joins: Mapping[str, tuple[Quote, ...]] = field(default_factory=dict)
    funnel: Mapping[str, int] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    withdrawals: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


Part = tuple[str, str | None, Sequence[tuple[Sequence[str], Sequence[str]]]]
"""One memory of a revision: its path before, its path after, and its lines before and after, edit by edit."""


def mark_of(parts: Iterable[Part]) -> str:
    """SHA-256 (hex) of what a revision does, wherever its lines stand by now."""
    said = [[before, after, [[list(old), list(new)] for old, new in edits]] for before, after, edits in parts]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Tried:
    """A revision of a change: what it does to each memory, the line above its first edit (None at the start of a text),
    and what reviewers wanted changed about it."""

    parts: tuple[Part, ...]
    above: str | None = None
    asked: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        return mark_of(self.parts)

    @property
    def lines(self) -> list[str]:
        """Those that it brings, with their endings."""
        return [line for _, _, edits in self.parts for _, after in edits for line in after]


@dataclass(frozen=True, slots=True)
class Request:
    """What a person wants to be other about a change that this engine proposed.

    `tried` are all its revisions, oldest first, without the words of this request; `round` counts the answers from 1,
    `curation` is the policy that the agent dreams by.
    """

    change: str
    namespace: str
    fingerprint: str
    operation: str
    text: str
    reason_code: str = ""
    round: int = 1
    tried: tuple[Tried, ...] = ()
    curation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revision:
    """Another way to say the same change. `said` tells the person who asked what is different about it;
    `words_of_asker` where its text is theirs; `funnel` counts what was dropped on the way."""

    operation: Operation
    said: str
    words_of_asker: bool = False
    funnel: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decline:
    """Nothing else to offer; the reason is for the person who asked, `funnel` counts what was dropped on the way."""

    reason: str
    funnel: Mapping[str, int] = field(default_factory=dict)


Report = Callable[[str, int, int], None]
"""Called with the stage's name, the items done and the items in all; raises where the run was taken away."""


OUTSIDE = "outside/"


class Journal(Protocol):
    """Durable key and value per run, for engines that must not do a thing twice. Keys that begin with OUTSIDE say what
    was made elsewhere and has to be cleared: they are kept where a run starts over.
    """

    def get(self, key: str) -> Any | None: ...
    def put(self, key: str, value: Any) -> None: ...
    def recall(self, key: str) -> Any | None:
        """What the latest run of this agent put there: for keys that say all that the value rests on."""


class EngineWaits(Exception):
    """The engine has nothing to do before `until`: the run frees its lease and is resumed then."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"waits until {until.isoformat()}")
        self.until = until


class EngineFailed(Exception):
    """The engine cannot finish; the message is shown on the run's page."""


class Engine(Protocol):
    """Reads a snapshot, proposes operations. Local engines are pure and ignore the journal."""

    name: str

    def dream(
        self, snapshot: Snapshot, curation: Mapping[str, Any], report: Report, journal: Journal
    ) -> DreamResult: ...

    def answer(self, snapshot: Snapshot, request: Request, report: Report, journal: Journal) -> Revision | Decline: ...
