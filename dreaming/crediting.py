"""Helped and harmed: what a finished dream adds to the counters of the statements that sessions had before them.

Each session counts once, by how it ended. Where a later outcome turns that round, what was counted is taken back.
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
    """Update the counters by the sessions that this run is the first to read as they are; before they are marked read.

    Returns how many records changed.
    """
    turned = _turned(run, snapshot)
    if not turned:
        return 0
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


def _turned(run: Run, snapshot: Snapshot) -> Mapping[int, _Turn]:
    keys = [pk for pk, *_ in run.manifest["sessions"]]
    new = {at: keys[at] for at, mark in enumerate(snapshot.sessions) if mark.is_new}
    before = _before(run, set(new.values()))
    found = {}
    for at, pk in new.items():
        now, then = counted(snapshot.sessions[at], run), before.get(pk, "")
        if now != then:
            helpful, harmful = ((now == name) - (then == name) for name in COUNTED)
            found[at] = _Turn(helpful, harmful)
    return found


def _before(run: Run, sessions: set[int]) -> dict[int, str]:
    """What each session counted as when this agent read it last."""
    rows = SessionRead.objects.of(run.team).filter(agent=run.agent).order_by("pk")
    return {pk: verdict for pk, verdict in rows.values_list("session_id", "verdict").iterator(5000) if pk in sessions}
