"""How a vote came about, as the server saw it.

A card leaves a signed word in its form that says when it was drawn, and for whom; a panel that is opened leaves one
more. So nothing is written when a page is read, and nobody makes a word up. A vote without words has no dwell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.utils.crypto import constant_time_compare

from accounts.models import User
from reviews.desk import Seat
from reviews.enums import Hand
from reviews.models import Change, Decision, ReviewFacts
from reviews.reading import pieces

_SIGNER = signing.Signer(salt="reviews.watching.facts")
_LONGEST = 30  # digits of a time


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands in `ReviewFacts`, before there is a vote."""

    hand: str = Hand.CARD
    dwell_ms: int | None = None
    panels: tuple[str, ...] = ()
    pieces: int | None = None
    pieces_seen: int | None = None


def drawn(revision_id: str, person: User, at: datetime, before: str = "") -> str:
    """The word of a card: since when this revision stands before this person; `before` is the word of a card that this
    one is drawn in place of.
    """
    if _dwell(revision_id, before, person, at) is not None:
        return before
    when = str(int(at.timestamp() * 1000))
    return f"{when}:{_SIGNER.signature(_card(revision_id, person, when))}"


def opened(change: Change, panel: str, person: User) -> str:
    """The word of a panel that was opened beside a change."""
    return _SIGNER.sign(_panel(change.public_id, panel, person))


def read(
    *, change_id: str, revision_id: str, word: str, opened: Collection[str], by_key: bool, person: User, at: datetime
) -> Facts:
    """The facts that the words of a form prove; that a key was pressed is only said."""
    return Facts(
        hand=Hand.KEYS if by_key else Hand.CARD,
        dwell_ms=_dwell(revision_id, word, person, at),
        panels=tuple(sorted(set(_panels(change_id, opened, person)))),
    )


def together(*, shown_at: float, at: datetime) -> Facts:
    """Of votes that are cast at once, on a list that was shown at that time."""
    return Facts(hand=Hand.SEVERAL, dwell_ms=max(0, int((at.timestamp() - shown_at) * 1000)))


def counted(facts: Facts, seat: Seat, by: User, opened: Collection[str]) -> Facts:
    """With the pieces of the diff that were in front of this person."""
    targets = [ground.target for ground in seat.standing.targets]
    whole = sum(len(pieces.cut(target.rows)) for target in targets)
    return replace(facts, pieces=whole, pieces_seen=whole - pieces.unopened(seat.head, targets, by, opened))


def record(vote: Decision, facts: Facts) -> ReviewFacts:
    """Store the facts of a vote, within the caller's unit."""
    values = asdict(facts) | {"panels": list(facts.panels)}
    return ReviewFacts.objects.create(team_id=vote.team_id, decision=vote, **values)


def kept(facts: Facts | None) -> dict[str, Any]:
    """For a vote that is prepared now and cast later."""
    return asdict(facts) | {"panels": list(facts.panels)} if facts else {}


def restored(kept: Mapping[str, Any]) -> Facts | None:
    return Facts(**(dict(kept) | {"panels": tuple(kept["panels"])})) if kept else None


def _dwell(revision_id: str, word: str, person: User, at: datetime) -> int | None:
    when, _, signature = word.partition(":")
    if not (when.isdecimal() and len(when) < _LONGEST):
        return None
    if not constant_time_compare(signature, _SIGNER.signature(_card(revision_id, person, when))):
        return None
    return max(0, int(at.timestamp() * 1000) - int(when))


def _panels(change_id: str, words: Collection[str], person: User) -> Iterator[str]:
    for word in words:
        try:
            said = _SIGNER.unsign(word)
        except signing.BadSignature:
            continue
        panel = said.split(":")[-2]
        if said == _panel(change_id, panel, person):
            yield panel


def _card(revision_id: str, person: User, when: str) -> str:
    return f"card:{revision_id}:{person.public_id}:{when}"


def _panel(change_id: str, panel: str, person: User) -> str:
    return f"panel:{change_id}:{panel}:{person.public_id}"
