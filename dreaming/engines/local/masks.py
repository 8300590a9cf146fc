"""Masking: what varies between occurrences of an error (ids, numbers, paths, quoted values) becomes one sign."""

from __future__ import annotations

import re

MASK = "…"
LONGEST = 160

VARIES = re.compile(
    r"""
      "[^"\n]{1,200}" | '[^'\n]{1,200}'(?!\w) | `[^`\n]{1,200}`        # quoted values
    | \bhttps?://\S+ | \b[\w.+-]+@[\w-]+\.[\w.-]+                       # addresses
    | (?<![\w.])(?:[A-Za-z]:\\|~?/|\.{1,2}/)[^\s:,;'"()\[\]]+           # absolute and relative paths
    | \b[\w-]+(?:/[\w.-]+)+                                             # paths without a leading slash
    | \#?\b(?=[\w.:-]*\d)[\w]+(?:[.:-]\w+)*                             # numbers, dates, ids, versions
    """,
    re.VERBOSE,
)
BLANK = re.compile(r"\s+")
RUN = re.compile(rf"{MASK}(?:[\s,]*{MASK})+")


def mask(text: str) -> str:
    """One line with every varying piece replaced by the sign and blanks folded."""
    return RUN.sub(MASK, VARIES.sub(MASK, BLANK.sub(" ", text).strip()))


def headline(text: str) -> tuple[int, int]:
    """Where the line stands that names the error: the last line of a traceback, else the first line."""
    lines: list[tuple[int, int]] = []
    at = 0
    for line in text[:20_000].split("\n"):
        stripped = line.strip()
        if stripped:
            start = at + line.index(stripped)
            lines.append((start, start + len(stripped)))
        at += len(line) + 1
    if not lines:
        return (0, 0)
    first = text[slice(*lines[0])]
    start, end = lines[-1] if first.startswith("Traceback ") else lines[0]
    return start, min(end, start + LONGEST)
