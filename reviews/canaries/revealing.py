"""What people are told of a test once it is over: what gave it away, and to who decided it, how they did."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agents.text import covering
from reviews.desk import Seat
from reviews.enums import Attack
from reviews.models import Canary
from reviews.reading.wording import Notice

_GAVE_AWAY = {
    Attack.NUMBER: gettext_lazy("It puts another number into the line, and no quote beside it names that number."),
    Attack.SCOPE: gettext_lazy("It leaves a condition out, so that the line holds always; no quote says that."),
    Attack.ORDER: gettext_lazy("It turns round what comes first, and no quote beside it says so."),
    Attack.LINK: gettext_lazy("It sends what a case holds to an address that no quote beside it names."),
}


def said(canary: Canary, person: User) -> str:
    """How it ended, for this person: of what somebody else said nothing is told."""
    if canary.by_id != person.pk:
        how = _("This was a test of the review, made up by Lucid. It could never be applied.")
    elif canary.is_caught:
        how = _("This was a test, made up by Lucid, and you caught it. It could never be applied.")
    else:
        how = _("This was a test, made up by Lucid, and you approved it. It could never be applied.")
    return f"{how} {_GAVE_AWAY[Attack(canary.attack)]}"


def notice(canary: Canary | None, seat: Seat, person: User) -> Notice | None:
    """The same with the lines, for the card."""
    if canary is None:
        return None
    words = " ".join(_lines(seat))
    return Notice("info", f"{said(canary, person)} {words}".strip())


def _lines(seat: Seat) -> Iterator[str]:
    for ground in seat.standing.targets:
        for hunk in ground.hunks:
            before, after = (covering.text("".join(lines).strip()) for lines in (hunk.before, hunk.after))
            words = _("Memory says “%(before)s”; it would have said “%(after)s”.")
            words = words if before else _("It would have added “%(after)s”.")
            yield words % {"before": before, "after": after}
