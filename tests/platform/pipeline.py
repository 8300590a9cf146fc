"""The session in which a dream works: what it reads and writes stands in its events, as in any other session."""

from tests.platform import seeding, sessions

AGENT = seeding.AGENT | {"id": "agent_01Dreaming", "name": "Dreaming", "version": 1, "model": {"id": "claude-opus-5"}}
TOOLS = {"add": "write", "edit": "edit", "move": "bash", "merge": "write", "remove": "bash"}


def begin(platform, place, source, read_sessions):
    id, at = platform.new_id("sesn"), platform.now()
    values = seeding.session_values(id, at, AGENT, [seeding.attached(source)])
    one = sessions.Session(values | {"status": "running", "title": "Dream"}, [])
    place.sessions[id] = one
    platform.add_thread(one, {"id": f"{id}_main", "events": []}, None)
    one.events = one.threads[f"{id}_main"][1]
    _happens(platform, one, {"type": "session.status_running"})
    for session in read_sessions:
        _uses(platform, one, "read", {"path": f"/mnt/sessions/{session}.jsonl"})
    return one


def attach(session, target):
    resources = session.values["resources"]
    if all(one["memory_store_id"] != target.id for one in resources):
        resources.append(seeding.attached(target))


def actor(session):
    return {"type": "session_actor", "session_id": session.values["id"]}


def read(platform, session, source, paths):
    for path in paths:
        _uses(platform, session, "read", {"path": f"{seeding.attached(source)['mount_path']}{path}"})


def edit(platform, session, target, one):
    """Do one scripted edit and say so."""
    by, op = actor(session), one["op"]
    if op == "add":
        target.add(one["path"], one["content"], by)
    elif op == "edit":
        target.change(_at(target, one["path"]), by, content=one["content"])
    elif op == "move":
        target.change(_at(target, one["path"]), by, content=one.get("content"), path=one["to"])
    elif op == "remove":
        target.remove(_at(target, one["path"]), by)
    else:
        _merge(target, one, by)
    mount = seeding.attached(target)["mount_path"]
    paths = [one.get("path"), one.get("to"), *one.get("paths", [])]
    _uses(platform, session, TOOLS[op], {"path": f"{mount}{paths[0]}", "also": [f"{mount}{p}" for p in paths[1:] if p]})
    if why := one.get("why"):
        _happens(platform, session, {"type": "agent.message", "content": [{"type": "text", "text": why}]})


def end(platform, session):
    _happens(platform, session, {"type": "session.status_idle", "stop_reason": {"type": "end_turn"}})
    at = platform.now()
    session.values |= {"status": "terminated", "archived_at": at, "updated_at": at}


def _merge(target, one, by):
    for path in one["paths"]:
        if path != one["path"]:
            target.remove(_at(target, path), by)
    kept = target.at(one["path"])
    if kept is None:
        target.add(one["path"], one["content"], by)
    else:
        target.change(kept.id, by, content=one["content"])


def _at(target, path):
    found = target.at(path)
    if found is None:
        raise ValueError(f"the scripted edit names {path}, which is not in the store")
    return found.id


def _uses(platform, session, name, given):
    use = {"type": "agent.tool_use", "name": name, "input": given, "evaluated_permission": "allow"}
    _happens(platform, session, use | {"evaluation": {"type": "always_allow"}, "session_thread_id": None})
    result = {"type": "agent.tool_result", "tool_use_id": session.events[-1]["id"], "is_error": False}
    _happens(platform, session, result | {"content": [{"type": "text", "text": "ok"}]})


def _happens(platform, session, event):
    session.events.append(platform.whole_event(event))
