"""Differences become drafts: exact edits against the snapshot's versions, each with what it says and takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agents.snapshot import MemoryText
from agents.text import lines
from agents.text.lines import Edit
from agents.text.normalise import normalise
from agents.text.specifics import Specific, specifics
from agents.text.statements import statements
from dreaming.engines.local.findings import gist
from dreaming.engines.local.proposing.operations import fingerprint
from dreaming.engines.managed.comparing import Differences, Merge, Move
from dreaming.engines.managed.quoting import Said
from dreaming.engines.managed.reading import Shelf
from dreaming.engines.protocol import Target

REASON = "managed_dream"
SAME_TOPIC = "same_topic"
GIST, TITLE = 80, 190


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation before it is weighed. `said` are the statements that it brings, `gone` those that it takes out.

    `paths` are those in the store that it is about; `lines` (memory, line), `whole` and `moved` are what it takes for
    itself.
    """

    kind: str
    title: str
    why: str
    reason_code: str
    fingerprint: str
    targets: tuple[Target, ...]
    said: tuple[Said, ...]
    gone: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def lines(self) -> frozenset[tuple[str, int]]:
        return frozenset(
            (target.memory, line)
            for target in self.targets
            for edit in target.edits
            if target.memory
            for line in range(edit.start, edit.end)
        )

    @property
    def whole(self) -> frozenset[str]:
        return frozenset(target.memory for target in self.targets if target.path_after is None)

    @property
    def moved(self) -> frozenset[str]:
        moved = (target for target in self.targets if target.memory and target.path_after is not None)
        return frozenset(target.memory for target in moved if target.path_after != target.path_before)

    @property
    def wanted(self) -> frozenset[tuple[str, str]]:
        """Namespace and path of what has to be free."""
        return frozenset(
            (target.namespace, target.path_after)
            for target in self.targets
            if target.path_after is not None and (not target.memory or target.path_after != target.path_before)
        )

    @property
    def added(self) -> str:
        return "".join(line for target in self.targets for edit in target.edits for line in edit.lines)


def draw(shelf: Shelf, found: Differences, after: dict[str, str]) -> Iterator[Draft]:
    """A draft for each difference, in a fixed order."""
    for path, group in found.edits:
        yield _edit(shelf, path, group)
    for merge in found.merges:
        yield _merge(shelf, merge)
    for move, edits in found.moves:
        yield _move(shelf, move, edits)
    for path in found.added:
        yield _add(shelf, path, after[path])
    for path in found.archived:
        yield _archive(shelf, path)


def _edit(shelf: Shelf, path: str, group: tuple[Edit, ...]) -> Draft:
    memory = shelf.memories[path]
    old = _old(memory, group)
    new = "".join(line for edit in group for line in edit.lines)
    gained = _values(specifics(new) - specifics(old))
    about = gist(_first(new) or _first(old), GIST)
    return Draft(
        kind="edit",
        title=f"{'Rewrite in' if old and new else 'Add to' if new else 'Take out of'} {memory.path}: {about}"[:TITLE],
        why=f"The dream {'rewrote' if old and new else 'added' if new else 'took out'} these lines.",
        reason_code=REASON,
        fingerprint=fingerprint("edit", memory.namespace, [memory.id, normalise(old), *(gained or _meant(new))]),
        targets=(_target(memory, memory.path, group),),
        said=tuple(_said(0, lines.split(memory.text), group)),
        gone=_gone(old),
        paths=(path,),
    )


def _add(shelf: Shelf, path: str, text: str) -> Draft:
    namespace, own = shelf.place_of(path)
    whole = (Edit(0, 0, tuple(lines.split(text))),)
    return Draft(
        kind="add",
        title=f"Add {own}: {gist(_first(text), GIST)}"[:TITLE],
        why="The dream wrote this memory.",
        reason_code=REASON,
        fingerprint=fingerprint("add", namespace, [own]),
        targets=(Target(namespace, "", "", own, own, whole),),
        said=tuple(_said(0, [], whole)),
        gone=(),
        paths=(path,),
    )


