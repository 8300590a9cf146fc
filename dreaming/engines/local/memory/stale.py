"""Statements whose own date has passed, and statements that nobody has confirmed for longer than the policy allows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from agents.snapshot import Snapshot
from agents.text.sentences import spans as sentences
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying, gist
from dreaming.engines.local.lexicon import DUE, MONTHS
from dreaming.engines.local.reading.claims import Claim, Place, stands_under, where
from dreaming.engines.local.reading.signals import LONG_AGO

MOST_DATE_WORDS = 6
YEAR = re.compile(r"\d{4}")


def find(
    snapshot: Snapshot,
    claims: Sequence[Claim],
    curation: Curation,
    valued: Collection[Place] = (),
    going: Sequence[Tidying] = (),
) -> list[Tidying]:
    """Stale statements; what is pinned or protected does not age, and what is valued only comes up for review.

    Copies of a statement in one namespace are one statement: its latest confirmation counts, and all of them go in
    one change, but for those that `going` takes out already.
    """
    taken = {claim.place for tidying in going for claim in tidying.remove}
    suspects = _suspects(snapshot, claims, curation)
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.digest in suspects:
            groups[snapshot.memories[claim.memory].namespace, claim.digest].append(claim)
    found: list[Tidying] = []
    for group in groups.values():
        copies = [claim for claim in group if not claim.fixed and claim.place not in taken]
        if copies:
            last = max(claim.confirmed_at for claim in group)
            spared = any(claim.place in valued for claim in group)
            found += _of(snapshot, copies, last, curation, spared=spared)
    return found


def _suspects(snapshot: Snapshot, claims: Sequence[Claim], curation: Curation) -> set[str]:
    """Digests of all that may name a date or is older than the policy allows anywhere: most statements are neither."""
    allowed = [days for days in (curation.stale_after_days, *curation.review_after_days.values()) if days > 0]
    last = snapshot.taken_at - timedelta(days=min(allowed) + 1) if allowed else LONG_AGO
    return {
        claim.digest for claim in claims if not claim.fixed and (claim.confirmed_at <= last or YEAR.search(claim.text))
    }


def _of(
    snapshot: Snapshot, copies: Sequence[Claim], last: datetime, curation: Curation, *, spared: bool
) -> Iterator[Tidying]:
    due, age = due_date(copies[0].text), (snapshot.taken_at - last).days
    to_review: dict[int, list[Claim]] = defaultdict(list)
    for claim in copies:
        days = review_days(snapshot.memories[claim.memory].path, curation)
        if 0 < days < age:
            to_review[days].append(claim)
    if due is not None and due < snapshot.taken_at.date():
        yield _overdue(snapshot, copies, due)
    elif to_review:
        yield from (_to_review(snapshot, own, last, days) for days, own in sorted(to_review.items()))
    elif due is None and 0 < curation.stale_after_days < age and not spared:
        yield _aged(snapshot, copies, last, curation)


def review_days(path: str, curation: Curation) -> int:
    """After how many days what stands at a path is put to a person again; the longest path of the policy wins."""
    above = [guard for guard in curation.review_after_days if stands_under(path, guard)]
    return curation.review_after_days[max(above, key=len)] if above else 0


def due_date(text: str) -> date | None:
    """The latest date until which a text says that it holds or wants to be looked at again; None where it says none."""
    if not YEAR.search(text):
        return None
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


def _overdue(snapshot: Snapshot, copies: Sequence[Claim], due: date) -> Tidying:
    return _tidying(
        snapshot, copies, reason_code="past_its_date", confidence=0.75, mark=due.isoformat(),
        title=f"Retire “{gist(_undated(copies[0].text), 80)}”, past its date {due.isoformat()}",
        why=f"Its last day, or day of review, was {due.isoformat()};"
        f" the dream was on {snapshot.taken_at.date().isoformat()}.",
    )  # fmt: skip


def _undated(text: str) -> str:
    """Without a closing sentence that says nothing but the date, where something is left."""
    parts = [text[start:end] for start, end in sentences(text)]
    rest = [part for part in parts if not (DUE.match(part) and len(part.split()) <= MOST_DATE_WORDS)]
    return " ".join(rest or parts)


def _aged(snapshot: Snapshot, copies: Sequence[Claim], last: datetime, curation: Curation) -> Tidying:
    day = last.date().isoformat()
    return _tidying(
        snapshot, copies, reason_code="unconfirmed", confidence=0.4, mark=day,
        title=f"Retire “{gist(copies[0].text, 80)}”, not confirmed since {day}",
        why=f"Last confirmed {(snapshot.taken_at - last).days} days before the dream; the curation policy asks again"
        f" after {curation.stale_after_days}."
        " Old is not wrong: reject this to keep it.",
    )  # fmt: skip


def _to_review(snapshot: Snapshot, copies: Sequence[Claim], last: datetime, days: int) -> Tidying:
    day = last.date().isoformat()
    return _tidying(
        snapshot, copies, reason_code="review_due", confidence=0.5, mark=f"{day} {days}",
        title=f"Review “{gist(copies[0].text, 80)}”, last confirmed on {day}",
        why=f"Last confirmed {(snapshot.taken_at - last).days} days before the dream; the curation policy asks to look"
        f" at what stands here every {days} days. Approve to retire it, reject to keep it.",
    )  # fmt: skip


def _tidying(
    snapshot: Snapshot, copies: Sequence[Claim], *, reason_code: str, confidence: float, mark: str, title: str, why: str
) -> Tidying:
    places = "; ".join(where(snapshot, one) for one in copies)
    return Tidying(
        kind="stale",
        key=(copies[0].digest, reason_code, mark),
        remove=tuple(copies),
        keep=None,
        title=title,
        rationale=f"{why} “{gist(copies[0].text, 140)}” stands in {places}.",
        reason_code=reason_code,
        confidence=confidence,
        loses=True,
    )
