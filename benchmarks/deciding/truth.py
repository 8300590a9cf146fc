"""What a careful reader decides on each change of the trial's dream, and what on the card shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from reviews.models import Change

APPROVE, REJECT = "approve", "reject"


class Unknown(Exception):
    """The dream proposed something of which it was not planned whether it is right, or left out what was planned."""


@dataclass(frozen=True, slots=True)
class Truth:
    """`names` stands in the title or in a touched line of exactly one change."""

    names: str
    verdict: str
    why: str


def _right(names: str, why: str) -> Truth:
    return Truth(names, APPROVE, why)


def _wrong(names: str, why: str) -> Truth:
    return Truth(names, REJECT, why)


TRUTHS = (
    _right("Photograph all four sides", "The same sentence stands in the handover playbook."),
    _right("Write times in the 24-hour clock", "The same sentence stands in the style for answers."),
    _right("Check the fuel gauge", "The same sentence stands in the playbook for returns."),
    _right("in the language that", "The same in other words."),
    _right("the confirmation within 15 minutes", "The same in another order."),
    _right("a late return costs 18 euros", "The same in another order."),
    _right("MARCH15", "The offer ended on 31 May 2026."),
    _right("closes at 16:00", "The building works ended on 15 July 2026."),
    _right("tariff sheet T-7", "The interim tariff ended on 30 June 2026."),
    _right("free cancellation window", "The lead says since when it is 24 hours, and calls 48 the old rule."),
    _right("deposit for a van", "The lead raises it to 350 euros, from now on."),
    _right("joao.pinto", "The tool refuses the handle, and a colleague names who has Porto nights now."),
    _right("pick-up address", "A colleague asks for it as a rule, with a reason."),
    _right("VAT included", "A colleague asks for it as a rule, with a reason."),
    _right("toll tag", "The lead asks for it as a rule, with a reason."),
    _right("phone number of the depot", "A colleague asks for it as a rule."),
    _right("calling search_vans", "Five searches were refused for the form of the date, and worked with the other."),
    _right("driver_age", "The tool says that the argument is required, and works with it."),
    _right("call get_licence", "Bookings that were confirmed without it ended at the counter."),
    _wrong("minimum age", "The quote speaks of customers at Faro airport; the line that goes holds everywhere."),
    _wrong("biggest camper", "One excited customer asks for a present; no rule for everybody."),
    _wrong("Never block a deposit", "One customer speaks of his own card; deposits are policy."),
    _wrong("ferry discount", "Only half of the line is past: hires that begin after the date get 5 percent."),
    _wrong("car wash", "Each depot says it of its own car wash: the pages are about Lisbon and about Faro."),
    _wrong("calling charge_deposit", "That 50 passes does not make it the deposit: the quoted calls block too little."),
    _wrong("UTC, send_text", "The quoted errors name the number's form; that they fell into one hour is chance."),
    _wrong("ines.lopes", "The quote names who has the workshop in Faro; the line is about Lisbon."),
)


def of(changes: Sequence[Change], truths: Sequence[Truth] = TRUTHS) -> dict[str, dict[str, str]]:
    """Title, verdict and reason by the public id of a change. Raises Unknown unless each truth fits one change."""
    found = {change.public_id: [one for one in truths if one.names in _said(change)] for change in changes}
    odd = [change.title for change in changes if len(found[change.public_id]) != 1]
    met = [truth for own in found.values() for truth in own]
    missing = [one.names for one in truths if met.count(one) != 1]
    if odd or missing:
        raise Unknown(f"changes of no or several truths: {odd}; truths of no or several changes: {missing}")
    return {change.public_id: {"title": change.title} | asdict(found[change.public_id][0]) for change in changes}


def is_right(verdict: str, truth: Mapping[str, str]) -> bool:
    """A no in any shape is a no."""
    return (verdict == APPROVE) == (truth["verdict"] == APPROVE)


def _said(change: Change) -> str:
    targets = change.head.targets.all() if change.head else ()
    lines = [line for target in targets for hunk in target.hunks for line in (*hunk["before"], *hunk["after"])]
    return "\n".join((change.title, *lines))
