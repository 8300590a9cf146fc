"""Snapshots by hand: memories, sessions and events in a few lines, and one straight from a tau-bench file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agents.snapshot import EventColumnsBuilder, MemoryText, OpenChange, OutcomeMark, SessionMark, Snapshot
from agents.text import lines
from dreaming.engines.protocol import Operation

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def person(text, **kept):
    return {"kind": "message", "source_class": "user_input", "speaker": "user", "text": text} | kept


def agent(text, **kept):
    return {"kind": "message", "source_class": "agent_authored", "speaker": "assistant", "text": text} | kept


def call(tool, call_id="", **arguments):
    text = json.dumps(arguments)
    return {"kind": "tool_call", "source_class": "agent_authored", "tool": tool, "call_id": call_id, "text": text}


def result(tool, text, call_id="", *, is_error=False, source_class="external_tool"):
    return {
        "kind": "tool_result", "source_class": source_class, "tool": tool, "call_id": call_id,
        "is_error": is_error, "text": text,
    }  # fmt: skip


def tried(tool, error="", **arguments):
    """A call with its result: the error, or success."""
    return [call(tool, **arguments), result(tool, error or "ok", is_error=bool(error))]


def session(name, *events, outcome="", **kept):
    """A session mark with its events; events may be lists of events."""
    flat = [one for event in events for one in (event if isinstance(event, list) else [event])]
    mark = SessionMark(
        id=f"ses_{name}",
        external_id=name,
        source="test",
        agent=kept.pop("agent", "helper"),
        is_new=kept.pop("is_new", True),
        outcomes=(OutcomeMark(outcome, "test"),) if outcome else (),
        **kept,
    )
    return mark, flat


def memory(path, text, *, namespace="main", at=NOW - timedelta(days=10), **kept):
    return MemoryText(
        id=f"mem_{namespace}_{path}",
        version_id=f"ver_{namespace}_{path}",
        number=1,
        namespace=namespace,
        path=path,
        text=text,
        at=at,
        **kept,
    )


def snapshot(sessions=(), memories=(), *, namespaces=("main",), **kept):
    builder = EventColumnsBuilder()
    marks = []
    for mark, events in sessions:
        marks.append(mark)
        for position, event in enumerate(events):
            blank = {"tool": "", "speaker": "", "is_error": False, "call_id": ""}
            builder.add(position=position, **(blank | event))
        builder.end_session()
    return Snapshot(
        agent="helper",
        taken_at=kept.pop("taken_at", NOW),
        namespaces=namespaces,
        memories=tuple(memories),
        sessions=tuple(marks),
        events=builder.build(),
        **kept,
    )


def opened(before: Snapshot, operations: Iterable[Operation], *, run=1, **kept):
    """The operations as open changes, as a later snapshot knows them."""
    texts = {one.id: lines.split(one.text) for one in before.memories}
    for at, operation in enumerate(operations, 1):
        adds, removes = [], []
        for target in operation.targets:
            rows = texts.get(target.memory, [])
            edits = target.edits if target.path_after else [lines.Edit(0, len(rows), ())]
            adds += [line.strip() for edit in edits for line in edit.lines if line.strip()]
            removes += [row.strip() for edit in edits for row in rows[edit.start : edit.end] if row.strip()]
        yield OpenChange(
            id=f"chg_{at}",
            namespace=operation.targets[0].namespace,
            fingerprint=operation.fingerprint,
            operation=operation.kind,
            paths=tuple(target.path_after or target.path_before for target in operation.targets),
            memory_ids=tuple(target.memory for target in operation.targets if target.memory),
            sessions=tuple(sorted({quote.session for quote in operation.quotes})),
            reason_code=operation.reason_code,
            pattern=operation.pattern,
            run=run,
            opened_at=before.taken_at,
            adds=tuple(one for one in adds if one not in removes),
            removes=tuple(one for one in removes if one not in adds),
            **kept,
        )


def read(sessions, run=1):
    """The sessions as a run with this number left them."""
    return [(replace(mark, is_new=False, read_by=mark.read_by or run), events) for mark, events in sessions]


def applied(before: Snapshot, operations: Iterable[Operation]) -> Snapshot:
    """The snapshot after all operations were approved and applied; edits of one memory are composed."""
    edits: dict[str, list] = {}
    added, archived, moved = [], set(), {}
    for operation in operations:
        for target in operation.targets:
            if not target.memory:
                text = "".join(lines.apply([], target.edits))
                added.append(memory(target.path_after, text, namespace=target.namespace, at=before.taken_at))
            elif target.path_after is None:
                archived.add(target.memory)
            else:
                edits.setdefault(target.memory, []).extend(target.edits)
                if target.path_after != target.path_before:
                    moved[target.memory] = target.path_after
    kept = [
        _written(one, edits.get(one.id, ()), moved.get(one.id, one.path), before.taken_at)
        for one in before.memories
        if one.id not in archived
    ]
    return replace(before, memories=(*kept, *added))


def _written(one: MemoryText, edits, path: str, at: datetime) -> MemoryText:
    if not edits and path == one.path:
        return one
    text = "".join(lines.apply(lines.split(one.text), sorted(edits, key=lambda edit: (edit.start, edit.end))))
    written = at if path != one.path else one.at
    return replace(one, text=text, path=path, at=written, statements=one.statements if not edits else ())


def tau_bench(path: Path) -> list[tuple[SessionMark, list[Mapping[str, object]]]]:
    """The attempts of a tau-bench result file; the texts of tools that begin with "Error" are failures."""
    found = []
    for attempt in json.loads(path.read_text()):
        name = f"{attempt['task_id']}:{attempt['trial']}"
        outcome = "completed" if attempt["reward"] == 1 else "failed"
        found.append(session(name, *_chat(attempt["traj"]), outcome=outcome, task=str(attempt["task_id"])))
    return found


def _chat(messages):
    for message in messages:
        text = message.get("content") or ""
        if message["role"] == "system":
            yield {"kind": "message", "source_class": "system", "speaker": "system", "text": text}
        elif message["role"] == "tool":
            yield result(message["name"], text, message["tool_call_id"], is_error=text.startswith("Error"))
        else:
            if text:
                yield person(text) if message["role"] == "user" else agent(text)
            for asked in message.get("tool_calls") or ():
                made = asked["function"]
                yield call(made["name"], asked["id"]) | {"text": made["arguments"]}
