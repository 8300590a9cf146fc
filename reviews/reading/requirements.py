"""What a change still needs before it may be applied: each requirement with its state and who can satisfy it.

The six states are those of Gerrit's submit requirements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import roles
from accounts.enums import Role
from accounts.models import Membership, Team, labels_of
from agents.words import kept
from reviews.desk import Seat
from reviews.enums import Mode
from reviews.models import Change, Decision
from reviews.policy.modes import OWN_WRITES
from reviews.policy.owners import Group
from reviews.policy.tallying import Asked, speaks_for
from reviews.reading.quoting import when

NAMED = 3  # people who are named where more could satisfy a requirement


class Met(TextChoices):
    """How a requirement stands."""

    SATISFIED = "satisfied", gettext_lazy("Satisfied")
    UNSATISFIED = "unsatisfied", gettext_lazy("Not satisfied yet")
    NOT_APPLICABLE = "not_applicable", gettext_lazy("Not asked for")
    OVERRIDDEN = "overridden", gettext_lazy("Set aside")
    BYPASSED = "bypassed", gettext_lazy("Passed by in an emergency")
    ERROR = "error", gettext_lazy("Nobody can satisfy it")


@dataclass(frozen=True, slots=True)
class Need:
    """One line of what a change needs. `dismissible` is the request for changes that may be set aside."""

    state: Met
    text: str
    said: str = ""
    dismissible: Decision | None = None


@dataclass(frozen=True, slots=True)
class Council:
    """Who may decide in a team, and the requests for changes that were set aside, by their change."""

    deciders: tuple[Membership, ...] = ()
    dismissed: dict[int, list[Decision]] | None = None

    def could(self, seat: Seat, group: Group | None = None) -> list[Membership]:
        """Who has not approved yet and whose approval would count, of a group where one is named."""
        had = {vote.by_id for vote in seat.tally.approvals}
        able = (one for one in self.deciders if one.user_id not in had and seat.may_count(one.user))
        return [one for one in able if group is None or speaks_for(group, one, one.user.public_id)]


def council(changes: Sequence[Change], *, team: Team) -> Council:
    """Read for all cards of a page, in two queries."""
    members = Membership.objects.of(team).active().with_people()
    votes = Decision.objects.of(team).filter(change__in=changes).exclude(dismissed_at=None)
    dismissed: dict[int, list[Decision]] = defaultdict(list)
    for vote in votes.select_related("by", "dismissed_by").order_by("pk"):
        dismissed[vote.change_id].append(vote)
    return Council(tuple(one for one in members if one.may(roles.DECIDE)), dict(dismissed))


def needs(seat: Seat, who: Council) -> list[Need]:
    """Every requirement with its state; what is not asked for comes last. What an emergency passed by says so."""
    found = [
        *_of_votes(seat, who),
        *_of_groups(seat, who),
        *_of_requests(seat, who),
        *_of_threads(seat),
        *_of_checks(seat),
        *_not_asked(seat),
    ]
    return [_passed_by(need) for need in found] if seat.change.glass_broken else found


def _passed_by(need: Need) -> Need:
    return replace(need, state=Met.BYPASSED) if need.state in (Met.UNSATISFIED, Met.ERROR) else need


def _of_votes(seat: Seat, who: Council) -> Iterator[Need]:
    tally = seat.tally
    if seat.is_let_through:
        own = _("What an agent writes itself goes straight in")
        mode = own if seat.automatic == OWN_WRITES else Mode(seat.automatic).label
        yield Need(Met.NOT_APPLICABLE, _("No vote is needed: %(mode)s") % {"mode": mode})
    else:
        words = _votes(tally.needed, len(tally.approvals))
        yield _open_to(words, who.could(seat), short=tally.missing) if tally.missing else Need(Met.SATISFIED, words)
    for vote in tally.approvals:
        wrote_it = vote.by.public_id in seat.head.contributors
        state = Met.OVERRIDDEN if wrote_it else Met.SATISFIED
        yield Need(state, _("%(name)s approved, %(when)s") % {"name": vote.by, "when": when(vote.at)})
    for votes, words in (
        (tally.excluded, _("%(name)s approved, but wrote or asked for this revision: it does not count")),
        (tally.unable, _("%(name)s approved, but may not decide any more: it does not count")),
        (tally.stale, _("%(name)s approved before something moved, and has to look again")),
    ):
        yield from (Need(Met.UNSATISFIED, words % {"name": vote.by}) for vote in votes)


def _of_groups(seat: Seat, who: Council) -> Iterator[Need]:
    for asked in seat.tally.owners:
        yield _of_group(seat, who, asked, _("An owner approves"), _("%(name)s approved as an owner"))
    if seat.tally.role:
        role = Role(seat.required["role"]).label
        yield _of_group(
            seat,
            who,
            seat.tally.role,
            _("Somebody with the role %(role)s approves") % {"role": role},
            _("%(name)s, who holds the role asked for, approved"),
        )


def _of_group(seat: Seat, who: Council, asked: Asked, wanted: str, had: str) -> Need:
    if asked.by:
        return Need(Met.SATISFIED, had % {"name": asked.by[0].by})
    if not asked.group["people"]:
        wanted = f"{wanted} ({', '.join(labels_of(asked.group['roles']))})"
    return _open_to(wanted, who.could(seat, asked.group), short=1)


def _open_to(words: str, people: Sequence[Membership], *, short: int) -> Need:
    """A requirement that is not met, and who could meet it."""
    if len(people) < short:
        return Need(Met.ERROR, _("%(what)s: nobody else in this team can") % {"what": words})
    named = [str(one.user) for one in people[:NAMED]]
    if len(people) > NAMED:
        named.append(ngettext("%(n)d more", "%(n)d more", len(people) - NAMED) % {"n": len(people) - NAMED})
    can = get_text_list(named, _("or"))
    return Need(Met.UNSATISFIED, _("%(what)s: %(who)s can") % {"what": words, "who": can})


def _of_requests(seat: Seat, who: Council) -> Iterator[Need]:
    for vote in seat.tally.requests:
        asks = seat.change.awaits_answer(vote.at)
        words = _("%(name)s asks for changes") if asks else _("%(name)s asked for this revision, and has to vote again")
        yield Need(Met.UNSATISFIED, words % {"name": vote.by}, vote.reason, vote)
    for vote in (who.dismissed or {}).get(seat.change.pk, ()):
        names = {"name": vote.dismissed_by, "asker": vote.by}
        words = _("%(name)s set the request of %(asker)s aside") % names
        yield Need(Met.OVERRIDDEN, words, vote.dismissed_reason)


def _of_threads(seat: Seat) -> Iterator[Need]:
    count = seat.tally.open_threads
    if count is not None:
        yield Need(Met.UNSATISFIED if count else Met.SATISFIED, _threads(count))


def _of_checks(seat: Seat) -> Iterator[Need]:
    for rule in seat.tally.blocking:
        words = _("The check “%(rule)s” blocks it: edit what it found") % {"rule": rule.replace("_", " ")}
        yield Need(Met.UNSATISFIED, words)


def _not_asked(seat: Seat) -> Iterator[Need]:
    asked = (
        (bool(seat.required["owners"]), _("an owner")),
        (bool(seat.required["role"]), _("a role")),
        (seat.tally.open_threads is not None, _("settled threads")),
    )
    left = [words for is_asked, words in asked if not is_asked]
    if left:
        yield Need(Met.NOT_APPLICABLE, _("Not asked for: %(what)s") % {"what": ", ".join(left)})


@kept
def _threads(count: int) -> str:
    if not count:
        return _("All threads are resolved")
    words = ngettext("%(n)d thread has to be resolved first", "%(n)d threads have to be resolved first", count)
    return words % {"n": count}


@kept
def _votes(needed: int, have: int) -> str:
    words = ngettext(
        "%(have)d of %(needed)d approval by someone who did not write it",
        "%(have)d of %(needed)d approvals by people who did not write it",
        needed,
    )
    return words % {"have": have, "needed": needed}
