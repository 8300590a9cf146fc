"""What people turned down already, whatever it is called now and in other words as well."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from agents.text import neighbours, similarity, skeletons, verdicts
from agents.text.neighbours import Told
from agents.text.support import LONGEST
from agents.text.verdicts import Kind
from reviews.checks import comparing
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context, Rejected
from reviews.checks.writing import written
from reviews.enums import RejectCode, Severity

RULE, VERSION = "rejected_before", 1
NEEDS: tuple[str, ...] = ("rejected",)

ALIKE = 0.85  # of what is too long to be judged word by word, or differs in a word or a value
SAME = (Kind.SAME, Kind.REINFORCES, Kind.EXTENDS)

SAYS = _("People turned this down before, in proposal #%(number)d.")
SAYS_WHY = _("People turned this down before, in proposal #%(number)d: %(code)s.")
VALUE = _("People turned this down before with another value, in proposal #%(number)d.")


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    """The gravest one for each statement that is written."""
    if not context.rejected:
        return
    known = [plain(one.text) for one in context.rejected]
    for number, target in enumerate(proposed.targets):
        said = written(target)
        asked = [plain(one.told.text, one.told) for one in said]
        found: dict[int, tuple[Severity, Rejected]] = {}
        for each, place in comparing.pairs(asked, known, equal=True):
            if each in found and found[each][0] == Severity.WARNING:
                continue
            severity = _judged(asked[each], known[place])
            if severity is not None:
                found[each] = severity, context.rejected[place]
        for each, (severity, no) in sorted(found.items(), key=lambda one: one[0]):
            yield Finding(RULE, VERSION, severity, _reason(no, severity), number, said[each].start, said[each].end)


def plain(text: str, told: Told | None = None) -> Told:
    """The statement as a model reads it, whatever it is dressed in; `told` is the statement as it is written."""
    read = _undressed(text) if len(text) <= LONGEST else skeletons.read(text).text
    return told if told is not None and read == text else neighbours.one(read)


@lru_cache(maxsize=4_000)
def _undressed(text: str) -> str:
    return skeletons.read(text).text


def _judged(one: Told, other: Told) -> Severity | None:
    """Whether one says the other again: another word in it is no other matter; another value is noted."""
    if one.normal == other.normal:
        return Severity.WARNING
    verdict = verdicts.judge(comparing.worded(other.text), comparing.worded(one.text))
    if verdict.kind in SAME:
        return Severity.WARNING
    denied = verdict.kind == Kind.CONTRADICTS and verdict.reason != "other_word"
    if denied or verdict.kind == Kind.SCOPE_SPLIT or similarity.ratio(one.text, other.text) < ALIKE:
        return None
    return Severity.NOTE if verdict.kind == Kind.UPDATES else Severity.WARNING


def _reason(no: Rejected, severity: Severity) -> str:
    if severity == Severity.NOTE:
        return str(VALUE % {"number": no.number})
    if not no.code:
        return str(SAYS % {"number": no.number})
    code = RejectCode(no.code).label if no.code in RejectCode.values else no.code
    return str(SAYS_WHY % {"number": no.number, "code": code})
