"""Signing off the memory of a namespace, as it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import Team, User
from agents import memory as memories
from agents.models import Memory, MemoryVersion, Namespace
from agents.text.statements import statements
from audit import blobs, trail
from audit.models import Event
from audit.verify import canonical, merkle
from reviews import proposals
from reviews.drift import days, finding, origins
from reviews.enums import Settled
from reviews.models import Baseline, Proposal, Provenance
from reviews.talking import noticing


class Refused(ValueError):
    """What is not signed off; the message is for the person."""


class Moved(Refused):
    """What stands there is not what the person saw."""


class Broken(Refused):
    """A text is not the one that its hash names: nobody can have reviewed it."""


@dataclass(frozen=True, slots=True)
class Live:
    """The live memory of a namespace: its head versions in order of their paths, and the root over them."""

    heads: tuple[MemoryVersion, ...]
    root: str

    @property
    def texts(self) -> dict[int, str]:
        return {head.memory_id: head.text for head in self.heads}


def live(namespace: Namespace) -> Live:
    """What stands there now, in one query."""
    rows = Memory.objects.of(namespace.team).live().filter(namespace=namespace, head__isnull=False)
    heads = []
    for memory in rows.select_related("head__blob"):
        assert memory.head is not None  # noqa: S101  the query leaves those out
        memory.head.memory = memory
        heads.append((memory.path, memory.head))
    heads.sort(key=lambda one: one[0].encode())
    leaves = [(path, blobs.name_of(head.text)) for path, head in heads]
    return Live(tuple(head for _, head in heads), root_of(leaves))


def root_of(leaves: Sequence[tuple[str, str]]) -> str:
    """The root of RFC 6962 over [path, SHA-256 of the text] as canonical JSON, in order of the paths' bytes."""
    return merkle.tree_root([merkle.leaf_hash(canonical.dumps(list(leaf))) for leaf in leaves]).hex()


def sign(*, namespace: Namespace, root: str, note: str, by: User, at: datetime) -> Baseline:
    """Sign off the live memory of a namespace whose root the person saw; settles the unreviewed writes up to there.

    Raises Moved where something was written since, Broken where a text is not what its hash says.
    """
    team = namespace.team
    finding.read_all(team=team, at=at)  # what is signed is listed first
    seen = live(namespace)
    count = sum(len(statements(text)) for text in seen.texts.values())  # before anything is locked: it takes a while
    with trail.unit_of_work(at=at) as unit:
        memories.lock(namespace)
        if not root == seen.root == live(namespace).root:
            raise Moved(_("The memory has moved since you looked: look again."))
        for head in seen.heads:
            if not origins.has_its_text(head):
                words = _("The text of %(path)s is not what its hash says: it takes a new version first.")
                raise Broken(words % {"path": head.path})
        last = Baseline.objects.of(team).filter(namespace=namespace).order_by("-number").first()
        baseline = Baseline.objects.create(
            team=team,
            namespace=namespace,
            number=last.number + 1 if last else 1,
            root=root,
            versions=[head.public_id for head in seen.heads],
            last_version=_last_version(namespace),
            statements=count,
            signed_by=by,
            note=note,
            at=at,
        )
        writes = _settle(namespace, by, at)
        unit.record(
            "baseline.signed",
            target=baseline,
            by=by,
            data={
                "namespace": namespace.public_id,
                "number": baseline.number,
                "root": baseline.root,
                "memories": len(seen.heads),
                "statements": baseline.statements,
                "writes": writes,
            },
            private={"note": note} if note else {},
        )
        days.fill(baseline=baseline, at=at)
    return baseline


def _settle(namespace: Namespace, by: User, at: datetime) -> int:
    """The signature is the word on open writes: what would take them back is withdrawn, and who signed has read of
    them. Returns how many there were.
    """
    writes = Provenance.objects.of(namespace.team).open().filter(namespace=namespace)
    for proposal in Proposal.objects.of(namespace.team).open().filter(pk__in=writes.values("proposal")):
        reason = _("The memory was signed off as it stands.")
        proposals.withdraw(proposal=proposal, by=by.trail_actor, reason=reason, at=at)
    noticing.of(by, team=namespace.team).unread().filter(namespace=namespace).update(read_at=at)
    return writes.update(settled_at=at, settled_as=Settled.SIGNED)


def _last_version(namespace: Namespace) -> int:
    rows = MemoryVersion.objects.of(namespace.team).filter(memory__namespace=namespace)
    return int(rows.aggregate(last=Max("pk"))["last"] or 0)


def newest(team: Team, namespaces: Iterable[int]) -> dict[int, Baseline]:
    """The newest baseline of each namespace that the trail tells of, in two queries."""
    own = Baseline.objects.filter(team=team, namespace=OuterRef("namespace")).order_by("-number")
    rows = Baseline.objects.of(team).filter(namespace__in=list(namespaces), pk=Subquery(own.values("pk")[:1]))
    found = {row.public_id: row for row in rows.select_related("signed_by")}
    told = Event.objects.of_log(team.trail_log).filter(type="baseline.signed", target_id__in=list(found))
    roots = {event.target_id: event.content()["data"]["root"] for event in told}
    return {row.namespace_id: row for row in found.values() if roots.get(row.public_id) == row.root}