def _archive(shelf: Shelf, path: str) -> Draft:
    memory = shelf.memories[path]
    return Draft(
        kind="archive",
        title=f"Archive {memory.path}"[:TITLE],
        why="The dream left this memory out.",
        reason_code=REASON,
        fingerprint=fingerprint("archive", memory.namespace, [memory.id]),
        targets=(_target(memory, None, ()),),
        said=(),
        gone=_gone(memory.text),
        paths=(path,),
    )


def _move(shelf: Shelf, move: Move, edits: tuple[Edit, ...]) -> Draft:
    memory = shelf.memories[move.before]
    namespace, path = shelf.place_of(move.after)
    target = Target(namespace, memory.id, memory.version_id, memory.path, path, edits)
    return Draft(
        kind="move",
        title=f"Move {memory.path} to {path}"[:TITLE],
        why=f"The dream moved this memory{' and rewrote a part of it' if edits else '; its text stays as it is'}.",
        reason_code=REASON,
        fingerprint=fingerprint("move", memory.namespace, [memory.id, path]),
        targets=(target,),
        said=tuple(_said(0, lines.split(memory.text), edits)),
        gone=_gone(_old(memory, edits)),
        paths=(move.before, move.after),
    )


def _merge(shelf: Shelf, merge: Merge) -> Draft:
    memory = shelf.memories[merge.into]
    sources = [shelf.memories[path] for path in merge.sources]
    namespace, path = shelf.place_of(merge.after)
    named = sources[0].path if len(sources) == 1 else f"{len(sources)} memories"
    target = Target(namespace, memory.id, memory.version_id, memory.path, path, merge.edits)
    return Draft(
        kind="merge",
        title=f"Merge {named} into {path}"[:TITLE],
        why=f"The dream says most of {named} in {path}, and left {'it' if len(sources) == 1 else 'them'} out.",
        reason_code=SAME_TOPIC,
        fingerprint=fingerprint("merge", memory.namespace, sorted(one.id for one in (memory, *sources))),
        targets=(target, *(_target(one, None, ()) for one in sources)),
        said=tuple(_said(0, lines.split(memory.text), merge.edits)),
        gone=tuple(
            said for text in (_old(memory, merge.edits), *(one.text for one in sources)) for said in _gone(text)
        ),
        paths=(merge.into, *merge.sources),
    )


def _target(memory: MemoryText, path: str | None, edits: tuple[Edit, ...]) -> Target:
    return Target(memory.namespace, memory.id, memory.version_id, memory.path, path, edits)


def _old(memory: MemoryText, edits: Iterable[Edit]) -> str:
    rows = lines.split(memory.text)
    return "".join(line for edit in edits for line in rows[edit.start : edit.end])


def _gone(text: str) -> tuple[str, ...]:
    return tuple(normal for one in statements(text) if one.kind != "heading" and (normal := normalise(one.text)))


def _first(text: str) -> str:
    return next((one.text for one in statements(text) if one.kind != "heading"), text.strip())


def _values(found: Iterable[Specific]) -> list[str]:
    return sorted(one.value for one in found)


def _meant(text: str) -> list[str]:
    """The words of a text, in whatever order: another wording of one thing has mostly the same, never surely."""
    return sorted(set(normalise(text).split()))


def _said(number: int, rows: Sequence[str], edits: Sequence[Edit]) -> Iterator[Said]:
    """The statements that edits bring, with their lines in the text after."""
    shift = 0
    for edit in edits:
        had = specifics("".join(rows[edit.start : edit.end]))
        for one in statements("".join(edit.lines)):
            start = edit.start + shift
            if one.kind != "heading":
                news = frozenset(each.value for each in specifics(one.text) - had) if had else frozenset()
                yield Said(one.text, (number, start + one.start, start + one.end), news)
        shift += len(edit.lines) - (edit.end - edit.start)
