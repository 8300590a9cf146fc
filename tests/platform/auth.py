"""Who asks: a key of one workspace with its permissions, in `Authorization: Bearer` and nowhere else."""

from dataclasses import dataclass, field

from tests.platform.errors import Refused, forbidden, invalid

PERMISSIONS = frozenset({"read", "write", "messages", "batches", "dreams"})
VERSION = "2026-10-21"
MEMORY, MANAGED, DREAMING = "agent-memory-2026-07-22", "managed-agents-2026-04-01", "dreaming-2026-04-21"


@dataclass
class Key:
    id: str
    secret: str
    workspace: object
    permissions: frozenset = field(default=PERMISSIONS)
    revoked: bool = False
    service_account: str | None = None

    @property
    def actor(self):
        if self.service_account:
            return {"type": "service_account_actor", "service_account_id": self.service_account}
        return {"type": "api_actor", "api_key_id": self.id}


def platform_key(platform, headers):
    """The key of who asks the platform itself."""
    scheme, _space, secret = headers.get("authorization", "").partition(" ")
    found = key(platform, secret if scheme == "Bearer" else None)
    asked_for = headers.get("anthropic-workspace-id")
    if asked_for and asked_for != found.workspace.id:
        raise forbidden("the key does not belong to this workspace")
    if headers.get("anthropic-version") != VERSION:
        raise invalid(f"anthropic-version: must be {VERSION}")
    return found


def key(platform, secret):
    found = platform.keys.get(secret)
    if found is None or found.revoked:
        raise Refused(401, "authentication_error", "invalid credentials")
    return found


def permitted(key, needs):
    if needs and needs not in key.permissions:
        raise forbidden(f"the key may not do this: it lacks the permission {needs}")


def beta(headers, allowed):
    """One of the headers that the route asks for; on memory stores not both."""
    given = {one.strip() for one in headers.get("anthropic-beta", "").split(",")} - {""}
    if not allowed:
        return
    if not given & set(allowed):
        raise invalid(f"this route is in beta: send anthropic-beta: {allowed[0]}")
    if MEMORY in allowed and {MEMORY, MANAGED} <= given:
        raise invalid(f"anthropic-beta: {MEMORY} and {MANAGED} cannot be sent together")
