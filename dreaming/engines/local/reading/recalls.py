"""Which sessions were given which statements of memory: recalled text, read line by line and sentence by sentence.

Being recalled supports nothing; it only says that a statement was there when the session ended as it did.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator

import numpy as np

from agents.snapshot import SOURCE_CLASSES, EventColumns
from agents.text.normalise import digest
from agents.text.sentences import spans as sentences

RECALLED = SOURCE_CLASSES.index("recalled")
FIRST_WORDS = 120_000  # of one event: a memory holds no more
LONGEST = 4_000  # code points of a line that is read as a statement
BLANK_LINE = re.compile(r"\n[ \t]*\n")


def exposures(events: EventColumns, wanted: Collection[str]) -> dict[str, set[int]]:
    """For each statement (by the digest of its text) the sessions whose recalled text says it."""
    rows = np.flatnonzero(events.source_class == RECALLED)
    owners = np.searchsorted(events.offsets, rows, side="right") - 1
    found: dict[str, set[int]] = defaultdict(set)
    reader = Reader(frozenset(wanted))
    for row, session in zip(rows.tolist(), owners.tolist(), strict=True):
        for one in reader.said(events.text[row][:FIRST_WORDS]):
            found[one].add(session)
    return dict(found)


class Reader:
    """Which of the wanted statements (by digest) a text says. Texts and lines are recalled again and again, so each is
    read once.
    """

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._texts: dict[str, frozenset[str]] = {}
        self._lines: dict[str, frozenset[str]] = {}

    def said(self, text: str) -> frozenset[str]:
        if text not in self._texts:
            plain = _plain(text)
            lines = (self._line(line) for line in plain.split("\n"))
            blocks = (digest(block) for block in BLANK_LINE.split(plain) if "\n" in block and len(block) <= LONGEST)
            self._texts[text] = frozenset().union(*lines) | (frozenset(blocks) & self._wanted)
        return self._texts[text]

    def _line(self, line: str) -> frozenset[str]:
        if line not in self._lines:
            self._lines[line] = frozenset(self._digests(line.strip())) & self._wanted
        return self._lines[line]

    def _digests(self, line: str) -> Iterator[str]:
        if line and len(line) <= LONGEST:
            yield digest(line)
            pieces = [line[start:end] for start, end in sentences(line)]
            if len(pieces) > 1:
                yield from map(digest, pieces)


def _plain(text: str) -> str:
    """The texts in a JSON document, one a line; any other text as it is."""
    if text[:1] not in ("{", "["):
        return text
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    found, left = [], [document]
    while left:
        value = left.pop()
        if isinstance(value, str):
            found.append(value)
        else:
            left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "\n".join(found)
