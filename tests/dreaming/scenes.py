"""Scenes for dreams: an agent with memory and sessions, and engines that do as they are told."""

from datetime import UTC, datetime, timedelta

from agents import roster
from agents.enums import Access
from agents.importers.records import EventRecord, OutcomeRecord
from agents.models import SessionEvent
from agents.text import lines as text_lines
from agents.text.lines import Edit
from audit import trail
from dreaming import manifests, runs, settings, snapshots
from dreaming.engines.protocol import DreamResult, FoundPattern, Operation, Quote, Target
from dreaming.enums import RunOrigin, RunState
from dreaming.models import Run
from tests import agent_recipes
from tests.recipes import number

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ERROR = "Error: the ledger is locked by another export"


def agent_that_writes(team, *, slug="", memories=None, **values):
    """An agent with one namespace that it may write, and memories {path: text} in it."""
    agent = agent_recipes.agent(team, **({"slug": slug} if slug else {}), **values)
    space = agent_recipes.namespace(team)
    roster.set_access(agent=agent, namespace=space, mode=Access.WRITE, by=trail.SYSTEM, at=AT)
    if memories:
        agent_recipes.memories(space, memories)
    agent.space = space
    return agent


def failing_session(agent, name="", *, at=AT):
    """A session in which an export fails, and works after the lock was released."""
    name = name or f"s-{number()}"
    month = '{"month": "2026-03"}'
    steps = [
        EventRecord("message", "user", "Export the ledger of March", "user_input"),
        *call("export_ledger", month, ERROR, is_error=True),
        *call("release_lock", "{}", "released"),
        *call("export_ledger", month, "done"),
    ]
    return agent_recipes.session(
        agent, external_id=name, events=steps, at=at, outcomes=[OutcomeRecord(name="completed", source="test")]
    )


def session_in_vain(agent, name="", *, at=AT):
    """A session that releases the lock first, and whose export fails all the same."""
    steps = [
        EventRecord("message", "user", "Export the ledger of March", "user_input"),
        *call("release_lock", "{}", "released"),
        *call("export_ledger", '{"month": "2026-03"}', ERROR, is_error=True),
    ]
    return agent_recipes.session(agent, external_id=name or f"s-{number()}", events=steps, at=at)


def call(tool, arguments, result, *, is_error=False):
    """A tool call and its result."""
    yield EventRecord("tool_call", "assistant", arguments, "agent_authored", tool=tool)
    yield EventRecord("tool_result", "", result, "external_tool", tool=tool, is_error=is_error)


def run(agent):
    """A run that has ended, with a number that no other team has."""
    return Run.objects.create(
        team=agent.team,
        number=1000 + number(),
        agent=agent,
        settings_version=1,
        engine="local",
        origin=RunOrigin.PERSON,
        asked_by_type="system",
        asked_by_id="system",
        state=RunState.NO_CHANGE,
        queued_at=AT,
        started_at=AT,
        finished_at=AT,
    )


def dream(agent, *, at=AT, engine=None, clock=None):
    run = runs.queue(agent=agent, origin=RunOrigin.COMMAND, by=trail.SYSTEM, at=at)
    return perform(run, at=at, engine=engine, clock=clock)


def perform(run, *, at=AT, engine=None, clock=None):
    return runs.perform(run_id=run.pk, now=at, engine=engine, clock=clock or (lambda: at + timedelta(seconds=2)))


class Engine:
    """An engine that calls a function with the snapshot, the report and the journal."""

    name = "told"

    def __init__(self, act):
        self.act = act
        self.dreams = 0

    def dream(self, snapshot, curation, report, journal):
        self.dreams += 1
        return self.act(snapshot, report, journal)


def finds(*operations, patterns=(), joins=None, withdrawals=None):
    def act(snapshot, report, journal):
        funnel = {"patterns": len(patterns)}
        return DreamResult(tuple(patterns), operations, joins=joins or {}, funnel=funnel, withdrawals=withdrawals or {})

    return Engine(act)


def raises(error):
    def act(snapshot, report, journal):
        raise error

    return Engine(act)


def adds(space, path, text, *, quotes=(), fingerprint="", pattern=""):
    target = Target(space.slug, "", "", path, path, (Edit(0, 0, tuple(text_lines.split(text))),))
    mark = fingerprint or f"{path.replace('/', '-'):0>64.64}"
    return Operation("add", f"Add {path}", "Because.", "told", 0.5, mark, (target,), quotes, pattern)


def edits(memory, line, text):
    version = memory.head
    path, change = version.path, (Edit(line, line + 1, (text,)),)
    target = Target(memory.namespace.slug, memory.public_id, version.public_id, path, path, change)
    return Operation("edit", f"Edit {path}", "Because.", "told", 0.5, f"{path.strip('/')}{line:0>32}", (target,), ())


def pattern(*sessions, key="k", statement="The ledger is often locked"):
    ids = tuple(session.public_id for session in sessions)
    return FoundPattern(key, "mistake", statement, ids, ("agent",), len(ids), (), {"support": len(ids)})


def quote(session, position=0, words=None, stance="for"):
    event = SessionEvent.objects.of(session.team).get(session=session, position=position)
    words = words or event.text
    start = event.text.index(words)
    return Quote(session.public_id, position, start, start + len(words), words, stance)


def snapshot_of(agent, at=AT):
    return snapshots.take(agent=agent, manifest=manifests.manifest_of(agent, settings.of(agent), at))
