"""The first page of a pack, for readers who are not technical: who decided what, when, with what meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import labels_of
from audit.models import Event
from audit.verify import notes
from compliance import names, people, sentences
from compliance.packs import disclosing, scopes
from compliance.packs.shown import Shown, Survey
from reviews.enums import RejectCode, Verdict

MOST = 1_000  # rows of a table; the whole is in events.csv
_AT_ONCE = 500
_VOTED = "change.voted"
_EDITED = "change.edited"
_WRITTEN = ("change.applied", "change.auto_applied", "change.glass_broken", "change.reverted")
_RULED = ("policy.changed", "confirmation.confirmed", "confirmation.waived", "baseline.signed", "audit.redacted")
_TABLES = {_VOTED: "votes", _EDITED: "votes", **dict.fromkeys(_WRITTEN, "written"), **dict.fromkeys(_RULED, "ruled")}


@dataclass(frozen=True)
class Line:
    """A row of a table. `roles` are those of the person at that time, `reason` what they gave where it is disclosed."""

    event: Event
    what: str
    who: str
    roles: str
    meaning: str
    reason: str


def page(shown: Shown, survey: Survey, *, roles: Mapping[str, Any], disclosure: str) -> bytes:
    """The page, in the team's time zone. `roles` are those of the directory."""
    told = {name: _lines(shown, seqs, roles, disclosure) for name, seqs in _chosen(shown).items()}
    counts = {name: sum(survey.types[type] for type, own in _TABLES.items() if own == name) for name in told}
    plan, team = shown.plan, shown.team
    keys = [notes.PublicKey.parse(key) for key in plan.keys]
    with timezone.override(ZoneInfo(team.time_zone)):
        context = {
            "team": team,
            "plan": plan,
            "made_at": datetime.fromisoformat(plan.made_at),
            "scope": scopes.sentences(team, shown.scope),
            "filtered": shown.scope.is_filtered,
            "count": survey.count,
            "votes": told["votes"],
            "written": told["written"],
            "ruled": told["ruled"],
            "counts": counts,
            "most": MOST,
            "keys": keys,
        }
        return render_to_string("compliance/packs/report.html", context).encode()


def instructions(shown: Shown) -> bytes:
    context = {"plan": shown.plan, "filtered": shown.scope.is_filtered}
    return render_to_string("compliance/packs/verify.md", context).encode()


def meaning_of(verdict: str) -> str:
    """What a vote says, in words for somebody who does not know the product."""
    return (
        {
            Verdict.APPROVE: _("Approval: agrees that the memory is changed like this"),
            Verdict.REJECT: _("Rejection: the memory must not be changed like this"),
            Verdict.REQUEST_CHANGES: _("Asks for another wording before it is decided"),
            Verdict.QUARANTINE: _("Sets it aside as possibly harmful"),
        }.get(Verdict(verdict), verdict)
        if verdict in Verdict.values
        else verdict
    )


def _meaning(row: sentences.Row) -> str:
    """Of a vote with the label of its reason code, and of an edit by a person; of other events nothing."""
    if row.event.type == _EDITED:
        return _("Wrote another version of it: revision %(number)s") % {"number": row.data.get("number", "")}
    if row.event.type != _VOTED:
        return ""
    code, meaning = str(row.data.get("reason_code", "")), meaning_of(str(row.data.get("verdict", "")))
    return f"{meaning} ({RejectCode(code).label})" if code in RejectCode.values else meaning


def _chosen(shown: Shown) -> dict[str, list[int]]:
    """The numbers of the first events of each table."""
    found: dict[str, list[int]] = {"votes": [], "written": [], "ruled": []}
    for page in shown.pages("report"):
        for content in page:
            table = _TABLES.get(content["type"])
            if table is not None and len(found[table]) < MOST:
                found[table].append(content["seq"])
    return found


def _lines(shown: Shown, seqs: Sequence[int], roles: Mapping[str, Any], disclosure: str) -> list[Line]:
    lines = []
    for start in range(0, len(seqs), _AT_ONCE):
        some = seqs[start : start + _AT_ONCE]
        rows = sentences.tell(
            shown.team, list(Event.objects.of_log(shown.plan.log).filter(seq__in=some).oldest_first())
        )
        reasons = disclosing.reasons([row.event.public_id for row in rows], disclosure)
        known = names.resolve(shown.team, {id for row in rows for id in (row.event.actor_id, row.event.target_id)})
        lines += [_line(row, known, roles, reasons) for row in rows]
    return lines


def _line(row: sentences.Row, known: names.Names, roles: Mapping[str, Any], reasons: Mapping[str, str]) -> Line:
    event = row.event
    return Line(
        event=event,
        what=names.name_of(event.target_id, known).label if event.type in (_VOTED, _EDITED) else row.text,
        who=names.name_of(event.actor_id, known).label,
        roles=", ".join(labels_of(people.held(roles.get(event.actor_id, []), json.loads(bytes(event.body))["time"]))),
        meaning=_meaning(row),
        reason=reasons.get(event.public_id, ""),
    )
