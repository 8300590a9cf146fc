"""What checks may know beside a change and its evidence, each piece read once for all changes of a namespace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from django.db.models import Max

from accounts.models import Team
from agents.enums import Kind
from agents.models import Agent, MemoryVersion, Namespace, NamespaceAccess, Session, SessionEvent
from reviews import policy
from reviews.checks import RULES, Context, Proposed
from reviews.checks.base import Rule
from reviews.drafts import Draft
from reviews.enums import Verdict
from reviews.evidence import PIECE
from reviews.examining import approved, budgets, copies, known, parts, precision, repeating, sizes, turned_down
from reviews.examining.standing import Shelves
from reviews.models import Change, Decision, Revision
from reviews.rulebook import reading as rulebook

Loader = Callable[[Shelves, Namespace, Proposed], Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the context that is the same for all changes of a namespace: how it is read, and what of it one change
    meets. The rest is kept from its rules, so that they run again only where it concerns them.
    """

    read: Callable[[Team, Namespace], Any]
    met: Callable[[Any, Proposed], Any]


OF_NAMESPACE: dict[str, Piece] = {
    "known_hosts": Piece(known.hosts, known.hosts_met),
    "known_names": Piece(known.names, known.names_met),
    "budgets": Piece(budgets.read, budgets.met),
    "rejected": Piece(turned_down.shelf, turned_down.met),
    "parts": Piece(parts.read, parts.met),
    "namespace_tokens": Piece(sizes.tokens, sizes.tokens_met),
    "rules": Piece(rulebook.held, lambda rules, _proposed: rules),
}
"""Pieces by their name."""

OF_CHANGE: dict[str, Loader] = {
    "approved": approved.near,
    "kept_copies": copies.kept,
    "repeated": repeating.repeated,
}
"""Pieces that are read for each change."""


class Library:
    """The contexts of one team's namespaces, for as long as one proposal is stored or one vote cast."""

    def __init__(self, team: Team, opening: Sequence[Draft] = ()) -> None:
        """`opening` are drafts that are about to be proposed together."""
        self.team = team
        self._opening = opening
        self._shared: dict[tuple[int, str], Any] = {}
        self._shelves = Shelves(team)
        self._readers: dict[int, frozenset[str]] = {}
        self._tools: dict[str, set[str]] = {}
        self._pushers: dict[str, frozenset[str]] = {}

    def context(self, namespace: Namespace, proposed: Proposed, rules: Iterable[Rule] = RULES) -> Context:
        """What these rules need, and nothing else."""
        needs = {name for rule in rules for name in rule.NEEDS}
        shared = {
            name: OF_NAMESPACE[name].met(self._of_namespace(namespace, name), proposed)
            for name in needs & OF_NAMESPACE.keys()
        }
        own = {name: OF_CHANGE[name](self._shelves, namespace, proposed) for name in needs & OF_CHANGE.keys()}
        return Context(**shared, **own)

    def readers(self, namespace: Namespace) -> frozenset[str]:
        """Public ids of the agents that read the namespace."""
        if namespace.pk not in self._readers:
            rows = NamespaceAccess.objects.of(self.team).filter(namespace=namespace, agent__archived_at=None)
            self._readers[namespace.pk] = frozenset(rows.values_list("agent__public_id", flat=True))
        return self._readers[namespace.pk]

    def tools(self, sessions: Collection[str]) -> frozenset[str]:
        """What these sessions, by their public ids, called. One query for those that were not asked for yet."""
        missing = sorted(set(sessions) - self._tools.keys())
        self._tools |= {session: set() for session in missing}
        for at in range(0, len(missing), PIECE):
            rows = SessionEvent.objects.of(self.team).filter(kind=Kind.TOOL_CALL).exclude(tool="")
            called = rows.filter(session__in=_keys(self.team, missing[at : at + PIECE]))
            for session, tool in called.values_list("session__public_id", "tool").order_by().distinct():
                self._tools[session].add(tool)
        return frozenset().union(*(self._tools[session] for session in sessions))

    def pushers(self, agents: Collection[str]) -> frozenset[str]:
        """Who has ever brought sessions of these agents, by their public ids. One query for each that is new."""
        for agent in set(agents) - self._pushers.keys():
            rows = Session.objects.of(self.team).filter(agent=Agent.objects.of(self.team).get(public_id=agent))
            self._pushers[agent] = frozenset(rows.order_by().values_list("pushed_by", flat=True).distinct())
        return frozenset().union(*(self._pushers[agent] for agent in agents))

    def tier_of(self, reverts_id: int | None) -> str:
        """The tier of the change that another takes back; nothing where it takes none back."""
        if reverts_id is None:
            return ""
        return str(Change.objects.of(self.team).values_list("tier", flat=True).get(pk=reverts_id))

    @cached_property
    def document(self) -> dict[str, Any]:
        return policy.document_of(self.team)

    @cached_property
    def retired(self) -> frozenset[str]:
        """Rules that were wrong so often here that what they find is only noted."""
        return precision.retired(self.team)

    @cached_property
    def mark(self) -> str:
        """Another one as soon as anything moved that a context is read from; cheap to ask."""
        version = MemoryVersion.objects.of(self.team).order_by("-pk").values_list("pk", flat=True).first()
        no = Decision.objects.of(self.team).filter(verdict__in=(Verdict.REJECT, Verdict.QUARANTINE))
        rules = ".".join(f"{rule.RULE}{rule.VERSION}" for rule in RULES)
        said = no.aggregate(last=Max("pk"), back=Max("withdrawn_at"))
        self.ground = digest([version, said["last"], str(said["back"]), rules, rulebook.mark(self.team)])
        self.proposed = Revision.objects.of(self.team).aggregate(last=Max("pk"))["last"] or 0
        return digest([self.ground, self.proposed])

    def saw(self, count: int) -> str:
        """The mark of now, where nothing moved since this library began but `count` revisions that it knew of."""
        was, now = self.mark, Library(self.team)
        mark = now.mark
        more = Revision.objects.of(self.team).filter(pk__gt=self.proposed).count()
        return mark if now.ground == self.ground and more == count else was

    def _of_namespace(self, namespace: Namespace, name: str) -> Any:
        if (namespace.pk, name) not in self._shared:
            self._shared[namespace.pk, name] = OF_NAMESPACE[name].read(self.team, namespace)
            if name == "parts":
                drafts = [draft for draft in self._opening if draft.namespace.pk == namespace.pk]
                self._shared[namespace.pk, name] += parts.of_drafts(drafts)
        return self._shared[namespace.pk, name]


def inputs(proposed: Proposed, context: Context, rules: Iterable[Rule] = RULES) -> dict[str, str]:
    """For each rule the hash of all that it looks at and of its version: the same hash, the same findings."""
    change = digest(proposed)
    pieces = {field.name: digest(getattr(context, field.name)) for field in fields(context)}
    return {rule.RULE: digest([change, rule.VERSION, [pieces[name] for name in sorted(rule.NEEDS)]]) for rule in rules}


def _keys(team: Team, public_ids: Collection[str]) -> list[int]:
    return list(Session.objects.of(team).filter(public_id__in=public_ids).values_list("pk", flat=True))


def digest(value: Any) -> str:
    """SHA-256 (hex) over plain data, frozen dataclasses and sets."""
    return hashlib.sha256(json.dumps(value, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return [getattr(value, field.name) for field in fields(value)]
