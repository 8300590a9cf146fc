"""Transcripts as the model is shown them: in pieces that fit, each event between markers that its text cannot know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agents.snapshot import KINDS, SOURCE_CLASSES, Snapshot

MOST_BYTES = 240_000  # of a piece: under 100,000 tokens, where small models cost a fifth
MOST_OF_EVENT = 6_000  # characters
AROUND = 150  # bytes of markers around an event
SHOWN_KINDS = frozenset(KINDS.index(one) for one in ("message", "tool_call", "tool_result"))
SHOWN_SOURCES = frozenset(SOURCE_CLASSES.index(one) for one in ("user_input", "external_tool", "agent_authored"))
CUT = "\n[… the rest of this event is left out]"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some events in order; `rows` are theirs by the ids that the model cites."""

    text: str
    rows: Mapping[str, int] = field(repr=False)
    sessions: tuple[int, ...] = ()


def readable(snapshot: Snapshot, session: int) -> Iterator[int]:
    """The rows of a session that the model may be shown: what was recalled, or set by the system, is no news."""
    events = snapshot.events
    for row in events.rows_of(session):
        is_shown = int(events.kind[row]) in SHOWN_KINDS and int(events.source_class[row]) in SHOWN_SOURCES
        if is_shown and events.text[row].strip():
            yield row


def pieces(snapshot: Snapshot, sessions: Sequence[int], most: int = MOST_BYTES) -> list[Piece]:
    """The sessions one after the other, oldest first, as few to a piece as fit; a long one goes on in the next."""
    found, waiting, size = [], list[tuple[int, int, str]](), 0
    for number, session in enumerate(_oldest_first(snapshot, sessions), start=1):
        for row in readable(snapshot, session):
            shown = _shown(snapshot.events.text[row])
            more = len(shown.encode("utf-8", "surrogatepass")) + AROUND
            if waiting and size + more > most:
                found.append(_piece(snapshot, waiting))
                waiting, size = [], 0
            waiting.append((number, row, shown))
            size += more
    if waiting:
        found.append(_piece(snapshot, waiting))
    return found


def halves(snapshot: Snapshot, piece: Piece) -> list[Piece]:
    """A piece that was too much, as two."""
    cited = [
        (int(ref[1:].partition(".")[0]), row, _shown(snapshot.events.text[row])) for ref, row in piece.rows.items()
    ]
    middle = len(cited) // 2
    return [_piece(snapshot, part) for part in (cited[:middle], cited[middle:]) if part]


def fenced(name: str, texts: Sequence[str], **about: str) -> str:
    """Texts between markers made from what is between them: nothing inside can hold its own."""
    mark = marker(texts)
    told = "".join(f' {key}="{value}"' for key, value in about.items())
    return "\n".join(f"<{name}-{mark}{told}>\n{text}\n</{name}-{mark}>" for text in texts)


def marker(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _piece(snapshot: Snapshot, given: Sequence[tuple[int, int, str]]) -> Piece:
    events, mark = snapshot.events, marker([shown for _, _, shown in given])
    lines, rows, sessions = [], dict[str, int](), dict[int, None]()
    for number, row, shown in given:
        ref = f"S{number}.{int(events.position[row])}"
        session = events.session_of(row)
        rows[ref], sessions[session] = row, None
        said = {"id": ref, "from": SOURCE_CLASSES[int(events.source_class[row])], "kind": KINDS[int(events.kind[row])]}
        if events.tools[int(events.tool[row])]:
            said["tool"] = _attribute(events.tools[int(events.tool[row])])
        if bool(events.is_error[row]):
            said["error"] = "yes"
        told = " ".join(f'{name}="{value}"' for name, value in said.items())
        lines.append(f"<event-{mark} {told}>\n{shown}\n</event-{mark}>")
    return Piece("\n".join(lines), rows, tuple(sessions))


def _oldest_first(snapshot: Snapshot, sessions: Sequence[int]) -> list[int]:
    marks = snapshot.sessions
    return sorted(sessions, key=lambda one: (str(marks[one].started_at or marks[one].ended_at or ""), marks[one].id))


def _shown(text: str) -> str:
    return text if len(text) <= MOST_OF_EVENT else text[:MOST_OF_EVENT] + CUT


def _attribute(text: str) -> str:
    return "".join(sign for sign in text[:80] if sign.isalnum() or sign in "_.-")
