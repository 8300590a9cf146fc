"""The API's door to sessions and memory: push a transcript, say later how it ended, read what was approved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags
from ninja import Query, Router, Schema, Status

from accounts.api import Bearer, Denied, MachineRequest, Problem, refusals
from accounts.enums import Scope
from agents import bodies, outcomes, reading, sessions
from agents.enums import Access
from agents.importers import limits, lucid_jsonl, settling
from agents.importers.lucid_jsonl import FeedbackLine, OutcomeLine
from agents.importers.records import BadTranscript, Transcript
from agents.models import Agent, NamespaceAccess, Session

DOOR = "api"
_MOST_TOKENS = 100_000_000
NO_NUL = r"^[^\x00]*$"

router = Router()


class SessionStored(Schema):
    """`state`: new (a session, or a next version of it), extended, unchanged. `new_events` were stored by this call."""

    id: str
    external_id: str
    version: int
    state: str
    events: int
    new_events: int
    replaced_characters: int


class OutcomeStored(Schema):
    id: str
    name: str
    source: str
    score: float | None


class FeedbackStored(Schema):
    id: str


class MemoryRead(Schema):
    namespace: str
    path: str
    text: str
    version: str
    tokens: int


class MemoryGiven(Schema):
    """What the agent is to remember. `left_out` memories did not fit into the budget."""

    agent: str
    etag: str
    tokens: int
    left_out: int
    memories: list[MemoryRead]


class NamespaceGiven(Schema):
    """`writes` says whether the agent may propose changes to it."""

    namespace: str
    writes: bool


class FileListed(Schema):
    namespace: str
    path: str
    version: str
    bytes: int


class Listing(Schema):
    """What memory there is, without its texts."""

    agent: str
    namespaces: list[NamespaceGiven]
    files: list[FileListed]


def own_agent(request: MachineRequest, slug: str, *, where: str = "") -> Agent:
    """The agent that the call names. Raises Problem where there is none, or the token is another agent's."""
    agent = Agent.objects.of(request.team).active().filter(slug=slug).first()
    missing = (404, "unknown_agent", "there is no such agent")
    if agent is None:
        raise Problem(*missing, where=where)
    if request.token.agent_id_only not in ("", agent.public_id):
        raise Denied(*missing, where=where)
    agent.team = request.team
    return agent


@router.post(
    "/sessions",
    auth=Bearer(Scope.SESSIONS_WRITE),
    response={200: SessionStored, 201: SessionStored, **refusals(400, 404, 413, 422)},
    openapi_extra=bodies.published(bodies.Push),
)
def push_session(request: MachineRequest) -> Status[dict[str, Any]]:
    """Push a session. The same again stores nothing; what was added since extends it; another beginning makes its next
    version."""
    push = bodies.read(request, bodies.PUSH, limits.FILE_BYTES)
    agent = own_agent(request, push.agent, where="agent")
    try:
        transcript = settling.settle("", lucid_jsonl.transcript(push.session))
    except BadTranscript as bad:
        raise bodies.misfit(bad) from None
    report = sessions.store(
        team=request.team,
        agent=agent,
        source=push.source,
        transcripts=[transcript],
        format="lucid",
        by=request.token,
        at=timezone.now(),
        door=DOOR,
    )
    [session] = report.stored
    told = {
        "id": session.public_id,
        "external_id": session.external_id,
        "version": session.version,
        "state": "new" if report.created else "extended" if report.extended else "unchanged",
        "events": session.event_count,
        "new_events": report.stored_events,
        "replaced_characters": report.replaced_characters,
    }
    return Status(201 if report.created else 200, told)


@router.post(
    "/sessions/{slug:session_id}/outcomes",
    auth=Bearer(Scope.SESSIONS_WRITE),
    response={200: OutcomeStored, **refusals(400, 404, 413, 422)},
    openapi_extra=bodies.published(OutcomeLine),
)
def attach_outcome(request: MachineRequest, session_id: str) -> dict[str, Any]:
    """Say how a session ended, now or days later. The same again is harmless."""
    session = _own_session(request, session_id)
    said = bodies.read(request, bodies.OUTCOME, bodies.SMALL)
    outcome = outcomes.attach_outcome(
        session=session,
        name=said.name,
        source=said.source,
        score=said.score,
        detail=said.detail,
        said_at=lucid_jsonl.utc(said.at),
        by=request.token,
        at=timezone.now(),
        door=DOOR,
    )
    return {"id": outcome.public_id, "name": outcome.name, "source": outcome.source, "score": outcome.score}


