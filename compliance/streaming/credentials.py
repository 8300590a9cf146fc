"""What a destination asks of who sends: sealed under a key of its own outside the database, and never shown again.

The keys are those of private values (`audit.subjects`): removing a destination destroys its key, also for backups.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag

from audit import subjects
from compliance.models import Destination


class Lost(Exception):
    """The credentials cannot be read: their key was destroyed, or the row is not what was sealed."""


@dataclass(frozen=True)
class Credentials:
    """`secret` signs; `authorization` is the value of that header."""

    secret: str = field(default="", repr=False)
    authorization: str = field(default="", repr=False)


def seal(destination: Destination, credentials: Credentials) -> None:
    """Put them on a row, which is not saved. Raises keys.BadKey."""
    key = subjects.key_for(log=destination.trail_log, subject=destination.public_id)
    plain = json.dumps({"secret": credentials.secret, "authorization": credentials.authorization}).encode()
    destination.key, destination.sealed = key.id, key.seal(plain, about=_about(destination))


def open(destination: Destination) -> Credentials:
    """Raises Lost, keys.BadKey."""
    if not destination.sealed:
        return Credentials()
    try:
        key = subjects.find(log=destination.trail_log, subject=destination.public_id, id=destination.key)
        found = json.loads(key.open(bytes(destination.sealed), about=_about(destination)))
    except (subjects.Gone, InvalidTag, ValueError) as closed:
        raise Lost(destination.public_id) from closed
    return Credentials(found["secret"], found["authorization"])


def destroy(destination: Destination) -> None:
    """Raises keys.BadKey."""
    subjects.destroy(log=destination.trail_log, subject=destination.public_id, id=destination.key)


def _about(destination: Destination) -> bytes:
    return f"{destination.trail_log}\0{destination.public_id}".encode()
