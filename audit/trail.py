"""The one way to record what happened: a unit of work whose events stand or fall with its rows."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from django.db import transaction

from audit import appending, catalogue, entries, ids
from audit.entries import Entry, Secret
from audit.verify import commitments

INSTALLATION = "installation"  # the log of what belongs to no team: failed sign-ins, set-up

ActorType = Literal["person", "machine", "system"]
Outcome = Literal["success", "failure", "denied"]

_ACTOR_TYPES = ("person", "machine", "system")
_OUTCOMES = ("success", "failure", "denied")
_PRIVATE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class NoUnit(RuntimeError):
    """Something was recorded outside of a unit of work."""


class NotRecordable(ValueError):
    """What the trail does not take: an unknown outcome, a time without zone, a private value that is no text."""


@dataclass(frozen=True)
class Actor:
    type: ActorType
    id: str

    def __post_init__(self) -> None:
        if self.type not in _ACTOR_TYPES:
            raise NotRecordable(f"{self.type!r} is no type of actor")


@dataclass(frozen=True)
class Target:
    type: str
    id: str


SYSTEM = Actor("system", "system")


class HasActor(Protocol):
    @property
    def trail_actor(self) -> Actor: ...


class HasLog(Protocol):
    """A row that events can be about. `trail_type` is asked for first, else its class gives the name."""

    @property
    def public_id(self) -> str: ...

    @property
    def trail_log(self) -> str: ...


@dataclass
class _Buffer:
    entries: list[Entry] = field(default_factory=list)
    is_open: bool = True


@dataclass(frozen=True)
class Unit:
    """What a verb records into; kept in memory until the outermost unit ends."""

    at: datetime
    _buffer: _Buffer

    def record(
        self,
        type: str,
        *,
        target: Target | HasLog,
        by: Actor | HasActor,
        data: Mapping[str, Any] | None = None,
        private: Mapping[str, str] | None = None,
        log: str | None = None,
        outcome: Outcome = "success",
        subject: str = "",
    ) -> str:
        """Add an event and return its id. Values of `private` are only committed to; `subject` is the opaque id of whom
        they are about: erasing that subject erases them. Unsaid, it is the person who acts.

        Raises NoUnit after the unit ended, catalogue.NotListed, NotRecordable or canonical.NotCanonical.
        """
        if not self._buffer.is_open:
            raise NoUnit(f"{type} was recorded after its unit of work ended")
        if outcome not in _OUTCOMES:
            raise NotRecordable(f"{outcome!r} is no outcome")
        known = dict(data or {})
        catalogue.check(type, known)
        entry = entries.of(
            public_id=ids.new("evt"),
            log=log or _log(type, target),
            at=self.at,
            type=type,
            outcome=outcome,
            actor=_actor(by),
            target=_target(target),
            data=known,
            secrets=_secrets(private, subject) if private else (),
        )
        self._buffer.entries.append(entry)
        return entry.public_id


_current: ContextVar[_Buffer | None] = ContextVar("audit_unit", default=None)


@contextmanager
def unit_of_work(*, at: datetime) -> Iterator[Unit]:
    """A transaction whose events are numbered, chained and stored as its last act.

    A unit inside another joins it: its events wait for the outer end, and are dropped if it fails alone.
    """
    if at.tzinfo is None:
        raise NotRecordable("`at` needs a time zone")
    outer = _current.get()
    with _joined(outer, at) if outer is not None else _outermost(at) as unit:
        yield unit


@contextmanager
def _outermost(at: datetime) -> Iterator[Unit]:
    buffer = _Buffer()
    with transaction.atomic():  # noqa: TID251  (this is the unit of work)
        token = _current.set(buffer)
        try:
            yield Unit(at, buffer)
            buffer.is_open = False
            appending.append(buffer.entries)
        finally:  # before the commit, whose hooks open units of their own
            buffer.is_open = False
            _current.reset(token)


@contextmanager
def _joined(buffer: _Buffer, at: datetime) -> Iterator[Unit]:
    before = len(buffer.entries)
    try:
        with transaction.atomic():  # noqa: TID251  (a savepoint of the unit of work)
            yield Unit(at, buffer)
    except BaseException:
        del buffer.entries[before:]
        raise


def _actor(by: Actor | HasActor) -> tuple[str, str]:
    actor = by if isinstance(by, Actor) else by.trail_actor
    return actor.type, actor.id


def _log(type: str, target: Target | HasLog) -> str:
    if isinstance(target, Target):
        raise NotRecordable(f"{type} about {target.id} needs a log")
    return target.trail_log


def _target(target: Target | HasLog) -> tuple[str, str]:
    if isinstance(target, Target):
        return target.type, target.id
    # __class__ and not type(): a lazy object answers for what it wraps
    return getattr(target, "trail_type", target.__class__.__name__.lower()), target.public_id


def _secrets(private: Mapping[str, str], subject: str) -> Sequence[Secret]:
    for name, value in private.items():
        if not _PRIVATE_NAME.fullmatch(name) or not isinstance(value, str) or "\0" in value:
            raise NotRecordable(f"private value {name!r} needs a plain name and a text without NUL")
    salts = {name: secrets.token_bytes(commitments.SALT_BYTES) for name in private}
    return [
        Secret(
            name=name,
            salt=salts[name],
            value=value,
            subject=subject,
            commitment=commitments.commit(name=name, value=value, salt=salts[name]),
        )
        for name, value in private.items()
    ]
