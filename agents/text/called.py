"""What a text has its reader call: read from the words around the names of tools, for whoever weighs what it may do.

It errs on the side of a call: a tool that is named counts as called, unless the text says that it is called anyway
("before calling `x`", "when `x` answers") and gives it nothing. What another call answered is given where the name of
the argument says where something goes, how much, what is run or who may.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from agents.text import deeds

_BEFORE = 60  # code points in front of a name that say what it is there for
_NAME = r"[A-Za-z_][\w.\-]{0,99}"
_NAMED = re.compile(rf"`([^`\n]{{1,1000}})`|(?<![\w`.\-])({_NAME})(\s*=)?")
_CODE = re.compile(rf"\s*({_NAME})\s*(\()?")
_SAID = re.compile(  # what an answer says, and where the words or another call give the value
    r"\banswers?\s+`[^`\n]{0,1000}`(?:\s*=\s*`[^`\n]{0,1000}`)?|`[^`\n]{1,200}`\s+from the words of\b"
    r"|`(?P<passed>[^`\n]{1,200})`\s+from the results? of\b",
    re.IGNORECASE,
)
_OCCASION = re.compile(
    r"(?:\b(?:before|after|when|whenever|while|once|if|way to)(?: you)?(?: call(?:s|ing)?)?|^[\s#*-]*to call)\s*$",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\b(?:leav(?:e|es|ing) out|skip(?:s|ping)?|omit(?:s|ting)?|without|instead of|rather than"
    r"|(?:never|not|n['’]t) call)(?: calling)?\s*$",
    re.IGNORECASE,
)
_CALL = re.compile(r"\bcall(?:s|ing)?\s*$", re.IGNORECASE)
_TWO_WORDS = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]|[a-z][A-Z]")


@dataclass(frozen=True, slots=True)
class Called:
    """Names of tools: those that the reader is to call, or to give something to, and those it is not to call."""

    tools: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


def read(lines: Iterable[str], known: Collection[str]) -> Called:
    """`known` are tools that sessions called; any other name is one where it is called, or says that it changes
    something.
    """
    tools: set[str] = set()
    left_out: set[str] = set()
    for line in lines:
        called, dropped = _of_line(line, known)
        tools |= called
        left_out |= dropped
    return Called(frozenset(tools), frozenset(left_out))


def _of_line(line: str, known: Collection[str]) -> tuple[set[str], set[str]]:
    told: set[str] = set()
    given: set[str] = set()
    anyway: set[str] = set()
    left_out: set[str] = set()
    gives = False
    for one in _names(_SAID.sub(_unsaid, line)):
        if not _is_tool(one, known):
            gives = gives or one.is_code or one.gives
        elif _OCCASION.search(one.before):
            anyway.add(one.name)
        elif _LEFT_OUT.search(one.before):
            left_out.add(one.name)
        else:
            told.add(one.name)
            given |= {one.name} if one.gives else set()
    return told | anyway if gives else (told - anyway) | given, left_out - told


def _unsaid(said: re.Match[str]) -> str:
    """Nothing; but whoever controls what a tool answers must not say where the next one sends something."""
    return said[0] if said["passed"] and deeds.aims(said["passed"]) else " "


@dataclass(frozen=True, slots=True)
class _Name:
    """A name, what stands before it, whether it is set as code, and whether something is given to it."""

    name: str
    before: str
    is_code: bool
    gives: bool


def _names(text: str) -> Iterator[_Name]:
    for match in _NAMED.finditer(text):
        code, bare, equals = match.groups()
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        head = _CODE.match(code) if code else None
        if bare:
            yield _Name(bare.rstrip(".-"), before, is_code=False, gives=bool(equals))
        else:
            yield _Name(head[1].rstrip(".-") if head else "", before, is_code=True, gives=bool(head and head[2]))


def _is_tool(one: _Name, known: Collection[str]) -> bool:
    has_form = bool(_TWO_WORDS.search(one.name))
    is_called = bool(_CALL.search(one.before))
    if one.name in known:
        return one.is_code or has_form or is_called
    return bool(one.name) and ((one.is_code and is_called) or (has_form and deeds.changes(one.name)))
