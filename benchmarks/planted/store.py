"""A store in memory that does with operations what the product does: exact edits, records that carry over, cool-downs.

Pure data in, pure data out, so that a benchmark or a test can live through a year of decisions without a database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from agents.snapshot import Cooldown, MemoryText, OpenChange, Removal, StatementMark
from agents.text import lines
from agents.text.lines import Edit
from agents.text.normalise import digest
from agents.text.statements import Statement
from agents.text.statements import statements as read_statements
from dreaming.engines.protocol import Operation, Target

COOL_DOWN = timedelta(days=7)  # doubled with every time that the same was turned down
MOST_DOUBLINGS = 8
statements = lru_cache(maxsize=4_000)(read_statements)  # one text is looked at for every operation


def memory(path: str, text: str, at: datetime, *, namespace: str = "main", number: int = 1, **kept) -> MemoryText:
    """A memory as its first import makes it: every statement is as old as the memory."""
    name = f"{namespace}{path}"
    marks = tuple(StatementMark(one.start, one.end, at, at) for one in statements(text))
    made = MemoryText(f"mem_{name}", f"ver_{name}_{number}", number, namespace, path, text, at, statements=marks)
    return replace(made, **kept)


def dated(memory: MemoryText, ages: Iterable[tuple[str, datetime, datetime]]) -> MemoryText:
    """The memory with its statements' records set: text, first seen and confirmed of each that is known."""
    known: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for text, *seen in ages:
        known[digest(text)].append((seen[0], seen[1]))
    marks = []
    for one in statements(memory.text):
        own = known.get(digest(one.text))
        marks.append(StatementMark(one.start, one.end, *(own.pop(0) if own else (memory.at, memory.at))))
    return replace(memory, statements=tuple(marks))


def recorded(memory: MemoryText) -> MemoryText:
    """The memory with a record for each statement, where it came without."""
    found = statements(memory.text)
    if len(found) == len(memory.statements):
        return memory
    return replace(memory, statements=tuple(StatementMark(one.start, one.end, memory.at, memory.at) for one in found))


def composed(targets: Iterable[Target]) -> tuple[Edit, ...]:
    """The edits that several changes make to one version, in order of place; insertions at one place keep theirs."""
    return tuple(sorted((edit for target in targets for edit in target.edits), key=lambda edit: (edit.start, edit.end)))


