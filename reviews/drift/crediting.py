"""Which changes moved a statement: by their tier, and by the source classes of the evidence they rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from accounts.models import Team
from agents.enums import TIER_ORDER, Tier
from agents.models import MemoryVersion, SessionEvent, StatementRecord
from agents.text.distance import Distance, Place
from reviews.drift.pieces import pieces
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Baseline, Change, Evidence

NONE = "none"  # no change, or no verified quote that supports it

Parts = dict[str, dict[str, list[int]]]


@dataclass(frozen=True, slots=True)
class Credit:
    """What is known of who moved what. Changes are named by their public ids."""

    came: dict[Place, list[str]] = field(default_factory=dict)
    went: dict[Place, list[str]] = field(default_factory=dict)
    last: dict[int, list[str]] = field(default_factory=dict)
    tiers: dict[str, str] = field(default_factory=dict)
    sources: dict[str, set[str]] = field(default_factory=dict)

    def parts(self, found: Distance) -> Parts:
        """How many statements were added, changed and taken out, by tier and by source class."""
        parts: Parts = {"tier": defaultdict(lambda: [0, 0, 0]), "source": defaultdict(lambda: [0, 0, 0])}
        for column, changes in self._moves(found):
            tiers = [self.tiers[one] for one in changes if one in self.tiers]
            tier = max(tiers, key=lambda one: TIER_ORDER[Tier(one)], default=NONE)
            parts["tier"][tier][column] += 1
            for source in {one for change in changes for one in self.sources.get(change, ())} or {NONE}:
                parts["source"][source][column] += 1
        return {name: {key: list(row) for key, row in sorted(rows.items())} for name, rows in parts.items()}

    def _moves(self, found: Distance) -> Iterator[tuple[int, list[str]]]:
        for place in found.added:
            yield 0, self.came.get(place) or self.last.get(place[0], [])
        for _, place in found.changed:
            yield 1, self.came.get(place) or self.last.get(place[0], [])
        for place in found.gone:
            yield 2, self.went.get(place) or self.last.get(place[0], [])


def read(baseline: Baseline, since: Sequence[MemoryVersion], distances: Iterable[Distance]) -> Credit:
    """What the records of statements and the versions since the baseline tell of these distances."""
    team = baseline.namespace.team
    memories = {memory for found in distances for memory, _ in _places(found)}
    written = {(version.memory_id, version.at): list(version.origin_ids) for version in since}
    credit = Credit(last={version.memory_id: list(version.origin_ids) for version in since})
    for some in pieces(memories):
        rows = StatementRecord.objects.of(team).filter(memory__in=some).order_by("first_seen", "pk")
        for memory, sha256, by, gone in rows.values_list("memory", "sha256", "introduced_by", "retired_at"):
            if by:
                credit.came[memory, sha256] = [by]
            if gone is not None and (memory, gone) in written:
                credit.went[memory, sha256] = written[memory, gone]
    changes = {one for known in (credit.came, credit.went, credit.last) for named in known.values() for one in named}
    _read_changes(team, changes, credit)
    return credit


def _read_changes(team: Team, changes: set[str], credit: Credit) -> None:
    for some in pieces(changes):
        rows = Change.objects.of(team).filter(public_id__in=some)
        credit.tiers.update(rows.values_list("public_id", "tier"))
        quotes = Evidence.objects.of(team).filter(
            change__public_id__in=some, status=EvidenceStatus.VERIFIED, stance=Stance.FOR
        )
        said = list(quotes.values_list("change__public_id", "session", "position"))
        classes = _classes(team, {(session, position) for _, session, position in said})
        for change, session, position in said:
            if (session, position) in classes:
                credit.sources.setdefault(change, set()).add(classes[session, position])


def _classes(team: Team, places: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    found = {}
    for some in pieces({session for session, _ in places}):
        positions = {position for session, position in places if session in set(some)}
        rows = SessionEvent.objects.of(team).filter(session__in=some, position__in=positions)
        for session, position, said in rows.values_list("session", "position", "source_class").iterator(2000):
            if (session, position) in places:
                found[session, position] = said
    return found


def _places(found: Distance) -> Iterator[Place]:
    yield from found.added
    yield from found.gone
    for old, new in found.changed:
        yield old
        yield new
