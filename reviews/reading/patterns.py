"""The numbers of the pattern that a change came from, as a person would say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.reading import wording

MILLION = 1_000_000
SAID = (
    "kind statement support sessions agents opportunities rate_ppm errors calls completed with others others_completed"
    " lift_ppm chance_ppm p_ppm q_ppm first_seen last_seen weeks_seen weeks last_7_days_ppm"
)
_SAID = frozenset(SAID.split())


@dataclass(frozen=True, slots=True)
class Told:
    """A pattern in words: facts are pairs of what is told and how it reads, `others` the numbers of its own kind."""

    kind: str
    statement: str
    facts: list[tuple[str, str]]
    others: list[tuple[str, str]]


def tell(pattern: Mapping[str, Any]) -> Told:
    facts = [*_how_often(pattern), *_against_chance(pattern), *_when(pattern)]
    found = [(name, value) for name, value in pattern.items() if name not in _SAID and wording.is_plain(value)]
    return Told(
        kind=str(pattern.get("kind", "")).capitalize(),
        statement=str(pattern.get("statement", "")),
        facts=[(label, text) for label, text in facts if text],
        others=[wording.number(name, value) for name, value in found],
    )


def share(part: float, whole: float) -> str:
    """A share as per cent; below a hundredth of one it says so, as nought would be wrong."""
    if not whole:
        return ""
    percent = 100 * part / whole
    return _("under 0.01 %") if 0 < percent < 0.01 else f"{percent:.3g} %"


def _how_often(pattern: Mapping[str, Any]) -> list[tuple[str, str]]:
    support, chances = _number(pattern, "support"), _number(pattern, "opportunities")
    agents, errors, calls = (_number(pattern, name) for name in ("agents", "errors", "calls"))
    done, had = _number(pattern, "completed"), _number(pattern, "with")
    others, others_done = _number(pattern, "others"), _number(pattern, "others_completed")
    return [
        (_("Seen in"), _sessions(support, chances)),
        (_("Agents"), "" if agents is None else f"{agents:g}"),
        (_("Of the calls"), "" if errors is None else _of(errors, calls) or _share_of(pattern, "rate_ppm")),
        (_("Rate"), _share_of(pattern, "rate_ppm") if errors is None else ""),
        (_("Completed with it"), _of(done, had)),
        (_("Completed without it"), _of(others_done, others)),
    ]


def _against_chance(pattern: Mapping[str, Any]) -> list[tuple[str, str]]:
    lift = _number(pattern, "lift_ppm")
    chance = _share_of(pattern, "chance_ppm") or _share_of(pattern, "p_ppm")
    corrected = _share_of(pattern, "q_ppm")
    return [
        (_("Lift"), "" if lift is None else _("%(times).3g times as often as elsewhere") % {"times": lift / MILLION}),
        (_("Chance (p)"), _("%(share)s that it is a coincidence") % {"share": chance} if chance else ""),
        (
            _("Corrected (q)"),
            _("%(share)s, for everything that was tested along with it") % {"share": corrected} if corrected else "",
        ),
    ]


def _when(pattern: Mapping[str, Any]) -> list[tuple[str, str]]:
    first, last = (pattern.get(name) or "" for name in ("first_seen", "last_seen"))
    seen, weeks = _number(pattern, "weeks_seen"), _number(pattern, "weeks")
    told = ""
    if seen is not None and weeks:
        words = ngettext("%(seen)d of %(n)d week", "%(seen)d of %(n)d weeks", int(weeks))
        told = words % {"seen": seen, "n": weeks}
    return [
        (_("First seen"), str(first)),
        (_("Last seen"), str(last)),
        (_("Weeks with it"), told),
        (_("Last 7 days"), _share_of(pattern, "last_7_days_ppm")),
    ]


def _sessions(support: float | None, chances: float | None) -> str:
    if support is None:
        return ""
    if not chances or chances < support:
        return ngettext("%(n)d session", "%(n)d sessions", int(support)) % {"n": support}
    words = ngettext(
        "%(n)d of %(all)d session that could have shown it (%(share)s)",
        "%(n)d of %(all)d sessions that could have shown it (%(share)s)",
        int(chances),
    )
    return words % {"n": support, "all": chances, "share": share(support, chances)}


def _of(part: float | None, whole: float | None) -> str:
    if part is None or not whole:
        return ""
    return _("%(part)d of %(whole)d (%(share)s)") % {"part": part, "whole": whole, "share": share(part, whole)}


def _share_of(pattern: Mapping[str, Any], name: str) -> str:
    value = _number(pattern, name)
    return "" if value is None else share(value, MILLION) or "0 %"


def _number(pattern: Mapping[str, Any], name: str) -> float | None:
    """A number that the proposer gave; what is none is not told."""
    value = pattern.get(name)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
