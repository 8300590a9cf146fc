"""What a pack is made from, fixed when its making begins: whoever goes on after a crash makes the same bytes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from accounts.models import Team
from audit.checkpoints import signer, signing_keys
from audit.entries import time_text
from audit.verify import packs
from compliance.enums import Disclosure, ExportState
from compliance.models import Export
from compliance.packs import scopes
from compliance.packs.scopes import Scope

TOOL = "lucid 0.1.0"
EARLIER = 50  # checkpoints of packs made before that come along, so that a reader finds the one they kept
REASONS = frozenset({"reason", "note"})


class Empty(Exception):
    """The log holds no event, so there is nothing to prove."""


@dataclass(frozen=True)
class Plan:
    """`checkpoints` are signed notes, the newest last; it seals `size` events. `first` and `last` bound the scope."""

    log: str
    made_at: str
    tool: str
    size: int
    first: int
    last: int
    checkpoints: list[str]
    keys: list[str]

    @classmethod
    def of(cls, export: Export) -> Plan:
        return cls(**export.plan)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def make(*, team: Team, scope: Scope, at: datetime) -> Plan:
    """Take a checkpoint of the log and fix the bounds. Raises Empty, signer.Refused, keys.NoKey, keys.BadKey."""
    sealed = signer.sign(team.trail_log, at=at)
    if sealed is None:
        raise Empty(team.trail_log)
    first, last = scopes.stretch(team, scope, size=sealed.size)
    return Plan(
        log=team.trail_log,
        made_at=time_text(at),
        tool=TOOL,
        size=sealed.size,
        first=first,
        last=last,
        checkpoints=[*_earlier(team), sealed.note],
        keys=[key.encode() for key in signing_keys.published()],
    )


def about(plan: Plan, scope: Scope, withheld: frozenset[str]) -> packs.About:
    return packs.About(
        log=plan.log,
        origin=plan.log,
        made_at=plan.made_at,
        tool=plan.tool,
        completeness=packs.FILTERED if scope.is_filtered else packs.CONTIGUOUS,
        scope=scope.as_json(),
        first=plan.first,
        last=plan.last,
        withheld=sorted(withheld),
    )


def is_disclosed(name: str, disclosure: str) -> bool:
    """Whether the private values of this name go into the pack in plain."""
    return disclosure == Disclosure.ALL or (disclosure == Disclosure.REASONS and name in REASONS)


def _earlier(team: Team) -> list[str]:
    """The checkpoints that sealed earlier packs, oldest first, one for each size."""
    made = Export.objects.of(team).filter(state__in=(ExportState.READY, ExportState.EXPIRED)).newest_first()
    notes = [plan["checkpoints"][-1] for plan in made.values_list("plan", flat=True)[:EARLIER]]
    return list(dict.fromkeys(reversed(notes)))
