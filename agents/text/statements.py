"""A document as statements: the bullets, sentences, headings, code blocks and table rows that are quoted and counted.

Markdown is read by its block structure only. Offsets are code points of the document as stored; every line that is not
blank lies in a statement or holds nothing but markup.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agents.text import lines as text_lines
from agents.text import sentences

_DEEPEST = 24  # block levels; what lies deeper is read line by line
_BLOCKS = ("table", "code", "fence", "blockquote", "hr", "list", "heading", "lheading")
_MARKDOWN = MarkdownIt("zero", {"maxNesting": _DEEPEST}).enable(list(_BLOCKS))
_MARKDOWN.core.ruler.enableOnly(["normalize", "block"])

_AS_SPACE = {ord("\r"): " ", 0: "\ufffd"}  # the parser would break lines there; one for one, so that offsets hold
_MARKERS = re.compile(r"[\s>]*+(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})(?:\s|$)[\s>]*+)*+")
_BULLET = re.compile(r"[\s>]*+(?:[-*+]|\d{1,9}[.)])\s")
_MARKUP_ONLY = re.compile(r"[\s>*_=~`|:+#-]*+$")
_FRONT_MATTER_KEY = re.compile(r"[\w.-]+\s*:(?:\s|$)")
_STANDS_ALONE = re.compile(r"[.!?;。！？]\W{0,3}$|^\W{0,4}[^:.!?]{1,60}:\W{0,3}\s\S")


@dataclass(frozen=True, slots=True)
class Statement:
    """`text` stands at code point `offset`, without its marker; its lines are [start, end) of `lines.split()`."""

    start: int
    end: int
    text: str
    kind: str  # bullet, sentence, paragraph, heading, code, table
    heading: tuple[str, ...]
    offset: int


def statements(document: str) -> tuple[Statement, ...]:
    """The statements of a Markdown document in order. Takes any text; never raises."""
    return tuple(_Reader(document).read())


class _Reader:
    """One pass over the parser's tokens, which know lines; columns are found again in the document."""

    def __init__(self, document: str) -> None:
        self.document = document
        readable = document.translate(_AS_SPACE)
        self.lines = text_lines.split(" " + readable[1:] if readable.startswith("\ufeff") else readable)
        self.starts = [0, *accumulate(len(line) for line in self.lines)]
        self.covered = bytearray(len(self.lines))
        self.levels: list[tuple[int, str]] = []
        self.paths: list[tuple[int, tuple[str, ...]]] = [(-1, ())]  # the headings over the lines from this one on

    def read(self) -> list[Statement]:
        front = self._front_matter()
        found = [statement for row in range(1, front - 1) for statement in self._loose(row)]
        found += self._blocks(_MARKDOWN.parse("".join(["\n"] * front + self.lines[front:])))
        for row in range(front, len(self.lines)):
            if not self.covered[row]:
                found += self._loose(row)
        return sorted(found, key=lambda statement: statement.offset)

    def _front_matter(self) -> int:
        """How many lines a YAML head takes, its two fences included; 0 without one."""
        if len(self.lines) < 3 or self.lines[0].strip() != "---" or not _FRONT_MATTER_KEY.match(self.lines[1]):
            return 0
        closing = (row for row, line in enumerate(self.lines[1:], 1) if line.rstrip() in ("---", "..."))
        return next(closing, -1) + 1

    def _blocks(self, tokens: list[Token]) -> Iterator[Statement]:
        items, before = 0, ""
        for token, following in pairwise([*tokens, Token("", "", 0)]):
            items += (token.type == "list_item_open") - (token.type == "list_item_close")
            if token.map:
                start, end = token.map[0], min(token.map[1], len(self.lines))
                if token.type == "paragraph_open":
                    yield from self._paragraph(start, end, following.content, in_item=items > 0)
                elif token.type == "heading_open":
                    yield from self._heading(start, end, following.content, token)
                elif token.type in ("fence", "code_block"):
                    yield from self._code(start, end, token)
                elif token.type == "tr_open":  # the line of dashes belongs to the head
                    yield from self._table_row(start, end + (before == "thead_open"))
            before = token.type

    def _paragraph(self, start: int, end: int, content: str, *, in_item: bool) -> Iterator[Statement]:
        offset, stop = self._place(start, end, content)
        if in_item:
            yield from self._make(start, end, "bullet", offset, stop)
        elif end - start == 1:
            yield from self._sentences(start, offset, stop)
        elif all(_STANDS_ALONE.search(line.strip()) for line in self.lines[start:end]):
            for row in range(start, end):
                yield from self._sentences(row, offset if row == start else self._inner(row), self._stop(row))
        else:
            yield from self._make(start, end, "paragraph", offset, stop)

    def _heading(self, start: int, end: int, content: str, token: Token) -> Iterator[Statement]:
        if "\n" in content:  # a paragraph over a rule reads as a heading of many lines: rarely meant
            yield from self._make(start, end, "paragraph", *self._place(start, end - 1, content))
            return
        offset, stop = self._place(start, start + 1, content)
        if token.level > 0:  # inside a list or a quote: heads nothing below it
            yield from self._make(start, end, "heading", offset, stop)
            return
        level = int(token.tag[1:])
        while self.levels and self.levels[-1][0] >= level:
            self.levels.pop()
        self._head(start)
        yield from self._make(start, end, "heading", offset, stop)
        if content:
            self.levels.append((level, content))
            self._head(end)

    def _head(self, row: int) -> None:
        self.paths.append((row, tuple(text for _, text in self.levels)))

    def _code(self, start: int, end: int, token: Token) -> Iterator[Statement]:
        first, last = start, end
        if token.type == "fence":
            first = start + 1
            last = min(first + len(text_lines.split(token.content)), end)
        stop = self.starts[last] - self.lines[last - 1].endswith("\n")
        if self.document[self.starts[first] : stop].strip():
            yield from self._make(start, end, "code", self.starts[first], stop)
        else:  # nothing inside: what stands beside the fence is all it says
            yield from self._make(start, end, "code", *self._place(start, start + 1, token.info.strip()))

    def _table_row(self, start: int, end: int) -> Iterator[Statement]:
        offset, stop = self._inner(start), self._stop(start)
        row = self.document[offset:stop]
        inner = row.strip("| \t")
        offset += len(row) - len(row.lstrip("| \t"))
        yield from self._make(start, end, "table", offset, offset + len(inner))

    def _loose(self, row: int) -> Iterator[Statement]:
        """A line the parser gave no place: of a YAML head, or nested too deep."""
        kind = "bullet" if _BULLET.match(self.lines[row]) else "sentence"
        yield from self._make(row, row + 1, kind, self._inner(row), self._stop(row))

    def _sentences(self, row: int, offset: int, stop: int) -> Iterator[Statement]:
        for start, end in sentences.spans(self.document[offset:stop]):
            yield from self._make(row, row + 1, "sentence", offset + start, offset + end)

    def _make(self, start: int, end: int, kind: str, offset: int, stop: int) -> Iterator[Statement]:
        self.covered[start:end] = b"\1" * (end - start)
        text = self.document[offset:stop]
        if (kind == "code" and text.strip()) or not _MARKUP_ONLY.match(text):
            path = self.paths[bisect_right(self.paths, start, key=lambda entry: entry[0]) - 1][1]
            yield Statement(start, end, text, kind, path, offset)

    def _place(self, start: int, end: int, content: str) -> tuple[int, int]:
        """Where the parser's content begins and stops: it took off markers and odd blank lines."""
        first, last = content.split("\n", 1)[0].rstrip(), content.rsplit("\n", 1)[-1].strip()
        top = next((row for row in range(start, end) if first in self.lines[row]), start)
        bottom = next((row for row in range(end - 1, top - 1, -1) if self.lines[row].rstrip().endswith(last)), end - 1)
        at = self.lines[top].rstrip().rfind(first)
        offset = self.starts[top] + at if at >= 0 else self._inner(top)
        return offset, offset + len(first) if top == bottom else self._stop(bottom)

    def _inner(self, row: int) -> int:
        marker = _MARKERS.match(self.lines[row])
        return self.starts[row] + (marker.end() if marker else 0)

    def _stop(self, row: int) -> int:
        return self.starts[row] + len(self.lines[row].rstrip())
