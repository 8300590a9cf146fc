"""Who is in the sample team, which agents it runs, what they may read and write, and when they dream."""

from __future__ import annotations

from dataclasses import dataclass

from demo.calendars import CHICAGO, ROTTERDAM

NAME = "Larkhaven"
SLUG = "larkhaven"
TIME_ZONE = ROTTERDAM


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in; `sees` is the line beside the sign-in button."""

    email: str
    name: str
    roles: tuple[str, ...]
    time_zone: str
    sees: str


@dataclass(frozen=True, slots=True)
class Agent:
    slug: str
    name: str
    description: str
    project: str
    exposure: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns the memories under a path pattern, by mail address."""

    pattern: str
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Namespace:
    slug: str
    name: str
    description: str
    owners: tuple[Owner, ...] = ()
    protected: tuple[str, ...] = ()
    tier_floor: str = "low"


@dataclass(frozen=True, slots=True)
class Grant:
    """`mode` is read or write (which includes read)."""

    agent: str
    namespace: str
    mode: str


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When an agent dreams and over which namespaces; `weekday` 0 is Monday and counts for weekly only."""

    agent: str
    frequency: str
    hour: int
    minute: int
    weekday: int
    time_zone: str
    namespaces: tuple[str, ...]
    window_days: int = 90


MARA, DANIEL, INGRID = "mara.okafor@example.com", "daniel.reyes@example.com", "ingrid.solheim@example.com"

SECOND = DANIEL  # agrees to what Mara asks for

PEOPLE = (
    Person(MARA, "Mara Okafor", ("admin", "lead"), ROTTERDAM, "Leads operations: decides, sets how agents dream"),
    Person(
        DANIEL,
        "Daniel Reyes",
        ("reviewer", "security"),
        CHICAGO,
        "Second person: decides what Mara has edited or asks for",
    ),
    Person(
        INGRID, "Ingrid Solheim", ("auditor",), ROTTERDAM, "Compliance officer: reads, exports and verifies the trail"
    ),
)

AGENTS = (
    Agent(
        "contract-review",
        "Contract review",
        "Reads agreements with carriers and suppliers and compares them with the playbook.",
        "Legal operations",
        "internal",
    ),
    Agent(
        "support-triage",
        "Support triage",
        "Answers tickets about claims, certificates, cover and refunds, or hands them over.",
        "Customer support",
        "customer",
    ),
    Agent(
        "on-call",
        "On-call",
        "Looks into alerts, follows runbooks, pages people.",
        "Platform",
        "internal",
    ),
)

NAMESPACES = (
    Namespace(
        "contracts",
        "Contracts",
        "Playbooks, counterparties and lessons of contract review.",
        owners=(Owner("/playbooks/*", (MARA, DANIEL)),),
    ),
    Namespace(
        "support",
        "Support",
        "Policies, playbooks, tools and customers of the support desk.",
        owners=(Owner("/policies/*", (MARA,)),),
    ),
    Namespace(
        "oncall",
        "On-call",
        "Runbooks, services, tools and contacts of the platform.",
        owners=(Owner("/runbooks/*", (DANIEL,)),),
    ),
    Namespace("shared", "Shared", "What every agent knows: the company, its people, its style.", tier_floor="medium"),
    Namespace(
        "compliance",
        "Compliance",
        "Rules that come from law and regulators. Protected: changed by people only.",
        owners=(Owner("/*", (MARA,)),),
        protected=("/*",),
        tier_floor="high",
    ),
)

ACCESS = (
    Grant("contract-review", "contracts", "write"),
    Grant("contract-review", "shared", "read"),
    Grant("contract-review", "compliance", "write"),
    Grant("support-triage", "support", "write"),
    Grant("support-triage", "shared", "write"),
    Grant("support-triage", "compliance", "read"),
    Grant("on-call", "oncall", "write"),
    Grant("on-call", "shared", "read"),
    Grant("on-call", "compliance", "read"),
)

RHYTHMS = (
    Rhythm("contract-review", "weekly", 6, 30, 0, ROTTERDAM, ("contracts", "compliance")),
    Rhythm("support-triage", "daily", 2, 15, 0, ROTTERDAM, ("support", "shared")),
    Rhythm("on-call", "hourly", 0, 20, 0, CHICAGO, ("oncall",)),
)
