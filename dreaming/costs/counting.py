"""How many tokens the first questions of a dream have, counted for free by who would answer them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import anthropic

from agents.models import Agent
from agents.snapshot import Snapshot
from dreaming import opening
from dreaming.engines.claude import discovering
from dreaming.engines.claude.asking import Question, size
from dreaming.engines.claude.engine import Model
from dreaming.engines.local.engine import LocalEngine, policy_of
from dreaming.engines.protocol import EngineFailed
from dreaming.engines.spending import Tokens
from dreaming.making import Making
from dreaming.models import DreamSettings

MOST_COUNTED = 20  # questions; of more the rest is taken for like them


def discovery(agent: Agent, chosen: DreamSettings, snapshot: Snapshot, at: datetime) -> Tokens | None:
    """What the questions of `discover` take in, its answers not counted; None where nobody counts."""
    try:
        model = opening.open_model(Making(agent, chosen, lambda: at), snapshot)
        now = LocalEngine().consider(snapshot, policy_of(chosen.curation), lambda *_: None)
        questions = discovering.questions(now, model=model.name, instructions=model.instructions)
        counted = [_count(model, one) for one in questions[:MOST_COUNTED]]
    except (EngineFailed, anthropic.APIError):
        return None
    return _together(questions, counted)


def _count(model: Model, question: Question) -> int:
    asked = {name: value for name, value in question.params.items() if name != "max_tokens"}
    return int(model.client.messages.count_tokens(**asked).input_tokens)


def _together(questions: list[Question], counted: list[int]) -> Tokens:
    """The shared part is written to the cache by the first and read by the others."""
    whole = Tokens()
    for number, question in enumerate(questions):
        tokens = counted[number] if number < len(counted) else sum(counted) // len(counted)
        own = size(question.prompt.text) + size(question.content)
        shared = tokens * size(question.shared) // max(1, own + size(question.shared))
        whole = replace(
            whole,
            input=whole.input + tokens - shared,
            cache_write_1h=whole.cache_write_1h + (0 if number else shared),
            cache_read=whole.cache_read + (shared if number else 0),
        )
    return whole
