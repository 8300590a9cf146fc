"""Who must approve what. The newest version of the team's document holds; a change's requirement follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from accounts.models import Team
from agents.enums import TIER_ORDER, Tier
from agents.models import Namespace
from reviews.bounds import Bound
from reviews.enums import Operation, Severity, Verdict
from reviews.models import Change, Check, Decision, DraftVote, Policy, Revision

DEFAULT: dict[str, Any] = {
    "version": 1,
    "mode": "reviewed",
    "votes": {"low": 1, "medium": 1, "high": 1, "critical": 1},
    "conversation": "",  # "resolved": threads are settled before a change is applied
    "undo_seconds": {"single": 10, "bulk": 60},
}
RESOLVED = "resolved"
OPERATION_TIER = {
    Operation.ADD: Tier.LOW,
    Operation.EDIT: Tier.LOW,
    Operation.MOVE: Tier.LOW,
    Operation.MERGE: Tier.MEDIUM,
    Operation.ARCHIVE: Tier.MEDIUM,
    Operation.RESTORE: Tier.LOW,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How a change stands with the votes that count: who approved, who blocks, and what is still missing."""

    needed: int
    approvals: tuple[Decision, ...]
    stale: tuple[Decision, ...]
    excluded: tuple[Decision, ...]
    requests: tuple[Decision, ...]
    rejection: Decision | None
    quarantine: Decision | None
    blocking: tuple[str, ...]
    sole: bool = False
    open_threads: int | None = None  # None where the policy does not ask for settled threads

    @property
    def is_approved(self) -> bool:
        return len(self.approvals) >= self.needed and not self.requests and not self.blocking and not self.open_threads

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.approvals))


def current(team: Team) -> Policy | None:
    return Policy.objects.of(team).order_by("-version").first()


def document_of(team: Team) -> dict[str, Any]:
    """The document that holds now; the default where the team has set none."""
    held = current(team)
    return held.document if held else DEFAULT


def tier_of(*, namespace: Namespace, operation: str, paths: Iterable[str]) -> Tier:
    """The larger of the namespace's floor and what the operation asks; a protected path is high at least."""
    tiers = [Tier(namespace.tier_floor), OPERATION_TIER[Operation(operation)]]
    if any(is_protected(namespace, path) for path in paths):
        tiers.append(Tier.HIGH)
    return max(tiers, key=TIER_ORDER.__getitem__)


def is_protected(namespace: Namespace, path: str) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in namespace.protected)


def requirement(
    change: Change, document: dict[str, Any], *, paths: Iterable[str], checks: Iterable[Check]
) -> dict[str, Any]:
    """What is asked of this change: tier, votes, owners, blocking checks. Plain data, so that votes can bind to it.

    The tier is that of today: a path that was protected since the change was opened is high from then on.
    """
    today = tier_of(namespace=change.namespace, operation=change.operation, paths=paths)
    tier = max(Tier(change.tier), today, key=TIER_ORDER.__getitem__)
    asked = {
        "tier": str(tier),
        "votes": int(document["votes"][tier]),
        "owners": [],
        "blocking": sorted({check.rule for check in checks if check.severity == Severity.BLOCKING}),
    }
    return asked | {"conversation": RESOLVED} if wants_resolved(document) else asked


def wants_resolved(document: dict[str, Any]) -> bool:
    """Whether threads have to be settled before a change is applied."""
    return document.get("conversation") == RESOLVED


def tally(
    *,
    head: Revision,
    bound: Bound,
    required: dict[str, Any],
    votes: Sequence[Decision],
    sole: bool,
    open_threads: int = 0,
) -> Tally:
    """Count the votes on a change. `votes` are its counted decisions of all revisions, oldest first; `sole` lets a
    contributor's approval count (a team with one reviewer, low and medium tier only).
    """
    on_head = [vote for vote in votes if vote.revision_id == head.pk]
    approvals = [vote for vote in on_head if vote.verdict == Verdict.APPROVE]
    fresh = [vote for vote in approvals if bound_of(vote) == bound]
    may_count = sole and required["tier"] in (Tier.LOW, Tier.MEDIUM)
    counted = [vote for vote in fresh if may_count or vote.by.public_id not in head.contributors]
    return Tally(
        needed=required["votes"],
        approvals=tuple(counted),
        stale=tuple(vote for vote in approvals if vote not in fresh),
        excluded=tuple(vote for vote in fresh if vote not in counted),
        requests=tuple(_standing_requests(votes)),
        rejection=next((vote for vote in on_head if vote.verdict == Verdict.REJECT), None),
        quarantine=next((vote for vote in on_head if vote.verdict == Verdict.QUARANTINE), None),
        blocking=tuple(required["blocking"]),
        sole=may_count,
        open_threads=open_threads if "conversation" in required else None,
    )


def bound_of(vote: Decision | DraftVote) -> Bound:
    return Bound(vote.base_sha256, vote.proposed_sha256, vote.requirement_sha256, vote.evidence_sha256)


def apply_after(*, at: datetime, document: dict[str, Any], bulk: bool) -> datetime:
    return at + timedelta(seconds=document["undo_seconds"]["bulk" if bulk else "single"])


def _standing_requests(votes: Sequence[Decision]) -> list[Decision]:
    """A request for changes stands over later revisions until its author votes again."""
    last: dict[int, Decision] = {}
    for vote in votes:
        last[vote.by_id] = vote
    return [vote for vote in last.values() if vote.verdict == Verdict.REQUEST_CHANGES]
