"""Taking transcript files in, from a folder or an upload: one result a file, and a bad file stops no other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from agents import sessions
from agents.importers import detect, limits
from agents.importers.records import BadTranscript
from agents.models import Agent

ENDINGS = (".json", ".jsonl", ".traj")


@dataclass(slots=True)
class FileResult:
    """What one file held and what became of it; `new` counts grown sessions, too. All zero where it has an error."""

    path: str
    format: str = ""
    sessions: int = 0
    new: int = 0
    unchanged: int = 0
    events: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    error: str | None = None
    replaced_characters: int = 0

    @property
    def reason(self) -> str:
        """The error without the name of the file, for lists that name it."""
        return (self.error or "").removeprefix(f"{self.path}: ")

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "replaced_characters"}


def import_file(
    *, agent: Agent, name: str, data: bytes, source: str = "", format: str = "auto", by: Any, at: datetime, door: str
) -> FileResult:
    """Store all sessions of a file, or none and the reason. Where no source is given, the format is the source."""
    try:
        found, transcripts = detect.read(name, data, format)
    except BadTranscript as bad:
        return FileResult(path=name, error=str(bad))
    report = sessions.store(
        team=agent.team,
        agent=agent,
        source=source or found,
        transcripts=transcripts,
        format=found,
        by=by,
        at=at,
        door=door,
    )
    return FileResult(
        path=name,
        format=found,
        sessions=report.sessions,
        new=report.new,
        unchanged=report.unchanged,
        events=dict(sorted(report.events.items())),
        outcomes=dict(sorted(report.outcomes.items())),
        replaced_characters=report.replaced_characters,
    )


def find(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Files to take in, in order, each with "" or the reason why it is left alone; folders are walked."""
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        else:
            yield path, ""


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises BadTranscript where it cannot be read, or is over the limit: then it is not read."""
    try:
        if path.stat().st_size > limits.FILE_BYTES:
            raise too_large(str(path))
        return path.read_bytes()
    except OSError as fault:
        raise BadTranscript(str(path), "", fault.strerror or "it cannot be read") from None


def too_large(name: str) -> BadTranscript:
    return BadTranscript(name, "", f"the file is larger than {limits.FILE_BYTES // 1024**2} MB")


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder) / name for name in names if not name.startswith(".")]
    for path in sorted(found):
        known = path.name.lower().endswith(ENDINGS)
        yield path, "" if known else f"not one of {', '.join(ENDINGS)}"
