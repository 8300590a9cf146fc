"""Whose word on a session counts: the weights of the curation policy, applied before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.snapshot import PEOPLE, SOURCE_WEIGHTS, VERIFIED, OutcomeMark, Snapshot


def weighed(snapshot: Snapshot, weights: Mapping[str, float]) -> Snapshot:
    """The snapshot with only the outcomes that count; with the usual weights, sessions judge that themselves."""
    if all(weights.get(source) == weight for source, weight in SOURCE_WEIGHTS.items()):
        return snapshot
    marks = (replace(mark, outcomes=_counted(mark.outcomes, weights)) for mark in snapshot.sessions)
    return replace(snapshot, sessions=tuple(marks))


def _counted(outcomes: Sequence[OutcomeMark], weights: Mapping[str, float]) -> tuple[OutcomeMark, ...]:
    """Those of the weightiest source, and beside a failure that was verified, the people who had approved."""
    heard = [one for one in outcomes if weights.get(one.source, 0) > 0]
    most = max((weights[one.source] for one in heard), default=0)
    kept = [one for one in heard if weights[one.source] == most]
    if any(one.name == "failed" and one.source in VERIFIED for one in kept):
        kept += [one for one in heard if one.name == "completed" and one.source in PEOPLE and one not in kept]
    return tuple(kept)
