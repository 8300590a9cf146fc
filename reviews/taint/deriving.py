"""What is derived from a session: changes that quote it, what was built on their lines, and what was learnt from agents
that were given those.

Whether a change falls with the session is another question: it stays where other verified quotes support it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from accounts.models import Team
from agents import sessions
from agents.enums import SourceClass
from agents.models import Memory, MemoryVersion, Session, SessionEvent, StatementRecord
from agents.text import lines as text_lines
from agents.text import normalise
from agents.text.statements import statements
from reviews.enums import FOLDS, EvidenceStatus, Operation, Stance, State
from reviews.models import Change, Evidence, Inverse
from reviews.taint import lineage
from reviews.taint.ties import Tie

WROTE = (State.APPLIED, State.REVERTED)


@dataclass(frozen=True, slots=True)
class Link:
    """Why a change is derived: from the session itself (no `source`), or from another change by its public id."""

    how: Tie
    source: str = ""


@dataclass(slots=True)
class Derived:
    """One change that is derived. `sessions` is how many other sessions support it, `falls` whether it goes."""

    change: Change
    links: list[Link] = field(default_factory=list)
    sessions: int = 0
    falls: bool = False


@dataclass(slots=True)
class History:
    """A memory with what became of its lines; `erased` where a text of it is no more."""

    memory: Memory
    states: list[lineage.State]
    trace: lineage.Trace
    versions: dict[int, str]
    erased: bool


@dataclass(slots=True)
class Derivation:
    """All that is derived from a session, by the public id of the change, and the memories that it was written to."""

    session: Session
    changes: dict[str, Derived] = field(default_factory=dict)
    memories: dict[int, History] = field(default_factory=dict)

    def falling(self) -> set[str]:
        """Applied changes that nothing else supports."""
        return {key for key, one in self.changes.items() if one.falls and one.change.state == State.APPLIED}

    def standing(self, change: str) -> list[tuple[Memory, list[str]]]:
        """The lines of a change that agents are given now, memory by memory."""
        found = []
        for history in self.memories.values():
            lines = [line for owner, line in history.trace.lines if owner == change and line.strip()]
            if lines and not history.memory.archived:
                found.append((history.memory, lines))
        return found

    def children(self, change: str = "") -> list[tuple[Derived, Tie]]:
        """What is derived from the session itself or from one change, in order of opening."""
        found = [(one, link.how) for one in self.changes.values() for link in one.links if link.source == change]
        return sorted(found, key=lambda pair: pair[0].change.pk)


def of(session: Session, *, patterns: Mapping[str, int] | None = None) -> Derivation:
    """The derivation of a session, all versions of it. `patterns` are those that counted it, with how many other
    sessions each counts.
    """
    patterns = patterns or {}
    found = Derivation(session)
    team, roots = session.team, set(sessions.versions_of(session).values_list("pk", flat=True))
    quoting = Evidence.objects.of(team).filter(
        session__in=roots, stance=Stance.FOR, status__in=(EvidenceStatus.VERIFIED, EvidenceStatus.STRUCK)
    )
    links: dict[str, set[Link]] = defaultdict(set)
    for key in quoting.values_list("change__public_id", flat=True).distinct():
        links[key].add(Link(Tie.QUOTED))
    counted = Change.objects.of(team).filter(pattern_id__in=patterns)
    for key in counted.values_list("public_id", flat=True):
        links[key] = links[key] or {Link(Tie.COUNTED)}
    echoes: dict[int, set[str]] = {}
    seen: set[str] = {lineage.NOBODY}
    while new := links.keys() - seen:
        seen |= new
        _take_in(found, new)
        _tie_by_lines(found, links)
        _tie_by_folds(found, links)
        echoes = _tie_by_recall(found, links)
    for key, one in found.changes.items():
        one.links = sorted(links[key], key=lambda link: (link.source, link.how))
    _weigh(found, roots, patterns, echoes)
    return found


def _take_in(found: Derivation, new: Collection[str]) -> None:
    """Read changes, and the memories that they wrote with all that became of these."""
    team = found.session.team
    rows = Change.objects.of(team).filter(public_id__in=new).select_related("proposal__team", "namespace", "head")
    found.changes |= {row.public_id: Derived(row) for row in rows}
    inverses = Inverse.objects.of(team).filter(change__public_id__in=new).values_list("targets", flat=True)
    written = {target["version"] for targets in inverses for target in targets}
    versions = MemoryVersion.objects.of(team).filter(public_id__in=written)
    _read_memories(found, set(versions.values_list("memory", flat=True)))


def _read_memories(found: Derivation, wanted: Collection[int]) -> None:
    team = found.session.team
    missing = Memory.objects.of(team).filter(pk__in=set(wanted) - found.memories.keys())
    fresh = list(missing.select_related("team", "namespace", "head__blob").order_by("namespace__slug", "path", "pk"))
    versions: dict[int, list[MemoryVersion]] = defaultdict(list)
    for version in MemoryVersion.objects.of(team).filter(memory__in=fresh).select_related("blob").order_by("number"):
        versions[version.memory_id].append(version)
    reverts = _reverts(team, {key for rows in versions.values() for row in rows for key in row.origin_ids})
    found.memories |= {memory.pk: _history(memory, versions[memory.pk], reverts) for memory in fresh}


def _history(memory: Memory, rows: Sequence[MemoryVersion], reverts: Mapping[str, Collection[str]]) -> History:
    states: list[lineage.State] = []
    for row in rows:
        before = states[-1].lines if states else ()
        after = tuple(text_lines.split(row.text))
        made = lineage.made_of(row.edits, before=before, after=after, origins=row.origin_ids)
        states.append(lineage.State(row.number, after, made, tuple(row.origin_ids), row.archived, row.path))
    trace = lineage.trace(states, reverts=reverts)
    erased = any(row.blob.erased_at is not None for row in rows)
    return History(memory, states, trace, {row.number: row.public_id for row in rows}, erased)


def _reverts(team: Team, changes: Collection[str]) -> dict[str, list[str]]:
    """What each of these changes takes back."""
    rows = Change.objects.of(team).filter(public_id__in=changes).exclude(reverts=None)
    found = rows.values_list("public_id", "reverts__public_id", "takes_back")
    return {key: [first, *others] for key, first, others in found}


def _tie_by_lines(found: Derivation, links: dict[str, set[Link]]) -> None:
    """Changes that wrote over derived lines, moved them, or merged the memory in which they stood."""
    traces = [history.trace for history in found.memories.values()]
    for trace in traces:
        for change, owners in trace.rewrote.items():
            _link(links, change, Tie.BUILT_ON, owners & found.changes.keys())
    reverts = _reverts(found.session.team, {key for trace in traces for key in (*trace.took, *trace.buried)})
    for change, owners in _moved(found, traces).items():
        if change not in reverts:
            _link(links, change, Tie.BUILT_ON, owners)
    buried: dict[str, set[str]] = defaultdict(set)
    for trace in traces:
        for change, owners in trace.buried.items():
            buried[change] |= owners & found.changes.keys()
    merges = Change.objects.of(found.session.team).filter(public_id__in=buried, operation=Operation.MERGE)
    for change in merges.values_list("public_id", flat=True):
        _link(links, change, Tie.MERGED, buried[change])


def _link(links: dict[str, set[Link]], change: str, how: Tie, sources: Collection[str]) -> None:
    new = {Link(how, source) for source in sources if source != change}
    if new:
        links[change] |= new


def _moved(found: Derivation, traces: Sequence[lineage.Trace]) -> Mapping[str, set[str]]:
    """Changes that took derived lines out at one place and brought them at another, with whose lines these are."""
    took: dict[str, set[lineage.Line]] = defaultdict(set)
    brought: dict[str, set[str]] = defaultdict(set)
    for trace in traces:
        for change, gone in trace.took.items():
            took[change] |= {(owner, line.strip()) for owner, line in gone if owner in found.changes}
        for change, lines in trace.brought.items():
            brought[change] |= {line.strip() for line in lines} - {""}
    return {key: {owner for owner, line in gone if line in brought[key]} for key, gone in took.items()}


def _tie_by_folds(found: Derivation, links: dict[str, set[Link]]) -> None:
    """Changes that took a statement out because a derived one says the same."""
    team = found.session.team
    heirs = StatementRecord.objects.of(team).filter(introduced_by__in=found.changes).exclude(parents=[])
    said: dict[str, tuple[str, str]] = {}
    for owner, sha256, parents in heirs.values_list("introduced_by", "sha256", "parents"):
        said |= dict.fromkeys(parents, (owner, sha256))
    rows = StatementRecord.objects.of(team).filter(public_id__in=said).exclude(introduced_by__in=found.changes)
    copies = [
        (pk, *said[key])
        for key, sha256, pk in rows.values_list("public_id", "sha256", "memory")
        if sha256 == said[key][1]
    ]
    _read_memories(found, {pk for pk, _owner, _sha256 in copies})
    took_out: dict[str, set[str]] = defaultdict(set)
    for pk, owner, sha256 in copies:
        for key in _removers(found.memories[pk], sha256):
            took_out[key].add(owner)
    changes = Change.objects.of(team).filter(public_id__in=took_out, reverts=None)
    folding = changes.filter(Q(reason_code__in=FOLDS) | Q(operation=Operation.MERGE))
    for key in folding.values_list("public_id", flat=True):
        _link(links, key, Tie.FOLDED, took_out[key])


def _removers(history: History, sha256: str) -> set[str]:
    """The changes that took this statement out of a memory, or archived it with the statement in it."""
    found = {key for key, gone in history.trace.took.items() if any(sha256 in _digests(line) for _owner, line in gone)}
    stands = any(sha256 in _digests(line) for _owner, line in history.trace.lines)
    buried = history.states[-1].archived and stands
    return found | (set(history.states[-1].origins) if buried else set())


def _tie_by_recall(found: Derivation, links: dict[str, set[Link]]) -> dict[int, set[str]]:
    """Changes that quote recalled text which says what a derived change wrote; by quote, whose words it says."""
    team = found.session.team
    said: dict[str, set[str]] = defaultdict(set)
    records = StatementRecord.objects.of(team).filter(introduced_by__in=found.changes)
    for sha256, change in records.exclude(kind="heading").values_list("sha256", "introduced_by"):
        said[sha256].add(change)
    event = SessionEvent.objects.filter(
        team=team, session=OuterRef("session"), position=OuterRef("position"), source_class=SourceClass.RECALLED
    )
    quotes = Evidence.objects.of(team).filter(Exists(event), stance=Stance.FOR, status=EvidenceStatus.VERIFIED)
    echoes: dict[int, set[str]] = {}
    for pk, key, quote in quotes.values_list("pk", "change__public_id", "quote") if said else ():
        owners = set().union(*(said[digest] for digest in _digests(quote) & said.keys())) - {key}
        if owners:
            echoes[pk] = owners
            links[key] |= {Link(Tie.RECALLED, owner) for owner in owners}
    return echoes


def _digests(quote: str) -> set[str]:
    texts = [*text_lines.split(quote), *(one.text for one in statements(quote))]
    return {normalise.digest(text) for text in texts if text.strip()}


def _weigh(
    found: Derivation, roots: Collection[int], patterns: Mapping[str, int], echoes: Mapping[int, set[str]]
) -> None:
    """Which changes fall: nothing else supports them, and they quote the session or rest on what falls. What quotes
    words of a change that falls supports nothing.
    """
    support = _support(found, roots)
    falls: set[str] = set()
    while True:
        before = len(falls)
        for key, one in found.changes.items():
            one.sessions = len({session for session, pk in support[key] if not echoes.get(pk, set()) & falls})
            counted = patterns.get(one.change.pattern_id, 0) if _is_only_counted(one) else 0
            rests = any(link.source in falls or not link.source for link in one.links)
            if rests and not one.sessions and not counted:
                falls.add(key)
        if len(falls) == before:
            break
    for key in falls:
        found.changes[key].falls = True


def _is_only_counted(one: Derived) -> bool:
    return all(link.how == Tie.COUNTED for link in one.links)


def _support(found: Derivation, roots: Collection[int]) -> Mapping[str, set[tuple[int, int]]]:
    """The other sessions that each change has verified quotes of, with the quotes."""
    rows = Evidence.objects.of(found.session.team).filter(
        change__public_id__in=found.changes, stance=Stance.FOR, status=EvidenceStatus.VERIFIED
    )
    support: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for key, session, pk in rows.exclude(session__in=roots).values_list("change__public_id", "session", "pk"):
        support[key].add((session, pk))
    return support


def given(found: Derivation) -> Iterable[str]:
    """Public ids of the versions in which lines of what falls stood."""
    falls = {key for key, one in found.changes.items() if one.falls}
    for history in found.memories.values():
        for number, owners in history.trace.held.items():
            if owners & falls:
                yield history.versions[number]
