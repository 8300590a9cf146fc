"""Template tags for diffs and for documents."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from agents import drawn_rows, shown
from agents.drawn_rows import Look
from agents.shown import visible
from agents.text import covering, diffs
from agents.words import kept

register = template.Library()

LONGEST_KEPT = 10_000  # characters of the rows of a diff
_BLANK = SafeString('<div class="diff__text"><br></div>')


@register.simple_tag
def diff(
    rows: Sequence[diffs.Row], shown_as: str = "unified", text_as: str = "prose", look: Look | None = None
) -> SafeString:
    """The rows as a diff. Their text is the key under which a short one is kept: it is looked at again and again."""
    look = (look or Look())._replace(split=shown_as == "split", spaces=text_as == "spaces")
    text = json.dumps(rows)
    source = text_as != "prose"
    keeps = len(text) < LONGEST_KEPT and not look.under  # what stands below lines is of one reader and one answer
    return _kept(text, look, source) if keeps else _drawn(rows, look, source)


@kept
def _kept(rows: str, look: Look, source: bool) -> SafeString:
    return _drawn(json.loads(rows), look, source)


def _drawn(rows: Sequence[diffs.Row], look: Look, source: bool) -> SafeString:
    look = look._replace(split=look.split and drawn_rows.needs_columns(rows))
    classes = ("diff--split" if look.split else "diff--unified") + (" diff--source" if source else "")
    return format_html('<div class="diff {}">{}</div>', classes, drawn_rows.draw(rows, look))


@register.simple_tag
def prose(text: str) -> SafeString:
    """A document line by line, dressed as its Markdown reads, with the signs set apart."""
    lines = covering.text(text).removesuffix("\n").split("\n")
    return format_html_join("", "{}", ((drawn_rows.one_line(line) if line else _BLANK,) for line in lines))


@register.simple_tag(name="shown")
def shown_text(text: object) -> SafeString:
    """The same as {% visible %}, for pages that show hundreds of texts."""
    return visible(str(text))


@register.simple_tag
def coded(text: str) -> SafeString:
    """A sentence of the product's own, with its literals as code."""
    return shown.coded(text) if text.count("`") % 2 == 0 else visible(text)
