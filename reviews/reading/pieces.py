"""Diffs too long for one page: drawn in pieces as they are reached, and approved only by who opened every piece.

A piece leaves a signed word with the person it was drawn for; an approval brings the words of all pieces along.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.core import signing

from accounts.models import User
from agents.text.diffs import SKIPPED, Row
from reviews.models import Revision, RevisionTarget

MOST_ROWS, MOST_LETTERS = 4_000, 200_000  # of a diff that is drawn at once
ROWS, LETTERS = 400, 50_000  # of a piece
_SIGNER = signing.Signer(salt="reviews.pieces")


def cut(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The pieces that rows are drawn in: one, but for very long ones."""
    letters = [_letters(row) for row in rows]
    if len(rows) <= MOST_ROWS and sum(letters) <= MOST_LETTERS:
        return [rows]
    starts, held = [0], 0
    for index, size in enumerate(letters):
        if index - starts[-1] == ROWS or (held and held + size > LETTERS):
            starts.append(index)
            held = 0
        held += size
    return [rows[start:end] for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)]


def _letters(row: Row) -> int:
    return 0 if row[0] == SKIPPED else sum(len(text) for segments in row[3:5] for _, text in segments)


def word(revision: Revision, target: int, piece: int, person: User) -> str:
    """What a piece leaves with the person it was drawn for."""
    return _SIGNER.sign(f"{revision.public_id}:{target}:{piece}:{person.public_id}")


def unopened(revision: Revision, targets: Sequence[RevisionTarget], person: User, words: Collection[str]) -> int:
    """How many pieces of a revision this person has not opened."""
    needed = {
        word(revision, target.position, piece, person)
        for target in targets
        if len(pieces := cut(target.rows)) > 1
        for piece in range(len(pieces))
    }
    return len(needed.difference(words))
