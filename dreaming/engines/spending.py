"""What engines that call a model are given to spend by: asked before each call, told after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dreaming.engines.protocol import EngineFailed


class OverBudget(EngineFailed):
    """What is asked for would pass a cap; the message names the cap, its limit and what was spent."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one call, by how they are priced. Cache writes are for five minutes or for an hour."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0


class Budget(Protocol):
    """One run's caps (of the run, the day and the month), and its account."""

    def reserve(self, *, stage: str, model: str, tokens: Tokens, is_batch: bool = False) -> str:
        """Allow a call that may take up to these tokens; returns the reservation. Raises OverBudget, and then no
        call may be made."""
        ...

    def settle(self, reservation: str, *, tokens: Tokens, request_id: str = "") -> None:
        """Book what a call took in place of what was reserved. Harmless to say twice."""
        ...

    def release(self, reservation: str) -> None:
        """The call was not made, or is not billed."""
        ...

    def usage(self) -> Mapping[str, int]:
        """For `DreamResult.usage`: tokens by class, and `micro_dollars`."""
        ...
