"""Diff rows as markup: one markup for side by side and one column, text as text, hidden characters in sight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from agents import drawn_spans
from agents.drawn_spans import Span
from agents.shown import NOTHING, Line, coded, joined
from agents.text import covering, diffs, hidden
from agents.text.diffs import ADDED, CHANGED, EQUAL, NO_END, REMOVED, SKIPPED
from agents.words import kept

MORE = 10  # lines that a gap shows at a time
_SIGNS = re.compile(r"(?P<heading>#{1,6}[ \t]+)|(?P<nest>[ \t]*)(?:(?P<item>[-*+][ \t]+)|(?P<quoted>>[ \t]?))")
_CODE = re.compile(r" {4}|\t|[ \t]*```")
_SIDE = (
    '<div class="diff__side diff__side--%s"%s>%s<div class="diff__line">'
    '<span class="diff__sign"%s</span>%%s%s</div></div>'
)
_SIDE_CLASS = 'class="diff__side'
_BEGINS = f"<div {_SIDE_CLASS}"
_SAME = _SIDE % ("equal", "", "{}{}", ">", "")
_REPEAT = _SIDE % ("repeat", ' aria-hidden="true"', "{}", ">", "")
_OLD = _SIDE % ("del", "{}", "{}", ' aria-hidden="true">&minus;', "{}")
_NEW = _SIDE % ("ins", "{}", "{}", ' aria-hidden="true">+', "{}")
_ELSEWHERE = _SIDE % ("moved", "", "{}", ' aria-hidden="true">&#8645;', "")
_EQUAL = f'<div class="diff__row diff__row--equal">{_SAME}</div>'
_EQUAL_TWICE = f'<div class="diff__row diff__row--equal">{_SAME}{_REPEAT}</div>'
_CHANGED = f'<div class="diff__row diff__row--change">{_OLD}{_NEW}</div>'
_REMOVED = f'<div class="diff__row diff__row--del">{_OLD}</div>'
_ADDED = f'<div class="diff__row diff__row--ins">{_NEW}</div>'
_MOVED = f'<div class="diff__row diff__row--%s">{_ELSEWHERE}</div>'
_UNDER = '<div class="diff__under">{}</div>'
_PERSONAL = '<span class="personal" title="{}">{}</span>'
_MARKED = {"del": "<del>{}</del>", "ins": "<ins>{}</ins>"}

Part = tuple[str, Sequence[str]]
"""Markup with a {} for each of its values: the parts of a diff are put together first and filled in at once."""
NO_PART: Part = ("", [])

Note = tuple[SafeString, SafeString]
"""What stands at a changed line: attributes of it, and what ends it."""
_NO_NOTE: Note = (NOTHING, NOTHING)


class Look(NamedTuple):
    """How a diff is drawn. `at` is the address of the revision's page, where its gaps open; `left` what it is beside.

    With `anchors` its line numbers are links to themselves, on the page `linked` where that is another one; with
    `talk`, the address of a form, they lead to what can be said about their line. `notes` are of changed lines,
    by the new number or by the old number below zero; `under` is what stands below lines, by the same numbers.
    `found` are the spans of new lines that something is said about.
    """

    split: bool = False
    spaces: bool = False
    at: str = ""
    left: str = ""
    target: int = 0
    anchors: bool = False
    linked: str = ""
    notes: tuple[tuple[int, Note], ...] = ()
    talk: str = ""
    under: tuple[tuple[int, SafeString], ...] = ()
    found: tuple[tuple[int, tuple[Span, ...]], ...] = ()

    @property
    def prefix(self) -> str:
        """What line anchors begin with, so that those of two memories differ."""
        return f"T{self.target}" if self.target else ""


def needs_columns(rows: Sequence[diffs.Row]) -> bool:
    """Whether there is something to lay side by side: what only adds or only removes needs one column."""
    kinds = {row[0] for row in rows}
    return CHANGED in kinds or {ADDED, REMOVED} <= kinds


def draw(rows: Sequence[diffs.Row], look: Look) -> SafeString:
    """The rows without a frame around them, with dots over secrets."""
    rows = covering.rows(rows)
    drawer = _Drawer(look, diffs.moved(rows))
    parts = [part for index, row in enumerate(rows) for part in (drawer.row(index, row), *drawer.below(row))]
    values = chain.from_iterable(values for _, values in parts)
    return format_html("".join(markup for markup, _ in parts), *values) if parts else NOTHING


class _Drawer:
    """One diff being drawn. `places` are of lines that moved the numbers on the other side."""

    def __init__(self, look: Look, places: dict[int, int]) -> None:
        self.look, self.places, self.notes, self.under = look, places, dict(look.notes), dict(look.under)
        self.found = dict(look.found)
        self.spoken = _spoken()

    def row(self, index: int, row: diffs.Row) -> Part:
        if row[0] == SKIPPED:
            return "{}", [_gap(row[1], row[2], self.look)]
        markup, values = self._row(index, row)
        return (self._named(row, markup), values) if self.look.anchors else (markup, values)

    def _named(self, row: diffs.Row, markup: str) -> str:
        """The row with the anchors of its lines: on its sides, and on itself where both sides are one."""
        kind, old_number, new_number = row[:3]
        whole, *sides = markup.split(_BEGINS)
        old, new = f' id="{self.look.prefix}O{old_number}"', f' id="{self.look.prefix}L{new_number}"'
        if kind == EQUAL:
            whole, names = whole.replace("<div", f"<div{new}", 1), [old, ""]
        else:
            names = [new] if kind == ADDED else [old, new]
        return whole + "".join(f"<div{name} {_SIDE_CLASS}{side}" for name, side in zip(names, sides, strict=False))

    def _row(self, index: int, row: diffs.Row) -> Part:
        kind, old_number, new_number, left, right = row
        if kind == EQUAL:
            return self._equal(old_number, new_number, left)
        if index in self.places:
            return self._moved(kind, old_number, new_number, left or right, self.places[index])
        old, old_texts = self.line(left, right, "del") if kind != ADDED else NO_PART
        new, new_texts = self.line(right, left, "ins", self._spans(new_number)) if kind != REMOVED else NO_PART
        if kind == CHANGED:
            return _CHANGED % (old, new), [*self._left(old_number, old_texts), *self._right(new_number, new_texts)]
        if kind == REMOVED:
            return _REMOVED % old, self._left(old_number, old_texts)
        return _ADDED % new, self._right(new_number, new_texts)

    def below(self, row: diffs.Row) -> list[Part]:
        """What stands below a row, of its left side first."""
        if not self.under or row[0] == SKIPPED:
            return []
        numbers = [-row[1] if row[0] != ADDED else 0, row[2] if row[0] != REMOVED else 0]
        return [(_UNDER, [self.under[number]]) for number in numbers if number in self.under]

    def _left(self, number: int, texts: Sequence[str]) -> list[str]:
        attributes, ending = self.notes.get(-number, _NO_NOTE)
        return [attributes, self._old(number), *texts, ending]

    def _right(self, number: int, texts: Sequence[str]) -> list[str]:
        attributes, ending = self.notes.get(number, _NO_NOTE)
        return [attributes, self._new(number), *texts, ending]

    def _equal(self, old_number: int, new_number: int, segments: diffs.Segments) -> Part:
        line, texts = self.line(segments)
        values: list[str] = [self._old(old_number), self._new(new_number), *texts]
        if not self.look.split:
            return _EQUAL % line, values
        return _EQUAL_TWICE % (line, line), [*values, self._new(new_number, repeats=True), *texts]

    def _moved(self, kind: str, old_number: int, new_number: int, segments: diffs.Segments, other: int) -> Part:
        """A line that stands elsewhere on the other side."""
        line, texts = self.line([[0, text] for _, text in segments], spans=self._spans(new_number))
        number = self._old(old_number) if kind == REMOVED else self._new(new_number)
        markup = line.replace("</div>", "{}</div>")
        return _MOVED % (kind, markup), [number, *texts, _moved_label(kind, other)]

    def _spans(self, number: int | None) -> tuple[Span, ...]:
        return self.found.get(number, ()) if number else ()

    def _old(self, number: int) -> SafeString:
        return self._numbered(number, is_new=False)

    def _new(self, number: int, *, repeats: bool = False) -> SafeString:
        return self._numbered(number, is_new=True, repeats=repeats)

    def _numbered(self, number: int, *, is_new: bool, repeats: bool = False) -> SafeString:
        if self.look.talk and not self.look.anchors:
            return _number(number, True, None, "", False) if repeats else _said_about(number, is_new, self.look.talk)
        prefix = self.look.prefix if self.look.anchors else None
        return _number(number, is_new, prefix, self.look.linked, repeats)

    def line(
        self,
        segments: diffs.Segments,
        other: diffs.Segments | None = None,
        mark: str = "",
        spans: Sequence[Span] = (),
    ) -> Part:
        """The text of one side. Markdown's signs are set apart, unless they are what changed."""
        whole = segments[0][1] if len(segments) == 1 else "".join(text for _, text in segments)
        classes, length = dressed(whole)
        texts = [self.spoken[mark]] if mark else []
        line = Line(whole, spelt=other is not None and _only_hidden_differs(whole, other), spaces=self.look.spaces)
        signs = length if length and _sign_stays(whole[:length], other) else 0
        if signs:
            texts.append(_sign(line.draw(whole[:signs])))
            segments = _after(segments, signs)
        markup = "{}" * len(texts)
        persons = covering.persons(segments, other or []) if mark == "ins" else [(*one, "") for one in segments]
        cut = list(drawn_spans.cut(persons, spans, signs))
        has_codes = "`" in whole and not _CODE.match(whole) and _keeps_codes(segments)
        ticks = 0
        for marked, part, personal, over, begun in cut:
            if marked == NO_END:
                markup += "{}" if mark else ""
                texts += [_no_end()] if mark else []
                continue
            markup += _MARKED[mark] if marked else "{}"
            drawn = coded(part, line, is_open=ticks % 2 == 1) if has_codes else line.draw(part)
            ticks += part.count("`")
            drawn = format_html(_PERSONAL, _looks_like(personal), drawn) if personal else drawn
            texts.append(drawn_spans.marked(drawn, over, begun))
        return f'<div class="diff__text{classes}">{markup}</div>', texts


