"""Questions that may wait, at half the price: put into one batch, and fetched when it has ended.

What a batch did not answer (an error, expired) is asked again by itself. A batch whose making was lost on the way
cannot be found again: its questions are asked one by one, and what was reserved for it goes on counting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import anthropic

from dreaming.engines.claude import refusals
from dreaming.engines.claude.asking import Answer, Line, Question, tokens_of
from dreaming.engines.protocol import OUTSIDE, EngineWaits

BATCH = f"{OUTSIDE}batch/"
LOST, MADE, ENDED = "lost", "made", "ended"
FEWEST, MOST = 2, 500
FIRST_LOOK, LATER_LOOKS = timedelta(minutes=1), timedelta(minutes=5)


def ask(line: Line, questions: Sequence[Question], waiting: Sequence[Question]) -> dict[str, Answer]:
    """What a batch answered of those `waiting`, by digest; the others are asked one by one. All `questions` name the
    batch, so that a run which was lost amid its results finds it again. Raises EngineWaits until it has ended.
    """
    key = BATCH + hashlib.sha256("".join(sorted(one.digest for one in questions)).encode()).hexdigest()
    kept = line.journal.get(key)
    if kept is None:
        if len(waiting) >= FEWEST:
            _make(line, key, waiting[:MOST])
        return {}
    if kept["state"] != MADE:
        return {}  # what it answered is in the journal; the rest is asked by itself
    return _fetch(line, key, kept, {one.digest: one for one in questions})


def _make(line: Line, key: str, questions: Sequence[Question]) -> None:
    held = {
        one.digest: line.budget.reserve(stage=one.stage, model=one.model, tokens=one.most, is_batch=True)
        for one in questions
    }
    line.journal.put(key, {"state": LOST, "held": held})  # true, should the next line be the last
    requests: list[Any] = [{"custom_id": one.digest[:64], "params": one.params} for one in questions]
    try:
        batch = line.client.messages.batches.create(requests=requests)
    except anthropic.APIStatusError as refused:
        for reservation in held.values():
            line.budget.release(reservation)
        if refused.status_code in refusals.PASSING or refused.status_code >= 500:
            return
        raise refusals.meaning(refused, tries=0, now=line.clock()) from refused
    except anthropic.APIError:
        return
    line.journal.put(key, {"state": MADE, "held": held, "id": batch.id, "looks": 0, "failures": 0})
    raise EngineWaits(line.clock() + FIRST_LOOK)


def _fetch(line: Line, key: str, kept: dict[str, Any], questions: dict[str, Question]) -> dict[str, Answer]:
    try:
        batch = line.client.messages.batches.retrieve(kept["id"])
        if batch.processing_status != "ended":
            line.journal.put(key, kept | {"looks": kept["looks"] + 1, "failures": 0})
            raise EngineWaits(_next_look(line.clock(), kept["looks"]))
        answers = _results(line, kept, questions)
    except anthropic.NotFoundError:
        line.journal.put(key, kept | {"state": LOST})
        return {}
    except anthropic.APIError as error:
        line.journal.put(key, kept | {"failures": kept["failures"] + 1})
        raise refusals.meaning(error, tries=kept["failures"], now=line.clock()) from error
    line.journal.put(key, {"state": ENDED, "held": {}, "id": kept["id"]})
    return answers


def _results(line: Line, kept: dict[str, Any], questions: dict[str, Question]) -> dict[str, Answer]:
    answers, held = {}, dict(kept["held"])
    for each in line.client.messages.batches.results(kept["id"]):
        question = questions.get(str(each.custom_id))
        reservation = held.pop(str(each.custom_id), None)
        if question is None or reservation is None:
            continue
        if each.result.type == "succeeded":
            line.budget.settle(reservation, tokens=tokens_of(each.result.message.usage), request_id=kept["id"])
            answers[question.digest] = line.keep(question, each.result.message)
        else:
            line.budget.release(reservation)
            line.funnel["model_batch_errors"] += 1
    for reservation in held.values():
        line.budget.release(reservation)
    return answers


def _next_look(now: datetime, looks: int) -> datetime:
    return now + (FIRST_LOOK if looks < 10 else LATER_LOOKS)
