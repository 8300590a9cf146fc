"""A statement in its own form, with another value and the name that goes with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

PIECES = re.compile(r"[._@-]")
WORD = re.compile(r"[^\W\d_]+")
CAPITAL = re.compile(r"\s\W?[A-ZÀ-Þ]")
NEXT = re.compile(r"\s+")


def swapped(text: str, old: str, new: str, said: str) -> str:
    """The text with `new` for `old`, and where it names somebody as `old` does ("Ada Byron" for `ada.byron`), with the
    name that `said` gives for `new`. Empty where somebody may be named in the text who has no name there.
    """
    names, others = _named(text, old), _named(said, new)
    if text.count(old) != 1 or len(names) > 1:
        return ""
    if names:
        rest = text.replace(names[0], " ").replace(old, " ")
        known = {_folded(word[0]) for word in WORD.finditer(rest)}
        may = bool(others) and known.isdisjoint(_pieces(old))
    else:
        may = not CAPITAL.search(text.replace(old, " "))
    put = text.replace(old, new)
    return (put.replace(names[0], others[0]) if names else put) if may else ""


def _named(text: str, value: str) -> list[str]:
    """Words that stand beside one another and are the pieces of the value, as they are written."""
    pieces = _pieces(value)
    found = list(WORD.finditer(text))
    spans = (found[at : at + len(pieces)] for at in range(len(found) - len(pieces) + 1))
    runs = [run for run in spans if len(pieces) > 1 and [_folded(word[0]) for word in run] == pieces]
    return [text[run[0].start() : run[-1].end()] for run in runs if _is_one_name(text, run)]


def _pieces(value: str) -> list[str]:
    return [_folded(piece) for piece in PIECES.split(value) if piece]


def _is_one_name(text: str, run: Sequence[re.Match[str]]) -> bool:
    return all(NEXT.fullmatch(text, one.end(), other.start()) for one, other in pairwise(run))


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
