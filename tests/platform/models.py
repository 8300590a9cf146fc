"""The models that the platform offers, and what each asks of a prompt."""

from anthropic.types import ModelInfo, model_list_params

from tests.platform import pages
from tests.platform.errors import missing
from tests.platform.routing import route
from tests.platform.shaping import shaped

# id: (name, context, most output, smallest prefix that is cached)
OFFERED = {
    "claude-fable-5-1": ("Claude Fable 5.1", 1_000_000, 128_000, 512),
    "claude-fable-5": ("Claude Fable 5", 1_000_000, 128_000, 512),
    "claude-opus-5-5": ("Claude Opus 5.5", 1_000_000, 128_000, 512),
    "claude-opus-5": ("Claude Opus 5", 1_000_000, 128_000, 512),
    "claude-opus-4-8": ("Claude Opus 4.8", 1_000_000, 128_000, 1024),
    "claude-opus-4-7": ("Claude Opus 4.7", 1_000_000, 128_000, 1024),
    "claude-opus-4-6": ("Claude Opus 4.6", 1_000_000, 128_000, 4096),
    "claude-sonnet-5-5": ("Claude Sonnet 5.5", 1_000_000, 128_000, 1024),
    "claude-sonnet-5": ("Claude Sonnet 5", 1_000_000, 128_000, 1024),
    "claude-sonnet-4-6": ("Claude Sonnet 4.6", 1_000_000, 64_000, 1024),
    "claude-haiku-5-5": ("Claude Haiku 5.5", 1_000_000, 128_000, 512),
    "claude-haiku-4-5": ("Claude Haiku 4.5", 200_000, 64_000, 4096),
}
NO_FORCED_TOOLS = frozenset({"claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5"})
ALL_EFFORTS = ("low", "medium", "high", "xhigh", "max")
EFFORTS = {
    "claude-haiku-4-5": (),
    "claude-opus-4-6": ("low", "medium", "high", "max"),
    "claude-sonnet-4-6": ("low", "medium", "high", "max"),
}
DREAMING = frozenset(
    {
        "claude-opus-5",
        "claude-fable-5",
        "claude-opus-4-8",
        "claude-opus-4-7",
        "claude-sonnet-5",
        "claude-sonnet-4-6",
    }
)


def known(id):
    if id not in OFFERED:
        raise missing("model", id)
    return OFFERED[id]


def context(id):
    return known(id)[1]


def most_output(id):
    return known(id)[2]


def smallest_prefix(id):
    return known(id)[3]


def _shown(id):
    name, context, output, _prefix = known(id)
    values = {
        "type": "model",
        "id": id,
        "display_name": name,
        "created_at": "2026-08-01T00:00:00Z",
        "lifecycle": "active",
        "max_input_tokens": context,
        "max_tokens": output,
    }
    return shaped(ModelInfo, values)


@route("GET", "/v1/models", needs="", query=model_list_params.ModelListParams)
def listing(call):
    wanted = call.query.get("lifecycle", ["active"])
    return pages.by_id(call, [(id, _shown(id)) for id in OFFERED if "active" in wanted], most=1000)


@route("GET", "/v1/models/{model}", needs="")
def retrieve(call, model):
    return _shown(model)
