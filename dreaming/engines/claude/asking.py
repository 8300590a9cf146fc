"""Asking the model: each question once, whatever dies in between, and never past the budget.

What was answered is in the journal under the digest of the whole question, so that a resumed run, and a later one that
has the same question, pays nothing. Before each POST the journal says that it is made and what is reserved for it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import anthropic

from dreaming.engines.claude import efforts, refusals
from dreaming.engines.claude.prompts import Prompt
from dreaming.engines.protocol import OUTSIDE, Journal
from dreaming.engines.spending import Budget, Tokens

SAID, TRIED = f"{OUTSIDE}said/", f"{OUTSIDE}tried/"
BYTES = 3  # to a token, at least, in any script: what is reserved must not fall short
READABLE = ("end_turn", "stop_sequence")


@dataclass(frozen=True, slots=True)
class Voice:
    """A model, and the effort that is asked of it; without one its own default holds."""

    name: str
    effort: str = ""

    def __str__(self) -> str:
        return f"{self.name} (effort {self.effort})" if self.effort else self.name


@dataclass(frozen=True)
class Question:
    """`shared` stands before `content` and is cached for an hour: the next question with the same reads it there."""

    stage: str
    prompt: Prompt
    voice: Voice
    shared: str
    content: str
    schema: Mapping[str, Any] = field(repr=False)

    @property
    def model(self) -> str:
        return self.voice.name

    @cached_property
    def digest(self) -> str:
        said = [self.prompt.id, self.prompt.text, self.model, self.shared, self.content, self.schema]
        said += [self.voice.effort] if self.voice.effort else []
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def params(self) -> dict[str, Any]:
        """As the Messages API takes it; the same for one request and for one of a batch."""
        system: list[dict[str, Any]] = [{"type": "text", "text": self.prompt.text}]
        effort = {"effort": self.voice.effort} if self.voice.effort else {}
        if self.shared:
            cached = {"type": "ephemeral", "ttl": "1h"}
            system.append({"type": "text", "text": self.shared, "cache_control": cached})
        return {
            "model": self.model,
            "max_tokens": efforts.most_answer(self.voice.effort),
            "system": system,
            "messages": [{"role": "user", "content": self.content}],
            "output_config": {"format": {"type": "json_schema", "schema": dict(self.schema)}} | effort,
        }

    @property
    def most(self) -> Tokens:
        """The most that it can take."""
        cached = size(self.shared) // BYTES + 1 if self.shared else 0
        plain = (size(self.prompt.text) + size(self.content) + size(json.dumps(self.schema))) // BYTES + 1
        return Tokens(input=plain, output=efforts.most_answer(self.voice.effort), cache_write_1h=cached)


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is empty where the model refused or did not come to an end; `stop` says why it stopped."""

    text: str
    stop: str
    model: str

    @property
    def is_whole(self) -> bool:
        return self.stop in READABLE


@dataclass(frozen=True)
class Line:
    """What an engine asks through; `in_batch` is None where nothing may wait in a queue."""

    client: Any
    budget: Budget
    journal: Journal
    clock: Callable[[], datetime]
    in_batch: Callable[[Line, Sequence[Question], Sequence[Question]], dict[str, Answer]] | None = None
    funnel: Counter[str] = field(default_factory=Counter)

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each. Raises EngineWaits, EngineFailed, OverBudget."""
        known = {one.digest: self._known(one) for one in questions}
        waiting = {one.digest: one for one in questions if known[one.digest] is None}
        if self.in_batch is not None and waiting:
            known |= self.in_batch(self, questions, list(waiting.values()))
        return [known[one.digest] or self._ask(one) for one in questions]

    def keep(self, question: Question, message: Any) -> Answer:
        """Write an answer to the journal, and give it."""
        text = "".join(block.text for block in message.content if block.type == "text")
        answer = Answer(text, str(message.stop_reason or ""), str(message.model))
        self.journal.put(SAID + question.digest, {"text": text, "stop": answer.stop, "model": answer.model})
        self.funnel["model_calls"] += 1
        return answer

    def _known(self, question: Question) -> Answer | None:
        key = SAID + question.digest
        kept = self.journal.get(key) or self.journal.recall(key)
        if kept is None:
            return None
        self.funnel["model_remembered"] += 1
        return Answer(kept["text"], kept["stop"], kept["model"])

    def _ask(self, question: Question) -> Answer:
        key = TRIED + question.digest
        tries = int((self.journal.get(key) or {}).get("tries", 0))
        reservation = self.budget.reserve(stage=question.stage, model=question.model, tokens=question.most)
        self.journal.put(key, {"tries": tries + 1, "reservation": reservation})
        try:
            message = self.client.messages.create(**question.params)
        except anthropic.APIStatusError as refused:
            self.budget.release(reservation)  # what is refused is not billed
            if refusals.is_too_long(refused):
                return Answer("", "model_context_window_exceeded", question.model)
            raise refusals.meaning(refused, tries=tries, now=self.clock()) from refused
        except anthropic.APIError as lost:  # it may have been worked on: what was reserved goes on counting
            raise refusals.meaning(lost, tries=tries, now=self.clock()) from lost
        self.budget.settle(reservation, tokens=tokens_of(message.usage), request_id=str(message._request_id or ""))
        return self.keep(question, message)


def size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def tokens_of(usage: Any) -> Tokens:
    written = getattr(usage, "cache_creation", None)
    whole = usage.cache_creation_input_tokens or 0
    hour = (written.ephemeral_1h_input_tokens or 0) if written else whole
    return Tokens(
        input=usage.input_tokens or 0,
        output=usage.output_tokens or 0,
        cache_read=usage.cache_read_input_tokens or 0,
        cache_write_5m=whole - hour,
        cache_write_1h=hour,
    )