def inverse(rows: Sequence[str], edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that undo these."""
    undone, shift = [], 0
    for edit in edits:
        start = edit.start + shift
        undone.append(Edit(start, start + len(edit.lines), tuple(rows[edit.start : edit.end])))
        shift += len(edit.lines) - (edit.end - edit.start)
    return tuple(undone)


def apply(memories: Iterable[MemoryText], operations: Iterable[Operation], at: datetime) -> tuple[MemoryText, ...]:
    """The memories after all operations were approved together and applied. Raises ValueError where they clash."""
    targets: dict[str, list[Target]] = defaultdict(list)
    added: dict[tuple[str, str], list[Target]] = defaultdict(list)
    for operation in operations:
        for target in operation.targets:
            if target.memory:
                targets[target.memory].append(target)
            else:
                added[target.namespace, target.path_after or ""].append(target)
    before = tuple(map(recorded, memories))
    kept = [one for old in before if (one := _after(old, targets.get(old.id, []), at)) is not None]
    for (namespace, path), own in added.items():
        if len(own) > 1 or any((one.namespace, one.path) == (namespace, path) for one in kept):
            raise ValueError(f"{namespace}{path} is taken")
        text = "".join(lines.apply([], own[0].edits))
        kept.append(memory(path, text, at, namespace=namespace, number=at.toordinal()))
    return _handed_on(before, kept)


Known = tuple[str, str]


def _records(memories: Iterable[MemoryText]) -> dict[Known, list[StatementMark]]:
    """All records of the statements of a text, by namespace and digest."""
    found: dict[Known, list[StatementMark]] = defaultdict(list)
    for one in memories:
        for statement, mark in zip(statements(one.text), one.statements, strict=True):
            found[one.namespace, digest(statement.text)].append(mark)
    return found


def _handed_on(before: Sequence[MemoryText], after: Sequence[MemoryText]) -> tuple[MemoryText, ...]:
    """A copy that still stands takes over what those that are gone knew: seen first as early, confirmed as late."""
    old, new = _records(before), _records(after)
    folded = {key: marks for key, marks in old.items() if 0 < len(new.get(key, ())) < len(marks)}
    return tuple(_taking_over(one, folded) for one in after)


def _taking_over(memory: MemoryText, folded: dict[Known, list[StatementMark]]) -> MemoryText:
    marks = list(memory.statements)
    for at, one in enumerate(statements(memory.text) if folded else ()):
        known = folded.pop((memory.namespace, digest(one.text)), [])  # the first copy takes all of it
        if known:
            marks[at] = replace(
                marks[at],
                first_seen=min(mark.first_seen for mark in known),
                confirmed_at=max(mark.confirmed_at for mark in known),
            )
    return replace(memory, statements=tuple(marks))


def _after(old: MemoryText, targets: Sequence[Target], at: datetime) -> MemoryText | None:
    if any(target.path_after is None for target in targets):
        return None
    if not targets:
        return old
    edits = composed(targets)
    rows = lines.split(old.text)
    text = "".join(lines.apply(rows, edits))
    paths = {target.path_after for target in targets} - {old.path}
    return replace(
        old,
        version_id=f"{old.version_id.rpartition('_')[0]}_{old.number + 1}",
        number=old.number + 1,
        path=str(paths.pop()) if paths else old.path,
        text=text,
        at=at,
        statements=carried(old, text, edits, at),
    )


def carried(old: MemoryText, text: str, edits: Sequence[Edit], at: datetime) -> tuple[StatementMark, ...]:
    """Records of the next version: by place where no edit touched the line, else by exact text, else new."""
    by_place: dict[tuple[int | None, str], list[StatementMark]] = defaultdict(list)
    for one, mark in zip(statements(old.text), old.statements, strict=True):
        by_place[_place_now(edits, one.start), digest(one.text)].append(mark)
    after = statements(text)
    found: list[StatementMark | None] = [_taken(by_place, one.start, digest(one.text)) for one in after]
    left: dict[str, list[StatementMark]] = defaultdict(list)
    for (_, sha256), rest in by_place.items():
        left[sha256] += rest
    return tuple(
        _moved(mark or (left[sha256].pop(0) if left.get(sha256 := digest(one.text)) else None), one, at)
        for mark, one in zip(found, after, strict=True)
    )


def _taken(by_place: dict[tuple[int | None, str], list[StatementMark]], line: int, sha256: str) -> StatementMark | None:
    same = by_place.get((line, sha256))
    return same.pop(0) if same else None


def _moved(mark: StatementMark | None, one: Statement, at: datetime) -> StatementMark:
    return replace(mark, start=one.start, end=one.end) if mark else StatementMark(one.start, one.end, at, at)


def _place_now(edits: Sequence[Edit], line: int) -> int | None:
    shift = 0
    for edit in edits:
        if line < edit.start:
            break
        if line < edit.end:
            return None
        shift += len(edit.lines) - (edit.end - edit.start)
    return line + shift


def open_change(
    operation: Operation, number: int | str, memories: Iterable[MemoryText] = (), *, agent: str = "", **kept: object
) -> OpenChange:
    """The operation as the next dream sees it while nobody has decided."""
    texts = {memory.id: lines.split(memory.text) for memory in memories}
    removed, added = _said(operation, texts)
    return OpenChange(
        id=f"chg_{number}",
        namespace=operation.targets[0].namespace,
        fingerprint=operation.fingerprint,
        operation=operation.kind,
        paths=tuple(sorted({path for one in operation.targets for path in (one.path_before, one.path_after) if path})),
        memory_ids=tuple(sorted({one.memory for one in operation.targets if one.memory})),
        sessions=tuple(sorted({quote.session for quote in operation.quotes})),
        agent=agent,
        reason_code=operation.reason_code,
        pattern=operation.pattern,
        adds=tuple(row for sha256, row in added.items() if sha256 not in removed),
        removes=tuple(row for sha256, row in removed.items() if sha256 not in added),
        **kept,  # type: ignore[arg-type]
    )


def _said(operation: Operation, texts: Mapping[str, list[str]]) -> tuple[dict[str, str], dict[str, str]]:
    """The lines that an operation takes away and those that it brings, by digest; an archive takes all of them."""
    removed, added = [], []
    for target in operation.targets:
        rows = texts.get(target.memory, [])
        removed += rows if target.path_after is None else []
        for edit in target.edits:
            removed += rows[edit.start : edit.end]
            added += edit.lines
    old, new = ({digest(row): row.strip() for row in some if row.strip()} for some in (removed, added))
    return old, new


@dataclass(slots=True)
class Refusals:
    """What was turned down, how often and when last: cool-downs that double."""

    times: dict[tuple[str, str], int] = field(default_factory=dict)
    last: dict[tuple[str, str], datetime] = field(default_factory=dict)
    sessions: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def refuse(self, operation: Operation, at: datetime, joined: Iterable[str] = ()) -> None:
        key = (operation.targets[0].namespace, operation.fingerprint)
        self.times[key] = self.times.get(key, 0) + 1
        self.last[key] = at
        self.sessions.setdefault(key, set()).update({quote.session for quote in operation.quotes}, joined)

    def cooldowns(self) -> tuple[Cooldown, ...]:
        return tuple(Cooldown(*key, self._until(key), tuple(sorted(self.sessions[key]))) for key in sorted(self.times))

    def _until(self, key: tuple[str, str]) -> datetime:
        return self.last[key] + COOL_DOWN * (1 << min(self.times[key] - 1, MOST_DOUBLINGS))


def removals(before: MemoryText, edits: Sequence[Edit]) -> tuple[Removal, ...]:
    """The lines that a person's own edits took out."""
    rows = lines.split(before.text)
    gone = {row for edit in edits for row in rows[edit.start : edit.end]} - {
        row for edit in edits for row in edit.lines
    }
    return tuple(Removal(before.namespace, digest(row)) for row in sorted(gone) if row.strip())
