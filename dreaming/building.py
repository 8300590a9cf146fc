"""Engines by their names, each built with what it needs."""

from __future__ import annotations

from collections.abc import Callable

from dreaming import managing, opening
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.protocol import Engine, EngineFailed
from dreaming.enums import EngineName
from dreaming.making import Making

ENGINES: dict[str, Callable[[Making], Engine]] = {
    EngineName.LOCAL: lambda _making: LocalEngine(),
    EngineName.CLAUDE: opening.engine_for,
    EngineName.MANAGED: managing.engine_for,
}


def engine_of(name: str, making: Making) -> Engine:
    """Raises EngineFailed where this installation has no such engine, or it lacks what it needs."""
    if name not in ENGINES:
        raise EngineFailed(f"this installation has no engine called {name}")
    return ENGINES[name](making)
