"""Who said so: verbatim pieces of the sessions that a dream read, found by the words of what it wrote. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agents.snapshot import KINDS, SOURCE_CLASSES, Snapshot
from agents.text.normalise import normalise
from agents.text.specifics import specifics
from dreaming.engines.local.proposing.discretion import is_secret
from dreaming.engines.protocol import Quote

LONGEST_QUOTE, SHORTEST_QUOTE = 300, 12
LONGEST_READ = 40_000  # characters of one event that are looked through
NEAR = 0.5  # of a statement's words, by how much they tell
FEWEST = 2  # words in common
A_STATEMENT = 3  # sessions quoted
SAID = frozenset(SOURCE_CLASSES.index(one) for one in ("user_input", "external_tool", "agent_authored"))
SPOKEN = frozenset(KINDS.index(one) for one in ("message", "tool_call", "tool_result"))
_PIECE = re.compile(r"[^\n]+?(?:[.!?](?=\s)|(?=\n)|\Z)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """A statement to find: its text, where it stands (target, first line, line after), and what is new about it.

    `news` are names and numbers that were not there before: a piece with none of them may be the old text, recalled.
    """

    text: str
    lines: tuple[int, int, int]
    news: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Piece:
    session: int
    row: int
    start: int
    end: int
    words: frozenset[str]


class Quoter:
    """Looks through the events of the sessions once, for all statements at the same time."""

    def __init__(
        self, snapshot: Snapshot, sessions: Iterable[str], known: Iterable[str], wanted: Sequence[Said]
    ) -> None:
        """`known` are the statements of memory as it was: an agent that recalls one bears out nothing."""
        self.snapshot = snapshot
        self._sessions = set(sessions)
        self._known = {normalise(one) for one in known}
        vocabulary = {word for said in wanted for word in _words(said.text)}
        self._pieces = list(self._read(vocabulary))
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number, piece in enumerate(self._pieces):
            for word in piece.words:
                self._by_word[word].append(number)
        self.dropped = 0

    def of(self, wanted: Sequence[Said], most: int) -> tuple[Quote, ...]:
        """The nearest pieces for each statement, one a session; in all not from more than `most` sessions."""
        quotes: dict[tuple[int, int, int], Quote] = {}
        sessions: set[int] = set()
        for said in wanted:
            for piece in self._near(said):
                if piece.session not in sessions and len(sessions) == most:
                    continue
                quote = self._verified(piece, said)
                if quote is not None:
                    sessions.add(piece.session)
                    quotes.setdefault((piece.row, piece.start, piece.end), quote)
        return tuple(quotes.values())

    def _near(self, said: Said) -> Iterator[_Piece]:
        words = _words(said.text)
        weights = {
            word: math.log(1 + len(self._pieces) / len(self._by_word[word])) for word in words & self._by_word.keys()
        }
        whole = sum(weights.values()) + math.log(1 + len(self._pieces)) * len(words - weights.keys())
        scores: Counter[int] = Counter()
        shared: Counter[int] = Counter()
        for word, weight in weights.items():
            for number in self._by_word[word]:
                scores[number] += weight  # type: ignore[assignment]
                shared[number] += 1
        best: dict[int, tuple[float, int]] = {}
        for number, score in scores.items():
            piece = self._pieces[number]
            if score < NEAR * whole or shared[number] < min(FEWEST, len(words)) or not self._is_news(said, piece):
                continue
            best[piece.session] = max(best.get(piece.session, (0.0, 0)), (score, -number))
        for _score, number in sorted(best.values(), reverse=True)[:A_STATEMENT]:
            yield self._pieces[-number]

    def _is_news(self, said: Said, piece: _Piece) -> bool:
        if not said.news:
            return True
        text = self.snapshot.events.text[piece.row][piece.start : piece.end]
        return not said.news.isdisjoint(each.value for each in specifics(text))

    def _verified(self, piece: _Piece, said: Said) -> Quote | None:
        text = self.snapshot.events.text[piece.row][piece.start : piece.end]
        if not text.strip() or is_secret(text):
            self.dropped += 1
            return None
        position = int(self.snapshot.events.position[piece.row])
        session = self.snapshot.sessions[piece.session].id
        return Quote(session, position, piece.start, piece.end, text, "for", said.lines)

    def _read(self, vocabulary: set[str]) -> Iterator[_Piece]:
        events = self.snapshot.events
        for session, mark in enumerate(self.snapshot.sessions):
            if mark.id not in self._sessions:
                continue
            for row in events.rows_of(session):
                if int(events.kind[row]) in SPOKEN and int(events.source_class[row]) in SAID:
                    yield from self._cut(session, row, vocabulary)

    def _cut(self, session: int, row: int, vocabulary: set[str]) -> Iterator[_Piece]:
        """The sentences and lines of an event that share a word with what is looked for."""
        text = self.snapshot.events.text[row]
        for match in _PIECE.finditer(text, 0, min(len(text), LONGEST_READ)):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            end = min(match.end(), start + LONGEST_QUOTE)
            words = vocabulary.intersection(_words(text[start:end]))
            if end - start >= SHORTEST_QUOTE and words and normalise(text[start:end]) not in self._known:
                yield _Piece(session, row, start, end, frozenset(words))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
