"""Words that look like others: letters of several scripts in one word, and names that only look like a known name.

The rule for words is the level "Moderately Restrictive" of UTS #39: Latin may stand beside one other script, but not
beside those whose letters look like its own; Japanese, Korean and Chinese mix theirs. The script of a letter is the
first word of its Unicode name, which is the script property for all letters but a few.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase

from agents.text import lookalikes

LONGEST = 64  # code points of a known name, and of a word that is compared with one
SHORTEST = 3
_WORD = re.compile("[\\w\u0300-\u036f\u200b-\u200d\u2060\ufeff]+")
# What is quickly seen to be of one script; other words are read letter by letter.
_ONE_SCRIPT = re.compile(
    "(?P<LATIN>[\\da-zA-Z_\u00aa-\u024f]+)|(?P<CYRILLIC>[\\d_\u0400-\u052f]+)|(?P<GREEK>[\\d_\u0370-\u03e1]+)"
    "|(?P<ARABIC>[\\d_\u0600-\u06ff\u200c]+)|(?P<DEVANAGARI>[\\d_\u0900-\u097f\u200c\u200d]+)"
    "|(?P<CJK>[\\d\u3040-\u30ff\u4e00-\u9fff]+)"
)
_NAME = re.compile(r"\w(?:[\w.-]*\w)?")
_CODE = re.compile(r"`[^`\n]{1,80}`")
_NAMELIKE = re.compile(
    r"(?<![\w.-])(?=[\w.-]{0,63}(?:\w[-_.]\w|\d|[a-z][A-Z]))(?=[\w.-]{0,63}[^\W\d_])\w(?:[\w.-]{0,62}\w)?(?![\w-])"
)
_ODD = re.compile("[01I]")
_TAKEN_FOR = {ord(one): one.lower() for one in ascii_uppercase} | {ord(one): "l" for one in "1iI"} | {ord("0"): "o"}
_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "BOPOMOFO"}),
    frozenset({"CJK", "HANGUL"}),
)
_ALIKE = frozenset({"CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN", "COPTIC", "LISU"})
_SHARED = frozenset({"MODIFIER", "MICRO", "FEMININE", "MASCULINE", "DOUBLE-STRUCK", "SCRIPT", "OHM", "MATHEMATICAL"})
_SAME = {
    "HALFWIDTH": "KATAKANA", "KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK", "FULLWIDTH": "LATIN",
    "KELVIN": "LATIN", "ANGSTROM": "LATIN",
}  # fmt: skip
_LOOKED_LIKE = frozenset("aceijosphxyABCEHIJKMNOPSTXYZ")  # Latin letters that letters of other scripts look like


@dataclass(frozen=True, slots=True)
class Mixed:
    """A word [start, end), the scripts of its letters in their order, and the word that it `reads` like.

    `deceives` where all letters of one script look like letters of another: nobody sees what they are.
    """

    start: int
    end: int
    scripts: tuple[str, ...]
    reads: str
    deceives: bool


@dataclass(frozen=True, slots=True)
class Double:
    """A word [start, end) that is not the known `name` but looks like it."""

    start: int
    end: int
    name: str


def mixed(text: str) -> list[Mixed]:
    """Words whose letters are of scripts that do not go together, in order.

    A word that looks Latin through and through is one too where no other word of the text is of its script.
    """
    found: list[Mixed] = []
    disguised: list[Mixed] = []
    spoken: set[str] = set()
    for match in () if text.isascii() else _WORD.finditer(text):
        word = match.group()
        scripts = _scripts(word)
        if len(scripts) == 1 and scripts[0] in _ALIKE:
            if len(word) >= SHORTEST and all(ord(letter) in lookalikes.LATIN for letter in word):
                disguised.append(Mixed(*match.span(), scripts, lookalikes.latin(word), deceives=True))
            else:
                spoken.add(scripts[0])
        elif len(scripts) > 1 and not _go_together(scripts) and not _is_formula(word, scripts):
            found.append(Mixed(*match.span(), scripts, lookalikes.latin(word), _deceives(word, scripts)))
    found += [one for one in disguised if one.scripts[0] not in spoken]
    return sorted(found, key=lambda one: one.start)


def names(text: str) -> frozenset[str]:
    """What a text uses as names: its code, and words with a sign, a digit or a capital inside."""
    code = (part for match in _CODE.finditer(text) for part in _NAME.findall(match.group()))
    return frozenset(word for word in (*code, *_NAMELIKE.findall(text)) if SHORTEST <= len(word) <= LONGEST)


def skeletons(names: Collection[str]) -> dict[str, frozenset[str]]:
    """Known names by what they look like; of a path or an address each part."""
    found: dict[str, set[str]] = {}
    for part in (part for name in names for part in _NAME.findall(name)):
        if SHORTEST <= len(part) <= LONGEST:
            found.setdefault(_looks(part), set()).add(part)
    return {look: frozenset(alike) for look, alike in found.items()}


def met(text: str, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Those of the known names (`skeletons` of them) that a word of the text is or looks like."""
    return frozenset().union(*(known.get(look, ()) for look in _NAME.findall(_looks(text))))


