"""Findings become operations: exact edits of the snapshot's texts, verified quotes, a stable fingerprint."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agents.snapshot import MemoryText, Snapshot
from agents.text import lines
from agents.text.lines import Edit
from dreaming.engines.local.findings import Choice, Finding, Span, Tidying
from dreaming.engines.local.proposing import orphans
from dreaming.engines.local.proposing.discretion import is_secret
from dreaming.engines.local.reading.claims import Claim
from dreaming.engines.local.reading.signals import rank
from dreaming.engines.protocol import FoundPattern, Operation, Quote, Target

FOLDERS = {
    "mistake": "mistakes",
    "workflow": "workflows",
    "preference": "preferences",
    "success": "practices",
    "practice": "practices",
}
FOLDS = ("same", "reinforces", "extends")
OTHER_SESSIONS = 3
FROM_MEMORY = "This was read from memory alone."


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation with what settling it needs: its finding (none for a merge or a move), and what it takes for itself.

    A line is (memory index, line number); inserted lines take nothing. `keeps` are lines that it names as staying,
    `folds` where they say what it takes out; `lost` are the statements that it takes out or rewrites and that are said
    nowhere else.
    """

    operation: Operation
    source: Finding | Tidying | None
    lines: frozenset[tuple[int, int]] = frozenset()
    keeps: frozenset[tuple[int, int]] = frozenset()
    folds: bool = False
    lost: tuple[Claim, ...] = ()
    path: str = ""
    alternatives: tuple[Operation, ...] = ()


def fingerprint(kind: str, namespace: str, key: Iterable[str]) -> str:
    """What is proposed, free of wording, counts and support."""
    return hashlib.sha256(json.dumps([kind, namespace, list(key)]).encode()).hexdigest()


def pattern_key(finding: Finding) -> str:
    return fingerprint(finding.kind, "", finding.key)


class Quoter:
    """Verifies quotes at their place, takes those of the latest sessions, and counts the ones it had to drop."""

    def __init__(self, snapshot: Snapshot, most: int) -> None:
        self.snapshot = snapshot
        self.most = most
        self.dropped = 0
        self._read: dict[Span, Quote | None] = {}

    def of(self, spans: Sequence[Span], support: Iterable[int]) -> tuple[Quote, ...]:
        """Latest, because a session that leaves the window, or none at all, must not look like new evidence."""
        by_session: dict[int, list[Span]] = defaultdict(list)
        sessions = self.snapshot.events.sessions_of([span.row for span in spans]) if spans else ()
        for span, session in zip(spans, sessions, strict=True):
            by_session[session].append(span)
        supporting = set(support)
        order = sorted(by_session, key=lambda session: rank(self.snapshot.sessions[session]))
        own = [session for session in order if session in supporting][-self.most :]
        others = [session for session in order if session not in supporting][-OTHER_SESSIONS:]
        quotes = [self._quote(session, span) for session in own + others for span in by_session[session][:3]]
        self.dropped += quotes.count(None)
        return tuple(quote for quote in quotes if quote is not None)

    def _quote(self, session: int, span: Span) -> Quote | None:
        if span not in self._read:
            self._read[span] = self._verified(session, span)
        return self._read[span]

    def _verified(self, session: int, span: Span) -> Quote | None:
        text = self.snapshot.events.text[span.row]
        words = text[span.start : span.end]
        if not 0 <= span.start < span.end <= len(text) or not words.strip() or is_secret(words):
            return None
        position = int(self.snapshot.events.position[span.row])
        return Quote(self.snapshot.sessions[session].id, position, span.start, span.end, words, span.stance)


def pattern(snapshot: Snapshot, finding: Finding, quoter: Quoter) -> FoundPattern:
    marks = [snapshot.sessions[session] for session in finding.sessions]
    return FoundPattern(
        key=pattern_key(finding),
        kind=finding.kind,
        statement=finding.statement,
        sessions=tuple(mark.id for mark in marks),
        agents=tuple(sorted({mark.agent for mark in marks})),
        opportunities=finding.opportunities,
        quotes=quoter.of(finding.spans, finding.sessions),
        numbers={"support": len(marks), **finding.numbers},
        confidence=finding.confidence,
    )


