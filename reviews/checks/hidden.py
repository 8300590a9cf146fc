"""Characters that a reviewer cannot see but a model reads."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agents.text import hidden
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "hidden_characters", 2
NEEDS: tuple[str, ...] = ()

SHOWN = 60  # code points of what hidden characters spell


def find(proposed: Proposed, _context: Context = NOTHING) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        for one in hidden.find("".join(target.after)):
            if not one.benign:
                yield Finding(RULE, VERSION, Severity.WARNING, _reason(one), number, one.start, one.end)


def _reason(one: hidden.Hidden) -> str:
    if one.decoded:
        return str(_("Hidden characters that spell: %(said)s") % {"said": hidden.legible(one.decoded, SHOWN)})
    return str(_("Hidden characters: %(names)s.") % {"names": ", ".join(one.names[:3])})
