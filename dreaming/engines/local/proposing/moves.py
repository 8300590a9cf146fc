"""Topic folders: where a folder has outgrown a flat list, memories that share a word of their names move under it.

Restructuring settles: what has its place stays there, and a folder that has topic folders is looked at again only
when as many memories as make a list too long were written there since.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from agents.snapshot import MemoryText, Snapshot
from agents.text.paths import BadPath, check_path
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.proposing.operations import FROM_MEMORY, Draft, fingerprint
from dreaming.engines.local.reading.claims import guarded, words
from dreaming.engines.protocol import Operation, Target

FEWEST = 3  # memories that make a topic
MOST_MOVES = 30  # of one folder in one run, so that a person can look through them
SHORTEST = 3
ENTRIES = frozenset({"readme", "index", "memory", "agents", "claude", "changelog"})  # read first, where they stand
PIECES = re.compile(r"[^\W_]+")
NAMED = re.compile(r"(?<![\w.-])[\w-][\w.-]{0,200}\.\w{1,8}\b")
TITLE = re.compile(r"\A\s{0,400}#\s+([^\n]{1,200})")
CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class Topic:
    """Memories of one folder that share a word; `name` is how most of them write it."""

    folder: str
    word: str
    name: str
    members: tuple[MemoryText, ...]


def find(snapshot: Snapshot, curation: Curation, leaving: Collection[str] = ()) -> list[Draft]:
    """A move for each topic of each folder that outgrew `topic_folder_size`; memories that are leaving do not count."""
    by_folder: dict[tuple[str, str], list[MemoryText]] = defaultdict(list)
    for memory in snapshot.memories:
        if memory.namespace in snapshot.namespaces and memory.id not in leaving:
            by_folder[memory.namespace, memory.path.rpartition("/")[0]].append(memory)
    size = curation.topic_folder_size
    outgrown = {place: own for place, own in by_folder.items() if size and len(own) > size and _may_split(place[1])}
    cited = _cited(snapshot) if outgrown else frozenset()
    taken = {(memory.namespace, memory.path) for memory in snapshot.memories} if outgrown else set()
    found = []
    for (namespace, folder), own in sorted(outgrown.items()):
        since = _topics_since(by_folder, namespace, folder)
        if since and sum(memory.at > max(since) for memory in own) <= size:
            continue  # they had their chance when the topic folders were made
        free = [memory for memory in own if _is_movable(memory, curation, cited)]
        for topic in _topics(folder, free, most=len(own) // 2, to_go=len(own) - size):
            found += _moved(taken, topic, curation, len(own))
    return found


def _may_split(folder: str) -> bool:
    return folder != "/learned" and not folder.startswith("/learned/")  # lessons are known by their paths


def _is_movable(memory: MemoryText, curation: Curation, cited: frozenset[str]) -> bool:
    name = memory.path.rpartition("/")[2]
    return not guarded(memory, curation) and name not in cited and _stem(memory).casefold() not in ENTRIES


def _stem(memory: MemoryText) -> str:
    name = memory.path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _cited(snapshot: Snapshot) -> frozenset[str]:
    """File names that another memory mentions: moving those would leave the mention pointing nowhere."""
    by: dict[str, set[str]] = defaultdict(set)
    for memory in snapshot.memories:
        for name in set(NAMED.findall(memory.text)):
            by[name].add(memory.path)
    return frozenset(name for name, paths in by.items() if any(path.rpartition("/")[2] != name for path in paths))


def _topics_since(by_folder: Mapping[tuple[str, str], list[MemoryText]], namespace: str, folder: str) -> list[datetime]:
    """When memories of the folder's topic folders were written: those with a folder named by a word they share."""
    found: list[datetime] = []
    for (space, below), own in by_folder.items():
        parent, _, name = below.rpartition("/")
        if (space, parent) == (namespace, folder) and name:
            named = [memory for memory in own if set(words(name)) & _words(memory).keys()]
            found += [memory.at for memory in named] if len(named) >= FEWEST else []
    return found


def _words(memory: MemoryText) -> dict[str, str]:
    """The words of a memory's name and title, each with how it is written."""
    title = TITLE.match(memory.text)
    written = PIECES.findall(_stem(memory)) + (PIECES.findall(title[1]) if title else [])
    return {word: one.casefold() for one in reversed(written) for word in _meant(one)}


@lru_cache(maxsize=4096)
def _meant(written: str) -> tuple[str, ...]:
    """The words of a piece of a name; none of what is short or holds a number."""
    return words(written) if len(written) >= SHORTEST and not any(sign.isdigit() for sign in written) else ()


def _topics(folder: str, free: Sequence[MemoryText], *, most: int, to_go: int) -> Iterable[Topic]:
    """The largest groups first, until the folder is short enough."""
    own = {memory.path: _words(memory) for memory in free}
    above = set(words(folder.replace("/", " ")))
    by_path = {memory.path: memory for memory in free}
    by_word: dict[str, set[str]] = defaultdict(set)
    for path, written in own.items():
        for word in written.keys() - above:
            by_word[word].add(path)
    moves = 0
    while to_go > 0:
        fits = [
            (-len(paths), word)
            for word, paths in by_word.items()
            if FEWEST <= len(paths) <= min(most, MOST_MOVES - moves)
        ]
        if not fits:
            return
        word = min(fits)[1]
        group = by_word[word]
        spelt = Counter(own[path][word] for path in group)
        name = min(spelt, key=lambda name: (-spelt[name], name))
        yield Topic(folder, word, name, tuple(by_path[path] for path in sorted(group)))
        moves, to_go = moves + len(group), to_go - len(group)
        by_word = {word: paths - group for word, paths in by_word.items() if len(paths) >= FEWEST}


def _moved(taken: Collection[tuple[str, str]], topic: Topic, curation: Curation, size: int) -> list[Draft]:
    namespace = topic.members[0].namespace
    targets = [
        Target(namespace, memory.id, memory.version_id, memory.path, path, ())
        for memory in topic.members
        if (path := _path(topic, memory)) and (namespace, path) not in taken and not guarded(memory, curation, path)
    ]
    if len(targets) < FEWEST:
        return []
    place = f"{topic.folder}/{topic.name}/"
    names = ", ".join(target.path_before.rpartition("/")[2] for target in targets)
    operation = Operation(
        kind="move",
        title=f"Move {len(targets)} memories to {place}",
        rationale=f"{topic.folder or '/'} holds {size} memories in one list; the curation policy asks for topic folders"
        f" above {curation.topic_folder_size}. These share the word “{topic.name}”: {names}. Their texts stay as they"
        f" are. {FROM_MEMORY}",
        reason_code="outgrown_folder",
        confidence=CONFIDENCE,
        fingerprint=fingerprint("move", namespace, (topic.folder, topic.word)),
        targets=tuple(targets),
        quotes=(),
    )
    return [Draft(operation, None)]


def _path(topic: Topic, memory: MemoryText) -> str:
    path = f"{topic.folder}/{topic.name}/{memory.path.rpartition('/')[2]}"
    try:
        check_path(path)
    except BadPath:
        return ""
    return path
