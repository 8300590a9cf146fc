import json
from datetime import UTC, datetime

import pytest

from agents.importers.detect import FORMATS, detect, read
from agents.importers.records import FeedbackRecord, OutcomeRecord


def one(name, document, format="auto"):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    _format, transcripts = read(name, data, format)
    assert len(transcripts) == 1
    return transcripts[0]


def jsonl(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def brief(transcript):
    return [(event.kind, event.speaker, event.text, event.source_class) for event in transcript.events]


TAU = {
    "task_id": 7,
    "trial": 2,
    "reward": 0.0,
    "info": {"task": {"instruction": "GOLD"}, "reward_info": {"actions": ["GOLD"]}, "user_cost": 0.5},
    "traj": [
        {"role": "system", "content": "Policy"},
        {"role": "user", "content": "Refund me"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "function": {"name": "refund", "arguments": '{"a": 1}'}}],
        },
        {"role": "tool", "tool_call_id": "c1", "name": "refund", "content": "Error: no such order"},
        {"role": "assistant", "content": "There was an error."},
    ],
}


def test_tau_run_keeps_text_and_arguments_exactly():
    run = one("runs.json", [TAU])

    assert brief(run) == [
        ("message", "system", "Policy", "system"),
        ("message", "user", "Refund me", "user_input"),
        ("tool_call", "assistant", '{"a": 1}', "agent_authored"),
        ("tool_result", "tool", "Error: no such order", "external_tool"),
        ("message", "assistant", "There was an error.", "agent_authored"),
    ]
    assert [event.is_error for event in run.events] == [False, False, False, True, False]
    assert (run.external_id, run.task, run.usage) == ("7:2", "7", {"user_cost": 0.5})
    assert run.outcomes == [OutcomeRecord("failed", "test", 0.0)]
    assert "GOLD" not in repr(run)


def test_tau_file_with_a_run_twice_is_refused():
    with pytest.raises(Exception, match=r"runs.json: session 2: session 1 of the file has the same id '7:2'"):
        read("runs.json", json.dumps([TAU, TAU]).encode())


def test_plain_chat_is_one_session_named_after_its_file():
    messages = [
        {"role": "developer", "content": "Be brief"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "x" * 2000}}],
        },
        {"role": "assistant", "content": "Fine", "reasoning_content": "hm"},
        {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"b": "ü", "a": 1}}}]},
        {"role": "tool", "tool_call_id": "c", "content": '{"error": null, "rows": []}'},
    ]
    expected = [
        ("message", "developer", "Be brief", "system"),
        ("message", "user", "Look", "user_input"),
        ("notice", "user", '{"type":"image_url","image_url":{"url":"[2000 characters left out]"}}', "user_input"),
        ("reasoning", "assistant", "hm", "agent_authored"),
        ("message", "assistant", "Fine", "agent_authored"),
        ("tool_call", "assistant", '{"b":"ü","a":1}', "agent_authored"),
        ("tool_result", "tool", '{"error": null, "rows": []}', "external_tool"),
    ]

    for name, data in (("talk.json", json.dumps(messages).encode()), ("talk.jsonl", jsonl(*messages))):
        talk = one(f"folder/{name}", data)
        assert (talk.external_id, brief(talk), talk.outcomes) == ("talk", expected, [])
        assert (talk.events[-1].tool, talk.events[-1].is_error) == ("f", False)


def test_conversations_line_by_line_are_sessions():
    _format, talks = read(
        "t.jsonl", jsonl({"id": "a", "messages": [{"role": "user", "content": "1"}]}, {"messages": []})
    )

    assert [talk.external_id for talk in talks] == ["a", "t:2"]


