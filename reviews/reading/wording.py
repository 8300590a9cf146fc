"""What a card says about its change: why it is that grave, and what came between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from agents.words import kept
from reviews.budgets import telling as budgets
from reviews.desk import Seat
from reviews.enums import RejectCode, RevisionOrigin, State, Verdict
from reviews.models import Change, Decision, DraftVote

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FULL_STOP = re.compile(r"[.!?][”\")]?\s+(?=[“\"(`A-Z])")
LITERAL = re.compile(r"`[^`]*`|“[^”]*”")
SHORT_REASON = 160


@dataclass(frozen=True, slots=True)
class Notice:
    """A word above a card; kinds are those of the stylesheet."""

    kind: str
    text: str


def tier_reasons(seat: Seat) -> list[str]:
    """Why the change has its tier, rule by rule, gravest first."""
    return [f"{line.says} ({line.tier.label.lower()})" for line in seat.tier_lines]


def reason(code: str) -> str:
    """Why a change was proposed, as its proposer's code says: codes are the proposer's own, so they are only spelt."""
    return code.replace("_", " ").capitalize()


def folded(rationale: str) -> tuple[str, str]:
    """The first sentence of a reason, which stands in sight, and the rest of it; what is short is not folded."""
    if len(rationale) <= SHORT_REASON:
        return rationale, ""
    literals = [found.span() for found in LITERAL.finditer(rationale)]
    for stop in FULL_STOP.finditer(rationale):
        if not any(start < stop.start() < end for start, end in literals):
            return rationale[: stop.end()].rstrip(), rationale[stop.end() :]
    return rationale, ""


def days_note(*told: str) -> str:
    """Proposers count days in UTC: said where they name one and the page is in another zone."""
    is_elsewhere = timezone.get_current_timezone_name() != "UTC"
    return _("Days here are those of UTC.") if is_elsewhere and any(map(DATE.search, told)) else ""


def share_of_quotes(count: int, whole: int) -> str:
    return ngettext("%(count)s of %(n)s quote", "%(count)s of %(n)s quotes", whole) % {"count": count, "n": whole}


def is_plain(value: object) -> bool:
    """Whether a value of a pattern is a number or a date: all else is said elsewhere."""
    return isinstance(value, (int, float)) or (isinstance(value, str) and DATE.fullmatch(value) is not None)


def number(name: str, value: float | str) -> tuple[str, str]:
    """A plain number or date of a pattern with its name, shares of a million as per cent."""
    words = name.replace("_", " ")
    if name.endswith("_ppm") and not isinstance(value, str):
        return words.removesuffix(" ppm"), _("%(share)s %%") % {"share": f"{value / 10_000:.4g}"}
    return words, str(value)


def applies(change: Change, seconds: int) -> str:
    """When an approved change is written, in a word."""
    return _("waits for room in a budget") if change.budget else applies_in(seconds)


@kept
def applies_in(seconds: int) -> str:
    """How long an approved change still waits: the page looks again by itself, so that it need not count."""
    if seconds <= 60:
        return _("applies within a minute") if seconds > 20 else _("applies within seconds")
    minutes = -(-seconds // 60)
    return ngettext("applies within %(n)d minute", "applies within %(n)d minutes", minutes) % {"n": minutes}


@kept
def revision(number: int, origin: str, maker: str) -> str:
    """What the revision is called; who edited it, where a person did."""
    values = {"number": number, "origin": str(RevisionOrigin(origin).label).lower(), "name": maker}
    if origin == RevisionOrigin.EDITED and maker:
        return _("Revision %(number)d, edited by %(name)s") % values
    return _("Revision %(number)d, %(origin)s") % values


def notice(seat: Seat, person: User) -> Notice | None:
    """What the reader has to know before deciding."""
    change, mine = seat.change, seat.vote_of(person)
    if change.state == State.CONFLICT:
        return Notice("error", _("In conflict: %(reason)s") % {"reason": change.state_reason})
    if not change.is_votable:
        return None
    if change.budget:
        return Notice("warning", budgets.waits(change))
    if not seat.held:
        return Notice(
            "stale", _("The memory changed since this was proposed. It is being carried over; look again soon.")
        )
    if change.state == State.STALE and change.state_reason:
        return Notice("stale", change.state_reason)
    if change.state == State.STALE or (mine is not None and mine in seat.tally.stale):
        return Notice("stale", _("Evidence or rules changed since this was approved. Look at it again."))
    if person.public_id in seat.head.contributors and not seat.may_count(person):
        if seat.head.origin == RevisionOrigin.EDITED:
            return Notice("info", _("You edited this: it waits for another reviewer."))
        return Notice("info", _("You proposed this: it waits for another reviewer."))
    if change.state_reason and change.state == State.CHANGES_REQUESTED:
        return Notice("info", _("No other version was found: %(reason)s") % {"reason": change.state_reason})
    if change.state_reason and change.state == State.OPEN:
        return Notice("stale", change.state_reason)
    return None


def verdict(seat: Seat, person: User) -> tuple[str, str]:
    """The chip of a decided card: its kind and its words."""
    change, mine = seat.change, seat.vote_of(person)
    if change.is_undecided and mine is not None:
        return mine.verdict, str(_OWN[Verdict(mine.verdict)])
    label = str(change.get_state_display())
    by = _deciders(seat, person)
    return change.state, _("%(state)s by %(names)s") % {"state": label, "names": by} if by else label


def prepared(draft: DraftVote) -> str:
    return _("Prepared: %(verdict)s") % {"verdict": Verdict(draft.verdict).label}


def prepared_in_vain(draft: DraftVote) -> Notice:
    words = _("You prepared “%(verdict)s”, and something moved since. Decide again, or remove it.")
    return Notice("stale", words % {"verdict": Verdict(draft.verdict).label})


_OWN = {
    Verdict.APPROVE: gettext_lazy("You approved"),
    Verdict.REJECT: gettext_lazy("You rejected"),
    Verdict.REQUEST_CHANGES: gettext_lazy("You asked for changes"),
    Verdict.QUARANTINE: gettext_lazy("You quarantined"),
}


def _deciders(seat: Seat, person: User) -> str:
    tally = seat.tally
    votes: Sequence[Decision] = ()
    if seat.change.state in (State.APPROVED, State.APPLIED):
        votes = tally.approvals or tally.stale
    elif seat.change.state == State.REJECTED and tally.rejection:
        votes = [tally.rejection]
    elif seat.change.state == State.QUARANTINED and tally.quarantine:
        votes = [tally.quarantine]
    return ", ".join(_("you") if vote.by_id == person.pk else str(vote.by) for vote in votes)


def said(seat: Seat) -> str:
    """The reason given with a rejection or a quarantine."""
    vote = seat.tally.rejection or seat.tally.quarantine
    if vote is None:
        told_elsewhere = (State.APPLIED, State.APPROVED, State.OPEN, State.CHANGES_REQUESTED)
        return seat.change.state_reason if seat.change.state not in told_elsewhere else ""
    code = str(RejectCode(vote.reason_code).label) if vote.reason_code in RejectCode.values else ""
    return " · ".join(part for part in (code, vote.reason) if part)


@kept
def alike(count: int) -> str:
    """How many changes that wait say the same."""
    return ngettext("%(n)d like this", "%(n)d like this", count) % {"n": count}
