"""Stretches of a drawn line that something is said about elsewhere on the page: numbered, and with a way there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from agents.shown import joined
from agents.words import kept

_MARK = '<mark class="{}" data-found="{}">{}{}</mark>'
_NUMBER = '<a class="found__no" id="{}-at" href="#{}"><span class="visually-hidden">{} </span>{}</a>'


class Span(NamedTuple):
    """A stretch of a line, in code points. `id` is that of what is said about it, `number` the one that it has there;
    the number stands where the stretch `begins`, which a stretch over several lines does once.
    """

    start: int
    end: int
    id: str
    number: int
    in_sight: bool
    begins: bool = True


Piece = tuple[int, str, str, tuple[Span, ...], tuple[Span, ...]]
"""A segment's mark and text, the kind of personal data, the spans over it, and those of them that begin with it."""


def cut(segments: Iterable[tuple[int, str, str]], spans: Sequence[Span], at: int) -> Iterator[Piece]:
    """The segments, of which the first stands at `at` in its line, cut where spans begin and end."""
    first = at
    for mark, text, kind in segments:
        inside = {edge for span in spans for edge in span[:2] if at < edge < at + len(text)}
        for start, end in pairwise(sorted({at, at + len(text)} | inside)) if text else [(at, at)]:
            over = tuple(span for span in spans if span.start <= start < end <= span.end)
            begun = tuple(span for span in over if span.begins and max(span.start, first) == start)
            yield mark, text[start - at : end - at], kind, over, begun
        at += len(text)


def marked(drawn: SafeString, over: Sequence[Span], begun: Sequence[Span]) -> SafeString:
    """What was drawn of a piece, with the spans over it."""
    if not over:
        return drawn
    classes = "found found--in-sight" if any(span.in_sight for span in over) else "found"
    numbers = [format_html(_NUMBER, span.id, span.id, _check(), span.number) for span in begun]
    return format_html(_MARK, classes, " ".join(span.id for span in over), joined(numbers), drawn)


@kept
def _check() -> str:
    return gettext("Check")
