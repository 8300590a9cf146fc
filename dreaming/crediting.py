"""Helped and harmed: what a finished dream adds to the counters of the statements that sessions had before them.

Each session counts once, by how it ended. Where a later outcome turns that round, or the session was marked bad since,
what was counted is taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from agents import records
from agents.models import Memory
from agents.snapshot import SessionMark, Snapshot
from agents.text import normalise
from agents.text.statements import statements
from dreaming.engines.local.reading.recalls import exposures
from dreaming.models import Run, SessionRead

COUNTED = ("completed", "failed")


def counted(mark: SessionMark, run: Run) -> str:
    """The verdict that a session counts with; empty for another agent's, or where text from outside may speak."""
    is_own = mark.agent == run.agent.slug and not mark.taint and mark.trust != "untrusted"
    return mark.verdict if is_own and mark.verdict in COUNTED else ""


def credit(*, run: Run, snapshot: Snapshot) -> int:
    """Update the counters by the sessions that this run is the first to read as they are, before they are marked read,
    and by those that count otherwise than when they were read.

    Returns how many records changed.
    """
    turned, corrected = _turned(run, snapshot)
    if not turned:
        return 0
    SessionRead.objects.of(run.team).bulk_update(corrected, ["verdict"], batch_size=500)
    said = {normalise.digest(one.text) for memory in snapshot.memories for one in statements(memory.text)}
    found = exposures(snapshot.events, said)
    helpful: Counter[str] = Counter()
    harmful: Counter[str] = Counter()
    for digest, sessions in found.items():
        for session in sessions & turned.keys():
            helpful[digest] += turned[session].helpful
            harmful[digest] += turned[session].harmful
    memories = Memory.objects.of(run.team).filter(public_id__in=[memory.id for memory in snapshot.memories])
    return records.credit(team=run.team, memories=memories, helpful=helpful, harmful=harmful)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one session adds to both counters; negative where it was counted otherwise before."""

    helpful: int
    harmful: int


def _turned(run: Run, snapshot: Snapshot) -> tuple[Mapping[int, _Turn], list[SessionRead]]:
    """What each session adds, and the reads of before that were counted otherwise."""
    keys = [pk for pk, *_ in run.manifest["sessions"]]
    before = _before(run, set(keys))
    found, corrected = {}, []
    for at, mark in enumerate(snapshot.sessions):
        read = before.get(keys[at])
        if read is None and not mark.is_new:
            continue
        now, then = counted(mark, run), read.verdict if read else ""
        if now != then:
            helpful, harmful = ((now == name) - (then == name) for name in COUNTED)
            found[at] = _Turn(helpful, harmful)
            if read is not None and not mark.is_new:
                read.verdict = now
                corrected.append(read)
    return found, corrected


def _before(run: Run, sessions: set[int]) -> dict[int, SessionRead]:
    """How this agent read each session last."""
    rows = SessionRead.objects.of(run.team).filter(agent=run.agent).order_by("pk")
    return {row.session_id: row for row in rows.iterator(5000) if row.session_id in sessions}
