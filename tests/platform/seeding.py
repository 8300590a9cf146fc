"""What tests put there beforehand. Everything takes and gives JSON, so that it goes over /_control as well."""

from tests.platform import history, memory, sessions, stores
from tests.platform.clock import moment

VERBS = frozenset(
    [
        "seed_agent",
        "seed_store",
        "seed_memories",
        "outside_write",
        "outside_delete",
        "memories_of",
        "versions_of",
        "forget_versions",
        "seed_session",
        "seed_event",
        "delete_session",
        "seed_history",
    ]
)
OUTSIDE = {"type": "user_actor", "user_id": "user_01Console"}
AGENT = {
    "description": None,
    "execution_identity": {"type": "service_account"},
    "mcp_servers": [],
    "multiagent": None,
    "skills": [],
    "system": "You answer support tickets.",
    "tools": [],
    "type": "agent",
}
NO_USAGE = {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0}


class Seeding:
    """Verbs of a Platform. `workspace` is an id, the first workspace being meant without one."""

    def in_workspace(self, id=None):
        return self.workspaces[id] if id else self.workspace

    def seed_agent(self, name="Support agent", id=None, version=7, model="claude-sonnet-5-5", workspace=None):
        at, id = self.now(), id or self.new_id("agent")
        values = AGENT | {"id": id, "name": name, "version": version, "model": {"id": model, "speed": "standard"}}
        times = {"created_at": at, "updated_at": at, "archived_at": None, "metadata": {}}
        self.in_workspace(workspace).agents[id] = values | times
        return id

    def seed_store(self, memories=None, name="Support agent memory", workspace=None, **values):
        """A store with memories {path: content}; gives its id."""
        one = stores.make(self, self.in_workspace(workspace), name, **values)
        for path, content in (memories or {}).items():
            one.add(path, content, OUTSIDE)
        return one.id

    def seed_memories(self, store, memories):
        return {path: self.store(store).add(path, content, OUTSIDE).id for path, content in memories.items()}

    def seed_history(self, memories=200, sessions=60, workspace=None):
        """A store and sessions about it; `edits` are what a dream may be scripted to make of them."""
        agent = self.seed_agent(workspace=workspace)
        held = {history.path(number): history.memory(number) for number in range(memories)}
        store = self.seed_store(held, workspace=workspace)
        ids = [
            self.seed_session(history.events(number), agent=agent, memory_stores=[store], workspace=workspace)
            for number in range(sessions)
        ]
        return {"agent": agent, "store": store, "sessions": ids, "edits": history.edits(memories, sessions)}

    def outside_write(self, store, path, content=None, to=None, session=None):
        """Somebody else writes, edits or moves what stands at a path: a session, or a person in the Console."""
        one, by = self.store(store), {"type": "session_actor", "session_id": session} if session else OUTSIDE
        found = one.at(path)
        if found is None:
            return one.add(path, content, by).id
        return one.change(found.id, by, content=content, path=to).id

    def outside_delete(self, store, path):
        one = self.store(store)
        one.remove(one.at(path).id, OUTSIDE)

    def memories_of(self, store):
        """{path: content} as it is now."""
        return {one.path: one.content for one in self.store(store).memories.values()}

    def versions_of(self, store):
        """All versions in the order in which they were made."""
        return list(self.store(store).versions.values())

    def delete_session(self, id):
        """Its owner deletes a session."""
        for place in self.workspaces.values():
            place.sessions.pop(id, None)

    def store(self, id) -> memory.Store:
        return next(one.stores[id] for one in self.workspaces.values() if id in one.stores)

    def forget_versions(self, store):
        """Their retention is over, but for the current ones."""
        self.store(store).forget_versions()

    def seed_session(self, events=(), id=None, agent=None, threads=(), workspace=None, memory_stores=(), **values):
        """A session with the events of its own thread; `threads` are dicts with `events`, and `id`, `agent_name`.

        `agent` is the id of a seeded agent; `values` stand in the session as they are.
        """
        place = self.in_workspace(workspace)
        agent = agent or next(iter(place.agents), None) or self.seed_agent(workspace=workspace)
        id, at = id or self.new_id("sesn"), moment(values.pop("created_at", None) or self.now())
        known = {name: place.agents[agent][name] for name in (*AGENT, "id", "name", "version", "model")}
        resources = [attached(self.store(one)) for one in memory_stores]
        one = sessions.Session(session_values(id, at, known, resources) | values, [])
        place.sessions[id] = one
        self.add_thread(one, {"id": f"{id}_main", "events": []}, None)
        one.events = one.threads[f"{id}_main"][1]
        for event in events:
            self.seed_event(id, event)
        for thread in threads:
            self.add_thread(one, thread, f"{id}_main")
        return id

    def seed_event(self, session, event):
        """One more event, with an id and the time now unless it has them (a time of None stays none)."""
        one = next(place.sessions[session] for place in self.workspaces.values() if session in place.sessions)
        whole = self.whole_event(event)
        one.events.append(whole)
        return whole["id"]

    def whole_event(self, event):
        at = event["processed_at"] if "processed_at" in event else self.now()
        whole = event | {"id": event.get("id") or self.new_id("sevt"), "processed_at": at}
        sessions.check_event(whole)
        return whole

    def add_thread(self, session, thread, parent):
        id, at = thread.get("id") or self.new_id("sthr"), session.values["created_at"]
        agent = {name: value for name, value in session.values["agent"].items() if name != "multiagent"}
        values = {
            "type": "session_thread",
            "id": id,
            "session_id": session.values["id"],
            "parent_thread_id": parent,
            "agent": agent | {"name": thread.get("agent_name", agent["name"])},
            "status": "idle",
            "created_at": at,
            "updated_at": at,
            "archived_at": None,
        }
        session.threads[id] = (values, [self.whole_event(event) for event in thread["events"]])


def attached(store):
    slug = "-".join("".join(sign if sign.isalnum() else " " for sign in store.name.lower()).split())
    return {
        "type": "memory_store",
        "memory_store_id": store.id,
        "access": "read_write",
        "instructions": None,
        "name": store.name,
        "description": store.description,
        "mount_path": f"/mnt/memory/{slug}",
    }


def session_values(id, at, agent, resources):
    return {
        "type": "session",
        "id": id,
        "title": None,
        "status": "idle",
        "environment_id": "env_01Prod",
        "deployment_id": None,
        "agent": agent,
        "resources": resources,
        "outcome_evaluations": [],
        "stats": {"active_seconds": 1.0, "duration_seconds": 2.0},
        "usage": dict(NO_USAGE),
        "budget": None,
        "metadata": {},
        "vault_ids": [],
        "created_at": at,
        "updated_at": at,
        "archived_at": None,
    }
