"""Links that would carry data out, and addresses that hide where they lead or that memory did not know."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agents.text import hidden, links
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "links", 1
NEEDS: tuple[str, ...] = ("known_hosts",)

SAYS = {
    "script": _("A link that runs a script or holds a page."),
    "hidden_host": _("This link leads to %(host)s, not to what stands in front of it."),
    "odd_host": _("The letters of this host are not the ones that they look like: %(host)s."),
    "spelt": _("The address of %(host)s is spelt so that it does not show."),
    "mislabelled": _("This link shows one host and leads to another: %(host)s."),
    "number": _("This address is a number: nobody can tell whose it is."),
    "collector": _("%(host)s shows anybody what is sent there."),
    "carries": _("This address has room for data: what is filled in reaches %(host)s."),
    "image": _("An image of %(host)s with a query: it is fetched without a click."),
    "sends": _("Something is sent to %(host)s, which memory did not name before."),
    "runs": _("Something is installed or run from %(host)s, which memory did not name before."),
    "program": _("A program talks to %(host)s, which memory did not name before."),
    "crowd": _("So many addresses that the rest was not looked at."),
    "new": _("Memory did not name %(host)s before."),
}
SHOWN = 80  # code points of a host
NOTES = frozenset(("new",))


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    """What warns comes first; a new host is noted once."""
    for number, target in enumerate(proposed.targets):
        noted: set[str] = set()
        for one in sorted(links.find("".join(target.after), context.known_hosts), key=lambda one: one.kind in NOTES):
            if one.host not in noted or one.kind not in NOTES:
                severity = Severity.NOTE if one.kind in NOTES else Severity.WARNING
                reason = str(SAYS[one.kind] % {"host": hidden.legible(one.host, SHOWN)})
                yield Finding(RULE, VERSION, severity, reason, number, one.start, one.end)
            noted.add(one.host)