def test_tau2_keeps_inner_json_and_reads_no_task():
    simulation = {
        "id": "s1",
        "task_id": "4",
        "start_time": "2025-01-01T00:00:00",
        "end_time": "2025-01-01T00:01:00+01:00",
        "termination_reason": "user_stop",
        "reward_info": {"reward": 1.0, "action_checks": [{"action": "GOLD"}]},
        "messages": [
            {"role": "assistant", "content": '{"message":"Hi"}', "tool_calls": None, "usage": {"prompt_tokens": 3}},
            {"role": "user", "content": "", "tool_calls": [{"id": "u", "name": "toggle", "arguments": {}}]},
            {"role": "tool", "id": "u", "requestor": "user", "content": "off", "error": True},
            {"role": "tool", "id": "v", "content": '{"error": "no"}'},
        ],
    }
    results = {"info": {"agent_info": {"llm": "m", "implementation": "llm_agent"}}, "tasks": [{"id": "4", "x": "GOLD"}]}

    session = one("r.json", results | {"simulations": [simulation]})

    assert brief(session) == [
        ("message", "assistant", '{"message":"Hi"}', "agent_authored"),
        ("tool_call", "user", "{}", "user_input"),
        ("tool_result", "tool", "off", "external_tool"),
        ("tool_result", "tool", '{"error": "no"}', "external_tool"),
    ]
    assert [event.is_error for event in session.events] == [False, False, True, True]
    assert (session.external_id, session.task, session.model, session.agent_name) == ("s1", "4", "m", "llm_agent")
    assert session.outcomes == [
        OutcomeRecord("completed", "test", 1.0, datetime(2024, 12, 31, 23, 1, tzinfo=UTC), "user_stop")
    ]
    assert session.usage == {"prompt_tokens": 3}
    assert "GOLD" not in repr(session)


def claude(kind, content, **more):
    return {"type": kind, "sessionId": "s", "timestamp": "2026-01-01T10:00:00Z", "message": {"content": content}} | more


def test_claude_code_tells_people_from_agents_and_counts_usage_once():
    usage = {"id": "m1", "model": "claude", "usage": {"input_tokens": 3, "output_tokens": 1}}
    fuller = usage | {"usage": {"input_tokens": 3, "output_tokens": 40}}
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}
    session = one(
        "a.jsonl",
        jsonl(
            {"type": "summary", "summary": "About files", "leafUuid": "u1"},
            claude("user", "List them", uuid="u1"),
            claude("assistant", None, message=usage | {"content": [{"type": "thinking", "thinking": "hm"}]}),
            claude("assistant", None, message=fuller | {"content": [{"type": "text", "text": "Yes"}, call]}),
            claude(
                "user",
                [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t1",
                        "content": [{"type": "text", "text": "no"}],
                        "is_error": True,
                    }
                ],
            ),
            claude("user", "<system-reminder>Be good</system-reminder>"),
            claude("user", "Hook says stop", isMeta=True),
            claude("user", "Earlier we…", isCompactSummary=True),
            claude("user", "Find it", isSidechain=True, agentId="a7"),
            {"type": "attachment", "sessionId": "s", "attachment": {"type": "nested_memory", "path": "CLAUDE.md"}},
            {"type": "progress", "sessionId": "s", "n": 1},
        ),
    )

    assert [(event.kind, event.source_class, event.thread) for event in session.events] == [
        ("notice", "agent_authored", ""),
        ("message", "user_input", ""),
        ("reasoning", "agent_authored", ""),
        ("message", "agent_authored", ""),
        ("tool_call", "agent_authored", ""),
        ("tool_result", "external_tool", ""),
        ("message", "system", ""),
        ("message", "system", ""),
        ("message", "recalled", ""),
        ("message", "agent_authored", "a7"),
        ("notice", "recalled", ""),
        ("notice", "system", ""),
    ]
    assert session.usage == {"input_tokens": 3, "output_tokens": 40}
    result = session.events[5]
    assert (result.text, result.tool, result.call_id, result.is_error) == ("no", "Bash", "t1", True)
    assert session.events[4].text == '{"command":"ls"}'
    assert (session.external_id, session.title, session.model) == ("s", "About files", "claude")
    assert session.started_at == datetime(2026, 1, 1, 10, tzinfo=UTC)


def test_claude_code_subagent_file_is_a_session_of_its_own():
    line = claude("user", "Find it", isSidechain=True, agentId="a7")

    assert one("agent-a7.jsonl", jsonl(line)).external_id == "s:a7"


def test_claude_code_file_may_hold_several_sessions():
    _format, sessions = read("a.jsonl", jsonl(claude("user", "1"), claude("user", "2", sessionId="b")))

    assert [(session.external_id, len(session.events)) for session in sessions] == [("s", 1), ("b", 1)]


