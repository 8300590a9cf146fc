"""How many tokens the first questions of a dream have, counted for free by who would answer them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import anthropic
from django.utils.translation import gettext as _

from agents.snapshot import Snapshot
from dreaming import opening
from dreaming.engines.claude import discovering, refusals
from dreaming.engines.claude.asking import Question, size
from dreaming.engines.claude.engine import Model
from dreaming.engines.local.engine import LocalEngine, policy_of
from dreaming.engines.protocol import EngineFailed
from dreaming.engines.spending import Tokens
from dreaming.making import Making

MOST_COUNTED = 20  # questions; of more the rest is taken for like them
PATIENCE = 10.0  # seconds for one count, while somebody waits
FORBIDDING = (anthropic.AuthenticationError, anthropic.PaymentRequiredError, anthropic.PermissionDeniedError)


@dataclass(frozen=True, slots=True)
class Counted:
    """`tokens` is None where nobody counted, for the reason `why`."""

    tokens: Tokens | None
    why: str = ""


def discovery(making: Making, snapshot: Snapshot) -> Counted:
    """What the questions of `discover` take in, its answers not counted. Raises EngineFailed where what is missing, or
    refused, would end the dream as well.
    """
    model = opening.open_model(making, snapshot)
    now = LocalEngine().consider(snapshot, policy_of(making.settings.curation), lambda *_: None)
    questions = discovering.questions(now, model=model.finds, instructions=model.instructions)
    try:
        counted = [_count(model, one) for one in questions[:MOST_COUNTED]]
    except FORBIDDING as refused:
        raise EngineFailed(str(refusals.meaning(refused, tries=0, now=making.clock()))) from refused
    except anthropic.AnthropicError:
        return Counted(None, _("The provider could not count it now, or does not count."))
    return Counted(_together(questions, counted))


def _count(model: Model, question: Question) -> int:
    asked = {name: value for name, value in question.params.items() if name != "max_tokens"}
    return int(model.client.messages.count_tokens(**asked, timeout=PATIENCE).input_tokens)


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
