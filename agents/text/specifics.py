"""What a merge must not lose: names, numbers, dates, paths, flags and their like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agents.text import quantities

_MARKED = re.compile(
    r"""
    (?P<url>[A-Za-z][A-Za-z0-9+.-]{1,15}://(?:[.,;:!?)*]*+[^\s<>"'`|\\^{}\[\].,;:!?)*])++/?)
  | (?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})
  | (?P<code>`[^`\n]{1,500}`)
  | (?P<quote>"[^"\n]{2,300}"|“[^”\n]{2,300}”|«[^»\n]{2,300}»|„[^“”\n]{2,300}[“”])
  | (?P<path>(?<![\w.@%+~/-])(?:
        (?:~|\.{1,2})?/[\w.@%+-]{0,200}\w(?:/[\w.@%+-]{0,200}\w){0,40}/?
      | [\w.@%+-]{1,200}(?:/[\w.@%+-]{1,200}){0,40}/[\w.@%+-]{0,200}\.[A-Za-z]\w{0,9}\b
      | [\w.@%+-]{1,200}(?:/[\w.@%+-]{1,200}){2,40}(?<=\w)/?
      | [A-Za-z]:\\[\w.\\ -]{0,200}\w
      | \w[\w-]{0,80}\.(?=[a-z])(?:[a-z]{1,4}\d?|json|yaml|toml|html|lock|conf)\b(?!\.\w)))
  | (?P<flag>(?<![\w-])(?:--[A-Za-z][\w-]{0,80}|-[A-Za-z](?![\w-])))
  | (?P<version>(?<![\w.])(?:v\d{1,5}(?:\.\d{1,6}){0,4}|\d{1,5}(?:\.\d{1,6}){2,4})
      (?:[-+]?(?:rc|alpha|beta|dev|post|a|b)[.\d]{0,6})?(?![\w.]*\w))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_KINDS = ("url", "mail", "code", "quote", "path", "flag", "version")
_DOTTED_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{4}")
_WORD = re.compile(r"[^\W\d_][\w'’-]*+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…]|\n\s*(?:[-*+>#]|\d{1,3}[.)])*)[\s\"'“„«(\[*_#>|-]*$")


@dataclass(frozen=True, slots=True, order=True)
class Specific:
    """`value` in one spelling for dates, times, money and numbers; else as written."""

    kind: str  # name, number, money, date, time, path, flag, version, mail, url, code, quote
    value: str


def specifics(text: str) -> frozenset[Specific]:
    """What of a text is exact and must survive its rewording."""
    return frozenset(_found(text))


def lost(before: Iterable[str], after: str) -> frozenset[Specific]:
    """The specifics of the sources that the text after does not hold, in an equal spelling at least."""
    sources = list(before)
    kept = specifics(after)
    flat = _flat(after)
    ordinary = {word for source in [*sources, after] for word in _lower_words(source)}
    return frozenset(
        each
        for each in frozenset().union(*map(specifics, sources)) - kept
        if not (each.kind == "name" and each.value.lower() in ordinary) and not _held(each, kept, flat)
    )


def _found(text: str) -> Iterator[Specific]:
    rest = list(text)
    for match in _MARKED.finditer(text):
        kind = next(name for name in _KINDS if match[name])
        if kind in ("path", "version") and _DOTTED_DATE.fullmatch(match.group()):
            continue
        yield Specific(kind, match.group().strip('`"“”„«»'))
        rest[match.start() : match.end()] = "\ufffc" * (match.end() - match.start())
    for quantity in quantities.find("".join(rest)):
        yield Specific(quantity.kind, quantity.value)
        rest[quantity.start : quantity.end] = "\ufffc" * (quantity.end - quantity.start)
    yield from _names("".join(rest))


def _names(text: str) -> Iterator[Specific]:
    ordinary = _lower_words(text)
    for match in _WORD.finditer(text):
        word = re.sub(r"['’]s$", "", match.group())
        if not word[0].isupper() or len(word) < 2 or word.lower() in ordinary or word[:2] in ("I'", "I’"):
            continue
        # A capital inside (GitHub) marks a name anywhere; one in front only where no sentence starts.
        if (word[1:] != word[1:].lower() and not word.isupper()) or not _starts(text, match.start()):
            yield Specific("name", word)


def _starts(text: str, offset: int) -> bool:
    return bool(_SENTENCE_START.search(text[max(0, offset - 24) : offset])) if offset else True


def _lower_words(text: str) -> set[str]:
    return {match.group() for match in _WORD.finditer(text) if match.group().islower()}


def _held(specific: Specific, kept: frozenset[Specific], flat: str) -> bool:
    if specific.kind == "date":
        return any(_same_date(specific.value, other.value) for other in kept if other.kind == "date")
    if specific.kind == "number" and specific.value in quantities.WORDS.values():
        return any(_holds(flat, word) for word, digits in quantities.WORDS.items() if digits == specific.value)
    if specific.kind in ("number", "money", "time"):
        return False
    return _holds(flat, _flat(specific.value))


def _same_date(lost_date: str, other: str) -> bool:
    """03/11/2026 may be either day; a date without its year is held by one with it."""
    readings = []
    for value in (lost_date, other):
        parts = value.split("/")
        slashed = (
            {f"{parts[2]}-{int(a):02}-{int(b):02}" for a, b in (parts[:2], parts[1::-1])} if len(parts) == 3 else None
        )
        readings.append(slashed or {value})
    return any(one == two or (one[0] == "-" and two.endswith(one[1:])) for one in readings[0] for two in readings[1])


def _flat(text: str) -> str:
    return " ".join(text.casefold().replace("`", "").replace("*", "").split())


def _holds(flat: str, value: str) -> bool:
    at = flat.find(value)
    while at >= 0:
        end = at + len(value)
        if not (flat[at - 1 : at].isalnum() and value[:1].isalnum()) and not (
            flat[end : end + 1].isalnum() and value[-1:].isalnum()
        ):
            return True
        at = flat.find(value, at + 1)
    return False