def homes(snapshot: Snapshot) -> tuple[str, ...]:
    """The namespaces that may take lessons, the agent's own before shared ones: none that is protected as a whole."""
    open_ones = {memory.namespace for memory in snapshot.memories if not memory.protected}
    held = {memory.namespace for memory in snapshot.memories}
    fit = [namespace for namespace in snapshot.namespaces if namespace in open_ones or namespace not in held]
    return tuple(sorted(fit, key=lambda slug: slug in snapshot.shared))


def home_of(snapshot: Snapshot, finding: Finding, fit: Sequence[str], min_agents: int) -> str:
    """Where a finding is taught: what several agents met goes to a namespace that they share, what others alone met
    nowhere else; empty where nothing fits.
    """
    agents = {snapshot.sessions[session].agent for session in finding.sessions}
    shared = [namespace for namespace in fit if namespace in snapshot.shared]
    if len(agents) >= min_agents and shared:
        return shared[0]
    return fit[0] if fit and snapshot.agent in agents else ""


def lesson_files(snapshot: Snapshot) -> dict[tuple[str, str], MemoryText]:
    """The file for each kind of lesson, by namespace and path, if it may be written and ends with a line end (else
    insertions would meet)."""
    paths = {_file(folder) for folder in FOLDERS.values()}
    return {
        (memory.namespace, memory.path): memory
        for memory in snapshot.memories
        if memory.path in paths and not memory.protected and memory.text.endswith("\n")
    }


def lesson(files: Mapping[tuple[str, str], MemoryText], finding: Finding, namespace: str, quoter: Quoter) -> Draft:
    """An add at a path of its own, so that it is decided alone; a bullet more where a file for its kind exists."""
    mark = fingerprint(finding.kind, namespace, finding.key)
    path = learned_path(finding, mark)
    home = files.get((namespace, _file(FOLDERS[finding.kind])))
    bullet = f"- {finding.lesson}\n"
    if home is None:
        heading = f"# {finding.heading or finding.title}\n"
        target = Target(namespace, "", "", path, path, (Edit(0, 0, (heading, "\n", bullet)),))
    else:
        end = len(lines.split(home.text))
        target = Target(namespace, home.id, home.version_id, home.path, home.path, (Edit(end, end, (bullet,)),))
    operation = Operation(
        kind="add" if home is None else "edit",
        title=finding.title,
        rationale=finding.rationale,
        reason_code=finding.reason_code,
        confidence=finding.confidence,
        fingerprint=mark,
        targets=(target,),
        quotes=quoter.of(finding.spans, finding.sessions),
        pattern=pattern_key(finding),
    )
    return Draft(operation, finding, path=path)


def learned_path(finding: Finding, mark: str) -> str:
    """The same finding always has the same path, whatever its counts and words have become."""
    words = re.findall(r"[a-z0-9]+", " ".join(finding.key[1:]).lower()) if finding.kind != "preference" else []
    slug = "-".join(words)[:48].strip("-") or finding.kind
    return f"/learned/{FOLDERS[finding.kind]}/{slug}-{mark[:8]}.md"


def _file(folder: str) -> str:
    return f"/learned/{folder}.md"


def tidying_mark(snapshot: Snapshot, tidying: Tidying) -> str:
    return fingerprint(tidying.kind, snapshot.memories[tidying.remove[0].memory].namespace, tidying.key)


