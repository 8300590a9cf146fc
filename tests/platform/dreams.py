"""Dreams over HTTP."""

from anthropic.types.beta import BetaDream, dream_create_params, dream_list_params

from tests.platform import auth, dreaming, models, pages, stores
from tests.platform.errors import Refused, forbidden, invalid, missing
from tests.platform.ranges import within
from tests.platform.routing import route
from tests.platform.shaping import shaped

BETA = (auth.DREAMING,)
DREAM = "/v1/dreams/{dream}"
MOST_SESSIONS, MOST_INSTRUCTIONS, MOST_MODEL = 100, 4096, 256


def _open(call):
    status = call.workspace.without_dreams
    if status == 403:
        raise forbidden("the workspace has no access to dreams")
    if status == 400:
        details = {"error_code": "organization_not_enrolled_in_beta"}
        raise Refused(400, "invalid_request_error", f"the organization is not enrolled in {BETA[0]}", details=details)
    if status is not None:
        raise missing("route", call.path)


def _of(call, id):
    _open(call)
    if id not in call.workspace.dreams:
        raise missing("dream", id)
    return call.workspace.dreams[id]


def _shown(dream):
    return shaped(BetaDream, dream.values)


@route("POST", "/v1/dreams", needs="dreams", beta=BETA, body=dream_create_params.DreamCreateParams)
def create(call):
    _open(call)
    body = call.body
    source, sessions = _inputs(call, body["inputs"])
    model = _model(body["model"])
    instructions = body.get("instructions")
    if instructions is not None and not 1 <= len(instructions) <= MOST_INSTRUCTIONS:
        raise invalid(f"instructions: must have 1 to {MOST_INSTRUCTIONS} characters")
    behavior = body.get("output_behavior", {"type": "create_new"})
    in_place = _in_place(call, behavior, source)
    script = call.platform.dream_scripts.pop(0) if call.platform.dream_scripts else dreaming.Script()
    values = _values(call, source, sessions) | {
        "model": model,
        "instructions": instructions,
        "output_behavior": behavior,
    }
    dream = dreaming.Dream(values, script, source, sessions, in_place)
    call.workspace.dreams[values["id"]] = dream
    return _shown(dream)


@route("GET", DREAM, needs="dreams", beta=BETA)
def retrieve(call, dream):
    one = _of(call, dream)
    dreaming.polled(call.platform, call.workspace, one)
    return _shown(one)


@route("GET", "/v1/dreams", needs="dreams", beta=BETA, query=dream_list_params.DreamListParams)
def listing(call):
    _open(call)
    query = call.query
    rows = [
        ((one.values["created_at"], id), _shown(one))
        for id, one in call.workspace.dreams.items()
        if within(one.values["created_at"], query)
        and one.status in query.get("statuses", [one.status])
        and (one.values["archived_at"] is None or query.get("include_archived", False))
    ]
    return pages.listed(call, rows, order="desc")


@route("POST", f"{DREAM}/cancel", needs="dreams", beta=BETA)
def cancel(call, dream):
    one = _of(call, dream)
    dreaming.cancel(call.platform, call.workspace, one)
    return _shown(one)


@route("POST", f"{DREAM}/archive", needs="dreams", beta=BETA)
def archive(call, dream):
    one = _of(call, dream)
    if not one.is_over:
        raise invalid(f"a {one.status} dream cannot be archived")
    one.values["archived_at"] = one.values["archived_at"] or call.platform.now()
    return _shown(one)


def _inputs(call, inputs):
    """The ids of the store and of the sessions, all of which the workspace has."""
    if sorted(one["type"] for one in inputs) != ["memory_store", "sessions"]:
        raise invalid("inputs: exactly one memory_store and exactly one sessions entry")
    by_type = {one["type"]: one for one in inputs}
    source, sessions = by_type["memory_store"]["memory_store_id"], by_type["sessions"]["session_ids"]
    if not 1 <= len(sessions) <= MOST_SESSIONS or len(set(sessions)) != len(sessions):
        raise invalid(f"inputs: 1 to {MOST_SESSIONS} different session_ids")
    if stores.of(call, source).archived_at is not None:
        raise invalid("inputs: the memory store is archived")
    for one in sessions:
        if one not in call.workspace.sessions:
            raise missing("session", one)
    return source, sorted(sessions)


def _model(given):
    model = {"id": given} if isinstance(given, str) else given
    if not 1 <= len(model["id"]) <= MOST_MODEL or model["id"] not in models.DREAMING:
        raise invalid(f"model: {model['id']} does not support dreams")
    if model.get("speed", "standard") != "standard":
        raise invalid("model: only the speed standard is supported")
    return model | {"speed": "standard"}


def _in_place(call, behavior, source):
    if behavior["type"] == "create_new":
        return False
    if behavior["memory_store_id"] != source:
        raise invalid("output_behavior: the memory store must be that of the inputs")
    auth.permitted(call.key, "write")
    dreaming.refuse_beside(call.workspace, source)
    return True


def _values(call, source, sessions):
    inputs = [{"type": "memory_store", "memory_store_id": source}, {"type": "sessions", "session_ids": sessions}]
    return {
        "type": "dream",
        "id": call.platform.new_id("drm"),
        "status": "pending",
        "inputs": inputs,
        "outputs": [],
        "session_id": None,
        "created_at": call.platform.now(),
        "ended_at": None,
        "archived_at": None,
        "usage": dict.fromkeys(dreaming.USAGE, 0),
        "error": None,
    }
