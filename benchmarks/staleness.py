"""What the engine would retire of real memory files, against what their people took out later, as one JSON document.

    python -m benchmarks.staleness DIR [--stale-after-days N] [--show N]

DIR is `$LUCID_DATA/dev`; read are the revisions of `memory_file_histories/`. Every revision of a file is dreamed over
as it stood on its day, with no session: all that the engine has is wording, dates, copies and contradictions. Each line
has been first seen, and is confirmed, when its revision says.

`proposed` are distinct lines that a dream would take out or rewrite: `gone_later` of them were taken out or rewritten
by the people at some later revision, `stayed` stood in the last one: a wrong removal, had nobody reviewed it.
`labelled` are the lines of `line_survival.jsonl`, of which most do not survive: what was proposed of those at their
snapshot. Baselines on the same lines: all lines older than the median, and copies of one line.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.snapshot import EventColumnsBuilder, MemoryText, Snapshot, StatementMark
from agents.text import lines as text_lines
from agents.text.normalise import digest
from agents.text.statements import statements
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.protocol import Operation

NO_EVENTS = EventColumnsBuilder().build()


def revisions(path: Path) -> list[dict[str, Any]]:
    """All revisions of one file, oldest first, each with the day on which each of its lines was first seen."""
    told = [json.loads(row) for row in path.read_text().split("\n") if row.strip()]
    since: dict[str, datetime] = {}
    for one in told:
        one["at"] = datetime.fromisoformat(one["date"]).astimezone(UTC)
        held = {digest(line): one["at"] for line in text_lines.split(one["content"]) if line.strip()}
        since = {mark: since.get(mark, at) for mark, at in held.items()}
        one["since"] = since
    return told


def snapshot(one: dict[str, Any]) -> Snapshot:
    rows = text_lines.split(one["content"])
    marks = []
    for statement in statements(one["content"]):
        seen = [one["since"][digest(row)] for row in rows[statement.start : statement.end] if row.strip()]
        if seen:
            marks.append(StatementMark(statement.start, statement.end, max(seen), max(seen)))
    memory = MemoryText(
        id="memory", version_id="version", number=1, namespace="main", path="/AGENTS.md",
        text=one["content"], at=one["at"], statements=tuple(marks),
    )  # fmt: skip
    return Snapshot("agent", one["at"], ("main",), (memory,), (), NO_EVENTS)


def removed(one: dict[str, Any], curation: dict[str, Any]) -> dict[str, Operation]:
    """The lines that a dream over this revision would take out or rewrite, by digest, with the operation."""
    rows = text_lines.split(one["content"])
    found: dict[str, Operation] = {}
    for operation in LocalEngine().dream(snapshot(one), curation, lambda *_: None, None).operations:  # type: ignore[arg-type]
        for target in operation.targets:
            gone = (
                [(edit.start, edit.end, edit.lines) for edit in target.edits]
                if target.path_after
                else [(0, len(rows), ())]
            )
            for start, end, put in gone:
                kept = Counter(digest(line) for line in put)
                for row in rows[start:end]:
                    if row.strip() and not kept[digest(row)]:
                        found[digest(row)] = operation
    return found


def measured(path: Path, curation: dict[str, Any], tally: Counter[str], shown: list[dict[str, str]]) -> None:
    told = revisions(path)
    last = {digest(line) for line in text_lines.split(told[-1]["content"])}
    proposed: dict[str, tuple[str, Operation]] = {}
    for one in told[:-1]:
        rows = {digest(row): row for row in text_lines.split(one["content"])}
        for mark, operation in removed(one, curation).items():
            copies = sum(digest(row) == mark for row in text_lines.split(one["content"]))
            if copies == 1:  # of copies one stays: no line is lost
                proposed.setdefault(mark, (rows[mark], operation))
            tally["copies"] += copies > 1
    tally["revisions"] += len(told) - 1
    tally["proposed"] += len(proposed)
    for mark, (line, operation) in sorted(proposed.items()):
        stayed = mark in last
        tally["stayed" if stayed else "gone_later"] += 1
        tally[f"{operation.reason_code}_{'stayed' if stayed else 'gone_later'}"] += 1
        if stayed:
            shown.append({"file": path.name, "line": line.strip(), "why": operation.rationale})


def labelled(folder: Path, curation: dict[str, Any]) -> dict[str, Any]:
    rows = [json.loads(row) for row in (folder / "line_survival.jsonl").read_text().split("\n") if row.strip()]
    tally: Counter[str] = Counter()
    for repo, path in sorted({(row["repo"], row["path"]) for row in rows}):
        own = [row for row in rows if (row["repo"], row["path"]) == (repo, path)]
        told = revisions(folder / f"{repo.replace('/', '+')}__{path}.jsonl")
        found = removed(told[own[0]["snapshot_rev"]], curation)
        ages = [datetime.fromisoformat(row["snapshot"]) - datetime.fromisoformat(row["introduced"]) for row in own]
        middle = statistics.median(ages)
        counts = Counter(row["line"] for row in own)
        for row, age in zip(own, ages, strict=True):
            verdicts = {
                "engine": digest(row["line"]) in found,
                "older_half": age > middle,
                "copies": counts[row["line"]] > 1,
            }
            tally["lines"] += 1
            tally["survive"] += row["survives"]
            for name, says in verdicts.items():
                tally[f"{name}_proposed"] += says
                tally[f"{name}_wrong"] += says and row["survives"]
    return dict(sorted(tally.items()))


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.staleness")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--stale-after-days", type=int, default=365, help="the curation policy's own setting")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="lines that were proposed and stayed")
    given = parser.parse_args(arguments)
    folder = given.folder / "memory_file_histories"
    curation = {"stale_after_days": given.stale_after_days, "max_changes": 1000, "max_removals": 1000}
    tally: Counter[str] = Counter()
    shown: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.md.jsonl")):
        measured(path, curation, tally, shown)
    document: dict[str, Any] = {"histories": dict(sorted(tally.items())), "labelled": labelled(folder, curation)}
    if given.show:
        document["shown"] = shown[: given.show]
    print(json.dumps(document, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
