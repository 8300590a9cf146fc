"""tau2-bench results: one file of simulations. Its tasks and checks hold the benchmark's answers and are not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from agents.importers import content, decoding
from agents.importers.openai_chat import outcomes_of_reward
from agents.importers.records import EventRecord, SourceClass, Transcript

_SOURCES: dict[str, SourceClass] = {"user": "user_input", "system": "system"}


class _Call(msgspec.Struct):
    name: str
    id: str | None = None
    arguments: Any = None


class _Message(msgspec.Struct):
    role: str
    content: str | None = None
    tool_calls: list[_Call] | None = None
    tool_messages: list[_Message] | None = None  # the results of several calls of one turn
    id: str | None = None
    error: bool | None = None
    usage: Any = None
    cost: float | None = None
    timestamp: Any = None


class _Reward(msgspec.Struct):
    reward: float | None = None


class _Simulation(msgspec.Struct):
    """`task_id` is kept as a label: in some files it is no index into the file's own `tasks`."""

    id: str | int
    messages: list[_Message]
    task_id: str | int | None = None
    start_time: Any = None
    end_time: Any = None
    reward_info: _Reward | None = None
    termination_reason: str | None = None
    agent_cost: float | None = None
    user_cost: float | None = None


class _AgentInfo(msgspec.Struct):
    implementation: str | None = None
    llm: str | None = None


class _Info(msgspec.Struct):
    agent_info: _AgentInfo | None = None


class _Results(msgspec.Struct):
    simulations: list[_Simulation]
    info: _Info | None = None


_RESULTS = msgspec.json.Decoder(_Results)


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    results = decoding.decode(data, _RESULTS, file=path_name)
    agent = (results.info and results.info.agent_info) or _AgentInfo()
    for simulation in results.simulations:
        yield _session(simulation, agent)


def _session(simulation: _Simulation, agent: _AgentInfo) -> Transcript:
    reward = simulation.reward_info.reward if simulation.reward_info else None
    ended_at = decoding.moment(simulation.end_time)
    outcomes = outcomes_of_reward(reward, detail=simulation.termination_reason or "")
    for outcome in outcomes:
        outcome.at = ended_at
    events = list(_events(simulation.messages))
    usage: dict[str, Any] = {}
    for event in events:
        content.add_usage(usage, event.usage)
    costs = {"agent_cost": simulation.agent_cost, "user_cost": simulation.user_cost}
    return Transcript(
        str(simulation.id),
        events,
        outcomes=outcomes,
        task="" if simulation.task_id is None else str(simulation.task_id),
        agent_name=agent.implementation or "",
        model=agent.llm or "",
        started_at=decoding.moment(simulation.start_time),
        ended_at=ended_at,
        usage=usage | content.numbers(costs),
    )


def _events(messages: list[_Message]) -> Iterator[EventRecord]:
    tools: dict[str, str] = {}
    for message in messages:
        if message.role == "tool":
            for result in message.tool_messages or (message,):
                yield _result(result, tools)
        else:
            yield from _turn(message, tools)


def _turn(message: _Message, tools: dict[str, str]) -> Iterator[EventRecord]:
    """Text and calls of one turn; its usage stands on the first of them."""
    source = _SOURCES.get(message.role, "agent_authored")
    usage = content.numbers(message.usage)
    at = decoding.moment(message.timestamp)
    if message.content or (message.content is not None and not message.tool_calls):
        yield EventRecord("message", message.role, message.content, source, usage=usage, at=at)
        usage = {}
    for call in message.tool_calls or ():
        if call.id:
            tools[call.id] = call.name
        text = content.arguments(call.arguments)
        yield EventRecord(
            "tool_call", message.role, text, source, tool=call.name, call_id=call.id or "", usage=usage, at=at
        )
        usage = {}


def _result(message: _Message, tools: dict[str, str]) -> EventRecord:
    text = message.content or ""
    call_id = message.id or ""
    return EventRecord(
        "tool_result",
        "tool",
        text,
        "external_tool",
        tool=tools.get(call_id, ""),
        call_id=call_id,
        is_error=content.is_error_envelope(text) if message.error is None else message.error,
        at=decoding.moment(message.timestamp),
    )
