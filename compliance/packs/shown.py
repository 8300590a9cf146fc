"""The events that a pack shows: those of its scope, and those that say which private values were erased."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from accounts.models import Team
from audit import exporting, pruning
from audit.models import Event
from audit.querying import EventQuerySet
from audit.verify import packing, packs
from audit.verify.packing import Leaf
from compliance.packs import scopes
from compliance.packs.plans import Plan
from compliance.packs.scopes import Scope

AT_ONCE = 1_000
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Shown:
    """One reading of the log; every method reads it anew, page by page, and reports how far it is."""

    team: Team
    plan: Plan
    scope: Scope
    report: Report

    @property
    def events(self) -> EventQuerySet:
        """Those of the scope. Contiguous: every number from the first to the last, whatever its time."""
        if self.scope.is_filtered:
            return scopes.events(self.team, self.scope, size=self.plan.size)
        return self._log.filter(seq__gte=self.plan.first, seq__lte=self.plan.last)

    @property
    def redactions(self) -> EventQuerySet:
        return self._log.filter(type=packs.REDACTED)

    @property
    def _log(self) -> EventQuerySet:
        return Event.objects.of_log(self.plan.log).filter(seq__lte=self.plan.size)

    def bodies(self, stage: str) -> Iterator[bytes]:
        for _seq, body in self.rows(stage):
            yield body

    def pages(self, stage: str) -> Iterator[list[dict[str, Any]]]:
        """The contents of events, some at a time, oldest first."""
        bodies = self.bodies(stage)
        while page := [json.loads(body) for body in islice(bodies, AT_ONCE)]:
            yield page

    def rows(self, stage: str) -> Iterator[tuple[int, bytes]]:
        """(number, body) of each, oldest first, none twice."""
        last = 0
        for count, (seq, body) in enumerate(heapq.merge(_rows(self.events), _rows(self.redactions))):
            if count % AT_ONCE == 0:
                self.report(stage, last, self.plan.size)
            if seq != last:
                yield seq, body
            last = seq

    def redacting(self) -> Iterator[bytes]:
        """The bodies of the events that say which private values were erased."""
        return (body for _seq, body in _rows(self.redactions))

    def leaves(self, stage: str) -> Iterator[Leaf]:
        """The leaf of every event of the log up to the checkpoint, with the body of those that are shown."""
        rows = self.rows(stage)
        shown = next(rows, None)
        pruned = enumerate(pruning.leaves(self.plan.log), start=1)
        for seq, leaf in chain(pruned, exporting.leaves(self._log)):
            if shown is not None and shown[0] == seq:
                yield leaf, shown[1]
                shown = next(rows, None)
            else:
                yield leaf, None


@dataclass
class Survey:
    """What the shown events hold, counted: names of private values, ids that they name, and events by type.

    `texts` are hashes of texts that come along with them, each of which is a file.
    """

    count: int = 0
    bytes: int = 0
    texts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    types: Counter[str] = field(default_factory=Counter)


def survey(shown: Shown) -> Survey:
    """Raises packing.TooLarge before anything is written, where the events alone tell that they do not fit."""
    found = Survey()
    bodies = shown.bodies("reading")
    while page := list(islice(bodies, AT_ONCE)):
        found.bytes += sum(map(len, page)) + len(page)
        for content in map(json.loads, page):
            found.count += 1
            found.texts |= _hashes_of_texts(content)
            found.names |= content["private"].keys()
            found.types[content["type"]] += 1
            found.ids |= {content["actor"]["id"], content["target"]["id"], *_texts(content["data"])}
        packing.check_fits(files=len(found.texts), file=found.bytes)
    return found


def _hashes_of_texts(content: dict[str, Any]) -> set[str]:
    data, family = content["data"], content["type"].partition(".")[0]
    name = {"memory": "sha256", "change": "proposed"}.get(family)
    return {data[name]} if name in data else set()


def _rows(events: EventQuerySet) -> Iterator[tuple[int, bytes]]:
    for page in exporting.pages(events, "seq", "body"):
        yield from ((seq, bytes(body)) for seq, body in page)


def _texts(data: dict[str, Any]) -> Iterator[str]:
    for value in data.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
