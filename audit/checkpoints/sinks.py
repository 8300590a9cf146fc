"""Where checkpoints go, out of reach of whoever can rewrite the database. The settings name a class for each sink."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from audit.models import Checkpoint


class Unreachable(Exception):
    """The sink does not answer: nothing can be delivered to it for now."""


class NotTaken(Exception):
    """The sink does not take this checkpoint; others it may."""


class Sink(Protocol):
    name: str
    every: timedelta  # at most one checkpoint of a log in this time; zero: each one

    def takes(self, log: str) -> bool:
        """Whether checkpoints of this log belong there."""

    def deliver(self, checkpoint: Checkpoint) -> None:
        """Hand it over; the same one again does no harm. Returning confirms. Raises Unreachable, NotTaken."""


def configured() -> list[Sink]:
    """The sinks of `CHECKPOINT_SINKS`, each a class that is made without arguments."""
    return [import_string(path)() for path in settings.CHECKPOINT_SINKS]
