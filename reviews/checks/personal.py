"""Personal data that a change would bring into memory. What already stood there is no news, and is not marked again."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agents.text import personal
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "personal", 1
NEEDS: tuple[str, ...] = ()


def find(proposed: Proposed, _context: Context = NOTHING) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        text, before = "".join(target.after), "".join(target.before)
        for one in personal.find(text):
            if text[one.start : one.end] not in before:
                reason = str(_("This looks like personal data (%(kind)s).") % {"kind": one.name})
                yield Finding(RULE, VERSION, Severity.WARNING, reason, number, one.start, one.end)
