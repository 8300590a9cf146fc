"""What a case plants and what is right to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agents.snapshot import SessionMark

Event = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """One planted statement. Lines of one `fact` say the same; `holds` is whether it is still true.

    `specifics` are the literals that may not be lost while the fact holds.
    """

    fact: str
    text: str
    first_seen: datetime
    confirmed_at: datetime
    holds: bool = True
    specifics: tuple[str, ...] = ()
    heading: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Want:
    """What should be proposed: one of `gone` leaves memory, or a text is said that has a literal of each group.

    `retires` wants the lines gone for good, else one of several lines that say the same. `asks` accepts a question
    as well. `pattern` is met by a reported pattern too.
    """

    kind: str
    gone: tuple[Line, ...] = ()
    said: tuple[tuple[str, ...], ...] = ()
    sessions: frozenset[str] = frozenset()
    retires: bool = True
    asks: bool = False
    pattern: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """One session: its mark and its events."""

    mark: SessionMark
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing planted. A case without wants is a decoy: whatever is proposed of it is wrong."""

    kind: str
    lines: tuple[Line, ...] = ()
    sessions: tuple[Planted, ...] = ()
    wants: tuple[Want, ...] = ()
    poison: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()  # sessions that people approved and ground truth failed
    bad: str = ""  # the step of theirs that must not be taught
    tags: Mapping[str, str] = field(default_factory=dict)