def one_line(line: str) -> SafeString:
    """A line of a document that is not compared."""
    markup, texts = _Drawer(Look(), {}).line([[0, line]])
    return format_html(markup, *texts)


@kept
def _spoken() -> dict[str, SafeString]:
    """What a screen reader says before a line."""
    words = {"del": gettext("Removed:"), "ins": gettext("Added:")}
    return {mark: format_html('<span class="visually-hidden">{} </span>', word) for mark, word in words.items()}


@kept
def _looks_like(kind: str) -> str:
    return gettext("Looks like personal data: %(kind)s") % {"kind": kind}


@kept
def _no_end() -> SafeString:
    return format_html('<span class="cp cp--benign">{}</span>', gettext("no line end"))


@kept
def _moved_label(kind: str, other: int) -> SafeString:
    words = gettext("moved to line %(line)d") if kind == REMOVED else gettext("moved from line %(line)d")
    return format_html(' <span class="diff__moved">{}</span>', words % {"line": other})


def _gap(first: int, last: int, look: Look) -> SafeString:
    """How many lines are left out, and the ways to see them: a part for scripts, the revision's own page without."""
    count = last - first + 1
    if not look.at:
        return format_html('<p class="diff__gap">{}</p>', _unchanged(count))
    page = f"{look.at}?left={look.left}&context="
    part = f"{look.at}gap/?left={look.left}&target={look.target}&first={first}&last={last}"
    part += "&anchors=1&more=" if look.anchors else "&more="
    place = f"#{look.prefix}O{first}"
    links = [(f"{part}{MORE}", f"{page}{3 + MORE}{place}", _show_more())] if count > 2 * MORE else []
    links.append((f"{part}{count}", f"{page}all{place}", _show_all(count)))
    return format_html(
        '<div class="diff__gap"><span>{}</span>{}</div>',
        _unchanged(count),
        joined([format_html(_OPENS, *link) for link in links]),
    )


