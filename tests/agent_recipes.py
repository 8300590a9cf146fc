"""Rows of agents, namespaces, sessions and memory for tests."""

from agents import memory, roster, sessions
from agents.connections import sealing
from agents.enums import Access, Cause
from agents.importers.records import EventRecord, Transcript
from agents.models import Connection, Session, StoredMemory, StoreLink
from agents.stores import conflicts, remote
from audit import trail
from tests.recipes import AT, number


def agent(team, **values):
    n = number()
    given = {"slug": f"agent-{n}", "name": f"Agent {n}"}
    return roster.create_agent(team=team, by=trail.SYSTEM, at=AT, **given | values)


def namespace(team, **values):
    n = number()
    given = {"slug": f"space-{n}", "name": f"Space {n}"}
    return roster.create_namespace(team=team, by=trail.SYSTEM, at=AT, **given | values)


def connection(team, *, base_url="http://127.0.0.1:9", key="sk-ant-test", holds=("",), **values):
    """A workspace of the Claude platform; by default nobody answers there."""
    given = {"name": f"Workspace {number()}", "created_at": AT} | values
    row = Connection(team=team, base_url=base_url, holds=list(holds), **given)
    sealing.seal(row, sealing.Secret(api_key=key))
    row.save()
    return row


def store_link(namespace, kind="anthropic", **values):
    """A store outside, at which nobody looks."""
    given = {"place": f"memstore_{number()}", "next_at": AT, "linked_at": AT} | values
    if kind == "anthropic":
        given.setdefault("connection", connection(namespace.team))
    namespace.store = kind
    namespace.save()
    return StoreLink.objects.create(team=namespace.team, namespace=namespace, kind=kind, **given)


def conflict(link, memory, text="- theirs\n"):
    """What somebody wrote there while ours was on its way."""
    held = StoredMemory(team=link.team, link=link, memory=memory, remote_id=f"mem_{number()}")
    there = remote.Seen(held.remote_id, memory.path, remote.hash_of(text))
    with trail.unit_of_work(at=AT) as unit:
        conflicts.mark(held, there, text, at=AT, unit=unit)
    return held


def memories(namespace, texts, at=AT):
    """First import of {path: text}; returns the memories in order of the paths given."""
    report = memory.import_first(team=namespace.team, namespace=namespace, files=texts.items(), by=trail.SYSTEM, at=at)
    return report.new


def session(agent, texts=("Hello", "How can I help?"), source="helpdesk", at=AT, **values):
    """One stored session of messages by user and assistant in turn."""
    n = number()
    events = [
        EventRecord("message", ("user", "assistant")[i % 2], text, ("user_input", "agent_authored")[i % 2])
        for i, text in enumerate(texts)
    ]
    given = Transcript(**{"external_id": f"s-{n}", "events": events} | values)
    sessions.store(
        team=agent.team, agent=agent, source=source, transcripts=[given], format="lucid", by=trail.SYSTEM, at=at
    )
    return Session.objects.of(agent.team).get(agent=agent, external_id=given.external_id, is_newest=True)


def access(agent, namespace, mode="write"):
    roster.set_access(agent=agent, namespace=namespace, mode=Access(mode), by=trail.SYSTEM, at=AT)


def rewrite(row, text, *, by=trail.SYSTEM, at=AT, change="", edits=None):
    """The next version of a memory, as an applied change would write it."""
    edits = [edit | {"change": change} for edit in memory.diff_edits(row.head.text, text)] if edits is None else edits
    writing = memory.Writing(text=text, path=row.path, edits=edits, origin_ids=[change] if change else [])
    with trail.unit_of_work(at=at) as unit:
        return memory.write(memory=row, writing=writing, cause=Cause.CHANGE, by=by, at=at, unit=unit)
