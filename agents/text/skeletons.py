"""A text as a model reads it whatever it is dressed in, with the way back to where each piece stood.

What hides or splits words is undone: look-alike letters, hidden characters (those that spell text are spelt out),
marks over letters, emphasis, links and tags within a sentence, entities, wrapped lines, spaced letters, digits for
letters. Patterns for words look here; what they find is told in code points of the text as written.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from agents.text import hidden, lookalikes

_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
_BREAKS = "\x0b\x0c\x85\u2028\u2029"
_INLINE = "a|abbr|b|big|code|del|em|font|i|ins|mark|s|small|span|strong|sub|sup|tt|u|wbr"
# What may start a piece is looked at first, for most characters start none.
_PIECE = re.compile(
    rf"""
    (?=[^!-)+,/2689:;=?@A-Z\\^a-z{{|}}])(?:
    (?P<split>(?:(?<=\A[^\W\d_])|(?<=[\s.\-_>("'][^\W\d_]))[ .\-_](?=[^\W\d_](?![^\W_]|[\u0300-\u036f])))
  | (?P<digit>[013457](?=[a-zA-Z]{{2}}) | (?<=[a-zA-Z]{{2}})[013457](?=[a-zA-Z013457]))
  | (?P<wrap>\n[ \t>]{{0,8}}(?=[a-z(]))
  | (?P<marks>[*`]++ | ~~++ | (?<!\w)_++ | _++(?!\w) | \]\([^()\s]{{0,300}}\) | [\[\]]
      | </?(?:{_INLINE})\b[^<>\n]{{0,200}}> | (?<=\w)<!--[^<>]{{0,200}}-->(?=\w)
      | [\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]++)
  | (?P<hidden>{hidden.RUN.pattern}))
  | (?P<entity>&(?:\#\d{{1,7}}|\#[xX][\da-fA-F]{{1,6}}|[a-zA-Z]{{2,8}});)
    """,
    re.VERBOSE,
)
_LETTER_FOR = dict(zip("013457", "oieast", strict=True))


@dataclass(frozen=True, slots=True)
class Skeleton:
    """`text`, and the pieces it is made of: where each starts in it, and [start, end) of the text as written."""

    text: str
    at: tuple[int, ...]
    pieces: tuple[tuple[int, int, bool], ...]  # start, end, whether it is copied character by character

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the skeleton, which is not empty, stands in the text as written."""
        first, last = (bisect_right(self.at, place) - 1 for place in (start, end - 1))
        begun, _, copied = self.pieces[first]
        _, ended, last_copied = self.pieces[last]
        return (
            begun + (start - self.at[first]) if copied else begun,
            self.pieces[last][0] + (end - self.at[last]) if last_copied else ended,
        )


def read(text: str) -> Skeleton:
    letters = lookalikes.latin(text)
    said: list[str] = []
    at: list[int] = []
    pieces: list[tuple[int, int, bool]] = []
    length = 0
    for start, end, copied, part in _parts(text, letters):
        said.append(part)
        at.append(length)
        pieces.append((start, end, copied))
        length += len(part)
    return Skeleton("".join(said), tuple(at), tuple(pieces))


def _parts(text: str, letters: str) -> Iterator[tuple[int, int, bool, str]]:
    """The parts that are not empty, in order."""
    done = 0
    for match in _PIECE.finditer(letters):
        start, end = match.span()
        if done < start:
            yield done, start, True, letters[done:start]
        if part := _read(match, text):
            yield start, end, False, part
        done = end
    if done < len(letters):
        yield done, len(letters), True, letters[done:]


def _read(match: re.Match[str], text: str) -> str:
    piece = match.group()
    if match["hidden"]:
        return _spelt(text, match)
    if match["entity"]:
        return lookalikes.latin(html.unescape(piece))
    if match["wrap"]:
        return " "
    return _LETTER_FOR[piece] if match["digit"] else ""


def _spelt(text: str, match: re.Match[str]) -> str:
    piece = match.group()
    if piece[0] in _BLANKS:
        return " "
    if piece[0] in _BREAKS:
        return "\n"
    (found,) = hidden.find(text[match.start() : match.end()])
    return f" {found.decoded} " if found.decoded else ""
