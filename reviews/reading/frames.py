"""Parts that stand on a page hundreds of times: their template is drawn once for each shape and then filled in.

A template costs about a microsecond for every node, so that two hundred cards of a hundred nodes take longer than
all the rest of the page. What differs between two cards of one shape is only text, and text fills in quickly.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any

from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agents.shown import escaped

BEGIN, END = "\ue000", "\ue001"  # stand in no template; what people wrote is filled in later
MARK = re.compile(f"{BEGIN}(\\d+){END}")


class Frame(str):
    """A drawn template with marks. It formats as a string does, but is cut at its marks once, not at every filling."""

    def __init__(self, drawn: str) -> None:
        pieces = MARK.split(drawn)
        self._pieces: list[Any] = pieces
        self._places = [int(place) for place in pieces[1::2]]

    def format(self, *texts: object) -> str:  # type: ignore[override]
        whole = self._pieces.copy()
        whole[1::2] = [texts[place] for place in self._places]
        return "".join(whole)


class Frames:
    """The shapes drawn so far in one answer. Make one for each request: a frame holds its token and its language."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[Hashable, ...], Frame] = {}

    def fill(
        self, name: str, context: Context, *, texts: Mapping[str, Any], flags: Mapping[str, Hashable]
    ) -> SafeString:
        """The template with these values. It may print texts and ask whether they are empty, no more; what it compares
        has to be a flag.
        """
        key = (name, *flags.values(), *map(bool, texts.values()))
        frame = self._drawn.get(key)
        if frame is None:
            frame = self._drawn[key] = _frame(name, context, texts, flags)
        return format_html(frame, *[_safe(text) for text in texts.values() if text])


def filled(context: Context, name: str, texts: Mapping[str, Any], flags: Mapping[str, Hashable]) -> SafeString:
    """A part of the answer that the context is of, filled in with its frames."""
    return context["frames"].fill(name, context, texts=texts, flags=flags)  # type: ignore[no-any-return]


def _safe(text: object) -> SafeString:
    return text if isinstance(text, SafeString) else escaped(text)


def _frame(name: str, context: Context, texts: Mapping[str, Any], flags: Mapping[str, Hashable]) -> Frame:
    """The template drawn with a mark for every text that is not empty."""
    written = (text for text, value in texts.items() if value)
    marks = dict.fromkeys(texts, "") | {text: f"{BEGIN}{place}{END}" for place, text in enumerate(written)}
    template = context.template.engine.get_template(name)  # type: ignore[union-attr]
    with context.push(**marks, **flags):
        return Frame(template.render(context).strip())
