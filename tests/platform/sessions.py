"""Sessions, their events and threads over HTTP. Events are served as they were seeded, of unknown types as well."""

from typing import get_args

from anthropic.types.beta import BetaManagedAgentsSession, session_list_params
from anthropic.types.beta.sessions import (
    BetaManagedAgentsSessionEvent,
    BetaManagedAgentsSessionThread,
    event_list_params,
    thread_list_params,
)
from anthropic.types.beta.sessions.threads import event_list_params as thread_event_list_params

from tests.platform import auth, pages
from tests.platform.clock import moment
from tests.platform.errors import invalid, missing
from tests.platform.ranges import LATEST, within
from tests.platform.routing import route
from tests.platform.shaping import shaped

BETA = (auth.MANAGED,)
SESSION = "/v1/sessions/{session}"

MOST_EVENTS, MOST_THREADS = 1000, 1000
_KNOWN = get_args(get_args(BetaManagedAgentsSessionEvent)[0])
KINDS = {get_args(kind.model_fields["type"].annotation)[0]: kind for kind in _KNOWN}


class Session:
    """`values` is what the platform says of it; `threads` holds (values, events) by id, the first being its own."""

    def __init__(self, values, events):
        self.values, self.events, self.threads = values, events, {}


def check_event(event):
    """An event of a type that the SDK knows has that type's shape."""
    kind = KINDS.get(event["type"])
    if kind is not None:
        shaped(kind, event)


def of(call, id):
    if id not in call.workspace.sessions:
        raise missing("session", id)
    return call.workspace.sessions[id]


def shown(session):
    return shaped(BetaManagedAgentsSession, session.values)


@route("GET", "/v1/sessions", beta=BETA, query=session_list_params.SessionListParams)
def listing(call):
    query = call.query
    if "agent_version" in query and "agent_id" not in query:
        raise invalid("agent_version: only together with agent_id")
    rows = [
        ((moment(one.values["created_at"]), id), shown(one))
        for id, one in call.workspace.sessions.items()
        if _is_wanted(one.values, query)
    ]
    return pages.listed(call, rows, order=query.get("order", "desc"), prev_page=None)


def _is_wanted(values, query):
    agent, stores = values["agent"], {one.get("memory_store_id") for one in values["resources"]}
    return (
        query.get("agent_id", agent["id"]) == agent["id"]
        and query.get("agent_version", agent["version"]) == agent["version"]
        and query.get("deployment_id", values["deployment_id"]) == values["deployment_id"]
        and ("memory_store_id" not in query or query["memory_store_id"] in stores)
        and values["status"] in query.get("statuses", [values["status"]])
        and (values["archived_at"] is None or query.get("include_archived", False))
        and within(moment(values["created_at"]), query)
    )


@route("GET", SESSION, beta=BETA)
def retrieve(call, session):
    return shown(of(call, session))


@route("GET", f"{SESSION}/events", beta=BETA, query=event_list_params.EventListParams)
def events(call, session):
    one, query = of(call, session), call.query
    kept = [
        event
        for event in one.events
        if within(_at(event), query) and ("types" not in query or event["type"] in query["types"])
    ]
    return _paged(call, kept, query.get("order", "asc"))


@route("GET", f"{SESSION}/threads", beta=BETA, query=thread_list_params.ThreadListParams)
def threads(call, session):
    rows = [
        ((f"{number:06d}",), shaped(BetaManagedAgentsSessionThread, values))
        for number, (values, _events) in enumerate(of(call, session).threads.values())
        if values["status"] in call.query.get("statuses", [values["status"]])
    ]
    return pages.listed(call, rows, default=MOST_THREADS, most=MOST_THREADS, prev_page=None)


@route("GET", f"{SESSION}/threads/{{thread}}", beta=BETA)
def thread(call, session, thread):
    return shaped(BetaManagedAgentsSessionThread, _thread(call, session, thread)[0])


@route(
    "GET",
    f"{SESSION}/threads/{{thread}}/events",
    beta=BETA,
    query=thread_event_list_params.EventListParams,
    elsewhere=("session_id",),
)
def thread_events(call, session, thread):
    return _paged(call, _thread(call, session, thread)[1], "asc")


def _thread(call, session, id):
    found = of(call, session).threads
    if id not in found:
        raise missing("thread", id)
    return found[id]


def _at(event):
    return moment(event["processed_at"]) if event["processed_at"] else None


def _paged(call, kept, order):
    rows = [((_at(event) or LATEST, f"{number:06d}"), event) for number, event in enumerate(kept)]
    return pages.listed(call, rows, order=order, default=20, most=MOST_EVENTS, prev_page=None)
