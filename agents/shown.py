"""What agents and people wrote, as markup: escaped, with a chip for each character that would deceive a reader.

A hidden character that a language or an emoji needs (a joiner in a Persian or Hindi word, in a family, in a flag) stays
where it is, for a chip would tear the word apart. Where white space is asked for, or where a hidden character is all
that changed, each of them is a chip.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from agents.text import covering, hidden

NOTHING = SafeString("")
FEW = 64  # strings that are added faster than they are joined
escaped: Callable[[object], SafeString] = inspect.unwrap(escape)  # without the look for lazy text, which takes longer
_SPACES = re.compile("( +|\t|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])")


def visible(text: str) -> SafeString:
    """The text escaped, with dots over secrets and a chip for each hidden character that has no business there."""
    text = covering.text(text)
    if not hidden.HIDDEN.search(text):
        return escaped(text)
    return Line(text).draw(text)


class Line:
    """How the parts of one line are drawn: whether a hidden character is in its place, only the whole line tells."""

    def __init__(self, whole: str, *, spelt: bool = False, spaces: bool = False) -> None:
        self.spelt, self.spaces = spelt or spaces, spaces
        self.hides = hidden.HIDDEN.search(whole) is not None
        self.benign = _benign(whole) if self.hides else frozenset()
        self.at = 0

    def draw(self, part: str) -> SafeString:
        """The next part of the line."""
        plain = _spaced if self.spaces else escaped
        if not self.hides:
            return plain(part)
        start, self.at = self.at, self.at + len(part)
        return joined(
            [plain(text) if found is None else self._hidden(found, start) for text, found in hidden.parts(part)]
        )

    def _hidden(self, found: hidden.Hidden, start: int) -> SafeString:
        is_benign = self.benign.issuperset(range(start + found.start, start + found.end))
        if is_benign and not self.spelt:
            return escaped("".join(map(chr, found.code_points)))
        return chip(found, is_benign=is_benign)


def _benign(whole: str) -> frozenset[int]:
    """The places of hidden characters that are as they should be; the line end that was cut off is one to a CR."""
    found = hidden.find(whole + "\n")
    return frozenset(place for one in found if one.benign for place in range(one.start, one.end))


def _spaced(text: str) -> SafeString:
    """White space in sight: dots under spaces come from the stylesheet, so that copied text stays as it is."""
    return joined([_space(part) if place % 2 else escaped(part) for place, part in enumerate(_SPACES.split(text))])


def _space(text: str) -> SafeString:
    if text[0] == " ":
        return format_html('<span class="sp">{}</span>', text)
    if text == "\t":
        return format_html('<span class="sp sp--tab">{}</span>', text)
    return format_html('{}<span class="cp cp--benign">U+{}</span>', text, f"{ord(text):04X}")


def chip(found: hidden.Hidden, *, is_benign: bool) -> SafeString:
    """A label that says what stands there; the character itself is left out, so that it can do nothing."""
    code = f"U+{found.code_points[0]:04X}"
    times = f" ×{len(found.code_points)}" if len(found.code_points) > 1 else ""
    decoded = f" “{found.decoded}”" if found.decoded else ""
    kind = "cp cp--benign" if is_benign else "cp"
    return format_html('<span class="{}" title="{}">{}{}{}</span>', kind, ", ".join(found.names), code, times, decoded)


def joined(parts: Sequence[SafeString]) -> SafeString:
    """The parts one after the other."""
    if len(parts) > FEW:
        return format_html_join("", "{}", ((part,) for part in parts))
    whole = NOTHING
    for part in parts:
        whole += part
    return whole


def coded(text: str, line: Line | None = None, *, is_open: bool = False) -> SafeString:
    """The text with what stands between back-ticks as code. They stay in the text, as all signs of Markdown. A part of
    a line may begin inside of a span that is open, and end inside of one.
    """
    if line is None:
        text = covering.text(text)
        line = Line(text)
    parts = text.split("`")
    drawn = []
    for place, part in enumerate(parts):
        line.at += place > 0
        shown = line.draw(part)
        is_code = bool(place % 2) != is_open and (part or len(parts) > 1)
        drawn.append(_code(shown, begins=place > 0, ends=place + 1 < len(parts)) if is_code else shown)
    return joined(drawn)


def _code(shown: SafeString, *, begins: bool, ends: bool) -> SafeString:
    """What stands between two back-ticks, with those of them that are at hand."""
    return format_html("<code>{}{}{}</code>", _TICK if begins else NOTHING, shown, _TICK if ends else NOTHING)


_TICK = SafeString('<span class="md">`</span>')
