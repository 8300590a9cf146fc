"""What the local engine finds in real sessions, scored on words and evidence, as one JSON document.

    python -m benchmarks.findings DIR [--show 20] [--write FILE]

DIR is $LUCID_DATA/dev. Transcripts are read by the project's own importers; their records become a snapshot with no
database between, which is what the engine would be given: it reads nothing that a row adds. Each data set is the
sessions of one agent and is dreamed alone, because a finding speaks of one agent's tools and rules; the three ranks
are merged by the engine's confidence, as a reviewer of all three would see them. Sessions that DIR/session_ids.json
does not name cannot be scored and are left out. `false_alarms` counts failure patterns in `swe_agent_traj`, whose
sessions all succeeded.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.importers import detect
from agents.importers.records import Transcript
from agents.snapshot import EventColumnsBuilder, OutcomeMark, SessionMark, Snapshot
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.protocol import FoundPattern

TAKEN_AT = datetime(2026, 6, 1, tzinfo=UTC)
DATA_SETS = {
    "tau_airline": "tau_bench_airline/*.json",
    "tau2_airline": "tau2_bench/*airline*.json",
    "tau2_retail": "tau2_bench/*retail*.json",
}


def transcripts(paths: Iterable[Path]) -> Iterator[Transcript]:
    for path in sorted(paths):
        yield from detect.read(str(path), path.read_bytes())[1]


def snapshot(agent: str, told: Iterable[Transcript]) -> Snapshot:
    """The snapshot of a first dream over these transcripts, with no memory; ids are those of the list of sessions."""
    builder = EventColumnsBuilder()
    marks: list[SessionMark] = []
    for one in told:
        marks.append(_mark(agent, one))
        for position, event in enumerate(one.events):
            names = ("kind", "source_class", "tool", "speaker", "is_error", "call_id", "text", "at")
            builder.add(position=position, **{name: getattr(event, name) for name in names})
        builder.end_session()
    return Snapshot(agent, TAKEN_AT, ("memory",), (), tuple(marks), builder.build())


def _mark(agent: str, one: Transcript) -> SessionMark:
    return SessionMark(
        id=f"{agent}:{one.external_id}",
        external_id=one.external_id,
        source=agent,
        agent=agent,
        is_new=True,
        task=one.task,
        started_at=one.started_at,
        ended_at=one.ended_at,
        trust=one.trust,
        outcomes=tuple(OutcomeMark(said.name, said.source, said.score) for said in one.outcomes),
    )


def dream(snap: Snapshot) -> tuple[FoundPattern, ...]:
    return LocalEngine().dream(snap, {}, lambda *_progress: None, None).patterns  # type: ignore[arg-type]


def ranked(folder: Path, known: set[str]) -> tuple[list[FoundPattern], dict[str, Any]]:
    """The patterns of all data sets, each one's own order kept: the surest head comes next. And what each took."""
    ranks: list[list[FoundPattern]] = []
    figures: dict[str, Any] = {}
    for agent, pattern in DATA_SETS.items():
        told = [one for one in transcripts(folder.glob(pattern)) if f"{agent}:{one.external_id}" in known]
        snap = snapshot(agent, told)
        began = time.perf_counter()
        found = dream(snap)
        seconds = round(time.perf_counter() - began, 3)
        figures[agent] = {"sessions": len(told), "patterns": len(found), "seconds": seconds}
        ranks.append(list(found))
    merged: list[FoundPattern] = []
    while heads := [rank for rank in ranks if rank]:
        merged.append(max(heads, key=lambda rank: rank[0].confidence).pop(0))
    return merged, figures


def false_alarms(folder: Path) -> int:
    told = list(transcripts((folder / "swe_agent_traj").glob("*.traj")))
    return sum(one.kind == "mistake" for one in dream(snapshot("swe_agent", told)))


def score(folder: Path, findings: list[dict[str, Any]], out: Path) -> dict[str, Any]:
    place = folder.parent / "tools" / "score_findings.py"
    spec = importlib.util.spec_from_file_location("score_findings", place)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(place)
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    out.write_text(json.dumps(findings, indent=1))
    return {"all": scorer.main(str(folder), str(out)), "core": scorer.main(str(folder), str(out), True)}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.findings")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="the first N patterns in words, after it")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the findings as they were scored")
    given = parser.parse_args(arguments)
    known = set(json.loads((given.folder / "session_ids.json").read_text()))
    found, figures = ranked(given.folder, known)
    findings = [{"text": one.statement, "session_ids": list(one.sessions)} for one in found]
    with tempfile.TemporaryDirectory() as scratch:
        scores = score(given.folder, findings, given.write or Path(scratch) / "findings.json")
    kinds = Counter(one.kind for one in found)
    document = {"data_sets": figures, "kinds": dict(sorted(kinds.items())), **scores}
    print(json.dumps(document | {"false_alarms": false_alarms(given.folder)}, indent=1))
    for number, one in enumerate(found[: given.show], start=1):
        agent = one.agents[0] if one.agents else ""
        print(f"\n{number}. [{agent}, {one.kind}, {one.confidence:.3f}] {one.statement}\n   {json.dumps(one.numbers)}")
        print(f"   {', '.join(session.partition(':')[2] for session in one.sessions)}")


if __name__ == "__main__":
    main(sys.argv[1:])