@router.post(
    "/sessions/{slug:session_id}/feedback",
    auth=Bearer(Scope.SESSIONS_WRITE),
    response={200: FeedbackStored, **refusals(400, 404, 413, 422)},
    openapi_extra=bodies.published(FeedbackLine),
)
def attach_feedback(request: MachineRequest, session_id: str) -> dict[str, Any]:
    """Keep what a person or a survey said of a session or of one of its events. The same again is harmless."""
    session = _own_session(request, session_id)
    said = lucid_jsonl.remark(bodies.read(request, bodies.FEEDBACK, bodies.SMALL))
    if said.event is not None and said.event >= session.event_count:
        raise Problem(422, "invalid", f"the session has {session.event_count} events", where="event")
    settling.settle("", Transcript("", [], feedback=[said]))
    row = outcomes.attach_feedback(session=session, said=said, by=request.token, at=timezone.now(), door=DOOR)
    return {"id": row.public_id}


@router.get(
    "/agents/{slug:agent}/memory",
    auth=Bearer(Scope.MEMORY_READ),
    response={200: MemoryGiven, 304: None, **refusals(404, 422)},
)
def read_memory(
    request: MachineRequest,
    response: HttpResponse,
    agent: str,
    budget_tokens: Annotated[int | None, Query(ge=0, le=_MOST_TOKENS)] = None,
    namespace: Annotated[str, Query(max_length=200, pattern=NO_NUL)] = "",
    path: Annotated[str, Query(max_length=1024, pattern=NO_NUL)] = "",
) -> Any:
    """The agent's memory as approved, or only that of a namespace or at a path. Send the ETag back as If-None-Match:
    304 says that it holds still.

    Every answer with texts leaves a read trace and an event.
    """
    row, now = own_agent(request, agent), timezone.now()
    given = reading.read(
        agent=row, budget_tokens=budget_tokens, namespace=namespace, path=path, by=request.token, at=now
    )
    etag = f'"{given.etag}"'
    if _holds(request.headers.get("If-None-Match", ""), etag):
        return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    reading.trace(agent=row, reading=given, by=request.token, at=now)
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return {
        "agent": row.slug,
        "etag": given.etag,
        "tokens": given.tokens,
        "left_out": given.left_out,
        "memories": [asdict(page) for page in reading.pages(given.memories)],
    }


@router.get(
    "/agents/{slug:agent}/files",
    auth=Bearer(Scope.MEMORY_READ),
    response={200: Listing, **refusals(404, 422)},
)
def list_files(request: MachineRequest, agent: str) -> dict[str, Any]:
    """Which namespaces the agent may use, and what stands where in them. No text is given, so no trace is left."""
    row = own_agent(request, agent)
    spaces = NamespaceAccess.objects.of(request.team).filter(agent=row).select_related("namespace")
    return {
        "agent": row.slug,
        "namespaces": [
            {"namespace": one.namespace.slug, "writes": one.mode == Access.WRITE}
            for one in spaces.order_by("namespace__slug")
        ],
        "files": [asdict(one) for one in reading.files(row)],
    }


def _own_session(request: MachineRequest, public_id: str) -> Session:
    session = Session.objects.of(request.team).filter(public_id=public_id).select_related("agent").first()
    missing = (404, "unknown_session", "there is no such session")
    if session is None:
        raise Problem(*missing)
    if request.token.agent_id_only not in ("", session.agent.public_id):
        raise Denied(*missing)
    session.team = request.team
    return session


def _holds(if_none_match: str, etag: str) -> bool:
    known = parse_etags(if_none_match)
    return known == ["*"] or etag in {one.removeprefix("W/") for one in known}