_OPENS = ' <a class="link" hx-get="{}" hx-target="closest .diff__gap" hx-swap="outerHTML" href="{}">{}</a>'


@kept
def _unchanged(count: int) -> str:
    return ngettext("%(count)d unchanged line", "%(count)d unchanged lines", count) % {"count": count}


@kept
def _show_more() -> str:
    return gettext("Show %(count)d more") % {"count": MORE}


@kept
def _show_all(count: int) -> str:
    return gettext("Show all %(count)d") % {"count": count}


@lru_cache(40_000)
def _number(number: int, is_new: bool, prefix: str | None, page: str, repeats: bool = False) -> SafeString:
    """A line number: with a prefix, however short, a link to its line. One that repeats is for the pointer alone."""
    kind = "diff__no diff__no--new" if is_new else "diff__no"
    if prefix is None:
        return format_html('<span class="{}">{}</span>', kind, number)
    place = f"{page}#{prefix}{'L' if is_new else 'O'}{number}"
    aside = SafeString(' tabindex="-1"' if repeats else "")
    return format_html('<a class="{}" href="{}"{}>{}</a>', kind, place, aside, number)


def _said_about(number: int, is_new: bool, form: str) -> SafeString:
    """A line number that opens the form for a comment on its line below it; without scripts, the page of the form."""
    kind = "diff__no diff__no--new" if is_new else "diff__no"
    url = f"{form}&side={'after' if is_new else 'before'}&line={number}"
    return format_html(_SAYS, kind, url, url, _comment_on(), number)


