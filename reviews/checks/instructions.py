"""Text that speaks to the model or to the reviewer instead of saying what is known. It warns, no more."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agents.text import instructions
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "instructions", 2
NEEDS: tuple[str, ...] = ()

SAYS = {
    "sets_aside": _("It tells the reader to set other instructions aside."),
    "takes_precedence": _("It puts itself above all other rules."),
    "conceals": _("It asks to keep something from people."),
    "speaks_to_reviewer": _("It speaks to the reviewer."),
    "asks_for_approval": _("It asks to be approved."),
    "claims_approval": _("It says that it was approved; what counts is decided here."),
    "poses_as_page": _("It reads like a result of this page."),
    "speaks_to_model": _("It speaks to a model that reads it."),
    "gives_role": _("It gives the model another role."),
    "asks_for_prompt": _("It asks the model for its own instructions."),
    "plants_itself": _("It asks to be kept in memory."),
    "garbles": _("It asks for answers that people cannot read."),
    "poses_as_markup": _("It poses as a system prompt or as the marks around a text."),
}
READS = _("Encoded text that reads: %(reads)s")


def find(proposed: Proposed, _context: Context = NOTHING) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        for one in instructions.find("".join(target.after)):
            reason = str(READS % {"reads": one.reads} if one.reads else SAYS[one.kind])
            yield Finding(RULE, VERSION, Severity.WARNING, reason, number, one.start, one.end)