def doubles(text: str, known: Mapping[str, frozenset[str]]) -> Iterator[Double]:
    """Words that look like one of the known names (`skeletons` of them) and are not known themselves, in order."""
    looks = _looks(text) if known else ""
    if known.keys().isdisjoint(_NAME.findall(looks)):
        return
    for match in _NAME.finditer(text):
        alike = known.get(looks[slice(*match.span())], frozenset())
        if alike and match.group().casefold() not in map(str.casefold, alike) and _may_deceive(match.group()):
            yield Double(*match.span(), min(alike))


def _looks(text: str) -> str:
    """What a reader takes letters for, one for one: zero is O; one, I and l are one."""
    return lookalikes.latin(text).translate(_TAKEN_FOR)


def _may_deceive(word: str) -> bool:
    """Not for marks over letters alone, which readers see."""
    if word.isascii():
        return bool(_ODD.search(word)) and not word.isdigit()
    return any(ord(letter) in lookalikes.LATIN for letter in word) or unicodedata.normalize("NFKC", word) != word


def _scripts(word: str) -> tuple[str, ...]:
    if word.isascii():
        return ("LATIN",)
    if (one := _ONE_SCRIPT.fullmatch(word)) and one.lastgroup:
        return (one.lastgroup,)
    return tuple(dict.fromkeys(filter(None, map(_script, word))))


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The script of a letter in capitals; nothing for what all scripts share: digits, marks, signs."""
    if unicodedata.category(letter)[0] != "L":
        return ""
    first = unicodedata.name(letter, "").split(" ", 1)[0]
    return "" if first in _SHARED else _SAME.get(first, first)


def _go_together(scripts: tuple[str, ...]) -> bool:
    others = frozenset(scripts) - {"LATIN"}
    if len(others) == 1:
        return not others & _ALIKE
    return any(others <= group for group in _TOGETHER)


def _is_formula(word: str, scripts: tuple[str, ...]) -> bool:
    """A Greek letter as a sign: none of the Greek looks Latin, or one stands in front of a short index (νmax)."""
    if set(scripts) != {"GREEK", "LATIN"}:
        return False
    greek = [letter for letter in word if _script(letter) == "GREEK"]
    if not any(ord(letter) in lookalikes.LATIN for letter in greek):
        return True
    return len(greek) == 1 and word[0] == greek[0] and greek[0].islower() and len(word) <= 4


def _deceives(word: str, scripts: tuple[str, ...]) -> bool:
    letters = {script: [letter for letter in word if _script(letter) == script] for script in scripts}
    if _is_ending(word, letters):
        return False
    return any(
        all(letter in _LOOKED_LIKE if script == "LATIN" else ord(letter) in lookalikes.LATIN for letter in own)
        for script, own in letters.items()
    )


def _is_ending(word: str, letters: Mapping[str, list[str]]) -> bool:
    """A Latin abbreviation with the ending of another language: SMSка, PDFы."""
    head = "".join(letters.get("LATIN", ()))
    return len(head) > 1 and head.isupper() and word.startswith(head) and word[len(head) :].islower()
