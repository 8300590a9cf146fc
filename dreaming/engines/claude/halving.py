"""Questions over several things at once: what is too much for one answer is asked again in halves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dreaming.engines.claude import answers
from dreaming.engines.claude.answers import Item
from dreaming.engines.claude.asking import Answer, Line, Question

TOO_MUCH = ("max_tokens", "model_context_window_exceeded")
DEEPEST = 5  # halvings: the largest group, of 20, comes down to single things

Part = TypeVar("Part")
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Reading(Generic[Part, Item]):
    """What could be read of the answer on a part; without items, too, where the model refused."""

    part: Part
    items: list[Item]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Form(Generic[Item]):
    """What the items of an answer are, and the words of their enumerations."""

    kind: type[Item]
    allowed: Mapping[str, tuple[str, ...]]


def ask_in_groups(
    line: Line,
    things: Sequence[Thing],
    question: Callable[[Sequence[Thing]], Question],
    form: Form[Item],
    *,
    at_once: int,
) -> list[Reading[Sequence[Thing], Item]]:
    """As `ask`, over at most `at_once` things in a question."""
    groups = [things[at : at + at_once] for at in range(0, len(things), at_once)]
    return ask(line, groups, question, form, halves=_halves, size=len)


def ask(
    line: Line,
    parts: Sequence[Part],
    question: Callable[[Part], Question],
    form: Form[Item],
    *,
    halves: Callable[[Part], Sequence[Part]],
    size: Callable[[Part], int],
    deepest: int = DEEPEST,
) -> list[Reading[Part, Item]]:
    """What was said on each part, in their order. A part that is too much is asked about in its halves, and they in
    theirs; one that is still too much, and cannot be smaller, is left out, its `size` counted as too long. What was
    said of the others does not change with it. Raises what `Line.ask` raises.
    """
    found: dict[tuple[int, ...], Reading[Part, Item]] = {}
    waiting: dict[tuple[int, ...], Part] = {(at,): part for at, part in enumerate(parts)}
    for left in range(deepest, -1, -1):
        smaller: dict[tuple[int, ...], Part] = {}
        told = line.ask([question(part) for part in waiting.values()])
        for (place, part), answer in zip(waiting.items(), told, strict=True):
            if answer.stop not in TOO_MUCH:
                found[place] = _read(line, part, answer, form)
                continue
            line.funnel["model_too_long"] += 1
            again = halves(part) if left else ()
            if len(again) > 1:
                smaller |= {(*place, number): half for number, half in enumerate(again)}
            else:
                line.funnel["model_dropped_too_long"] += size(part)
        waiting = smaller
    return [found[place] for place in sorted(found)]


def _read(line: Line, part: Part, answer: Answer, form: Form[Item]) -> Reading[Part, Item]:
    if answer.stop == "refusal":
        line.funnel["model_refused"] += 1
        return Reading(part, [], is_whole=False)
    items = answers.items(answer.text, form.kind, form.allowed, line.funnel)
    return Reading(part, items, answer.is_whole)


def _halves(group: Sequence[Thing]) -> Sequence[Sequence[Thing]]:
    middle = len(group) // 2
    return [group[:middle], group[middle:]] if middle else []
