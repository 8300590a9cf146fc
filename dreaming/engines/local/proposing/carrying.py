"""Taking what one document says into another, as whole lines: under the same headings where the other one has them.

Nothing is reworded. The result is read again, and given only where every statement stands under the headings it had.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.text import lines
from agents.text.lines import Edit
from agents.text.normalise import digest, normalise
from agents.text.statements import Statement, statements

BULLET = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")

Place = tuple[int, int]  # first line, code point


@dataclass(frozen=True, slots=True)
class Page:
    """A document with its lines, its statements, and the one title over all of them, if it has one."""

    rows: tuple[str, ...]
    said: tuple[Statement, ...]
    title: str

    @classmethod
    def read(cls, text: str) -> Page:
        said = statements(text)
        tops = {one.heading[:1] or ((one.text,) if one.kind == "heading" else ()) for one in said}
        top = next(iter(tops)) if len(tops) == 1 else ()
        return cls(tuple(lines.split(text)), said, top[0] if top else "")

    def under(self, one: Statement) -> tuple[str, ...]:
        """The headings over a statement, without the title of the document."""
        return tuple(normalise(name) for name in one.heading[1 if self.title else 0 :])

    def claims(self) -> list[Statement]:
        return [one for one in self.said if one.kind != "heading"]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines to be carried over, with the headings over them as they are written (without the title)."""

    under: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[str, ...]


def carried(target: str, sources: Iterable[tuple[str, frozenset[Place]]]) -> tuple[Edit, ...] | None:
    """The edits of `target` that take in the sources, each but for the statements at the places given.

    None where this cannot be done by lines alone.
    """
    page = Page.read(target)
    taken = [(Page.read(text), dropped) for text, dropped in sources]
    sections = [section for source, dropped in taken for section in _sections(source, dropped)]
    if not sections:
        return ()
    if not page.rows or not page.rows[-1].endswith("\n"):
        return None
    edits = _edits(page, sections)
    wanted = _said(page, frozenset())
    for source, dropped in taken:
        wanted += _said(source, dropped)
    after = Page.read("".join(lines.apply(page.rows, edits)))
    return edits if _said(after, frozenset()) == wanted else None


def _said(page: Page, dropped: frozenset[Place]) -> Counter[tuple[str, tuple[str, ...]]]:
    return Counter(
        (digest(one.text), page.under(one)) for one in page.claims() if (one.start, one.offset) not in dropped
    )


def _sections(page: Page, dropped: frozenset[Place]) -> list[Section]:
    """What is left of a document, heading by heading."""
    gone = {row for one in page.claims() if (one.start, one.offset) in dropped for row in range(one.start, one.end)}
    heads = [one for one in page.said if one.kind == "heading"]
    bounds: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]
    bounds += [(one.start, one.end, (*one.heading, one.text)) for one in heads]
    found = []
    for (_, start, path), (end, _, _) in zip(bounds, [*bounds[1:], (len(page.rows), 0, ())], strict=True):
        rows = _trimmed([page.rows[row] for row in range(start, end) if row not in gone])
        if rows:
            own = [one for one in heads if (*one.heading, one.text) == path[: len(one.heading) + 1]]
            named = ["".join(page.rows[one.start : one.end]) for one in own]
            level = 1 if page.title else 0
            under = tuple(normalise(name) for name in path[level:])
            found.append(Section(under, tuple(named[level:]), rows))
    return found


def _trimmed(rows: Sequence[str]) -> tuple[str, ...]:
    """Without blank lines at either end and with one at most between; the last line ended."""
    kept = [row for at, row in enumerate(rows) if row.strip() or (at and rows[at - 1].strip())]
    while kept and not kept[-1].strip():
        kept.pop()
    return (*kept[:-1], kept[-1].rstrip("\n") + "\n") if kept else ()


def _edits(page: Page, sections: Sequence[Section]) -> tuple[Edit, ...]:
    """One insertion a place: what has its heading goes below the last line there, the rest to the end."""
    ends = {page.under(one): one.end for one in page.claims()}
    places: dict[int, list[str]] = {}
    last: tuple[str, ...] = ()
    for section in sorted(sections, key=lambda section: section.under not in ends):
        at = ends.get(section.under, len(page.rows))
        rows = places.setdefault(at, [])
        if section.under not in ends:
            same = sum(one == other for one, other in zip(last, section.under, strict=False))
            for heading in section.headings[same:]:
                rows += ["\n", heading]
            last = section.under
        _append(rows, section.rows, page, at)
    return tuple(_inserted(page, at, rows) for at, rows in sorted(places.items()))


def _append(rows: list[str], more: Sequence[str], page: Page, at: int) -> None:
    before = rows[-1] if rows else page.rows[at - 1] if at else "\n"
    if before.strip() and not (BULLET.match(before) and BULLET.match(more[0])):
        rows.append("\n")
    rows.extend(more)


def _inserted(page: Page, at: int, rows: Sequence[str]) -> Edit:
    below = page.rows[at] if at < len(page.rows) else "\n"
    joined = not below.strip() or (BULLET.match(below) and BULLET.match(rows[-1]))
    return Edit(at, at, (*rows,) if joined else (*rows, "\n"))
