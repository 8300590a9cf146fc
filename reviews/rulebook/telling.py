"""A version of a rule in words, field by field, and what differs between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.enums import RuleKind, Severity
from reviews.models import TeamRuleVersion

_PATTERN = gettext_lazy("Pattern: %(pattern)s")


@dataclass(frozen=True, slots=True)
class Field:
    label: str | Promise
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, and what it says before and after."""

    label: str | Promise
    before: tuple[str, ...]
    after: tuple[str, ...]


def fields(version: TeamRuleVersion) -> list[Field]:
    """What a version asks for; `also` only where the rule has it."""
    must = version.kind == RuleKind.MUST
    told = [
        Field(_("When memory says") if must else _("Memory must not say"), _wording(version.says)),
        Field(_("It must also say"), _wording(version.also)),
        Field(_("Namespaces"), tuple(version.namespaces) or (_("all"),)),
        Field(_("A finding"), (_("blocks the change") if version.severity == Severity.BLOCKING else _("warns"),)),
        Field(_("Reason for reviewers"), (version.reason,)),
        Field(_("Examples that break it"), tuple(version.breaking)),
        Field(_("Examples that keep it"), tuple(version.keeping)),
    ]
    return [field for field in told if field.lines]


def differences(old: TeamRuleVersion, new: TeamRuleVersion) -> list[Difference]:
    before, after = ({field.label: field.lines for field in [_title(one), *fields(one)]} for one in (old, new))
    labels = dict.fromkeys((*before, *after))
    pairs = ((label, before.get(label, ()), after.get(label, ())) for label in labels)
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _title(version: TeamRuleVersion) -> Field:
    return Field(_("Title"), (version.title,))


def _wording(stored: Mapping[str, Any]) -> tuple[str, ...]:
    pattern = stored.get("pattern", "")
    phrases = tuple(f"“{phrase}”" for phrase in stored.get("phrases", ()))
    return (*phrases, _PATTERN % {"pattern": pattern}) if pattern else phrases
