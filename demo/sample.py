"""The sample: a made-up insurer of goods in transit, its people, agents, memories and four weeks of sessions.

Plain data for the loader, the same on every machine. demo/README.md says what is hidden in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path

from demo import team
from demo.calendars import Calendar
from demo.scenarios import contracts, contracts_planted, oncall, oncall_planted, support, support_planted
from demo.transcripts import Transcript

MEMORY = Path(__file__).parent / "sample" / "memory"
NAME, SLUG, TIME_ZONE, SECOND = team.NAME, team.SLUG, team.TIME_ZONE, team.SECOND
SOURCE = "sample"

USUAL_AGE = 160
AGES = {"/notes/": 45, "/playbooks/refunds.md": 25}

Scenario = Callable[[Calendar], list[Transcript]]

SCENARIOS: Mapping[str, tuple[str, tuple[Scenario, ...]]] = {
    contracts.AGENT: ("ctr", (contracts.sessions, contracts.questions, contracts_planted.sessions)),
    support.AGENT: ("sup", (support.sessions, support_planted.sessions)),
    oncall.AGENT: ("onc", (oncall.sessions, oncall_planted.sessions)),
}


def people() -> tuple[team.Person, ...]:
    return team.PEOPLE


def agents() -> tuple[team.Agent, ...]:
    return team.AGENTS


def namespaces() -> tuple[team.Namespace, ...]:
    return team.NAMESPACES


def access() -> tuple[team.Grant, ...]:
    return team.ACCESS


def settings() -> tuple[team.Rhythm, ...]:
    return team.RHYTHMS


def memories() -> dict[str, list[tuple[str, str]]]:
    """Path and text of every memory, by namespace."""
    return {
        one.slug: [
            (f"/{file.relative_to(MEMORY / one.slug).as_posix()}", file.read_text(encoding="utf-8"))
            for file in sorted((MEMORY / one.slug).rglob("*.md"))
        ]
        for one in team.NAMESPACES
    }


def age_days(path: str) -> int:
    """How many days before `as_of` a memory was written: notes are younger than the pages that they repeat."""
    return next((days for part, days in AGES.items() if part in path), USUAL_AGE)


def sessions(as_of: datetime) -> dict[str, bytes]:
    """The sessions of each agent in Lucid's own format, as if they had happened in the four weeks before `as_of`.

    Ids and words are the same for every `as_of`; only dates move.
    """
    calendar = Calendar(as_of)
    return {agent: _written(prefix, scenarios, calendar) for agent, (prefix, scenarios) in SCENARIOS.items()}


def _written(prefix: str, scenarios: tuple[Scenario, ...], calendar: Calendar) -> bytes:
    told = chain.from_iterable(scenario(calendar) for scenario in scenarios)
    ranked = sorted(told, key=lambda session: (session.when.rank, session.title))
    lines = [
        json.dumps(record, ensure_ascii=False)
        for at, session in enumerate(ranked, 101)
        for record in session.records(f"{prefix}-{at}")
    ]
    return "".join(f"{line}\n" for line in lines).encode()
