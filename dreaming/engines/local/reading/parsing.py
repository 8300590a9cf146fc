"""What follows from the text of a memory alone: its statements with their words, slots and scope.

Parsing takes longer than all that is done with the outcome, and most memories are the same in the next dream: so it is
kept by the hash of the text, in a library that an engine owns and that forgets what was not asked for longest.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from agents.text import lines, similarity, wording
from agents.text.normalise import hashed, normalise
from agents.text.slots import Slot, slots, under
from agents.text.specifics import Specific, specifics
from agents.text.statements import Statement, statements
from agents.text.tokens import tokens
from agents.text.wording import Wording
from dreaming.engines.local.lexicon import EMPTY_WORDS

MOVABLE = ("bullet", "sentence", "paragraph")
MOST = 16_000_000  # code points of the documents that a library keeps


@dataclass(frozen=True)
class Facts:
    """One statement and what follows from its text and its place in the document; its wording when it is asked for.

    `nth` counts the statements that begin on its line; `words` carry its meaning, `terms` are compared for likeness;
    `slots` leave the headings out, `scope` is what these name.
    """

    statement: Statement
    nth: int
    normal: str
    digest: str
    words: tuple[str, ...]
    terms: tuple[str, ...]
    slots: tuple[Slot, ...]
    scope: frozenset[Specific]
    is_bound: bool
    is_shared: bool

    @cached_property
    def wording(self) -> Wording:
        return wording.read(self.statement.text, under(self.slots, self.statement.heading))


class Library:
    """Parsed documents by the hash of their text; threads may share it."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._held: dict[bytes, tuple[int, tuple[Facts, ...]]] = {}
        self._size = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def read(self, text: str) -> tuple[Facts, ...]:
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            known = self._held.pop(key, None)
            if known is not None:
                self._held[key] = known  # the last to go
                return known[1]
        facts = parse(text)
        with self._lock:
            if key not in self._held:
                self._held[key] = (len(text), facts)
                self._size += len(text)
            while self._size > self.most:
                oldest = next(iter(self._held))
                self._size -= self._held.pop(oldest)[0]
        return facts


def parse(text: str) -> tuple[Facts, ...]:
    """The statements of a document in order, headings left out."""
    found = [statement for statement in statements(text) if statement.text.strip()]
    rows = lines.split(text)
    scopes: dict[tuple[str, ...], frozenset[Specific]] = {}
    begun: dict[int, int] = defaultdict(int)
    facts: list[Facts] = []
    for at, statement in enumerate(found):
        nth, begun[statement.start] = begun[statement.start], begun[statement.start] + 1
        if statement.kind == "heading":
            continue
        if statement.heading not in scopes:
            scopes[statement.heading] = scope(statement.heading)
        beside = found[max(0, at - 1) : at] + found[at + 1 : at + 2]
        facts.append(
            _facts(
                statement,
                nth,
                scopes[statement.heading],
                is_bound=_is_bound(statement, rows),
                is_shared=any(_overlap(statement, other) for other in beside),
            )
        )
    return tuple(facts)


def _facts(statement: Statement, nth: int, named: frozenset[Specific], *, is_bound: bool, is_shared: bool) -> Facts:
    normal = normalise(statement.text)
    found = tokens(normal)
    return Facts(
        statement=statement,
        nth=nth,
        normal=normal,
        digest=hashed(normal),
        words=meaning(found),
        terms=tuple(similarity.terms(found)),
        slots=slots(statement.text) if statement.kind in MOVABLE else (),
        scope=named,
        is_bound=is_bound,
        is_shared=is_shared,
    )


def scope(heading: tuple[str, ...]) -> frozenset[Specific]:
    """What the headings name: a statement under another name is another statement."""
    return specifics(" / ".join(heading)) if heading else frozenset()


def words(text: str) -> tuple[str, ...]:
    """The words that carry the meaning, in order: folded, without empty words and the endings of plural and tense."""
    return meaning(tokens(normalise(text)))


def meaning(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(_stem(word) for word in found if word not in EMPTY_WORDS)


def _stem(word: str) -> str:
    if not word.isalpha() or len(word) < 5:
        return word
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "eed")):
            return word[: -len(ending)]
    return word.removesuffix("e")


def _overlap(one: Statement, other: Statement) -> bool:
    return one.start < other.end and other.start < one.end


def _is_bound(statement: Statement, rows: list[str]) -> bool:
    """Taking it out would break what hangs on it: code, tables, a lead-in, a bullet with a list or text below it."""
    if statement.kind not in MOVABLE or statement.text.rstrip().endswith(":"):
        return True
    following = next((rows[at] for at in range(statement.end, len(rows)) if rows[at].strip()), "")
    return statement.kind == "bullet" and _indent(following) > _indent(rows[statement.start])


def _indent(row: str) -> int:
    return len(row.expandtabs(4)) - len(row.expandtabs(4).lstrip())
