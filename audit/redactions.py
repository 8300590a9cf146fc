"""What a log says was erased: of each event the private values that may be missing, and the texts that may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.models import Event

TYPE = "audit.redacted"
MOST_EVENTS = 400  # in one event of redaction: it may have 8 KiB


@dataclass
class Redacted:
    fields: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    blobs: set[str] = field(default_factory=set)

    def covers(self, seq: int, name: str) -> bool:
        return seq in self.fields and name in self.fields[seq]

    def add(self, data: dict[str, Any]) -> None:
        """What one event says: each of its `fields`, of each of its `events`."""
        for seq in data.get("events", ()):
            self.fields[seq].update(data.get("fields", ()))
        self.blobs.update(data.get("blobs", ()))


def of_log(log: str) -> Redacted:
    found = Redacted()
    for event in Event.objects.of_log(log).filter(type=TYPE).order_by("seq").iterator(chunk_size=200):
        found.add(event.content()["data"])
    return found


def grouped(places: Iterable[tuple[int, str]]) -> list[dict[str, Sequence[Any]]]:
    """Events and fields for `audit.redacted`, from (seq, name): the fewest that say exactly this."""
    names: dict[int, set[str]] = defaultdict(set)
    for seq, name in places:
        names[seq].add(name)
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for seq in sorted(names):
        alike[tuple(sorted(names[seq]))].append(seq)
    return [
        {"events": seqs[start : start + MOST_EVENTS], "fields": list(fields)}
        for fields, seqs in sorted(alike.items())
        for start in range(0, len(seqs), MOST_EVENTS)
    ]
