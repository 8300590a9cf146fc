"""What the next dream of an agent may cost: counted by the model's own provider where that can be asked, else from the
lengths of what would be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent
from agents.snapshot import Snapshot
from dreaming import managing, manifests, settings, snapshots
from dreaming.costs import caps, counting, prices, rates
from dreaming.costs.counting import Counted
from dreaming.costs.rates import Amount
from dreaming.engines.claude import efforts
from dreaming.engines.protocol import EngineFailed
from dreaming.engines.spending import Tokens
from dreaming.enums import EngineName
from dreaming.making import Making
from dreaming.models import DreamSettings

FEWEST, MOST = 5, 3  # characters of a token: newer models cut text smaller
PIECE = 60_000  # tokens of transcripts that are read at once, beside the whole memory
LEAST_ANSWER, MOST_ANSWER = 200, 4_000
LABELS = {
    "discover": gettext_lazy("Read"),
    "check and word": gettext_lazy("Check and word"),
    "dream": gettext_lazy("Dream"),
}
AGAIN = 5  # times that a dream of the platform reads its input from the cache


@dataclass(frozen=True, slots=True)
class Stage:
    """Tokens at least and at most, and what they cost; None where the model has no price."""

    name: str
    model: str
    least: Tokens
    most: Tokens
    low: int | None
    high: int | None

    @property
    def label(self) -> str:
        return str(LABELS[self.name])

    @property
    def tokens(self) -> tuple[int, int]:
        """In and out together, at least and at most."""
        least, most = (rates.prompt_of(one) + one.output for one in (self.least, self.most))
        return least, most

    @property
    def money(self) -> str:
        return _money(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Estimate:
    """`passes` says which caps the most of it would pass, `refusal` why the dream would not begin; `is_counted` where
    the provider counted what is read, else `uncounted` may say why not."""

    engine: str
    sessions: int
    stages: tuple[Stage, ...]
    passes: tuple[str, ...]
    is_counted: bool = False
    refusal: str = ""
    uncounted: str = ""

    @property
    def low(self) -> int | None:
        return _sum([stage.low for stage in self.stages])

    @property
    def high(self) -> int | None:
        return _sum([stage.high for stage in self.stages])

    @property
    def money(self) -> str:
        """In words; empty where it is not known."""
        return _money(self.low, self.high)

    @property
    def engine_label(self) -> str:
        return str(EngineName(self.engine).label)

    @property
    def is_free(self) -> bool:
        """Whether no model would be asked."""
        return not self.stages

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"low": self.low, "high": self.high, "unit": "micro-dollars"}


def estimate(*, agent: Agent, at: datetime, engine: str = "") -> Estimate:
    """Over the sessions that no dream has read. Where there are none, a model is asked nothing."""
    chosen = settings.of(agent)
    name = engine or chosen.engine
    snapshot = snapshots.take(agent=agent, manifest=manifests.manifest_of(agent, chosen, at))
    new = [index for index, mark in enumerate(snapshot.sessions) if mark.is_new]
    if name == EngineName.LOCAL or not new:
        return Estimate(name, len(new), (), ())
    refusal, counted = "", Counted(None)
    try:
        counted = _counted(name, Making(agent, chosen, lambda: at), snapshot)
    except EngineFailed as missing:
        refusal = str(missing)
    stages = tuple(_priced(agent, at, *one) for one in _stages(name, chosen, snapshot, new, counted.tokens))
    return Estimate(
        name,
        len(new),
        stages,
        tuple(_passed(chosen, stages, at)),
        is_counted=counted.tokens is not None,
        refusal=refusal,
        uncounted=counted.why,
    )


def _counted(engine: str, making: Making, snapshot: Snapshot) -> Counted:
    """Raises EngineFailed where the dream would not begin."""
    if engine == EngineName.CLAUDE:
        return counting.discovery(making, snapshot)
    managing.workspace_of(making, snapshot)
    return Counted(None, _("The platform does not count a dream before it is dreamt."))


def _stages(
    engine: str, chosen: DreamSettings, snapshot: Snapshot, new: list[int], counted: Tokens | None
) -> Iterator[tuple[str, str, Tokens, Tokens]]:
    read = sum(len(snapshot.events.text[row]) for index in new for row in snapshot.events.rows_of(index))
    memory = sum(len(one.text) for one in snapshot.memories)
    if engine == EngineName.MANAGED:
        least, most = ((read + memory) // characters + 1 for characters in (FEWEST, MOST))
        yield "dream", chosen.model, Tokens(input=least, output=least // 20), _dreamt(most)
        return
    thinks = efforts.most_answer(chosen.effort) / efforts.MOST_ANSWER_ELSE
    low, high = _read(read, memory, FEWEST), _read(read, memory, MOST)
    high = replace(high, output=int(high.output * thinks))
    if counted is not None:
        low, high = replace(counted, output=low.output), replace(counted, output=high.output)
    yield "discover", chosen.model, low, high
    checked = Tokens(input=memory // MOST + read // MOST // 2, output=MOST_ANSWER)
    yield "check and word", chosen.verifier or chosen.model, Tokens(), checked


def _read(read: int, memory: int, characters: int) -> Tokens:
    pieces = read // characters // PIECE + 1
    answer = LEAST_ANSWER if characters == FEWEST else MOST_ANSWER
    beside = memory // characters
    return Tokens(
        input=read // characters,
        output=answer * pieces,
        cache_write_1h=beside,
        cache_read=beside * (pieces - 1),
    )


def _dreamt(read: int) -> Tokens:
    return Tokens(input=read, output=read // 8, cache_read=read * AGAIN, cache_write_1h=read // 2)


def _priced(agent: Agent, at: datetime, name: str, model: str, least: Tokens, most: Tokens) -> Stage:
    day = at.astimezone(ZoneInfo(agent.team.time_zone)).date()
    rate = rates.find(prices.rates_of(agent.team), model=model, day=day, prompt=min(rates.prompt_of(most), PIECE))
    low: Amount | None = rates.amount(rate, least) if rate else None
    high: Amount | None = rates.amount(rate, most) if rate else None
    return Stage(name, model, least, most, low.low if low else None, high.high if high else None)


def _passed(chosen: DreamSettings, stages: tuple[Stage, ...], at: datetime) -> Iterator[str]:
    money = _sum([stage.high for stage in stages])
    tokens = sum(rates.prompt_of(stage.most) + stage.most.output for stage in stages)
    for cap in (*caps.of_run(chosen, None), *caps.of_days(chosen.agent, at)):
        if cap.is_money and money is None:
            yield _("%(cap)s is capped, and the model has no price") % {"cap": cap.name}
        elif cap.refuses((money or 0) if cap.is_money else tokens):
            yield cap.says((money or 0) if cap.is_money else tokens)


def _money(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return ""
    least, most = low - low % caps.CENT, high + -high % caps.CENT  # whole cents: it is no bill
    return f"{caps.dollars(least)} – {caps.dollars(most)}" if most else caps.dollars(0)


def _sum(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
