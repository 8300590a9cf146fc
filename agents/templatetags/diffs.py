"""Drawing stored diff rows: one markup for side by side and one column, text as text, hidden characters in sight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from agents.text import diffs, hidden
from agents.text.diffs import ADDED, CHANGED, EQUAL, REMOVED, SKIPPED

register = template.Library()

NOTHING = SafeString("")
FEW = 64  # strings that are added faster than they are joined
_SIGNS = re.compile(r"(?P<heading>#{1,6}[ \t]+)|(?P<nest>[ \t]*)(?:(?P<item>[-*+][ \t]+)|(?P<quoted>>[ \t]?))")
_CODE = re.compile(r" {4}|\t|[ \t]*```")
_CLASSES = {
    name: SafeString(name)
    for name in (
        "",
        " diff__text--code",
        " diff__text--heading",
        " diff__text--item",
        " diff__text--item diff__text--nested",
        " diff__text--quoted",
        " diff__text--quoted diff__text--nested",
    )
}
_SAME = (
    '<div class="diff__side diff__side--equal"><span class="diff__no">{0}</span>'
    '<span class="diff__no diff__no--new">{1}</span>'
    '<div class="diff__line"><span class="diff__sign"></span>{2}</div></div>'
)
_REPEAT = (
    '<div class="diff__side diff__side--repeat" aria-hidden="true"><span class="diff__no diff__no--new">{1}</span>'
    '<div class="diff__line"><span class="diff__sign"></span>{2}</div></div>'
)
_OLD = (
    '<div class="diff__side diff__side--del"><span class="diff__no">{0}</span><div class="diff__line">'
    '<span class="diff__sign" aria-hidden="true">−</span>{2}</div></div>'
)
_NEW = (
    '<div class="diff__side diff__side--ins"><span class="diff__no diff__no--new">{1}</span><div class="diff__line">'
    '<span class="diff__sign" aria-hidden="true">+</span>{3}</div></div>'
)
_ROWS = {
    (EQUAL, False): f'<div class="diff__row diff__row--equal">{_SAME}</div>',
    (EQUAL, True): f'<div class="diff__row diff__row--equal">{_SAME}{_REPEAT}</div>',
    **{(CHANGED, split): f'<div class="diff__row diff__row--change">{_OLD}{_NEW}</div>' for split in (False, True)},
    **{(REMOVED, split): f'<div class="diff__row diff__row--del">{_OLD}</div>' for split in (False, True)},
    **{(ADDED, split): f'<div class="diff__row diff__row--ins">{_NEW}</div>' for split in (False, True)},
}
_BLANK = SafeString('<div class="diff__text"><br></div>')
_MARKS = {name: (SafeString(f"<{name}>"), SafeString(f"</{name}>")) for name in ("del", "ins")}


@register.simple_tag
def diff(rows: Sequence[diffs.Row], shown_as: str = "unified") -> SafeString:
    """The rows as a diff. What only adds or only removes needs one column, however it is shown."""
    kinds = {row[0] for row in rows}
    split = shown_as == "split" and (CHANGED in kinds or {ADDED, REMOVED} <= kinds)
    spoken = _spoken(get_language())
    drawn = joined([_row(row, split, spoken) for row in rows])
    return format_html('<div class="diff diff--{}">{}</div>', "split" if split else "unified", drawn)


@register.simple_tag
def prose(text: str) -> SafeString:
    """A document line by line, dressed as its Markdown reads, with the signs set apart."""
    lines = text.removesuffix("\n").split("\n")
    return format_html_join("", "{}", ((_line([[0, line]]) if line else _BLANK,) for line in lines))


@register.simple_tag
def shown(text: object) -> SafeString:
    """The same as {% visible %}, for pages that show hundreds of texts."""
    return visible(str(text))


@lru_cache
def _spoken(language: str | None) -> dict[str, SafeString]:
    """What a screen reader says before a line, for each language once."""
    words = {"del": gettext("Removed:"), "ins": gettext("Added:")}
    return {mark: format_html('<span class="visually-hidden">{} </span>', word) for mark, word in words.items()}


def visible(text: str) -> SafeString:
    """The text escaped, with a chip for each hidden character."""
    if not hidden.HIDDEN.search(text):
        return escape(text)
    return joined([escape(part) if found is None else _chip(found) for part, found in hidden.parts(text)])


def joined(parts: Sequence[SafeString]) -> SafeString:
    """The parts one after the other."""
    if len(parts) > FEW:
        return format_html_join("", "{}", ((part,) for part in parts))
    whole = NOTHING
    for part in parts:
        whole += part
    return whole


def _row(row: diffs.Row, split: bool, spoken: dict[str, SafeString]) -> SafeString:
    if row[0] == SKIPPED:
        count = row[2] - row[1] + 1
        words = ngettext("%(count)d unchanged line", "%(count)d unchanged lines", count) % {"count": count}
        return format_html('<p class="diff__gap">{}</p>', words)
    kind, old_number, new_number, left, right = row
    if kind == EQUAL:
        old, new = _line(left), NOTHING
    else:
        old = _line(left, right, "del", spoken["del"]) if kind != ADDED else NOTHING
        new = _line(right, left, "ins", spoken["ins"]) if kind != REMOVED else NOTHING
    return format_html(_ROWS[kind, split], _number(old_number), _number(new_number), old, new)


@lru_cache(20_000)
def _number(number: int | None) -> SafeString:
    return NOTHING if number is None else escape(number)


@lru_cache(100)
def _sign(sign: str) -> SafeString:
    return format_html('<span class="md">{}</span>', sign)


def _line(
    segments: diffs.Segments, other: diffs.Segments | None = None, mark: str = "", spoken: SafeString = NOTHING
) -> SafeString:
    """The text of one side. Markdown's signs are set apart, unless they are what changed."""
    whole = "".join(text for _, text in segments)
    classes, length = _dressed(whole)
    text = spoken
    if length and _sign_stays(whole[:length], other):
        text += _sign(whole[:length])
        segments = _after(segments, length)
    for marked, part in segments:
        if marked:
            start, end = _MARKS[mark]
            text = text + start + visible(part) + end
        else:
            text += visible(part)
    return format_html('<div class="diff__text{}">{}</div>', _CLASSES[classes], text)