_SAYS = (
    '<a class="{}" href="{}" hx-get="{}" hx-target="closest .diff__row" hx-swap="afterend">'
    '<span class="visually-hidden">{} </span>{}</a>'
)


@kept
def _comment_on() -> str:
    return gettext("Comment on line")


def _sign(sign: SafeString) -> SafeString:
    return format_html('<span class="md">{}</span>', sign)


def _only_hidden_differs(whole: str, other: diffs.Segments) -> bool:
    """Whether both sides would look the same if no hidden character were drawn."""
    beside = "".join(text for _, text in other)
    if whole == beside or not (hidden.HIDDEN.search(whole) or hidden.HIDDEN.search(beside)):
        return False
    return hidden.HIDDEN.sub("", whole) == hidden.HIDDEN.sub("", beside)


def _keeps_codes(segments: diffs.Segments) -> bool:
    """Whether all code spans are what they were, or changed as a whole: else a sign is what changed, and stays."""
    whole = "".join(text for _, text in segments)
    if "``" in whole or whole.count("`") % 2:
        return False
    inside: list[int] | None = None  # the marks of a span's parts, its first sign among them
    for mark, text in segments:
        for place, part in enumerate(text.split("`")):
            if place and inside is not None:
                if inside[0] != mark or (mark and not all(inside)):
                    return False
                inside = None
            elif place:
                inside = [mark]
            if part and inside is not None:
                inside.append(mark)
    return True


def dressed(line: str) -> tuple[str, int]:
    """The classes of a line of Markdown, and how many characters of it are only signs."""
    found = _SIGNS.match(line)
    if found is None:
        return (" diff__text--code", 0) if _CODE.match(line) else ("", 0)
    kind = f" diff__text--{found.lastgroup}"
    return kind + (" diff__text--nested" if len(found["nest"] or "") > 1 else ""), found.end()


def _sign_stays(sign: str, other: diffs.Segments | None) -> bool:
    """Whether the other side, where there is one, begins with the same sign: else hiding it would hide a change."""
    if not other:
        return True
    beginning = "".join(text for _, text in other)
    return beginning.startswith(sign) and dressed(beginning)[1] == len(sign)


def _after(segments: diffs.Segments, length: int) -> diffs.Segments:
    """The segments without their first characters."""
    left: diffs.Segments = []
    for marked, text in segments:
        if length < len(text) or marked == NO_END:
            left.append([marked, text[length:]])
        length = max(0, length - len(text))
    return left
