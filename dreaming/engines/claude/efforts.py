"""Which models take which effort. What is not known to be taken is never sent.

After the platform's pages on effort, as of November 2026. Thinking is not set beside it: the models that think by
themselves do so as deeply as their effort says.
"""

from __future__ import annotations

LEVELS = ("low", "medium", "high", "xhigh", "max")
_WITHOUT_XHIGH = ("low", "medium", "high", "max")
TAKES: dict[str, tuple[str, ...]] = {
    "claude-fable-5-1": LEVELS,
    "claude-fable-5": LEVELS,
    "claude-opus-5-5": LEVELS,
    "claude-opus-5": LEVELS,
    "claude-opus-4-8": LEVELS,
    "claude-opus-4-7": LEVELS,
    "claude-opus-4-6": _WITHOUT_XHIGH,
    "claude-opus-4-5": ("low", "medium", "high"),
    "claude-sonnet-5-5": LEVELS,
    "claude-sonnet-5": LEVELS,
    "claude-sonnet-4-6": _WITHOUT_XHIGH,
    "claude-haiku-5-5": LEVELS,
}
# What a model thinks counts as answer: tokens, below what would have to be streamed.
MOST_ANSWER = {"high": 12_000, "xhigh": 16_000, "max": 20_000}
MOST_ANSWER_ELSE = 8_000


def taken_by(model: str) -> tuple[str, ...]:
    """The efforts that a model takes, by its plain id; none where it takes none, or is not known."""
    return TAKES.get(model, ())


def most_answer(effort: str) -> int:
    """The most tokens of an answer, with what is thought before it."""
    return MOST_ANSWER.get(effort, MOST_ANSWER_ELSE)
