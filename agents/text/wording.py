"""A statement as it is compared with another one: its words by meaning, in order, and which of them are exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agents.text import quantities
from agents.text.normalise import unmarked
from agents.text.phrases import plain, take_scope
from agents.text.slots import Slot
from agents.text.tokens import pieces
from agents.text.vocabulary import CONDITIONS, EMPTY, NEGATIONS, PHRASES, WEAK, key

LONGEST = 400  # code points of a sentence whose condition is read
LIGHT = 0.25  # what a word that only holds the sentence together weighs

_WORDY = re.compile(r"[^\W_]")
_SPELT_OUT = re.compile(r"(?:\w\.)+\w?")
_PHRASE = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, PHRASES), key=len, reverse=True))})\b", re.IGNORECASE)
_NEEDED = re.compile(
    r"(?:For (?P<who>[^,]{1,120}), )?(?P<what>[^.;]{1,160}?) (?:is|are) (?:needed|required|necessary)"
    r"(?: for (?P<whom>[^.;]{1,160}))?(?P<end>[.!]?)$"
)
_SENTENCE_END = frozenset(".!?:;…")


@dataclass(frozen=True, slots=True)
class Wording:
    """`words` carry the meaning, in order; `exact` are the numbers, names, paths and code among them.

    `literal` are the exact words that stand in code, `dates` those that say when; `scope` is the condition or the place
    that the statement is bound to.
    """

    words: tuple[str, ...]
    unique: frozenset[str]
    exact: frozenset[str]
    literal: frozenset[str]
    dates: frozenset[str]
    weight: float
    scope: str = ""
    slots: tuple[Slot, ...] = ()


def read(text: str, slots: tuple[Slot, ...] = ()) -> Wording:
    """Takes any text; one statement is meant. `slots` are its slots where they are known."""
    words: list[str] = []
    exact: set[str] = set()
    literal: set[str] = set()
    dates: set[str] = set()
    for word, kind in _words(_PHRASE.sub(lambda match: PHRASES[match.group().lower()], _active(unmarked(text)))):
        words.append(word)
        if kind:
            exact.add(word)
        if kind == "code":
            literal.add(word)
        elif kind in ("date", "time"):
            dates.add(word)
    return Wording(
        words=tuple(words),
        unique=frozenset(words),
        exact=frozenset(exact),
        literal=frozenset(literal),
        dates=frozenset(dates),
        weight=sum(weigh(word) for word in words),
        scope=_scope(plain(_active(text))),
        slots=slots,
    )


def _active(text: str) -> str:
    """ "A signature is needed for refunds", "For refunds, a signature is needed": refunds need a signature."""
    match = _NEEDED.match(text)
    who = match and (match["who"] or match["whom"])
    return f"{who} need {match['what']}{match['end']}" if match and who else text


def _scope(text: str) -> str:
    """A condition, or a place that stands in front; what stands behind "in" may be the value itself."""
    rest, scope = take_scope(text) if len(text) <= LONGEST else ("", "")
    return scope if scope and (text.endswith(rest) or scope.split()[0] in CONDITIONS) else ""


def weigh(word: str) -> float:
    return LIGHT if word in WEAK else 1.0


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Each word that carries meaning with its kind, which is empty where the word is not exact."""
    at, in_code, starts = 0, False, True
    for quantity in quantities.find(text):
        for piece in pieces(text[at : quantity.start]):
            in_code ^= piece == "`"
            yield from _word(piece, in_code, starts)
            starts = piece in _SENTENCE_END or (starts and not _WORDY.search(piece))
        yield quantity.value, "code" if in_code else quantity.kind
        at, starts = quantity.end, False
    for piece in pieces(text[at:]):
        in_code ^= piece == "`"
        yield from _word(piece, in_code, starts)
        starts = piece in _SENTENCE_END or (starts and not _WORDY.search(piece))


def _word(piece: str, in_code: bool, starts: bool) -> tuple[tuple[str, str], ...]:
    """None or one."""
    if not _WORDY.search(piece):
        return ()
    return ((piece.casefold(), "code"),) if in_code else _known(piece, starts)


@lru_cache(maxsize=20_000)
def _known(piece: str, starts: bool) -> tuple[tuple[str, str], ...]:
    folded = piece.casefold()
    return () if folded in EMPTY else ((_key(piece, folded), "name" if _is_exact(piece, folded, starts) else ""),)


def _key(piece: str, folded: str) -> str:
    if folded.endswith(("n't", "n’t", "cannot")) or folded in NEGATIONS:
        return "not" if folded not in ("without", "except", "excluding", "excluded") else folded
    for ending in ("'s", "’s"):
        folded = folded.removesuffix(ending)
    if _SPELT_OUT.fullmatch(folded):
        return folded.replace(".", "")
    return folded if piece.isupper() and len(piece) > 1 else key(folded)


def _is_exact(piece: str, folded: str, starts: bool) -> bool:
    if not piece.isalpha():
        return any(sign.isdigit() or sign in "/_.@=<-" for sign in piece)
    return piece != folded and (not starts or piece[1:] != folded[1:])
