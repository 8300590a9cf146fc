"""Breaking the glass: one change goes into memory at once, and waits there for a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts import confirming, roles
from accounts.confirming import people
from accounts.models import Confirmation, Team, User
from agents import memory as memories
from audit import trail
from reviews import applying, decisions, desk
from reviews.bounds import Bound
from reviews.decisions import Moved, NotAble, NotYours, Refused, Settled
from reviews.desk import Seat
from reviews.enums import NoticeKind, Severity
from reviews.models import BrokenGlass, Change
from reviews.reading import requirements
from reviews.reading.requirements import Met
from reviews.talking import noticing

KIND = "break_glass"
LASTS = timedelta(hours=24)
SHORTEST_REASON = 20
SECRETS = "secrets"


def break_(*, team: Team, change_id: str, bound: Bound, reason: str, by: User, at: datetime) -> BrokenGlass:
    """Apply one votable change at once without the votes that policy asks, and ask a second person to confirm that
    within 24 hours. Whether the person signed in just now is for the caller to see to.

    Raises Settled, Moved, NotYours, NotAble and Refused of `decisions`; each leaves the change as it was, and an event.
    """
    decisions.look_again(team=team, change_ids=[change_id], at=at)
    try:
        return _break(team, change_id, bound, reason, by, at)
    except Refused as refused:
        data = {"permission": roles.BREAK_GLASS, "reason_code": refused.code}
        with trail.unit_of_work(at=at) as unit:
            unit.record("access.denied", target=refused.change, by=by, data=data, outcome="denied")
        raise


def _break(team: Team, change_id: str, bound: Bound, reason: str, by: User, at: datetime) -> BrokenGlass:
    with trail.unit_of_work(at=at) as unit:
        members = people.lock(team)  # before the namespace: whoever compares memory takes them in this order
        memories.lock(Change.objects.of(team).select_related("namespace").get(public_id=change_id).namespace)
        change = desk.locked(team, public_id=change_id).get()
        seat = desk.read_one(change, team=team)
        refuse(seat, bound=bound, reason=reason, by=by, members=members)
        lacked = lacking(seat)
        told = {"votes": len(seat.tally.approvals), "needed": seat.tally.needed}
        private = {"reason": reason, "bypassed": "; ".join(lacked)}  # names people
        problem = applying.write_past_votes(seat, by=by, at=at, unit=unit, data=told, private=private)
        if problem:
            raise Refused(change, problem)
        glass = BrokenGlass.objects.create(team=team, change=change, by=by, reason=reason, bypassed=lacked, at=at)
        glass.confirmation = _ask(glass, at=at)
        glass.save(update_fields=["confirmation"])
        able = [one.user for one in members if one.may(roles.BREAK_GLASS)]
        noticing.tell(
            people=able, kind=NoticeKind.GLASS, proposal=change.proposal, change=change, at=at, by=by.trail_actor
        )
    return glass


def refuse(seat: Seat, *, bound: Bound, reason: str, by: User, members: people.Members) -> None:
    """Raises what `break_` raises, where this person may not break the glass for the change as it stands."""
    change = seat.change
    if not change.is_votable:
        raise Settled(change, _("This change is %(state)s already.") % {"state": change.get_state_display().lower()})
    if not seat.held:
        raise Moved(change, desk.in_the_way(seat))
    if bound != seat.bound:
        raise Moved(change, _("This change is not what you saw: look at it again."))
    if not people.may(members, by, roles.BREAK_GLASS):
        raise NotAble(change, _("Your roles do not let you break the glass."))
    if _wrote(seat, by):
        raise NotYours(change, _("You wrote this or asked for it: somebody else has to break the glass."))
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(change, _("Say why in %(n)d characters or more.") % {"n": SHORTEST_REASON})
    if any(check.rule == SECRETS and check.severity == Severity.BLOCKING for check in seat.checks):
        raise Refused(change, _("It holds a secret: no emergency lets that into memory."))
    if seat.may_be_applied and not change.budget:
        raise Refused(change, _("It has all it needs: apply it the usual way."))
    others = people.others_who_may(members, roles.BREAK_GLASS, besides=by)
    if not any(not _wrote(seat, one) for one in others):
        raise Refused(change, _("Nobody else here could confirm it. Ask an admin to name a second person first."))


def lacking(seat: Seat) -> list[str]:
    """What the change lacks, in words."""
    council = requirements.council([seat.change], team=seat.change.team)
    needs = requirements.needs(seat, council)
    found = [need.text for need in needs if need.state in (Met.UNSATISFIED, Met.ERROR)]
    return [*found, _("Room in a budget")] if seat.change.budget else found


def _wrote(seat: Seat, person: User) -> bool:
    return person.public_id in seat.head.contributors or person.public_id in seat.required["left_out"]


def _ask(glass: BrokenGlass, *, at: datetime) -> Confirmation:
    change = glass.change
    return confirming.ask(
        team=glass.team,
        kind=KIND,
        target=glass.public_id,
        title=_("Emergency: “%(title)s” was applied without its votes") % {"title": change.title},
        diff=_diff(glass),
        payload={"version": 1, "glass": glass.public_id},
        by=glass.by,
        at=at,
        lasts=LASTS,
    )


def _diff(glass: BrokenGlass) -> Sequence[dict[str, str]]:
    applied = _("applied at once")
    return [
        confirming.line(_("Change"), _("waited for decisions"), applied),
        confirming.line(_("What it lacked"), "; ".join(glass.bypassed), _("passed by")),
        confirming.line(_("Why"), "", glass.reason),
    ]
