"""What signs in at a provider: sealed under a key of its own outside the database, and never shown again.

The keys are those of private values (`audit.subjects`): removing a connection destroys its key, also for backups.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import partial

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.db.models import QuerySet

from agents.models import Connection, WaitingKey
from audit import subjects

Row = Connection | WaitingKey
HINT = 4
LEAST_SHOWN = 16


class Lost(Exception):
    """The secret cannot be read: its key was destroyed, or the row is not what was sealed."""


@dataclass(frozen=True)
class Secret:
    """`api_key` signs in at the platform, at Foundry, at Bedrock, and at Vertex as a token that lasts an hour; those of
    AWS sign for Bedrock, and `service_account` (JSON of Google) fetches tokens for Vertex.
    """

    api_key: str = field(default="", repr=False)
    aws_access_key: str = field(default="", repr=False)
    aws_secret_key: str = field(default="", repr=False)
    aws_session_token: str = field(default="", repr=False)
    service_account: str = field(default="", repr=False)

    @property
    def hint(self) -> str:
        """Nothing of what is too short to show a part of, and nothing of a file."""
        shown = self.api_key or self.aws_access_key
        return shown[-HINT:] if len(shown) >= LEAST_SHOWN else ""

    def struck_from(self, text: str) -> str:
        """The text without any of it, for what others say: they may repeat what they were sent."""
        for piece in sorted(filter(None, self._pieces()), key=len, reverse=True):
            text = text.replace(piece, "…")
        return text

    def _pieces(self) -> list[str]:
        whole = [self.api_key, self.aws_access_key, self.aws_secret_key, self.aws_session_token, self.service_account]
        return [*whole, *(piece for one in whole if len(one) >= LEAST_SHOWN for piece in (one[:-HINT], one[HINT:]))]


def seal(row: Row, secret: Secret) -> None:
    """Put it on a row, which is not saved. Raises keys.BadKey."""
    key = subjects.key_for(log=row.trail_log, subject=row.public_id)
    plain = json.dumps(asdict(secret)).encode()
    row.key, row.sealed = key.id, key.seal(plain, about=_about(row))
    row.hint = secret.hint


def open(row: Row) -> Secret:
    """Raises Lost, keys.BadKey."""
    try:
        key = subjects.find(log=row.trail_log, subject=row.public_id, id=row.key)
        return Secret(**json.loads(key.open(bytes(row.sealed), about=_about(row))))
    except (subjects.Gone, InvalidTag, ValueError, TypeError) as closed:
        raise Lost(row.public_id) from closed


def destroy(row: Row) -> None:
    """Raises keys.BadKey."""
    subjects.destroy(log=row.trail_log, subject=row.public_id, id=row.key)


def strike(waiting: QuerySet[WaitingKey]) -> int:
    """Forget keys that waited, also in backups, once the caller's unit is through. Returns how many."""
    rows = list(waiting)
    for row in rows:
        transaction.on_commit(partial(destroy, row))
    waiting.delete()
    return len(rows)


def _about(row: Row) -> bytes:
    return f"{row.trail_log}\0{row.public_id}".encode()
