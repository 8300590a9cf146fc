"""Characters a reader cannot see, which can hide words from a reviewer or turn their order round.

Legitimate uses (joiners in emoji and in Persian or Indic words, style selectors, direction marks in right-to-left
lines) are found too, but marked benign: drawn faintly, never flagged.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
RUN = re.compile(f"[{_TAGS}]+|[{_SELECTORS}]+|{HIDDEN.pattern}")
_UNKEPT = re.compile(f"{HIDDEN.pattern}|[\ud800-\udfff]")  # no database keeps a lone surrogate
_EMOJI = re.compile(
    "[#*0-9©®‼⁉™ℹ\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff〰〽㊗㊙\U0001f000-\U0001faff]"
)
_JOINING = re.compile("[\u0620-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af]")
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_FLAGS = {"gbeng", "gbsct", "gbwls"}  # the only flags that Unicode spells with tags
_CONTROLS = {0: "NULL", 7: "BELL", 8: "BACKSPACE", 11: "LINE TABULATION", 12: "FORM FEED", 13: "CARRIAGE RETURN",
             27: "ESCAPE", 127: "DELETE", 133: "NEXT LINE", 155: "CONTROL SEQUENCE INTRODUCER"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hidden:
    """A hidden character, or a run of tags or selectors with what it spells; [start, end) in code points."""

    start: int
    end: int
    code_points: tuple[int, ...]
    names: tuple[str, ...]
    decoded: str
    benign: bool


def find(text: str) -> list[Hidden]:
    """The hidden characters of a text, in order."""
    lines = _Lines(text)
    return [_hidden(match.group(), match.start(), text, lines) for match in RUN.finditer(text)]


def parts(text: str) -> list[tuple[str, Hidden | None]]:
    """The text cut for drawing: what shows with None, what hides with its description. Joined, it is the text."""
    cut: list[tuple[str, Hidden | None]] = []
    at = 0
    for each in find(text):
        if at < each.start:
            cut.append((text[at : each.start], None))
        cut.append((text[each.start : each.end], each))
        at = each.end
    return [*cut, (text[at:], None)] if at < len(text) else cut


def legible(text: str, most: int) -> str:
    """The text on one line, cut where it is longer than so many code points, with U+FFFD for all that hides."""
    line = " ".join(text[: most * 4].split())
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    return _UNKEPT.sub("\ufffd", line)


class _Lines:
    """Whether the line around an offset holds right-to-left letters; asked in rising order, each line is read once."""

    def __init__(self, text: str) -> None:
        self.text, self.end, self.answer = text, -1, False

    def right_to_left(self, offset: int) -> bool:
        if offset > self.end:
            start = self.text.rfind("\n", max(self.end, 0), offset) + 1 or max(self.end, 0)
            self.end = self.text.find("\n", offset)
            self.end = len(self.text) if self.end < 0 else self.end
            self.answer = bool(_RIGHT_TO_LEFT.search(self.text, start, self.end))
        return self.answer


def _hidden(run: str, start: int, text: str, lines: _Lines) -> Hidden:
    codes = tuple(map(ord, run))
    end = start + len(run)
    decoded = _decoded(codes)
    benign = _is_benign(run, text[max(0, start - 2) : start], text[end : end + 1], decoded)
    if run in ("\u200e", "\u200f", "\u061c"):
        benign = lines.right_to_left(start)
    return Hidden(start, end, codes, tuple(map(_name, run)), decoded, benign)


def _decoded(codes: tuple[int, ...]) -> str:
    """What tags spell in ASCII, or two or more variation selectors in bytes."""
    if codes[0] >= 0xE0000 and codes[0] <= 0xE007F:
        return "".join(chr(code - 0xE0000) for code in codes if 0xE0020 <= code <= 0xE007E)
    if len(codes) < 2:
        return ""
    spelt = bytes(code - 0xFE00 if code <= 0xFE0F else code - 0xE0100 + 16 for code in codes)
    return "".join(character if character.isprintable() else "\ufffd" for character in spelt.decode("utf-8", "replace"))


def _name(character: str) -> str:
    fallback = "CONTROL CHARACTER" if unicodedata.category(character) == "Cc" else "UNASSIGNED CODE POINT"
    return _CONTROLS.get(ord(character), unicodedata.name(character, fallback))


def _is_benign(run: str, before: str, after: str, decoded: str) -> bool:
    previous = before[-1:]
    if run == "\r":
        return after == "\n"
    if run == "\u200d" and after and _EMOJI.match(after):
        base = (
            before[0]
            if len(before) == 2 and (previous == "\ufe0f" or "\U0001f3fb" <= previous <= "\U0001f3ff")
            else previous
        )
        return bool(base and _EMOJI.match(base))
    if run in ("\u200c", "\u200d"):
        return bool(previous and _JOINING.match(previous) and (run == "\u200d" or (after and _JOINING.match(after))))
    if run in ("\ufe0e", "\ufe0f"):
        return bool(previous and _EMOJI.match(previous) and (not previous.isdigit() or after == "\u20e3"))
    if len(run) == 1 and (run <= "\ufe02" or run >= "\U000e0100"):
        return bool(re.match(f"[{_SELECTORS}]", run) and previous and _IDEOGRAPH.match(previous)) or (
            "\u180b" <= run <= "\u180f" and "\u1820" <= previous <= "\u18aa"
        )
    return previous == "\U0001f3f4" and decoded in _FLAGS and run[-1] == "\U000e007f" and len(run) == len(decoded) + 1
