"""How often the glass was broken, week by week: a line for auditors, also for weeks in which nobody did. Leads and
security are told of each week in which somebody did, once it is over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef

from accounts.enums import Role
from accounts.models import Team
from audit import trail
from reviews.budgets.weeks import week_of
from reviews.drift import finding
from reviews.enums import GlassState, NoticeKind
from reviews.models import BrokenGlass, Notice
from reviews.talking import noticing

WEEKS = 8
TOLD = (Role.LEAD, Role.SECURITY)


@dataclass(frozen=True, slots=True)
class Week:
    begins: date
    uses: int
    confirmed: int
    unconfirmed: int
    waiting: int


def weeks(team: Team, *, at: datetime) -> list[Week]:
    """The last weeks, newest first."""
    this = week_of(at, team)
    begins = [this - timedelta(weeks=n) for n in range(WEEKS)]
    rows = BrokenGlass.objects.of(team).filter(at__gt=at - timedelta(weeks=WEEKS + 1))
    counted = Counter((week_of(when, team), state) for when, state in rows.values_list("at", "state"))
    return [_week(day, counted) for day in begins]


def attend(*, now: datetime) -> int:
    """Tell of the week that ended last, in every team where somebody broke the glass in it; returns how many teams."""
    lately = BrokenGlass.objects.across_teams().filter(team=OuterRef("pk"), at__gt=now - timedelta(weeks=2, days=1))
    teams = [team for team in Team.objects.filter(Exists(lately)).order_by("pk") if _is_due(team, now)]
    for team in teams:
        page = noticing.Page(team, "reviews:emergencies", "")
        with trail.unit_of_work(at=now):
            people = finding.members(team, TOLD)
            noticing.tell(people=people, kind=NoticeKind.GLASS_WEEK, page=page, at=now)
    return len(teams)


def _is_due(team: Team, now: datetime) -> bool:
    """Whether there is something to tell of the week before this one, and nobody was told in this one."""
    this = week_of(now, team)
    told = Notice.objects.of(team).filter(kind=NoticeKind.GLASS_WEEK).aggregate(last=Max("at"))["last"]
    if told is not None and week_of(told, team) >= this:
        return False
    broken = BrokenGlass.objects.of(team).filter(at__gt=now - timedelta(weeks=2, days=1)).values_list("at", flat=True)
    return any(week_of(at, team) == this - timedelta(weeks=1) for at in broken)


def _week(begins: date, counted: Counter[tuple[date, str]]) -> Week:
    by_state = {state: counted[begins, state] for state in GlassState}
    return Week(
        begins=begins,
        uses=sum(by_state.values()),
        confirmed=by_state[GlassState.CONFIRMED],
        unconfirmed=by_state[GlassState.REFUSED] + by_state[GlassState.EXPIRED],
        waiting=by_state[GlassState.OPEN],
    )
