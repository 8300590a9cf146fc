"""What the engine is built with: plain data and the client that somebody else checked and opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import anthropic

from dreaming.engines.spending import Budget


@dataclass(frozen=True, slots=True)
class Workspace:
    """`stores` are the memory stores that namespaces (by slug) are linked to there, `sessions` the external ids of
    those that the platform holds. `is_protected` tells of a namespace and a path whether dreams keep off it.
    """

    client: anthropic.Anthropic
    connection: str
    stores: Mapping[str, str]
    sessions: frozenset[str]
    source: str
    model: str
    instructions: str
    budget: Budget
    clock: Callable[[], datetime]
    is_protected: Callable[[str, str], bool]
