"""What there is to say of versions that stood at a moment: who decided on each, and the event that wrote it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from accounts import naming
from accounts.models import Team
from agents import reading
from agents.models import MemoryVersion
from audit import pruning
from audit.models import Event
from reviews.enums import Verdict
from reviews.models import Change, Decision


@dataclass(frozen=True)
class Told:
    """One version. `page` is it as an agent is given it, empty where its text was erased since.

    `by` is who wrote it, `approved_by` whose votes carried it; `event` None where the log tells of no such writing,
    and `is_pruned` where it was pruned since, so that it cannot.
    """

    version: MemoryVersion
    page: reading.Page
    event: Event | None
    is_pruned: bool
    changes: Sequence[Change]
    by: str
    approved_by: Sequence[tuple[str, str]]

    @property
    def is_erased(self) -> bool:
        return self.version.blob.erased_at is not None

    @property
    def is_glass(self) -> bool:
        return any(change.glass_broken for change in self.changes)

    @property
    def is_automatic(self) -> bool:
        return bool(self.changes) and not self.approved_by and not self.is_glass


def tell(team: Team, versions: Sequence[MemoryVersion]) -> list[Told]:
    """In four queries at most, one more where an event is missing. Versions come with memory, namespace and blob."""
    events = _events(team, versions)
    pruned = pruning.newest(team.trail_log) if len(events) < len(versions) else None
    until = pruned.event.at if pruned else None
    changes = _changes(team, {id for one in versions for id in one.origin_ids})
    votes = _votes(team, changes.values())
    called = naming.names({one.actor_id for one in versions}, team=team)
    return [_told(one, events, until, changes, votes, called) for one in versions]


def _told(
    version: MemoryVersion,
    events: dict[str, Event],
    pruned_until: datetime | None,
    changes: dict[str, Change],
    votes: dict[int, list[Decision]],
    called: dict[str, str],
) -> Told:
    own = [changes[id] for id in version.origin_ids if id in changes]
    approvals = [vote for change in own for vote in votes[change.pk] if _counted(vote, version)]
    people = {vote.by.public_id: str(vote.by) for vote in approvals}
    return Told(
        version=version,
        page=reading.page(
            namespace=version.memory.namespace.slug,
            path=version.path,
            text="" if version.blob.erased_at else version.text,
            version=version.public_id,
        ),
        event=(event := events.get(version.public_id)),
        is_pruned=event is None and pruned_until is not None and version.at <= pruned_until,
        changes=own,
        by=called.get(version.actor_id, "Lucid" if version.actor_type == "system" else version.actor_id),
        approved_by=sorted(people.items(), key=lambda one: one[1]),
    )


def _events(team: Team, versions: Sequence[MemoryVersion]) -> dict[str, Event]:
    """By the id of the version, as the record itself names it."""
    written = Event.objects.of_log(team.trail_log).filter(
        type="memory.written",
        target_id__in={one.memory.public_id for one in versions},
        at__in={one.at for one in versions},
    )
    return {str(event.content()["data"].get("version", "")): event for event in written}


def _changes(team: Team, ids: set[str]) -> dict[str, Change]:
    rows = Change.objects.of(team).filter(public_id__in=ids).select_related("proposal")
    return {row.public_id: row for row in rows}


def _votes(team: Team, changes: Iterable[Change]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = defaultdict(list)
    ids = [change.pk for change in changes]
    if ids:
        rows = Decision.objects.of(team).filter(change__in=ids, verdict=Verdict.APPROVE, revision=F("change__head"))
        for row in rows.select_related("by").order_by("at", "pk"):
            found[row.change_id].append(row)
    return found


def _counted(vote: Decision, version: MemoryVersion) -> bool:
    """Whether an approval counted when the version was written."""
    ends = (vote.withdrawn_at, vote.dismissed_at, vote.lapsed_at)
    return vote.at <= version.at and all(end is None or end > version.at for end in ends)
