"""Curation policies to start from: one JSON document for each use, and why it is as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dreaming.engines.local.curation import Curation

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Preset:
    """`slug` names the document beside this file."""

    slug: str
    name: str | Promise
    why: str | Promise

    @property
    def policy(self) -> Curation:
        return _policy(self.slug)


@cache
def _policy(slug: str) -> Curation:
    return Curation.read(json.loads((HERE / f"{slug}.json").read_text()))


PRESETS = (
    Preset(
        "defaults",
        _("Defaults"),
        _("For an agent that nobody knows yet: everything may be proposed, little may be taken out."),
    ),
    Preset(
        "document-review",
        _("Document review"),
        _("People correct drafts in words, so their word counts in full; rules are put to a person twice a year."),
    ),
    Preset(
        "code-review",
        _("Code review"),
        _("Tests know better than opinions, so they outweigh people; tools change, so entries age in half a year."),
    ),
    Preset(
        "support-triage",
        _("Support triage"),
        _("Many short sessions and a product that changes: three sessions make a pattern, a season makes it old."),
    ),
    Preset(
        "contract-analysis",
        _("Contract analysis"),
        _("Terms bind, so entries that say “shall” or “must” stay as they are, and nothing is archived."),
    ),
    Preset(
        "compliance-evidence",
        _("Compliance evidence"),
        _("What was known must stay known: nothing is archived, merged or aged, and all is put to a person by date."),
    ),
    Preset(
        "it-helpdesk",
        _("IT helpdesk"),
        _("Steps that solved a ticket are worth keeping; systems change, so they age in four months."),
    ),
)


def find(slug: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.slug == slug), None)