def tidy(snapshot: Snapshot, tidying: Tidying, sizes: Mapping[int, int], quoter: Quoter) -> Draft:
    """Takes the statements out; a memory of which nothing else is left is archived, where that is its only target.

    `sizes` are how many statements each memory holds.
    """
    operation = Operation(
        kind="edit",
        title=tidying.title,
        rationale=tidying.rationale if tidying.spans else f"{tidying.rationale} {FROM_MEMORY}",
        reason_code=tidying.reason_code,
        confidence=tidying.confidence,
        fingerprint=tidying_mark(snapshot, tidying),
        targets=(),
        quotes=quoter.of(tidying.spans, tidying.sessions),
    )
    kind, targets, taken = _removal(snapshot, tidying.remove, sizes, (tidying.put, *tidying.rests))
    return Draft(
        operation=replace(operation, kind=kind, targets=targets),
        source=tidying,
        lines=taken,
        keeps=rows_of(tidying.keep) - taken if tidying.keep else frozenset(),
        folds=tidying.reason_code in FOLDS,
        lost=tidying.remove if tidying.loses else (),
        alternatives=tuple(chosen(snapshot, operation, choice, sizes) for choice in tidying.choices),
    )


def chosen(snapshot: Snapshot, operation: Operation, choice: Choice, sizes: Mapping[int, int]) -> Operation:
    """The operation as a person might want it instead."""
    kind, targets, _ = _removal(snapshot, choice.claims, sizes, choice.puts)
    return replace(operation, kind=kind, targets=targets, choice=choice.kind)


def rows_of(claim: Claim) -> frozenset[tuple[int, int]]:
    return frozenset((claim.memory, row) for row in range(claim.start, claim.end))


def _removal(
    snapshot: Snapshot, remove: Sequence[Claim], sizes: Mapping[int, int], puts: Sequence[str]
) -> tuple[str, tuple[Target, ...], frozenset[tuple[int, int]]]:
    by_memory: dict[int, list[Claim]] = defaultdict(list)
    for claim in {claim.place: claim for claim in remove}.values():
        by_memory[claim.memory].append(claim)
    archive = not any(puts) and [len(own) == sizes[memory] for memory, own in by_memory.items()] == [True]
    said = dict(zip((claim.place for claim in remove), puts, strict=False))
    targets, taken = [], set()
    for index, own in sorted(by_memory.items()):
        memory = snapshot.memories[index]
        rows = lines.split(memory.text)
        edits = () if archive else orphans.taken_along(memory, rows, _cuts(rows, own, said))
        taken |= {line for claim in own for line in rows_of(claim)}
        taken |= {(index, row) for edit in edits for row in range(edit.start, edit.end)}
        if archive:
            taken |= {(index, row) for row in range(len(rows))}
        targets.append(
            Target(memory.namespace, memory.id, memory.version_id, memory.path, None if archive else memory.path, edits)
        )
    return ("archive" if archive else "edit"), tuple(targets), frozenset(taken)


def _cuts(rows: list[str], remove: Sequence[Claim], puts: Mapping[tuple[int, int, int], str]) -> tuple[Edit, ...]:
    """Whole lines go where they are the claim's alone; else the claim's words are cut out of them, or replaced."""
    text = "".join(rows)
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    blocks: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    for claim in remove:
        blocks[claim.start, claim.end].append(claim)
    edits: list[Edit] = []
    for (start, end), own in sorted(blocks.items()):
        body = text[starts[start] : starts[end]]
        for claim in sorted(own, key=lambda claim: -claim.offset):
            at = claim.offset - starts[start]
            rest = body[at + len(claim.text) :]
            if puts.get(claim.place):
                body = body[:at] + puts[claim.place] + rest
                continue
            body = body[:at] + (rest.lstrip(" ") if not body[:at].strip() or body[:at].endswith(" ") else rest)
        replaced = any(puts.get(claim.place) for claim in own)
        whole = not replaced and (not any(claim.shared for claim in own) or not body.strip())
        left = () if whole else tuple(lines.split(_trimmed(body)))
        edits.append(Edit(start, end, left))
    return tuple(edits)


def _trimmed(body: str) -> str:
    """Without blanks that the cut left before the line end."""
    core = body.rstrip("\n")
    return core.rstrip(" ") + body[len(core) :]
