"""Why a proposal is somebody's turn, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.enums import AssignedBy
from reviews.models import Assignment

_SKIPPED = {"away": "away", "wrote": "wrote a part of it"}


def choice(row: Assignment, names: Mapping[str, str]) -> str:
    """How the person was chosen, and what every candidate was weighed by."""
    said = [str(AssignedBy(row.how).label)]
    if row.stands_for is not None:
        said.append(_("for %(who)s, who is away") % {"who": row.stands_for})
    weighed = "; ".join(_candidate(one, names, row.how) for one in row.candidates)
    return ", ".join(said) + (f": {weighed}" if weighed else "")


def _candidate(one: Mapping[str, Any], names: Mapping[str, str], how: str) -> str:
    name = names.get(one["person"], one["person"])
    if one["skipped"]:
        return f"{name} {_(_SKIPPED[one['skipped']])}"
    if how == AssignedBy.LEAST:
        return ngettext("%(name)s has %(n)d", "%(name)s has %(n)d", one["load"]) % {"name": name, "n": one["load"]}
    if not one["last"]:
        return _("%(name)s was never asked") % {"name": name}
    return _("%(name)s was asked on %(day)s") % {"name": name, "day": f"{datetime.fromisoformat(one['last']):%-d %b}"}
