"""Rules of a team, saved and switched on through the public verbs."""

from datetime import timedelta

from reviews.rulebook import switching, writing
from reviews.rulebook.matching import Wording
from reviews.rulebook.writing import Written
from tests import recipes

AT = recipes.AT


def written(**values):
    """A rule that forbids to promise refunds."""
    given = {
        "title": "No promised refunds",
        "kind": "must_not",
        "says": Wording(("guaranteed refund",)),
        "also": Wording(),
        "namespaces": (),
        "severity": "blocking",
        "reason": "Legal: refunds are decided case by case.",
        "breaking": ("Offer a guaranteed refund.",),
        "keeping": ("Refunds are decided by legal.",),
    }
    return Written(**given | values)


def must(**values):
    """A rule that asks for a warning beside each discount."""
    given = {
        "title": "Discounts need the approver",
        "kind": "must",
        "says": Wording(("discount",)),
        "also": Wording(pattern=r"approved by \w+"),
        "severity": "warning",
        "reason": "Finance: nobody grants a discount alone.",
        "breaking": ("Offer a discount of 10 %.",),
        "keeping": ("Offer a discount, approved by Finance.", "Offer tea."),
    }
    return written(**given | values)


def saved(people, given=None, *, rule=None, after=0, at=AT):
    return writing.save(team=people.row, rule=rule, written=given or written(), after=after, by=people.security, at=at)


def on(people, given=None, at=AT):
    version = saved(people, given, at=at)
    switching.on(version=version, by=people.security, at=at + timedelta(minutes=1))
    return version
