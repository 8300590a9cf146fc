"""The two reports as CSV, every cell guarded against spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audit.entries import time_text
from audit.exporting import Lines
from compliance.access.duties import Duties
from compliance.access.state import Access

_ACCESS = (
    "kind",
    "id",
    "name",
    "roles",
    "approves",
    "owner_of",
    "breaks_glass",
    "confirms",
    "manages",
    "away",
    "delegate",
    "scopes",
    "only_for",
    "until",
)
_DUTIES = ("change", "title", "proposal", "applied_at", "why", "authors", "approvers")


def access(found: Access) -> bytes:
    """People, then tokens: one line each."""
    rows = [
        [
            "person",
            one.id,
            one.name,
            " ".join(one.roles),
            _yes(one.approves),
            "; ".join(one.owns),
            *map(_yes, (one.breaks_glass, one.confirms, one.manages, one.is_away)),
            one.delegate,
            *[""] * 3,
        ]
        for one in found.people
    ]
    rows += [
        [
            "token",
            one.public_id,
            one.name,
            "",
            _yes(False),
            "",
            *map(_yes, (False, False, False, False)),
            "",
            " ".join(one.scopes),
            one.agent_id_only,
            time_text(one.expires_at),
        ]
        for one in found.tokens
    ]
    return _sheet(_ACCESS, rows)


def duties(found: Duties, called: Mapping[str, str]) -> bytes:
    """The exceptions. People as their id and, where it is known, their name of today."""
    return _sheet(
        _DUTIES,
        [
            [
                one.change.public_id,
                one.change.title,
                str(one.change.proposal.number),
                time_text(one.change.applied_at) if one.change.applied_at else "",
                " ".join(one.why),
                _who(one.authors, called),
                _who(one.approvers, called),
            ]
            for one in found.exceptions
        ],
    )


def _sheet(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    lines = Lines()
    return b"".join([lines.row(header), *(lines.row(row) for row in rows)])


def _who(ids: Iterable[str], called: Mapping[str, str]) -> str:
    return "; ".join(f"{id} {called.get(id, '')}".strip() for id in ids)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
