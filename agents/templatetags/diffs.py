"""Drawing stored diff rows: one markup for side by side and one column, text as text, hidden characters in sight."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from agents.text import diffs, hidden
from agents.text.diffs import ADDED, CHANGED, EQUAL, REMOVED, SKIPPED
from agents.words import kept

register = template.Library()

NOTHING = SafeString("")
escaped: Callable[[object], SafeString] = inspect.unwrap(escape)  # without the look for lazy text, which takes longer
LONGEST_KEPT = 10_000  # characters of the rows of a diff
FEW = 64  # strings that are added faster than they are joined
_SIGNS = re.compile(r"(?P<heading>#{1,6}[ \t]+)|(?P<nest>[ \t]*)(?:(?P<item>[-*+][ \t]+)|(?P<quoted>>[ \t]?))")
_CODE = re.compile(r" {4}|\t|[ \t]*```")
_SAME = (
    '<div class="diff__side diff__side--equal"><span class="diff__no">{}</span>'
    '<span class="diff__no diff__no--new">{}</span>'
    '<div class="diff__line"><span class="diff__sign"></span>%s</div></div>'
)
_REPEAT = (
    '<div class="diff__side diff__side--repeat" aria-hidden="true"><span class="diff__no diff__no--new">{}</span>'
    '<div class="diff__line"><span class="diff__sign"></span>%s</div></div>'
)
_OLD = (
    '<div class="diff__side diff__side--del"><span class="diff__no">{}</span><div class="diff__line">'
    '<span class="diff__sign" aria-hidden="true">&minus;</span>%s</div></div>'
)
_NEW = (
    '<div class="diff__side diff__side--ins"><span class="diff__no diff__no--new">{}</span><div class="diff__line">'
    '<span class="diff__sign" aria-hidden="true">+</span>%s</div></div>'
)
_EQUAL = f'<div class="diff__row diff__row--equal">{_SAME}</div>'
_EQUAL_TWICE = f'<div class="diff__row diff__row--equal">{_SAME}{_REPEAT}</div>'
_CHANGED = f'<div class="diff__row diff__row--change">{_OLD}{_NEW}</div>'
_REMOVED = f'<div class="diff__row diff__row--del">{_OLD}</div>'
_ADDED = f'<div class="diff__row diff__row--ins">{_NEW}</div>'
_BLANK = SafeString('<div class="diff__text"><br></div>')
_MARKED = {"del": "<del>{}</del>", "ins": "<ins>{}</ins>"}

Part = tuple[str, list[str]]
"""Markup with a {} for each of its values: the parts of a diff are put together first and filled in at once."""
NO_PART: Part = ("", [])


@register.simple_tag
def diff(rows: Sequence[diffs.Row], shown_as: str = "unified") -> SafeString:
    """The rows as a diff. Its text is the key under which a short one is kept: it is looked at again and again."""
    text = json.dumps(rows)
    return _kept(text, shown_as) if len(text) < LONGEST_KEPT else _drawn(rows, shown_as)


@kept
def _kept(rows: str, shown_as: str) -> SafeString:
    return _drawn(json.loads(rows), shown_as)


def _drawn(rows: Sequence[diffs.Row], shown_as: str) -> SafeString:
    """What only adds or only removes needs one column, however it is shown."""
    kinds = {row[0] for row in rows}
    split = shown_as == "split" and (CHANGED in kinds or {ADDED, REMOVED} <= kinds)
    spoken = _spoken()
    parts = [_row(row, split, spoken) for row in rows]
    markup = "".join(markup for markup, _ in parts)
    values = chain.from_iterable(values for _, values in parts)
    return format_html(f'<div class="diff diff--{{}}">{markup}</div>', "split" if split else "unified", *values)


@register.simple_tag
def prose(text: str) -> SafeString:
    """A document line by line, dressed as its Markdown reads, with the signs set apart."""
    lines = text.removesuffix("\n").split("\n")
    return format_html_join("", "{}", ((_whole(line) if line else _BLANK,) for line in lines))


@register.simple_tag
def shown(text: object) -> SafeString:
    """The same as {% visible %}, for pages that show hundreds of texts."""
    return visible(str(text))


@register.simple_tag
def coded(text: str) -> SafeString:
    """A sentence of the product's own, with its literals as code."""
    return _coded(text) if text.count("`") % 2 == 0 else visible(text)


