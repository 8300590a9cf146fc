"""The pattern behind a change, with its numbers as they were when it was proposed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.enums import EvidenceStatus, OriginKind, Stance
from reviews.models import Change, Evidence
from reviews.panels.base import Panel
from reviews.reading import patterns, wording


def read(change: Change, _request: HttpRequest) -> dict[str, Any]:
    opposed = Evidence.objects.of(change.team).filter(
        change=change, stance=Stance.AGAINST, status=EvidenceStatus.VERIFIED
    )
    run = change.proposal.origin_id if change.proposal.origin_kind == OriginKind.DREAM else ""
    told = patterns.tell(change.pattern) if change.pattern else None
    days = [told.statement, *(text for _label, text in (*told.facts, *told.others))] if told else []
    return {
        "told": told,
        "days_note": wording.days_note(*days),
        "against": opposed.values("session").distinct().count(),
        "run": run,
    }


PANEL = Panel(_("The pattern behind it"), "reviews/panels/pattern.html", read)
