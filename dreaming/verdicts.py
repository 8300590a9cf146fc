"""What people made of earlier proposals, as a dream has to know it: open changes, cool-downs, removals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import F

from accounts.models import Team
from agents.models import Namespace
from agents.snapshot import Cooldown, OpenChange, Removal
from agents.text import lines as text_lines
from agents.text import normalise
from reviews.enums import OriginKind, RevisionOrigin, State
from reviews.models import Change, ChangeQuerySet, Evidence, RevisionTarget

COOL_DOWN = timedelta(days=7)  # doubled with every time that the same was turned down
MOST_DOUBLINGS = 8
TURNED_DOWN = (State.REJECTED, State.REVERTED, State.WITHDRAWN, State.EXPIRED, State.QUARANTINED)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def open_changes(team: Team, namespaces: Sequence[Namespace]) -> tuple[OpenChange, ...]:
    """Undecided and approved changes of any origin, with the sessions that their evidence comes from."""
    rows = Change.objects.of(team).votable().filter(namespace__in=namespaces).select_related("namespace")
    changes = list(rows.order_by("namespace__slug", "fingerprint", "pk"))
    sessions = _sessions(team, rows)
    targets = _targets(team, changes)
    found = []
    for change in changes:
        own = targets[change.head_id or 0]
        found.append(
            OpenChange(
                id=change.public_id,
                namespace=change.namespace.slug,
                fingerprint=change.fingerprint,
                operation=change.operation,
                paths=tuple(sorted({path for one in own for path in (one.path_before, one.path_after) if path})),
                memory_ids=tuple(sorted({one.memory.public_id for one in own if one.memory})),
                sessions=tuple(sorted(sessions[change.pk])),
            )
        )
    return tuple(found)


def cooldowns(team: Team, namespaces: Sequence[Namespace]) -> tuple[Cooldown, ...]:
    """Fingerprints that were turned down, each with all evidence that it ever had; quarantine does not end by time."""
    rows = Change.objects.of(team).filter(namespace__in=namespaces, state__in=TURNED_DOWN)
    by_mark: dict[tuple[str, str], list[tuple[int, str, datetime]]] = defaultdict(list)
    for pk, namespace, fingerprint, state, state_at in rows.values_list(
        "pk", "namespace__slug", "fingerprint", "state", "state_at"
    ):
        by_mark[namespace, fingerprint].append((pk, state, state_at))
    sessions = _sessions(team, rows)
    return tuple(
        Cooldown(
            namespace=namespace,
            fingerprint=fingerprint,
            until=_until(group),
            sessions=tuple(sorted({session for pk, _, _ in group for session in sessions[pk]})),
        )
        for (namespace, fingerprint), group in sorted(by_mark.items())
    )


def removals(team: Team, namespaces: Sequence[Namespace]) -> tuple[Removal, ...]:
    """Lines that a person took out of a memory: by a change of their own, or by their wording of another's."""
    rows = RevisionTarget.objects.of(team).filter(
        revision__change__namespace__in=namespaces,
        revision__change__state=State.APPLIED,
        revision__change__head=F("revision"),
    )
    by_person = rows.filter(revision__change__proposal__origin_kind=OriginKind.PERSON) | rows.filter(
        revision__origin=RevisionOrigin.EDITED
    )
    found = set()
    for target in by_person.select_related("base__blob", "revision__change__namespace"):
        namespace = target.revision.change.namespace.slug
        found |= {(namespace, normalise.digest(line)) for line in _removed(target) if line.strip()}
    return tuple(Removal(namespace, sha256) for namespace, sha256 in sorted(found))


def _removed(target: RevisionTarget) -> set[str]:
    if target.path_after is None:
        return set(text_lines.split(target.base.text)) if target.base else set()
    before = {line for hunk in target.hunks for line in hunk["before"]}
    return before - {line for hunk in target.hunks for line in hunk["after"]}


def _until(group: Sequence[tuple[int, str, datetime]]) -> datetime:
    if any(state == State.QUARANTINED for _, state, _ in group):
        return NEVER
    doublings = min(len(group) - 1, MOST_DOUBLINGS)
    return max(state_at for _, _, state_at in group) + COOL_DOWN * (1 << doublings)


def _targets(team: Team, changes: Sequence[Change]) -> dict[int, list[RevisionTarget]]:
    found: dict[int, list[RevisionTarget]] = defaultdict(list)
    heads = [change.head_id for change in changes if change.head_id]
    rows = RevisionTarget.objects.of(team).filter(revision__in=heads).select_related("memory").defer("rows", "hunks")
    for target in rows.order_by("revision", "position"):
        found[target.revision_id].append(target)
    return found


def _sessions(team: Team, changes: ChangeQuerySet) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Evidence.objects.of(team).filter(change__in=changes.order_by().values("pk"))
    for change, session in rows.values_list("change_id", "session__public_id").distinct():
        found[change].add(session)
    return found
