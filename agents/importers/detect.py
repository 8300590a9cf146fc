"""Which format a file is in, and the one door through which files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from agents.importers import (
    claude_code,
    decoding,
    lucid_jsonl,
    managed_agents,
    openai_chat,
    settling,
    swe_agent,
    tau2,
    who_and_when,
)
from agents.importers.records import BadTranscript, Transcript

Parser = Callable[[str, bytes], Iterator[Transcript]]

FORMATS: dict[str, Parser] = {
    "openai_chat": openai_chat.parse,
    "tau2": tau2.parse,
    "claude_code": claude_code.parse,
    "swe_agent": swe_agent.parse,
    "who_and_when": who_and_when.parse,
    "managed_agents": managed_agents.parse,
    "lucid": lucid_jsonl.parse,
}
_LOOKED_AT = 50  # lines of a line-based file until one tells its format
_ABSENT = msgspec.Raw()
_OWN_RECORDS = ("session", "event", "outcome", "feedback")
_PLATFORM = ("user.", "agent.", "session.", "span.", "system.", "workflow_run.")


class _Sniff(msgspec.Struct):
    """The keys that tell formats apart; Raw skips over values without building them."""

    record: object = None
    type: object = None
    role: object = None
    session_id: msgspec.Raw = msgspec.field(name="sessionId", default=_ABSENT)
    leaf: msgspec.Raw = msgspec.field(name="leafUuid", default=_ABSENT)
    message: msgspec.Raw = _ABSENT
    messages: msgspec.Raw = _ABSENT
    traj: msgspec.Raw = _ABSENT
    simulations: msgspec.Raw = _ABSENT
    trajectory: msgspec.Raw = _ABSENT
    history: msgspec.Raw = _ABSENT
    question: msgspec.Raw = msgspec.field(name="question_ID", default=_ABSENT)
    session: msgspec.Raw = _ABSENT
    events: msgspec.Raw = _ABSENT
    data: msgspec.Raw = _ABSENT


Heads = TypeVar("Heads", _Sniff, list[_Sniff])

_LIST = msgspec.json.Decoder(list[_Sniff])
_ONE = msgspec.json.Decoder(_Sniff)


def read(name: str, data: bytes, format: str = "auto") -> tuple[str, list[Transcript]]:
    """The format and all sessions of a file. A file is all or nothing: raises BadTranscript at its first fault."""
    data = decoding.checked(name, data)
    try:
        chosen = detect(name, data) if format == "auto" else format
        if chosen not in FORMATS:
            raise BadTranscript(name, "", f"no format is called {chosen!r}; known are {', '.join(FORMATS)}")
        transcripts = [settling.settle(name, transcript) for transcript in FORMATS[chosen](name, data)]
    except RecursionError:
        raise BadTranscript(name, "", "the JSON is nested too deeply") from None
    if not transcripts:
        raise BadTranscript(name, "", "the file holds no session")
    settling.refuse_twins(name, transcripts)
    return chosen, transcripts


def detect(name: str, data: bytes) -> str:
    """The name of a file's format. Raises BadTranscript where no format fits, or it is not JSON."""
    if decoding.is_lines(name, data):
        return _of_lines(name, data)
    if data.lstrip()[:1] == b"[":
        heads = _sniffed(name, data, _LIST)
        found = {_of_object(head) for head in heads}
        if len(found) == 1:
            return _known(name, "", found.pop())
        return _known(name, "", "managed_agents" if _are_platform_events(heads) else "")
    return _known(name, "", _of_object(_sniffed(name, data, _ONE)))


def _of_lines(name: str, data: bytes) -> str:
    for seen, (number, line) in enumerate(decoding.lines(name, data)):
        if seen >= _LOOKED_AT:
            break
        found = _of_object(_sniffed(name, line, _ONE, f"line {number}"))
        if found:
            return found
    return _known(name, "line 1", "")


def _sniffed(name: str, data: bytes, decoder: msgspec.json.Decoder[Heads], place: str = "") -> Heads:
    try:
        return decoder.decode(data)
    except msgspec.ValidationError:
        raise _unknown(name, place) from None
    except msgspec.DecodeError:
        return decoding.decode(data, decoder, file=name, record=place)


def _known(name: str, place: str, found: str) -> str:
    if not found:
        raise _unknown(name, place)
    return found


def _unknown(name: str, place: str) -> BadTranscript:
    return BadTranscript(name, place, f"the format is not known; known are {', '.join(FORMATS)}")


def _of_object(head: _Sniff) -> str:
    rules = (
        ("lucid", head.record in _OWN_RECORDS),
        ("tau2", bool(head.simulations)),
        ("swe_agent", bool(head.trajectory)),
        ("who_and_when", bool(head.history and head.question)),
        ("claude_code", bool(head.type and (head.session_id or head.leaf or head.message))),
        ("managed_agents", _is_platform(head)),
        ("openai_chat", bool(head.role or head.messages or head.traj)),
    )
    return next((name for name, fits in rules if fits), "")


def _is_platform(head: _Sniff) -> bool:
    if head.type == "session" or (isinstance(head.type, str) and head.type.startswith(_PLATFORM)):
        return True
    inside = head.events or head.data
    if not inside:
        return False
    try:
        return bool(head.session) or _are_platform_events(_LIST.decode(inside))
    except msgspec.DecodeError:
        return False


def _are_platform_events(heads: list[_Sniff]) -> bool:
    return any(isinstance(head.type, str) and head.type.startswith(_PLATFORM) for head in heads)
