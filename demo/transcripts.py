"""One sample session as it is told: who says what, which tool answers what, how it ended.

Durations, call ids and token counts follow from the words themselves, so that the same script always gives the same
transcript.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from demo.calendars import Calendar, When

T = TypeVar("T")

MODELS = ("larch-2-medium", "larch-2-large")
INSTRUCTIONS_TOKENS = 1_850


def number(*seed: object, below: int) -> int:
    """A number from 0 to below `below`; the same seed always gives the same one."""
    digest = hashlib.sha256(repr(seed).encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def pick(options: Sequence[T], *seed: object) -> T:
    """One of the options; the same seed always gives the same one."""
    return options[number(*seed, below=len(options))]


@dataclass(slots=True)
class Transcript:
    """A session being told. Each call adds an event and moves the clock."""

    agent: str
    title: str
    when: When
    calendar: Calendar
    task: str = ""
    thread: str = ""
    speaker: str = "assistant"
    now: datetime = field(init=False)
    events: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    read: int = INSTRUCTIONS_TOKENS

    def __post_init__(self) -> None:
        self.now = self.calendar.moment(self.when)

    def says(self, text: str, speaker: str = "user") -> None:
        """A person speaks; the first words of a session take no time."""
        if self.events:
            self._wait(35 + len(text) // 4, 240)
        self._add("message", speaker, text, "user_input")

    def writes(self, text: str) -> None:
        self._wait(4 + len(text) // 60, 12)
        self._add("message", self.speaker, text, "agent_authored")

    def thinks(self, text: str) -> None:
        self._wait(2, 6)
        self._add("reasoning", self.speaker, text, "agent_authored")

    def recalls(self, text: str) -> None:
        """Memory that was put before the agent: it must never count as something that a session showed."""
        self._add("message", "system", text, "recalled")

    def notes(self, text: str) -> None:
        self._add("notice", "system", text, "system")

    def passes(self, minutes: int) -> None:
        """Time in which nothing happens: a deploy rolls out, a queue drains, somebody is at lunch."""
        self.now += timedelta(minutes=minutes)

    def calls(self, tool: str, result: object, *, error: bool = False, **arguments: Any) -> None:
        """A tool is called and answers."""
        call_id = f"call_{number(self.title, len(self.events), below=16**8):08x}"
        self._wait(2, 9)
        self._add("tool_call", self.speaker, _json(arguments), "agent_authored", tool=tool, call_id=call_id)
        self._wait(1, 14)
        text = result if isinstance(result, str) else _json(result)
        self._add("tool_result", tool, text, "external_tool", tool=tool, call_id=call_id, is_error=error)

    def ends(self, name: str, source: str, *, hours: float = 0, score: float | None = None, detail: str = "") -> None:
        """An outcome, so many hours after the last event; later ones may disagree with earlier ones."""
        at = self.now + timedelta(hours=hours, seconds=20)
        record: dict[str, Any] = {
            "record": "outcome",
            "name": name,
            "source": source,
            "at": at.isoformat(),
            "detail": detail,
        }
        self.verdicts.append(record if score is None else record | {"score": score})

    def feedback(self, comment: str, *, by: str, hours: float = 2, corrected: str = "", **more: Any) -> None:
        """What somebody said of the agent's last message; `more` is a score or the answers of a survey."""
        own = (at for at, event in enumerate(self.events) if event["source_class"] == "agent_authored")
        at = self.now + timedelta(hours=hours)
        record: dict[str, Any] = {
            "record": "feedback",
            "event": max(own),
            "comment": comment,
            "by": by,
            "at": at.isoformat(),
        }
        self.verdicts.append(record | ({"corrected_output": corrected} if corrected else {}) | more)

    def records(self, external_id: str) -> list[dict[str, Any]]:
        """The lines of this session in Lucid's own format."""
        head = {
            "record": "session",
            "version": 1,
            "id": external_id,
            "task": self.task,
            "title": self.title,
            "agent": self.agent,
            "model": pick(MODELS, self.title, "model"),
            "started_at": self.calendar.moment(self.when).isoformat(),
            "ended_at": self.now.isoformat(),
        }
        return [head, *self.events, *sorted(self.verdicts, key=lambda verdict: str(verdict["at"]))]

    def _wait(self, least: int, spread: int) -> None:
        self.now += timedelta(seconds=least + number(self.title, len(self.events), "pace", below=spread))

    def _add(self, kind: str, speaker: str, text: str, source_class: str, **more: Any) -> None:
        event: dict[str, Any] = {
            "record": "event",
            "kind": kind,
            "speaker": speaker,
            "at": self.now.isoformat(),
            "text": text,
        }
        event |= {"source_class": source_class} | {name: value for name, value in more.items() if value}
        if self.thread:
            event["thread"] = self.thread
        tokens = len(text) // 4 + 3
        if kind in ("message", "tool_call") and source_class == "agent_authored":
            event["usage"] = {"input_tokens": self.read, "output_tokens": tokens}
        self.read += tokens
        self.events.append(event)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
