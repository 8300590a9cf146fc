"""What is written says otherwise than a live statement that was approved or pinned, and both would stand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext_lazy as _

from agents.text import neighbours, secrets, verdicts
from agents.text.neighbours import Told
from agents.text.verdicts import Kind, Verdict
from reviews.checks import comparing
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context, Standing
from reviews.checks.writing import written
from reviews.enums import Severity

RULE, VERSION = "contradiction", 1
NEEDS: tuple[str, ...] = ("approved",)

KINDS = (Kind.CONTRADICTS, Kind.UPDATES)
LEAST = 3  # words that both hold
SURE = 0.5  # of a verdict; what is less sure is noted
SHOWN = 90  # code points of the statement that stands

SAYS = {
    False: _("It says otherwise than %(path)s, line %(line)d, which was approved: “%(text)s”"),
    True: _("It says otherwise than %(path)s, line %(line)d, which is pinned: “%(text)s”"),
}


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    """The surest one for each statement that is written."""
    if not context.approved:
        return
    stands = [neighbours.one(one.text, one.heading) for one in context.approved]
    worded = cache(lambda told: comparing.worded(told.text, told.heading))
    for number, target in enumerate(proposed.targets):
        said = written(target)
        found: dict[int, tuple[Verdict, Standing]] = {}
        for each, place in comparing.pairs([one.told for one in said], stands, equal=False):
            verdict = verdicts.judge(worded(stands[place]), worded(said[each].told))
            if _tells(verdict, said[each].told, stands[place]) and (
                each not in found or verdict.confidence > found[each][0].confidence
            ):
                found[each] = verdict, context.approved[place]
        for each, (verdict, other) in sorted(found.items(), key=lambda one: one[0]):
            severity = Severity.WARNING if verdict.confidence >= SURE else Severity.NOTE
            yield Finding(RULE, VERSION, severity, _reason(other), number, said[each].start, said[each].end)


def _tells(verdict: Verdict, one: Told, other: Told) -> bool:
    """Two statements that have little but their form in common are about two matters, unless a rule read what each is
    about.
    """
    by_slot = verdict.reason.startswith("slot")
    return verdict.kind in KINDS and (by_slot or len(one.words & other.words) >= LEAST)


def _reason(other: Standing) -> str:
    text = " ".join(secrets.covered(other.text).split())
    text = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    path = other.path if len(other.path) <= SHOWN else f"…{other.path[1 - SHOWN :]}"
    return str(SAYS[other.pinned] % {"path": path, "line": other.line, "text": text})
