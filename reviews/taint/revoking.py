"""Taking back what rests on a bad session, and nothing else: one proposal, decided on like any other.

What falls is grouped by what has to go together; each group is one change, made against the memories as they are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agents.models import Memory, MemoryVersion, Session
from agents.text import lines as text_lines
from audit import trail
from reviews import drafts as drafting
from reviews import proposals, rebasing
from reviews.drafts import BadDraft, Draft, DraftTarget
from reviews.enums import VOTABLE, Operation, OriginKind
from reviews.models import Change, Proposal, RevisionTarget
from reviews.taint import lineage
from reviews.taint.deriving import Derivation, History
from reviews.taint.ties import Tie


class NothingToRevoke(ValueError):
    """Nothing that is applied rests on this session alone, or it is waiting to be taken back."""


class NotMarked(ValueError):
    """The session is not marked as bad."""


@dataclass(frozen=True, slots=True)
class Left:
    """A change that rests on the session and is not drafted, and why."""

    change: Change
    reason: str


@dataclass(slots=True)
class Plan:
    """What would be proposed, what waits in another proposal, and what cannot be drafted."""

    drafts: list[Draft] = field(default_factory=list)
    waiting: list[tuple[Change, Proposal]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Acts:
    """What falling changes did to a whole memory."""

    created: bool
    archived: frozenset[str]
    restored: frozenset[str]
    moved: frozenset[str]


def open_revoke(*, derivation: Derivation, reason: str, by: User, at: datetime) -> Proposal:
    """Propose to take back everything applied that rests on a bad session.

    Raises NotMarked, NothingToRevoke, and proposals.AlreadyProposed or proposals.BaseMoved where somebody was faster.
    """
    session = derivation.session
    if session.tainted_at is None:
        raise NotMarked(_("Mark the session as bad first."))
    drafts = plan(derivation).drafts
    if not drafts:
        raise NothingToRevoke(_("Nothing that is applied rests on this session alone."))
    with trail.unit_of_work(at=at) as unit:
        opened = proposals.open_(
            team=session.team,
            agent=session.agent,
            title=_("Take back what session %(name)s taught") % {"name": session.external_id},
            summary=reason,
            origin=proposals.Origin(OriginKind.REVOKE, session.public_id, by.trail_actor),
            drafts=drafts,
            at=at,
        )
        unit.record(
            "session.revoked",
            target=session,
            by=by,
            data={"changes": len(drafts), "by_proposal": opened.public_id},
            private={"reason": reason},
        )
        for change in opened.changes.all():
            rebasing.refresh(team=session.team, change_id=change.pk, at=at)
    return opened


def plan(derivation: Derivation) -> Plan:
    """What to draft, group by group. Groups that cannot be told apart in a memory go together."""
    found = Plan()
    left = derivation.falling()
    for change, proposal in _waiting(derivation, left):
        found.waiting.append((change, proposal))
        left.discard(change.public_id)
    acts = _acts(derivation, left)
    for group in _groups(derivation, left, acts):
        _draft_group(found, derivation, group, acts)
    _join_what_clashes(found, derivation, acts)
    return found


def _waiting(derivation: Derivation, left: Collection[str]) -> list[tuple[Change, Proposal]]:
    """What another proposal takes back already."""
    rows = Change.objects.of(derivation.session.team).filter(state__in=VOTABLE).exclude(reverts=None)
    found = []
    for row in rows.select_related("proposal__team", "reverts").order_by("pk"):
        for key in {row.reverts.public_id, *row.takes_back} & set(left):  # type: ignore[union-attr]
            found.append((derivation.changes[key].change, row.proposal))
    return found


def _acts(derivation: Derivation, falling: Collection[str]) -> dict[int, _Acts]:
    """By memory, which of these changes made, archived, restored or moved it."""
    heads = [derivation.changes[key].change.head_id for key in falling]
    rows = RevisionTarget.objects.of(derivation.session.team).filter(revision__in=heads, memory__isnull=False)
    done: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows.select_related("base", "revision__change").defer("rows", "hunks"):
        key = row.revision.change.public_id
        if row.path_after is None:
            done[row.memory_id or 0]["archived"].add(key)
        elif row.base and row.base.archived:
            done[row.memory_id or 0]["restored"].add(key)
        if row.path_after is not None and row.path_after != row.path_before:
            done[row.memory_id or 0]["moved"].add(key)
    return {
        pk: _Acts(
            created=bool(set(history.states[0].origins) & set(falling)),
            archived=frozenset(done[pk]["archived"]),
            restored=frozenset(done[pk]["restored"]),
            moved=frozenset(done[pk]["moved"]),
        )
        for pk, history in derivation.memories.items()
    }


def _groups(derivation: Derivation, falling: Collection[str], acts: Mapping[int, _Acts]) -> list[list[str]]:
    """Changes that go together: one is built on the other, or one did something to the whole memory of the other."""
    joined = _Joined(falling)
    for key in falling:
        for link in derivation.changes[key].links:
            if link.source in falling and link.how != Tie.RECALLED:
                joined.join(key, link.source)
    for pk, history in derivation.memories.items():
        wrote = [key for state in history.states for key in state.origins if key in falling]
        act = acts[pk]
        if act.created or act.archived or act.restored or act.moved:
            for key in wrote[1:]:
                joined.join(wrote[0], key)
    return joined.groups(lambda key: derivation.changes[key].change.pk)


class _Joined:
    """Sets of keys that were joined."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._of = {key: key for key in keys}

    def root(self, key: str) -> str:
        while self._of[key] != key:
            key = self._of[key]
        return key

    def join(self, one: str, other: str) -> None:
        self._of[self.root(one)] = self.root(other)

    def groups(self, order: object) -> list[list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key in sorted(self._of, key=order):  # type: ignore[call-overload]
            found[self.root(key)].append(key)
        return list(found.values())


def _draft_group(found: Plan, derivation: Derivation, group: Sequence[str], acts: Mapping[int, _Acts]) -> None:
    changes = [derivation.changes[key].change for key in group]
    try:
        targets = [
            target
            for pk, history in derivation.memories.items()
            if any(key in state.origins for state in history.states for key in group)
            for target in [_target(history, group, acts[pk])]
            if target is not None
        ]
    except _Blocked as blocked:
        found.left += [Left(change, str(blocked)) for change in changes]
        return
    if targets:
        found.drafts.append(_draft(changes, targets))


class _Blocked(ValueError):
    """Why a group cannot be drafted, in words for the page."""


def _target(history: History, group: Collection[str], acts: _Acts) -> DraftTarget | None:
    """What one memory has to become; None where nothing of the group is left in it. Raises _Blocked."""
    memory = history.memory
    if history.erased:
        raise _Blocked(_("A text of %(path)s was erased.") % {"path": memory.path})
    now, edits = lineage.without(history.states, group)
    after = text_lines.apply(now, edits)
    path, archived = _place(history, group, acts)
    is_empty = acts.created and not any(line.strip() for line in after)
    base = _head(memory)
    if memory.archived:
        if archived or is_empty:
            return None
        _refuse_taken(memory, path)
        return DraftTarget(base=base, path_after=path, edits=edits)
    if archived or is_empty:
        return DraftTarget(base=base, path_after=None)
    if not text_lines.are_whole(after):
        raise _Blocked(_("Lines of %(path)s would run into one another.") % {"path": memory.path})
    if path != memory.path:
        _refuse_taken(memory, path)
    return DraftTarget(base=base, path_after=path, edits=edits) if edits or path != memory.path else None


def _place(history: History, group: Collection[str], acts: _Acts) -> tuple[str, bool]:
    """Where the memory would stand without the group, and whether it would be archived."""
    path, archived = history.states[0].path, history.states[0].archived
    for before, state in zip(history.states, history.states[1:], strict=False):
        own = set(state.origins) & set(group)
        if state.path != before.path and not own & acts.moved:
            path = state.path
        if state.archived != before.archived and not own & (acts.archived | acts.restored):
            archived = state.archived
    return path, archived


def _head(memory: Memory) -> MemoryVersion:
    head: MemoryVersion = memory.head  # type: ignore[assignment]
    head.memory = memory
    return head


def _refuse_taken(memory: Memory, path: str) -> None:
    taken = Memory.objects.of(memory.team).live().filter(namespace=memory.namespace_id, path=path)
    if taken.exclude(pk=memory.pk).exists():
        raise _Blocked(_("Another memory stands at %(path)s now.") % {"path": path})


def _draft(changes: Sequence[Change], targets: Sequence[DraftTarget]) -> Draft:
    keys = sorted(change.public_id for change in changes)
    others = len(changes) - 1
    title = _("Take back: %(title)s") % {"title": changes[-1].title[:150]}
    if others:
        title = ngettext("%(title)s and %(n)s more", "%(title)s and %(n)s more", others) % {"title": title, "n": others}
    said = "\n".join(f"#{change.proposal.number} {change.title}" for change in changes)
    return Draft(
        operation=_operation(targets),
        namespace=changes[0].namespace,
        title=title,
        targets=tuple(targets),
        rationale=_("Rests on a session that was marked bad, and on nothing else:") + f"\n{said}",
        reason_code="revoke",
        fingerprint=hashlib.sha256(f"revoke {' '.join(keys)}".encode()).hexdigest(),
        reverts_id=changes[-1].pk,
        takes_back=tuple(keys),
    )


def _operation(targets: Sequence[DraftTarget]) -> Operation:
    if any(target.restores for target in targets):
        return Operation.RESTORE
    if all(target.path_after is None for target in targets):
        return Operation.ARCHIVE
    if any(target.path_after not in (None, target.path_before) for target in targets):
        return Operation.MOVE
    return Operation.EDIT


def _join_what_clashes(found: Plan, derivation: Derivation, acts: Mapping[int, _Acts]) -> None:
    """Drafts that touch the same lines become one; where that does not help either, the page says so."""
    try:
        drafting.check(found.drafts)
    except BadDraft:
        joined = _Joined({key for draft in found.drafts for key in draft.takes_back})
        homes: dict[int, str] = {}
        for draft in found.drafts:
            for target in draft.targets:
                home = homes.setdefault(target.base.memory_id, draft.takes_back[0])  # type: ignore[union-attr]
                for key in draft.takes_back:
                    joined.join(home, key)
        found.drafts = []
        for group in joined.groups(lambda key: derivation.changes[key].change.pk):
            _draft_group(found, derivation, group, acts)
        _drop_unsound(found, derivation)


def _drop_unsound(found: Plan, derivation: Derivation) -> None:
    kept: list[Draft] = []
    for draft in found.drafts:
        try:
            drafting.check([*kept, draft])
        except BadDraft as wrong:
            found.left += [Left(derivation.changes[key].change, str(wrong)) for key in draft.takes_back]
        else:
            kept.append(draft)
    found.drafts = kept


def proposals_of(session: Session) -> list[Proposal]:
    """What was proposed to take back what a session taught, newest first."""
    rows = Proposal.objects.of(session.team).filter(origin_kind=OriginKind.REVOKE, origin_id=session.public_id)
    return list(rows.select_related("team").order_by("-pk")[:20])