@kept
def _spoken() -> dict[str, SafeString]:
    """What a screen reader says before a line."""
    words = {"del": gettext("Removed:"), "ins": gettext("Added:")}
    return {mark: format_html('<span class="visually-hidden">{} </span>', word) for mark, word in words.items()}


def visible(text: str) -> SafeString:
    """The text escaped, with a chip for each hidden character."""
    if not hidden.HIDDEN.search(text):
        return escaped(text)
    return joined([escaped(part) if found is None else _chip(found) for part, found in hidden.parts(text)])


def joined(parts: Sequence[SafeString]) -> SafeString:
    """The parts one after the other."""
    if len(parts) > FEW:
        return format_html_join("", "{}", ((part,) for part in parts))
    whole = NOTHING
    for part in parts:
        whole += part
    return whole


def _row(row: diffs.Row, split: bool, spoken: dict[str, SafeString]) -> Part:
    if row[0] == SKIPPED:
        return '<p class="diff__gap">{}</p>', [_gap(row[2] - row[1] + 1)]
    kind, old_number, new_number, left, right = row
    if kind == EQUAL:
        line, texts = _line(left)
        values = [_number(old_number), _number(new_number), *texts]
        return (_EQUAL_TWICE % (line, line), values + values[1:]) if split else (_EQUAL % line, values)
    old, old_texts = _line(left, right, "del", spoken["del"]) if kind != ADDED else NO_PART
    new, new_texts = _line(right, left, "ins", spoken["ins"]) if kind != REMOVED else NO_PART
    if kind == CHANGED:
        return _CHANGED % (old, new), [_number(old_number), *old_texts, _number(new_number), *new_texts]
    if kind == REMOVED:
        return _REMOVED % old, [_number(old_number), *old_texts]
    return _ADDED % new, [_number(new_number), *new_texts]


@kept
def _gap(count: int) -> str:
    return ngettext("%(count)d unchanged line", "%(count)d unchanged lines", count) % {"count": count}


@lru_cache(20_000)
def _number(number: int | None) -> SafeString:
    return NOTHING if number is None else escaped(number)


@lru_cache(100)
def _sign(sign: str) -> SafeString:
    return format_html('<span class="md">{}</span>', sign)


def _whole(line: str) -> SafeString:
    markup, texts = _line([[0, line]])
    return format_html(markup, *texts)


def _line(segments: diffs.Segments, other: diffs.Segments | None = None, mark: str = "", spoken: str = "") -> Part:
    """The text of one side. Markdown's signs are set apart, unless they are what changed."""
    whole = segments[0][1] if len(segments) == 1 else "".join(text for _, text in segments)
    classes, length = _dressed(whole)
    texts = [spoken] if spoken else []
    if length and _sign_stays(whole[:length], other):
        texts.append(_sign(whole[:length]))
        segments = _after(segments, length)
    markup = "{}" * len(texts)
    drawn = _coded if "`" in whole and not _CODE.match(whole) and _has_whole_codes(segments) else visible
    for marked, part in segments:
        markup += _MARKED[mark] if marked else "{}"
        texts.append(drawn(part))
    return f'<div class="diff__text{classes}">{markup}</div>', texts


def _has_whole_codes(segments: diffs.Segments) -> bool:
    """Whether no code span begins in one segment and ends in another; then a sign may be what changed."""
    return all("``" not in text and text.count("`") % 2 == 0 for _, text in segments)


def _coded(text: str) -> SafeString:
    """The text with what stands between back-ticks as code. They stay in the text, as all signs of Markdown."""
    parts = text.split("`")
    return joined([_code_span(part) if place % 2 and part else visible(part) for place, part in enumerate(parts)])


def _code_span(text: str) -> SafeString:
    return format_html('<code><span class="md">`</span>{}<span class="md">`</span></code>', visible(text))


def _dressed(line: str) -> tuple[str, int]:
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
