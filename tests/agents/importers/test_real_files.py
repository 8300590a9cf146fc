"""Every file of the real data sets, counted here with plain json and nothing of the importers."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from agents.importers.detect import read

DATA = Path(os.environ["LUCID_DATA"], "dev") if os.environ.get("LUCID_DATA") else None
pytestmark = pytest.mark.skipif(
    DATA is None or not DATA.is_dir(), reason="LUCID_DATA names no folder with dev/: the real data is not here"
)


def imported(folder, format):
    counts, ids, transcripts = Counter(), [], []
    for path in sorted(p for p in (DATA / folder).rglob("*") if p.is_file()):
        found, sessions = read(str(path), path.read_bytes())
        assert found == format
        for session in sessions:
            ids.append(session.external_id)
            transcripts.append(session)
            counts.update(event.kind for event in session.events)
            counts.update(outcome.name for outcome in session.outcomes)
            assert session.replaced_characters == 0
    assert len(ids) == len(set(ids))
    return counts, transcripts


def documents(folder):
    return [json.loads(p.read_text()) for p in sorted((DATA / folder).rglob("*")) if p.is_file()]


def chat_counts(messages, calls_of):
    counts = Counter()
    for message in messages:
        calls = message.get("tool_calls") or []
        if message["role"] == "tool":
            counts["tool_result"] += 1
        elif message["content"]:
            counts["message"] += 1
        counts["tool_call"] += len([calls_of(call) for call in calls])
    return counts


def test_tau_bench_is_counted_alike():
    counts, sessions = imported("tau_bench_airline", "openai_chat")
    (runs,) = documents("tau_bench_airline")

    expected = chat_counts([m for run in runs for m in run["traj"]], lambda call: call["function"]["name"])
    expected.update("completed" if run["reward"] >= 1 else "failed" for run in runs)

    assert counts == expected
    assert {s.external_id for s in sessions} == {f"{run['task_id']}:{run['trial']}" for run in runs}
    texts = {e.text for s in sessions for e in s.events if e.kind == "tool_call"}
    assert texts == {c["function"]["arguments"] for r in runs for m in r["traj"] for c in m.get("tool_calls") or []}


def test_tau2_bench_is_counted_alike():
    counts, sessions = imported("tau2_bench", "tau2")
    simulations = [simulation for results in documents("tau2_bench") for simulation in results["simulations"]]

    expected = chat_counts([m for s in simulations for m in s["messages"]], lambda call: call["name"])
    expected.update("completed" if s["reward_info"]["reward"] == 1 else "failed" for s in simulations)

    assert counts == expected
    assert {s.external_id for s in sessions} == {s["id"] for s in simulations}
    said = {m["content"] for s in simulations for m in s["messages"] if m["role"] != "tool" and m["content"]}
    assert {e.text for s in sessions for e in s.events if e.kind == "message"} == said
    assert all(e.tool for s in sessions for e in s.events if e.kind == "tool_result")


def test_claude_code_is_counted_alike():
    counts, sessions = imported("claude_code_jsonl", "claude_code")

    kinds = {"text": "message", "tool_use": "tool_call", "tool_result": "tool_result", "thinking": "reasoning"}
    expected, errors, ids = Counter(), 0, set()
    for path in (DATA / "claude_code_jsonl").rglob("*.jsonl"):
        for line in map(json.loads, path.read_text().splitlines()):
            ids.add(line.get("sessionId"))
            content = line.get("message", {}).get("content")
            blocks = [{"type": "text"}] if isinstance(content, str) else content or [{"type": "line"}]
            expected.update(kinds.get(block["type"], "notice") for block in blocks)
            errors += sum(block.get("is_error") is True for block in blocks)

    assert counts == expected
    assert {session.external_id for session in sessions} == ids - {None}
    assert sum(event.is_error for session in sessions for event in session.events) == errors


def test_swe_agent_is_counted_alike():
    counts, _sessions = imported("swe_agent_traj", "swe_agent")
    runs = documents("swe_agent_traj")

    steps = [step for run in runs for step in run["trajectory"]]
    prompts = 0
    for run in runs:
        roles = [entry["role"] for entry in run["history"]]
        prompts += roles.index("assistant")
    assert counts == Counter(
        message=prompts + len(steps), tool_call=len(steps), tool_result=len(steps), completed=len(runs)
    )


def test_who_and_when_is_counted_alike():
    counts, sessions = imported("who_and_when", "who_and_when")
    logs = documents("who_and_when")

    assert counts == Counter(message=sum(len(log["history"]) for log in logs), failed=len(logs))
    said = [[(entry.get("name") or entry["role"], entry["content"]) for entry in log["history"]] for log in logs]
    assert sorted([(e.speaker, e.text) for e in s.events] for s in sessions) == sorted(said)