def test_swe_agent_takes_steps_as_they_ran():
    call = {"id": "c", "function": {"name": "bash", "arguments": '{"command":"ls"}'}}
    run = one(
        "run.traj",
        {
            "trajectory": [
                {"action": "ls", "observation": "a.py", "response": "Look", "thought": "Look"},
                {"action": "submit\n", "observation": "", "response": "Done\n```\nsubmit\n```"},
            ],
            "history": [
                {"role": "system", "content": "You are", "agent": "main"},
                {"role": "user", "content": "Mend it"},
                {"role": "assistant", "action": "ls", "content": "Look", "tool_calls": [call]},
                {"role": "tool", "content": "a.py\n$"},
            ],
            "info": {"exit_status": "submitted (exit_cost)", "model_stats": {"api_calls": 2}},
        },
    )

    assert [(event.kind, event.text, event.tool) for event in run.events] == [
        ("message", "You are", ""),
        ("message", "Mend it", ""),
        ("message", "Look", ""),
        ("tool_call", '{"command":"ls"}', "bash"),
        ("tool_result", "a.py", "bash"),
        ("message", "Done\n```\nsubmit\n```", ""),
        ("tool_call", "submit\n", "submit"),
        ("tool_result", "", "submit"),
    ]
    assert run.outcomes == [OutcomeRecord("failed", "self-report", detail="submitted (exit_cost)")]
    assert (run.agent_name, run.usage) == ("main", {"api_calls": 2})


def test_who_and_when_reads_no_label():
    log = {
        "history": [
            {"role": "user", "name": "Terminal", "content": "exitcode: 1"},
            {"role": "assistant", "name": "Expert", "content": "So it is 8"},
            {"role": "human", "content": "Why?"},
        ],
        "question_ID": "q1",
        "question": "How many?",
        "is_correct": False,
        "system_prompt": {"Expert": "You are"},
        "ground_truth": "GOLD",
        "mistake_agent": "GOLD",
        "mistake_step": "GOLD",
        "mistake_reason": "GOLD",
    }

    session = one("1.json", log)

    assert brief(session) == [
        ("message", "Terminal", "exitcode: 1", "external_tool"),
        ("message", "Expert", "So it is 8", "agent_authored"),
        ("message", "human", "Why?", "user_input"),
    ]
    assert session.outcomes == [OutcomeRecord("failed", "test", 0.0)]
    assert (session.task, session.title, session.agent_name) == ("q1", "How many?", "Expert")
    assert "GOLD" not in repr(session)


PLATFORM = [
    {"type": "user.message", "content": [{"type": "text", "text": "Refund"}], "processed_at": "2026-11-19T10:00:01Z"},
    {"type": "agent.thinking", "id": "x"},
    {"type": "agent.mcp_tool_use", "id": "e", "mcp_server_name": "crm", "name": "get", "input": {"id": 9}},
    {"type": "user.tool_confirmation", "tool_use_id": "e", "result": "deny", "deny_message": "Not 9"},
    {
        "type": "agent.mcp_tool_result",
        "mcp_tool_use_id": "e",
        "is_error": True,
        "content": [{"type": "text", "text": "no"}],
    },
    {
        "type": "agent.message",
        "content": [{"type": "text", "text": "OK"}, {"type": "redacted"}],
        "session_thread_id": "th",
    },
    {"type": "session.brand_new", "x": 1},
    {"type": "span.outcome_evaluation_end", "result": "needs_revision", "explanation": "no"},
    {"type": "span.outcome_evaluation_end", "result": "satisfied", "explanation": "yes"},
]
SESSION = {
    "type": "session",
    "id": "sesn_1",
    "title": "Ticket",
    "agent": {"name": "Support", "model": {"id": "claude"}},
    "usage": {"input_tokens": 5, "list_cost": {"amount": "12"}},
    "created_at": "2026-11-19T10:00:00Z",
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("sesn_1.json", json.dumps(PLATFORM).encode()),
        ("sesn_1.json", json.dumps({"data": PLATFORM, "has_more": False}).encode()),
        ("sesn_1.jsonl", jsonl(*PLATFORM)),
        ("x.json", json.dumps({"session": SESSION, "events": PLATFORM}, indent=1).encode()),
        ("x.json", json.dumps(SESSION | {"events": PLATFORM}).encode()),
        ("x.jsonl", jsonl(SESSION, *PLATFORM)),
    ],
)
def test_managed_agents_events_come_in_any_wrapping(name, data):
    session = one(name, data)

    assert [(event.kind, event.speaker, event.source_class) for event in session.events] == [
        ("message", "user", "user_input"),
        ("reasoning", "assistant", "agent_authored"),
        ("tool_call", "assistant", "agent_authored"),
        ("message", "user", "user_input"),
        ("tool_result", "tool", "external_tool"),
        ("message", "assistant", "agent_authored"),
        ("notice", "assistant", "agent_authored"),
        ("notice", "system", "system"),
        ("notice", "system", "system"),
        ("notice", "system", "system"),
    ]
    call, veto, result, answer = session.events[2:6]
    assert (call.tool, call.text, call.call_id) == ("crm.get", '{"id":9}', "e")
    assert (veto.text, result.tool, result.is_error, answer.thread) == ("Not 9", "crm.get", True, "th")
    assert session.external_id == "sesn_1"
    assert session.outcomes == [OutcomeRecord("completed", "test", 1.0, detail="yes")]
    if name.startswith("x"):
        assert (session.title, session.agent_name, session.model) == ("Ticket", "Support", "claude")
        assert session.usage == {"input_tokens": 5}


