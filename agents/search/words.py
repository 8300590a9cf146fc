"""Text as it is looked up: the same few rules for every database, so that both find the same.

Words are runs of letters, digits and their marks, in NFKC and folded case, Latin without accents. Chinese and Japanese
are written without spaces and become pairs of neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.text.tokens import CJK, MARKS

LONGEST = 80  # characters of a word
MOST_ASKED = 12  # words of a question
STEM = 4  # characters from which on a word stands for all that begin like it
_WORD = re.compile(rf"[{CJK}]+|(?:[^\W_{CJK}][{MARKS}]*)+")
_CJK = re.compile(rf"[{CJK}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_ASKED = re.compile(r'(?P<no>-)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: words that all have to be there, phrases, and words that may not.

    A longer word stands for every word that begins like it, and so does the one that is being typed (`goes_on`).
    """

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    goes_on: bool = True

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)

    @property
    def beginnings(self) -> frozenset[str]:
        """The words that others may begin with."""
        last = self.words[-1:] if self.goes_on else ()
        alone = (*self.words, *self.without)
        return frozenset((*last, *(word for word in alone if len(word) >= STEM and not _CJK.match(word))))

    @property
    def all_words(self) -> tuple[str, ...]:
        """Every word that has to be there, those of phrases included."""
        return tuple(dict.fromkeys((*(word for phrase in self.phrases for word in phrase), *self.words)))

    def fits(self, words: str) -> bool:
        """Whether the phrases stand in a text as `joined` wrote it; the database has looked at the rest."""
        return all(f" {' '.join(phrase)} " in f" {words} " for phrase in self.phrases)


def words(text: str) -> list[str]:
    """The words of a text in their order, as they are indexed."""
    return list(_words(text))


def joined(*texts: str) -> str:
    """The words of some texts in one line."""
    return " ".join(word for text in texts for word in _words(text))


def ask(question: str) -> Asked:
    """A question as people type it: words, "a phrase", -without. Takes any text; never raises."""
    wanted: list[str] = []
    phrases: list[tuple[str, ...]] = []
    without: list[str] = []
    for found in _ASKED.finditer(question):
        said = words(found["phrase"] if found["phrase"] is not None else found["word"])
        if found["no"]:
            without += said
        elif found["phrase"] is not None and len(said) > 1:
            phrases.append(tuple(said))
        else:
            wanted += said
    goes_on = bool(wanted) and bool(question) and question[-1].isalnum() and not _CJK.match(wanted[-1])
    asked = tuple(dict.fromkeys(wanted[:MOST_ASKED]))
    return Asked(asked, tuple(phrases[:MOST_ASKED]), tuple(dict.fromkeys(without[:MOST_ASKED])), goes_on)


def _words(text: str) -> Iterator[str]:
    if text.isascii():
        yield from (run[:LONGEST] for run in _WORD.findall(text.lower()))
        return
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for found in _WORD.finditer(_ACCENTS.sub("", unicodedata.normalize("NFKD", folded))):
        run = unicodedata.normalize("NFC", found.group())
        if _CJK.match(run):
            yield from _pairs(run)
        else:
            yield run[:LONGEST]


def _pairs(run: str) -> Sequence[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]
