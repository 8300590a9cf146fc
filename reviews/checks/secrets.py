"""Credentials in what a change would write. What was found is never repeated: the reason names the detector only."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agents.text import secrets
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "secrets", 2
NEEDS: tuple[str, ...] = ()


def find(proposed: Proposed, _context: Context = NOTHING) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        for secret in secrets.find("".join(target.after)):
            reason = str(_("This looks like a secret (%(name)s).") % {"name": secret.name})
            yield Finding(RULE, VERSION, Severity.BLOCKING, reason, number, secret.start, secret.end)