def test_lucid_lines_become_sessions_with_all_they_tell():
    data = jsonl(
        {"record": "session", "version": 1, "id": "s-1", "agent": "Anna", "user": "ada", "trust": "untrusted"},
        {"record": "event", "kind": "message", "speaker": "user", "text": "Hi", "at": "2026-01-01T11:00:00+01:00"},
        {"record": "event", "kind": "tool_result", "tool": "f", "text": "no", "is_error": True},
        {"record": "outcome", "name": "escalated", "source": "human", "score": 0.5},
        {"record": "feedback", "event": 1, "survey": {"tone": 4}, "comment": "rude", "by": "Bo"},
        {"record": "session", "id": "s-2"},
    )

    format, (first, second) = read("l.jsonl", data)

    assert (format, second.external_id, second.events) == ("lucid", "s-2", [])
    assert brief(first) == [("message", "user", "Hi", "user_input"), ("tool_result", "", "no", "external_tool")]
    assert first.events[0].at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert first.outcomes == [OutcomeRecord("escalated", "human", 0.5)]
    assert first.feedback == [FeedbackRecord(1, None, {"tone": 4}, "", "rude", "Bo", None)]
    assert (first.agent_name, first.user, first.trust) == ("Anna", "ada", "untrusted")


def test_characters_that_no_database_stores_are_replaced_and_counted():
    data = b'[{"role": "user", "content": "a\\u0000b\\ud800c\\ud83d\\ude00"}]'

    talk = one("t.json", data)

    assert (talk.events[0].text, talk.replaced_characters) == (
        "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c😀",
        2,
    )


def test_byte_order_mark_is_no_part_of_the_file():
    assert brief(one("t.json", b'\xef\xbb\xbf[{"role": "user", "content": "a"}]')) == [
        ("message", "user", "a", "user_input")
    ]


def test_long_call_ids_stay_apart_within_their_column():
    calls = [{"id": "x" * 500 + end, "function": {"name": "f", "arguments": ""}} for end in "ab"]

    talk = one("t.json", [{"role": "assistant", "tool_calls": calls}])

    ids = [event.call_id for event in talk.events]
    assert [len(value) for value in ids] == [200, 200]
    assert ids[0] != ids[1]


def test_named_format_is_taken_at_its_word():
    assert set(FORMATS) == {
        "openai_chat",
        "tau2",
        "claude_code",
        "swe_agent",
        "who_and_when",
        "managed_agents",
        "lucid",
    }
    with pytest.raises(Exception, match=r"t.json: no format is called 'csv'"):
        read("t.json", b"[]", "csv")
    assert detect("t.json", b'{"simulations": []}') == "tau2"
