"""Acts on agents, namespaces, sessions and memory."""

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import roles
from agents.models import Agent
from agents.pulling import mapping
from audit import trail
from tests import agent_recipes
from tests.acts.act import act
from tests.recipes import AT
from tests.url_values import ROWS

MAY_IMPORT = {"admin", "lead"}  # who manages agents, or may both upload and apply
SESSION = (
    b'{"record": "session", "version": 1, "id": "s-1"}\n'
    b'{"record": "event", "kind": "message", "speaker": "user", "text": "Hello"}\n'
)


def _space(scene):
    scene.space = agent_recipes.namespace(scene.team)
    return {}


def _connection(scene):
    scene.connection = agent_recipes.connection(scene.team)
    return {}


def _mapped(scene):
    slug = ROWS["agent"](scene.people)
    agent = Agent.objects.of(scene.team).get(slug=slug)
    connection = agent_recipes.connection(scene.team)
    mapping.map_agent(agent=agent, connection=connection, platform_agent="agent_01", by=trail.SYSTEM, at=AT)
    return {"agent": slug}


ACTS = {
    "agents:agent_new": act(
        roles.MANAGE_AGENTS, "agent.created", {"name": "Desk", "slug": "desk", "exposure": "internal"}
    ),
    "agents:agent_edit": act(roles.MANAGE_AGENTS, "agent.changed", {"name": "Other"}, page="agents:agent_edit"),
    "agents:agent_archive": act(roles.MANAGE_AGENTS, "agent.changed"),
    "agents:access": act(
        roles.MANAGE_AGENTS,
        "access.set",
        lambda scene: {scene.space.public_id: "read"},
        make=_space,
        page="agents:access",
    ),
    "agents:platform": act(
        roles.MANAGE_AGENTS,
        "agent.mapped",
        lambda scene: {"connection": scene.connection.public_id, "platform_agent": "agent_01ABC"},
        make=_connection,
    ),
    "agents:platform_pull": act(roles.MANAGE_AGENTS, make=_mapped),
    "agents:platform_part": act(roles.MANAGE_AGENTS, "agent.unmapped", make=_mapped),
    "agents:connection_new": act(
        roles.MANAGE_CONNECTIONS,
        "connection.added confirmation.asked",
        {"name": "Workspace", "api_key": "sk-ant-0123456789abcdef", "holds": ["-"], "dreams_hold": ["-"]},
    ),
    "agents:connection_edit": act(
        roles.MANAGE_CONNECTIONS, "connection.changed", {"name": "Other"}, page="agents:connection_edit"
    ),
    "agents:connection_key": act(
        roles.MANAGE_CONNECTIONS, "confirmation.asked", {"api_key": "sk-ant-0123456789abcdef"}
    ),
    "agents:connection_check": act(roles.MANAGE_CONNECTIONS, "connection.checked"),
    "agents:connection_remove": act(roles.MANAGE_CONNECTIONS, "connection.removed"),
    "agents:namespace_store_edit": act(
        roles.MANAGE_AGENTS,
        "confirmation.asked",
        lambda scene: {
            "kind": "anthropic",
            "connection": scene.connection.public_id,
            "place": "memstore_01ABC",
        },
        make=_connection,
    ),
    "agents:namespace_store_sync": act(roles.MANAGE_AGENTS),
    "agents:upload": act(
        roles.UPLOAD,
        "sessions.imported",
        lambda scene: {"uploads": SimpleUploadedFile("a.jsonl", SESSION), "format": "auto", "source": "desk"},
    ),
    "agents:memory_upload": act(
        MAY_IMPORT,
        "memory.written memory.imported",
        lambda scene: {"uploads": SimpleUploadedFile("a.md", b"- a\n")},
        guarded=False,
    ),
    "agents:namespace_new": act(
        roles.MANAGE_AGENTS, "namespace.created", {"name": "Terms", "slug": "terms", "tier_floor": "low"}
    ),
    "agents:namespace_edit": act(
        roles.MANAGE_AGENTS, "namespace.changed", {"name": "Other"}, page="agents:namespace_edit"
    ),
}
