"""Words that are not what they look like: letters of several scripts, or a double of a name that memory knows."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from agents.text import hidden, scripts
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "mixed_scripts", 1
NEEDS: tuple[str, ...] = ("known_names",)

SHOWN = 60  # code points of what a word reads like


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    """Of a path the whole of it is meant: its findings have no span."""
    known = scripts.skeletons(context.known_names)
    for number, target in enumerate(proposed.targets):
        for severity, reason, start, end in _findings("".join(target.after), known):
            yield Finding(RULE, VERSION, severity, reason, number, start, end)
        if target.path_after and target.path_after != target.path_before:
            for severity, reason, _start, _end in _findings(target.path_after, known):
                yield Finding(RULE, VERSION, severity, reason, number)


def _findings(text: str, known: dict[str, frozenset[str]]) -> Iterator[tuple[Severity, str, int, int]]:
    doubles = {one.start: one for one in scripts.doubles(text, known)}
    for double in doubles.values():
        reason = _("It looks like the known name “%(name)s” and is another.") % {"name": double.name}
        yield Severity.WARNING, str(reason), double.start, double.end
    for word in scripts.mixed(text):
        if any(double.start <= word.start < double.end for double in doubles.values()):
            continue
        names = get_text_list([name.capitalize() for name in word.scripts], str(_("and")))
        if word.deceives:
            reason = _("%(scripts)s letters that read as “%(reads)s”.") % {
                "scripts": names,
                "reads": hidden.legible(word.reads, SHOWN),
            }
            yield Severity.WARNING, str(reason), word.start, word.end
        else:
            yield Severity.NOTE, str(_("%(scripts)s letters in one word.") % {"scripts": names}), word.start, word.end
