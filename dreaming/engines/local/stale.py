"""Statements whose own date has passed, and statements that nobody has confirmed for longer than the policy allows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from agents.snapshot import Snapshot
from agents.text.sentences import spans as sentences
from dreaming.engines.local.claims import Claim, Place, stands_under, where
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying, gist
from dreaming.engines.local.lexicon import DUE, MONTHS

MOST_DATE_WORDS = 6


def find(
    snapshot: Snapshot, claims: Sequence[Claim], curation: Curation, valued: Collection[Place] = ()
) -> list[Tidying]:
    """Stale statements; what is pinned or protected does not age, and what is valued only comes up for review."""
    found: list[Tidying] = []
    for claim in claims:
        if claim.fixed:
            continue
        due = due_date(claim.text)
        age = (snapshot.taken_at - claim.confirmed_at).days
        days = review_days(snapshot.memories[claim.memory].path, curation)
        if due is not None and due < snapshot.taken_at.date():
            found.append(_overdue(snapshot, claim, due))
        elif days and age > days:
            found.append(_to_review(snapshot, claim, days))
        elif due is None and 0 < curation.stale_after_days < age and claim.place not in valued:
            found.append(_aged(snapshot, claim, curation))
    return found


def review_days(path: str, curation: Curation) -> int:
    """After how many days what stands at a path is put to a person again; the longest path of the policy wins."""
    above = [guard for guard in curation.review_after_days if stands_under(path, guard)]
    return curation.review_after_days[max(above, key=len)] if above else 0


def due_date(text: str) -> date | None:
    """The latest date until which a text says that it holds or wants to be looked at again; None where it says none."""
    dates = [_date(match[match.lastindex or 0]) for match in DUE.finditer(text)]
    return max((found for found in dates if found is not None), default=None)


def _date(text: str) -> date | None:
    parts = text.replace(",", " ").replace(".", " ").lower().split()
    try:
        if len(parts) == 1:
            return date.fromisoformat(parts[0])
        month = next(at for name, at in MONTHS.items() for part in parts if part.startswith(name))
        numbers = [int("".join(filter(str.isdigit, part))) for part in parts if part[:1].isdigit()]
        if len(numbers) == 1:  # a month and a year: the last day of it
            return date(numbers[0] + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date(max(numbers), month, min(numbers))
    except (StopIteration, ValueError):
        return None


def _overdue(snapshot: Snapshot, claim: Claim, due: date) -> Tidying:
    return _tidying(
        snapshot, claim, reason_code="past_its_date", confidence=0.75, mark=due.isoformat(),
        title=f"Retire “{gist(_undated(claim.text), 80)}”, past its date {due.isoformat()}",
        why=f"Its last day, or day of review, was {due.isoformat()};"
        f" the dream was on {snapshot.taken_at.date().isoformat()}.",
    )  # fmt: skip


def _undated(text: str) -> str:
    """Without a closing sentence that says nothing but the date, where something is left."""
    parts = [text[start:end] for start, end in sentences(text)]
    rest = [part for part in parts if not (DUE.match(part) and len(part.split()) <= MOST_DATE_WORDS)]
    return " ".join(rest or parts)


def _aged(snapshot: Snapshot, claim: Claim, curation: Curation) -> Tidying:
    days = (snapshot.taken_at - claim.confirmed_at).days
    return _tidying(
        snapshot, claim, reason_code="unconfirmed", confidence=0.4, mark=claim.confirmed_at.date().isoformat(),
        title=f"Retire “{gist(claim.text, 80)}”, not confirmed since {claim.confirmed_at.date().isoformat()}",
        why=f"Last confirmed {days} days before the dream; the curation policy asks again after"
        f" {curation.stale_after_days}."
        " Old is not wrong: reject this to keep it.",
    )  # fmt: skip


def _to_review(snapshot: Snapshot, claim: Claim, days: int) -> Tidying:
    age = (snapshot.taken_at - claim.confirmed_at).days
    return _tidying(
        snapshot, claim, reason_code="review_due", confidence=0.5, mark=claim.confirmed_at.date().isoformat(),
        title=f"Review “{gist(claim.text, 80)}”, last confirmed on {claim.confirmed_at.date().isoformat()}",
        why=f"Last confirmed {age} days before the dream; the curation policy asks to look at what stands here every"
        f" {days} days. Approve to retire it, reject to keep it.",
    )  # fmt: skip


def _tidying(
    snapshot: Snapshot, claim: Claim, *, reason_code: str, confidence: float, mark: str, title: str, why: str
) -> Tidying:
    return Tidying(
        kind="stale",
        key=(claim.digest, reason_code, mark),
        remove=(claim,),
        keep=None,
        title=title,
        rationale=f"“{gist(claim.text, 140)}” ({where(snapshot, claim)}). {why}",
        reason_code=reason_code,
        confidence=confidence,
        loses=True,
    )
