"""What people made of earlier proposals, as a dream has to know it: open changes, cool-downs, removals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import F

from accounts.models import Team
from agents.models import Namespace
from agents.snapshot import Cooldown, OpenChange, Removal
from agents.text import lines as text_lines
from agents.text import normalise
from agents.text.statements import statements
from dreaming.engines.local.fields import MOST_DAYS
from dreaming.models import Pattern, Run
from reviews.enums import OriginKind, RevisionOrigin, State
from reviews.models import Change, ChangeQuerySet, Evidence, Revision, RevisionTarget

MOST_DOUBLINGS = 8
TURNED_DOWN = (State.REJECTED, State.REVERTED, State.WITHDRAWN, State.EXPIRED, State.QUARANTINED)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def open_changes(team: Team, namespaces: Sequence[Namespace]) -> tuple[OpenChange, ...]:
    """Undecided and approved changes of any origin, with the sessions that their evidence comes from."""
    rows = Change.objects.of(team).votable().filter(namespace__in=namespaces)
    changes = list(
        rows.select_related("namespace", "proposal__agent", "head").order_by("namespace__slug", "fingerprint", "pk")
    )
    sessions = _sessions(team, rows)
    targets = _targets(team, changes)
    patterns = Pattern.objects.of(team).filter(public_id__in={one.pattern_id for one in changes if one.pattern_id})
    runs = Run.objects.of(team).filter(public_id__in={one.proposal.origin_id for one in changes})
    keys = dict(patterns.values_list("public_id", "key"))
    numbers = dict(runs.values_list("public_id", "number"))
    return tuple(
        _open_change(
            change,
            targets[change.head_id or 0],
            sessions=tuple(sorted(sessions[change.pk])),
            pattern=keys.get(change.pattern_id, ""),
            run=numbers.get(change.proposal.origin_id, 0),
        )
        for change in changes
    )


def cooldowns(team: Team, namespaces: Sequence[Namespace], days: int) -> tuple[Cooldown, ...]:
    """Fingerprints that were turned down, each with all evidence that it ever had; quarantine does not end by time.

    They cool for so many days, doubled with every time that the same was turned down.
    """
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
            until=_until(group, days),
            sessions=tuple(sorted({session for pk, _, _ in group for session in sessions[pk]})),
        )
        for (namespace, fingerprint), group in sorted(by_mark.items())
    )


def removals(team: Team, namespaces: Sequence[Namespace]) -> tuple[Removal, ...]:
    """What a person took out of a memory, or out of what was proposed for it: by a change of their own, or by their
    wording of another's. Lines and statements, so that a part of a line counts as well."""
    applied = Revision.objects.of(team).filter(change__namespace__in=namespaces, change__state=State.APPLIED)
    heads = applied.filter(change__head=F("pk"))
    edited = heads.filter(origin=RevisionOrigin.EDITED)
    by_person = (heads.filter(change__proposal__origin_kind=OriginKind.PERSON) | edited).values("pk")
    dropped = applied.filter(change__head__in=edited.values("pk")).values("pk")
    rows = RevisionTarget.objects.of(team).select_related("base__blob", "revision__change__namespace").defer("rows")
    by_change: dict[int, list[RevisionTarget]] = defaultdict(list)
    for target in rows.filter(revision__in=by_person.union(dropped)):
        by_change[target.revision.change_id].append(target)
    found = set()
    for targets in by_change.values():
        change = targets[0].revision.change
        own = [target for target in targets if target.revision_id == change.head_id]
        offered = [target for target in targets if target.revision_id != change.head_id]
        gone = _texts_before(own) | _texts_after(offered)
        stays = _texts_after(own) | _texts_kept(own)
        found |= {(change.namespace.slug, sha256) for sha256 in _digests(gone) - _digests(stays)}
    return tuple(Removal(namespace, sha256) for namespace, sha256 in sorted(found))


def _open_change(
    change: Change, targets: Sequence[RevisionTarget], *, sessions: tuple[str, ...], pattern: str, run: int
) -> OpenChange:
    proposal, head = change.proposal, change.head
    adds, removes = _said(targets)
    return OpenChange(
        id=change.public_id,
        namespace=change.namespace.slug,
        fingerprint=change.fingerprint,
        operation=change.operation,
        paths=tuple(sorted({path for one in targets for path in (one.path_before, one.path_after) if path})),
        memory_ids=tuple(sorted({one.memory.public_id for one in targets if one.memory})),
        sessions=sessions,
        state=change.state,
        origin=OriginKind.PERSON.value if head and head.contributors else proposal.origin_kind,
        agent=proposal.agent.slug if proposal.agent else "",
        reason_code=change.reason_code,
        pattern=pattern,
        run=run,
        opened_at=change.opened_at,
        adds=adds,
        removes=removes,
    )


def _said(targets: Sequence[RevisionTarget]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines that a revision brings, and those that it takes away."""
    old, new = (
        {normalise.digest(line): line for line in _lines(texts)}
        for texts in (_texts_before(targets), _texts_after(targets))
    )
    adds = tuple(line for sha256, line in new.items() if sha256 not in old)
    return adds, tuple(line for sha256, line in old.items() if sha256 not in new)


def _lines(texts: Iterable[str]) -> list[str]:
    return [line.strip() for text in sorted(texts) for line in text_lines.split(text) if line.strip()]


def _texts_before(targets: Sequence[RevisionTarget]) -> set[str]:
    archived = {one.base.text for one in targets if one.path_after is None and one.base}
    return archived | {"".join(hunk["before"]) for one in targets for hunk in one.hunks}


def _texts_after(targets: Sequence[RevisionTarget]) -> set[str]:
    return {"".join(hunk["after"]) for one in targets if one.path_after is not None for hunk in one.hunks}


def _texts_kept(targets: Sequence[RevisionTarget]) -> set[str]:
    """Where one memory of several goes, what the others said before is not gone with it."""
    archived = any(one.path_after is None for one in targets)
    return {one.base.text for one in targets if archived and one.path_after is not None and one.base}


def _digests(texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        said = [*text_lines.split(text), *(one.text for one in statements(text))]
        found |= {normalise.digest(one) for one in said if one.strip()}
    return found


def _until(group: Sequence[tuple[int, str, datetime]], days: int) -> datetime:
    if any(state == State.QUARANTINED for _, state, _ in group):
        return NEVER
    doublings = min(len(group) - 1, MOST_DOUBLINGS)
    return max(state_at for _, _, state_at in group) + timedelta(days=min(days << doublings, MOST_DAYS))


def _targets(team: Team, changes: Sequence[Change]) -> dict[int, list[RevisionTarget]]:
    found: dict[int, list[RevisionTarget]] = defaultdict(list)
    heads = [change.head_id for change in changes if change.head_id]
    rows = RevisionTarget.objects.of(team).filter(revision__in=heads).select_related("memory", "base").defer("rows")
    archived = rows.filter(path_after=None).select_related("base__blob")  # what goes is all of it
    for target in (*rows.exclude(path_after=None).order_by("revision", "position"), *archived):
        found[target.revision_id].append(target)
    return found


def _sessions(team: Team, changes: ChangeQuerySet) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Evidence.objects.of(team).filter(change__in=changes.order_by().values("pk"))
    for change, session in rows.values_list("change_id", "session__public_id").distinct():
        found[change].add(session)
    return found
