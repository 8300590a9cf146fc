"""A team as plain data: it hires vans and campers out of three depots, with one agent that takes bookings.

The same functions as `demo.sample`. `truth` says what of its dream is right.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from benchmarks.deciding import desk
from demo.calendars import ROTTERDAM, Calendar
from demo.team import Agent, Grant, Namespace, Person, Rhythm

NAME, SLUG, TIME_ZONE = "Saltmarsh Vans", "saltmarsh", ROTTERDAM
SOURCE = "trial"
LEAD, SECOND = "teresa.lima@example.com", "hugo.brandt@example.com"
NAMESPACE = "bookings"
MEMORY = Path(__file__).parent / "memory"
NOTES_DAYS, LATER_DAYS, USUAL_DAYS = 45, 25, 160
LATER = ("/playbooks/new-booking.md",)

POLICY = {"tiers": dict.fromkeys(("said_only", "unsure", "acts"), "low")}
"""A small team that trusts its own people: what they say is of low risk, too, so that one person decides all of it."""

CURATION = {"max_removals": 30, "max_share": 0.6}


def people() -> tuple[Person, ...]:
    return (
        Person(LEAD, "Teresa Lima", ("admin", "lead"), TIME_ZONE, "Leads the booking desk: decides"),
        Person(SECOND, "Hugo Brandt", ("reviewer", "security"), TIME_ZONE, "Second person"),
    )


def agents() -> tuple[Agent, ...]:
    about = "Takes bookings, answers customers, pages who is on duty."
    return (Agent(desk.AGENT, "Booking desk", about, "Bookings", "internal"),)


def namespaces() -> tuple[Namespace, ...]:
    return (Namespace(NAMESPACE, "Bookings", "What the booking desk knows."),)


def access() -> tuple[Grant, ...]:
    return (Grant(desk.AGENT, NAMESPACE, "write"),)


def settings() -> tuple[Rhythm, ...]:
    return (Rhythm(desk.AGENT, "weekly", 6, 0, 0, TIME_ZONE, (NAMESPACE,)),)


def memories() -> dict[str, list[tuple[str, str]]]:
    folder = MEMORY / NAMESPACE
    files = sorted(folder.rglob("*.md"))
    return {NAMESPACE: [(f"/{one.relative_to(folder).as_posix()}", one.read_text(encoding="utf-8")) for one in files]}


def age_days(path: str) -> int:
    """How many days before `as_of` a memory was written."""
    if path in LATER:
        return LATER_DAYS
    return NOTES_DAYS if path.startswith("/notes/") else USUAL_DAYS


def sessions(as_of: datetime) -> dict[str, bytes]:
    told = desk.sessions(Calendar(as_of))
    ranked = sorted(told, key=lambda session: (session.when.rank, session.title))
    lines = [
        json.dumps(record, ensure_ascii=False)
        for at, session in enumerate(ranked, 101)
        for record in session.records(f"bkg-{at}")
    ]
    return {desk.AGENT: "".join(f"{line}\n" for line in lines).encode()}
