"""A run's journal: what an engine did outside, kept so that a resumed run does no thing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dreaming.models import JournalEntry, Run


@dataclass(frozen=True, slots=True)
class RunJournal:
    """Durable key and value of one run; each is stored at once, so it is there whatever comes after."""

    run: Run
    clock: Callable[[], datetime]

    def get(self, key: str) -> Any | None:
        entry = JournalEntry.objects.of(self.run.team).filter(run=self.run, key=key).first()
        return entry.value if entry else None

    def put(self, key: str, value: Any) -> None:
        JournalEntry.objects.of(self.run.team).update_or_create(
            run=self.run,
            key=key,
            defaults={"value": value, "at": self.clock()},
            create_defaults={"team": self.run.team, "value": value, "at": self.clock()},
        )

    def recall(self, key: str) -> Any | None:
        entries = JournalEntry.objects.of(self.run.team).filter(run__agent=self.run.agent, key=key)
        entry = entries.order_by("-run__number").first()
        return entry.value if entry else None


class NoJournal:
    """For dreams of which nothing is stored."""

    def get(self, key: str) -> Any | None:
        return None

    def put(self, key: str, value: Any) -> None:
        return None

    def recall(self, key: str) -> Any | None:
        return None
