"""Masking: what varies between occurrences of an error (ids, numbers, paths, quoted values) becomes one sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice, takewhile

from dreaming.engines.local.lexicon import ERROR_SHAPED, TALKS

MASK = "…"
LONGEST = 160
ENOUGH = (2, 8, 64)  # texts that mostly show that all varies; where something does not, all are read
QUOTES = re.compile("[\"'`]")

VARIES = re.compile(
    r"""
      "[^"\n]{1,200}" | '[^'\n]{1,200}'(?!\w) | `[^`\n]{1,200}`        # quoted values
    | \bhttps?://\S+ | \b[\w.+-]++@[\w-]+\.[\w.-]+                      # addresses
    | (?<![\w.])(?:[A-Za-z]:\\|~?/|\.{1,2}/)[^\s:,;'"()\[\]]+           # absolute and relative paths
    | \b[\w-]++(?:/[\w.-]+)+                                            # paths without a leading slash
    | \#?\b(?=[\w.:-]*\d)[\w]+(?:[.:-]\w+)*                             # numbers, dates, ids, versions
    """,
    re.VERBOSE,
)
PARTS = re.compile(f"({VARIES.pattern})", re.VERBOSE)
LINE = re.compile(r"\S(?:[^\n]*\S)?")
MOST_READ = 20_000  # code points of an error
SENTENCE = re.compile(r"[.!?](?=\s)(?:(?<=[^\W\d]{2}.)|(?<=\w.)(?=\s+[A-Z]))")
RUN = re.compile(rf"{MASK}(?:[\s,]*{MASK})+")


def mask(text: str) -> str:
    """One line with every varying piece replaced by the sign and blanks folded."""
    words = text.split()
    if QUOTES.search(text):
        words = [VARIES.sub(MASK, " ".join(words))]
    else:  # nothing else that varies goes on after a blank
        words = [word if word.isalpha() else VARIES.sub(MASK, word) for word in words]
    return RUN.sub(MASK, " ".join(words))


def shared(texts: Iterable[str]) -> str:
    """What texts of one mask have in common: only what varies between them is masked, up to its last separator."""
    every, some, told = iter(texts), dict[str, None](), ""
    for more in (*ENOUGH, None):
        some.update(dict.fromkeys(islice(every, more)))
        told = _shared(list(some))
        if told == mask(next(iter(some), "")):
            break
    return told


def _shared(texts: Sequence[str]) -> str:
    parts = [PARTS.split(" ".join(text.split())) for text in texts]  # what stays, and between it what varies
    if not parts or len({tuple(own[::2]) for own in parts}) > 1:
        return mask(texts[0]) if texts else ""
    pieces = [_common(values) for values in zip(*(own[1::2] for own in parts), strict=True)]
    text = "".join(part + piece for part, piece in zip(parts[0][::2], [*pieces, ""], strict=True))
    return RUN.sub(MASK, text)


def _common(values: Sequence[str]) -> str:
    if len(set(values)) == 1:
        return values[0]
    first, last = min(values), max(values)
    prefix = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    start = re.match(r"[^\"'`]*[/:@._-]", prefix)
    return f"{start.group()}{MASK}" if start else MASK


def headline(text: str) -> tuple[int, int]:
    """Where the error is named: the first sentence of a traceback's last line, else of the first line."""
    first = LINE.search(text, 0, MOST_READ)
    if first is None:
        return (0, 0)
    start, end = first.span()
    if text.startswith("Traceback ", start):
        end = len(text[:MOST_READ].rstrip())
        start = text.rfind("\n", start, end) + 1 or start
        start = end - len(text[start:end].lstrip())
    return start, start + _first_sentence(text[start : min(end, start + LONGEST)])


def _first_sentence(line: str) -> int:
    """Where the sentence ends that says something: what is written behind an error is not the error."""
    return next((end.end() for end in SENTENCE.finditer(line) if len(line[: end.end()].split()) > 2), len(line))


def is_error_shaped(text: str) -> bool:
    """Whether a text reads as an error, and does not speak to its reader: only then a lesson may quote it."""
    return bool(ERROR_SHAPED.search(text)) and not TALKS.search(text)
