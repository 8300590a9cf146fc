"""A Claude platform of our own behind real HTTP on 127.0.0.1, for the unmodified SDK as client.

Start: the fixture `platform` runs one in a thread of the test; `platform_process` runs one as a process that outlives
who asks it (kill -9 tests), with the same verbs over HTTP and keyword arguments only. By hand: `python -m
tests.platform --port 8200 --key sk-ant-demo --sample` prints address, key and ids as JSON, and `curl -d '{"on":
"DELETE *"}' 127.0.0.1:8200/_control/asked` calls a verb (all in `state.VERBS`).

Ask: `platform.client()` is `anthropic.Anthropic` for `platform.url` and `platform.key`, without retries.
`platform.add_key({"read", "messages"})` gives a secret that may less (permissions: auth.PERMISSIONS, all by default),
`platform.add_key(workspace=platform.add_workspace().id)` one of another workspace, `platform.revoke(secret)` ends
one.

Seed (seeding.py): `store = platform.seed_store({"/a.md": "text"})`, `platform.outside_write(store, "/a.md",
"theirs")` (content, `to=` a new path, `session=` as a session), `outside_delete`, `memories_of(store)` as {path:
content}, `versions_of(store)`; `agent = platform.seed_agent()`, `platform.seed_session(events, agent=agent,
memory_stores=[store], threads=[{"agent_name": "x", "events": [...]}], created_at="2026-03-01T10:00:00Z",
status="idle", ...)` with events as the platform has them ({"type", "content", ...}; id and processed_at are made
unless given), `seed_event(session, event)`. `platform.seed_history(memories=200, sessions=60)` gives agent, store,
sessions and the edits of a dream over them, each with the words of a session behind it.

Script the model (scripting.py): `platform.say(text_or_value, stop_reason="refusal", usage={"output_tokens": 9})`
queues an answer, `say(refused=529)` an error, `say_when("words", text)` answers whenever these are in a request, and
`platform.answering = lambda body: text` (in a thread) decides by the request. Unscripted, the answer is the emptiest
value that fits the asked schema. Four bytes are one token, for counting as for billing; the cache is real
(caching.py).

Dream and batch (dreaming.py, batching.py): `platform.script_dream([{"op": "edit", "path": "/a.md", "content": "x"}])`
is how the next dream goes (ops add, edit, move with `to`, merge with `paths`, remove; `why` is said in its session):
`ends="failed"` with `error={...}`, "stuck_pending" or "stuck_running", `partial=2` edits done while it runs,
`clones=False`, `lingers`, `usage`. Each retrieve moves it: running, running with the output store, its end; with
`by_hand=True` only `platform.step_dream(id)` does. `platform.close_dreams(status=403)` takes Dreams away,
`cap_stores(n)` the room, `delete_session(id)` an input. `platform.script_batch(errors={...}, expired=[...],
lingers=2)` does the same for a batch; `stuck=True` with `advance(86_400)` lets it expire.

Break it (faults.py): `platform.fault("POST /v1/memory_stores/*/memories", 429, times=2, skip=1, retry_after=3)`;
instead of a status "drop", "drop_after", "cut", "garbled", "slow", "slow_after" (seconds=), "dead_cursor", "revoke",
"kill" and "kill_after" (pid=), or "edit" (edit=["outside_write", {...}]): somebody writes between read and write.
`platform.advance(seconds)` and `platform.set_time("2026-03-02T09:00:00Z")` move time, `platform.shorten_pages(2)`
makes pages of few rows.

Clouds (clouds.py): AnthropicFoundry, AnthropicVertex and AnthropicBedrock find the Messages API at
f"{platform.url}/foundry", "/vertex" and "/bedrock", with the secret of a key as API key or access token.

Look: `platform.asked("POST *")` is what was asked, as dicts of method, path, query, headers, body and status, in
order; `platform.forget()` begins anew; `platform.spent()` sums the tokens to be paid, by model and tier. A mistake of
the fake itself fails the test at its end (`platform.bugs`).
"""
