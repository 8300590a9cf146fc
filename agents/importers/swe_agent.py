"""SWE-agent trajectories (.traj): the prompts from `history`, then each step of `trajectory` as it ran."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from agents.importers import content, decoding
from agents.importers.records import EventRecord, OutcomeRecord, SourceClass, Transcript

_COMMAND = re.compile(r"\s*([A-Za-z_][\w.+-]{0,63})(?:\s|$)")
_SOURCES: dict[str, SourceClass] = {"user": "user_input", "system": "system"}


class _Function(msgspec.Struct):
    name: str = ""
    arguments: Any = None


class _Call(msgspec.Struct):
    function: _Function
    id: str | None = None


class _Entry(msgspec.Struct):
    role: str
    content: Any = None
    agent: str | None = None
    action: str | None = None
    thought: str | None = None
    tool_calls: list[_Call] | None = None


class _Step(msgspec.Struct):
    action: str | None = None
    observation: str | None = None
    response: str | None = None
    thought: str | None = None


class _Info(msgspec.Struct):
    exit_status: str | None = None
    model_stats: Any = None


class _Model(msgspec.Struct):
    name: str | None = None


class _AgentConfig(msgspec.Struct):
    model: _Model | None = None


class _Problem(msgspec.Struct):
    id: str | None = None


class _Config(msgspec.Struct):
    agent: _AgentConfig | None = None
    problem_statement: _Problem | None = None


class _Run(msgspec.Struct):
    trajectory: list[_Step]
    history: list[_Entry] = []
    info: _Info | None = None
    replay_config: _Config | None = None


_RUN = msgspec.json.Decoder(_Run)


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    run = decoding.decode(data, _RUN, file=path_name)
    info = run.info or _Info()
    events = [*_prompts(run.history), *_steps(run)]
    config = run.replay_config or _Config()
    model = config.agent and config.agent.model and config.agent.model.name
    yield Transcript(
        _external_id(path_name, events),
        events,
        outcomes=_outcomes(info.exit_status),
        task=(config.problem_statement and config.problem_statement.id) or "",
        agent_name=next((entry.agent for entry in run.history if entry.agent), ""),
        model=model or "",
        usage=content.numbers(info.model_stats),
    )


def _external_id(file: str, events: list[EventRecord]) -> str:
    """The file's name and a digest of how it begins: runs of one task have files of one name, and a run may grow."""
    beginning = hashlib.sha256()
    for event in events:
        beginning.update(event.text.encode(errors="replace") + b"\0")
        if event.kind == "tool_result":
            break
    return f"{decoding.stem(file)}:{beginning.hexdigest()[:8]}"


def _outcomes(exit_status: str | None) -> list[OutcomeRecord]:
    """The agent's own word: it submitted, or it was stopped (`exit_cost`, also where its work was then submitted)."""
    if not exit_status:
        return []
    name = "completed" if exit_status == "submitted" else "failed"
    return [OutcomeRecord(name, "self-report", detail=exit_status)]  # type: ignore[arg-type]


def _prompts(history: list[_Entry]) -> Iterator[EventRecord]:
    for entry in history:
        if entry.role not in _SOURCES:
            return
        for is_text, text in content.pieces(entry.content):
            yield EventRecord("message" if is_text else "notice", entry.role, text, _SOURCES[entry.role])


def _steps(run: _Run) -> Iterator[EventRecord]:
    answers = [entry for entry in run.history if entry.action is not None]
    at = 0
    for step in run.trajectory:
        entry = _Entry("assistant")
        if at < len(answers) and answers[at].action == step.action:
            entry = answers[at]
            at += 1
        yield from _step(step, entry)


def _step(step: _Step, entry: _Entry) -> Iterator[EventRecord]:
    said = step.response or step.thought
    if said:
        yield EventRecord("message", "assistant", said, "agent_authored")
    command = _COMMAND.match(step.action or "")
    tool, call_id, text = command.group(1) if command else "", "", step.action or ""
    if entry.tool_calls and len(entry.tool_calls) == 1:
        call = entry.tool_calls[0]
        tool, call_id, text = call.function.name, call.id or "", content.arguments(call.function.arguments)
    yield EventRecord("tool_call", "assistant", text, "agent_authored", tool=tool, call_id=call_id)
    if step.observation is not None:
        is_error = content.is_error_envelope(step.observation)
        yield EventRecord(
            "tool_result", "tool", step.observation, "external_tool", tool=tool, call_id=call_id, is_error=is_error
        )
