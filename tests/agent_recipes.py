"""Rows of agents, namespaces, sessions and memory for tests."""

from agents import memory, roster, sessions
from agents.importers.records import EventRecord, Transcript
from agents.models import Session
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
