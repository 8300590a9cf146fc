"""What leads see of tests that are over: how many, how many were caught, and by whom. Those that wait count nowhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Team
from reviews.enums import Verdict
from reviews.models import Canary, CanaryQuerySet
from reviews.watching import agreement
from reviews.watching.figures import Line

OVER, DECIDED, CAUGHT = "over", "decided", "caught"


@dataclass(frozen=True, slots=True)
class Tests:
    """Tests of a stretch of time; `low` and `high` bound the share caught in percent. `by_person` are how many somebody
    decided and caught, by primary key.
    """

    over: int
    decided: int
    caught: int
    low: float
    high: float
    by_person: dict[int, tuple[int, int]]


def rows(team: Team, *, since: datetime, until: datetime, shown: str = OVER) -> CanaryQuerySet:
    """The tests that a number counts."""
    found = Canary.objects.of(team).filter(ended_at__gte=since, ended_at__lte=until)
    if shown != OVER:
        found = found.answered()
    return found.exclude(verdict=Verdict.APPROVE) if shown == CAUGHT else found


def read(team: Team, *, since: datetime, until: datetime) -> Tests:
    said = list(rows(team, since=since, until=until).values_list("by", "verdict"))
    decided = Counter(by for by, _verdict in said if by is not None)
    caught = Counter(by for by, verdict in said if by is not None and verdict != Verdict.APPROVE)
    low, high = agreement.wilson(caught.total(), decided.total())
    by_person = {by: (count, caught[by]) for by, count in decided.items()}
    return Tests(len(said), decided.total(), caught.total(), 100 * low, 100 * high, by_person)


def beside(line: Line, tests: Tests) -> Line:
    """How somebody, or everybody, decided, with the tests among it."""
    count, caught = tests.by_person.get(line.person.pk, (0, 0)) if line.person else (tests.decided, tests.caught)
    return replace(line, tests=count, caught=caught)