def _dressed(line: str) -> tuple[str, int]:
    """The classes of a line of Markdown, and how many characters of it are only signs."""
    found = _SIGNS.match(line)
    if found is None:
        return (" diff__text--code", 0) if _CODE.match(line) else ("", 0)
    if found["heading"]:
        return " diff__text--heading", found.end()
    kind = " diff__text--item" if found["item"] else " diff__text--quoted"
    return kind + (" diff__text--nested" if len(found["nest"]) > 1 else ""), found.end()


def _sign_stays(sign: str, other: diffs.Segments | None) -> bool:
    """Whether the other side, where there is one, begins with the same sign: else hiding it would hide a change."""
    if not other:
        return True
    beginning = "".join(text for _, text in other)
    return beginning.startswith(sign) and _dressed(beginning)[1] == len(sign)


def _after(segments: diffs.Segments, length: int) -> diffs.Segments:
    """The segments without their first characters."""
    left: diffs.Segments = []
    for marked, text in segments:
        if length < len(text):
            left.append([marked, text[length:]])
        length = max(0, length - len(text))
    return left


def _chip(found: hidden.Hidden) -> SafeString:
    """The same as the partial `_parts/_text.html#text`."""
    code = f"U+{found.code_points[0]:04X}"
    times = f" ×{len(found.code_points)}" if len(found.code_points) > 1 else ""
    decoded = f" “{found.decoded}”" if found.decoded else ""
    kind = "cp cp--benign" if found.benign else "cp"
    return format_html('<span class="{}" title="{}">{}{}{}</span>', kind, ", ".join(found.names), code, times, decoded)
