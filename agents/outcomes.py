"""How sessions ended and what was said of them: with the transcript, or later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agents.importers import limits, settling
from agents.importers.records import FeedbackRecord, Transcript
from agents.models import Feedback, Outcome, Session
from audit import trail

Pairs = Sequence[tuple[Session, Transcript]]


def attach_outcome(
    *,
    session: Session,
    name: str,
    source: str,
    score: float | None = None,
    detail: str = "",
    said_at: datetime | None = None,
    by: Any,
    at: datetime,
    door: str = "",
) -> Outcome:
    """Say how a session ended. The same again is harmless; of one name and source the latest word counts.

    `said_at` is when it was said, where that was before now; an older word does not replace a newer one.
    """
    when = min(said_at or at, at)
    detail = settling.clean(detail)[0][: limits.DETAIL]
    with trail.unit_of_work(at=at) as unit:
        Session.objects.of(session.team).select_for_update().get(pk=session.pk)
        outcome = Outcome.objects.of(session.team).filter(session=session, name=name, source=source).first()
        if outcome is not None:
            newer = said_at is not None and outcome.at > when
            if newer or (outcome.score, outcome.detail) == (score, detail):
                return outcome
        if outcome is None:
            outcome = Outcome(team=session.team, session=session, name=name, source=source)
        outcome.score, outcome.detail, outcome.at = score, detail, when
        outcome.save()
        data = {"session": session.public_id, "name": name, "source": source, "score_ppm": _ppm(score), "door": door}
        unit.record("outcome.attached", target=outcome, by=by, data=data)
    return outcome


def attach_feedback(*, session: Session, said: FeedbackRecord, by: Any, at: datetime, door: str = "") -> Feedback:
    """Keep what was said of a session or one of its events. The same again is harmless."""
    with trail.unit_of_work(at=at) as unit:
        Session.objects.of(session.team).select_for_update().get(pk=session.pk)
        row = _feedback(session, said, at)
        for known in Feedback.objects.of(session.team).filter(session=session):
            if _said(known) == _said(row):
                return known
        row.save()
        data = {"session": session.public_id, "event": said.event, "score_ppm": _ppm(said.score), "door": door}
        unit.record("feedback.attached", target=row, by=by, data=data)
    return row


def merge(pairs: Pairs, *, fresh: set[int], at: datetime) -> int:
    """Store what transcripts say of outcomes and feedback and is not known yet; returns how many outcomes that were.

    Part of an import, inside its unit: the import's own event counts them. `fresh` are sessions that have none yet.
    """
    _merge_feedback([pair for pair in pairs if pair[1].feedback], fresh, at)
    return _merge_outcomes([pair for pair in pairs if pair[1].outcomes], fresh, at)


def _merge_outcomes(pairs: Pairs, fresh: set[int], at: datetime) -> int:
    known = _known(Outcome, pairs, fresh)
    new, changed = [], []
    for session, transcript in pairs:
        rows = {(row.name, row.source): row for row in known[session.pk]}
        for record in transcript.outcomes:
            row = rows.get((record.name, record.source))
            when = record.at or transcript.ended_at or at
            if row is None:
                row = Outcome(team_id=session.team_id, session=session, name=record.name, source=record.source)
                new.append(row)
            elif (row.score, row.detail) == (record.score, record.detail) or row.at > when:
                continue
            else:
                changed.append(row)
            row.score, row.detail, row.at = record.score, record.detail, when
    Outcome.objects.bulk_create(new, batch_size=500)
    if changed:
        own = Outcome.objects.of(changed[0].team)
        own.bulk_update(changed, ["score", "detail", "at"], batch_size=200)
    return len(new) + len(changed)


def _merge_feedback(pairs: Pairs, fresh: set[int], at: datetime) -> None:
    known = _known(Feedback, pairs, fresh)
    new = []
    for session, transcript in pairs:
        said = [_said(row) for row in known[session.pk]]
        for record in transcript.feedback:
            row = _feedback(session, record, transcript.ended_at or at)
            if _said(row) not in said:
                said.append(_said(row))
                new.append(row)
    Feedback.objects.bulk_create(new, batch_size=500)


def _known(model: Any, pairs: Pairs, fresh: set[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    older = [session for session, _transcript in pairs if session.pk not in fresh]
    if older:
        for row in model.objects.of(older[0].team).filter(session__in=older).order_by("pk"):
            found[row.session_id].append(row)
    return found


def _feedback(session: Session, record: FeedbackRecord, at: datetime) -> Feedback:
    return Feedback(
        team_id=session.team_id,
        session=session,
        position=record.event,
        score=record.score,
        survey=record.survey,
        corrected_output=record.corrected_output,
        comment=record.comment,
        given_by=record.by,
        at=record.at or at,
    )


def _said(row: Feedback) -> tuple[Any, ...]:
    """What makes two remarks the same one; the time may be that of their import, so it is not asked."""
    return (row.position, row.score, row.survey, row.corrected_output, row.comment, row.given_by)


def _ppm(score: float | None) -> int | None:
    return None if score is None else round(score * 1_000_000)
