"""Which settings let an agent dream by itself, over more, or with another engine: a second person agrees to those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dreaming.enums import Frequency


def _raises(old: int | None, new: int | None) -> bool:
    return old is not None and (new is None or new > old)  # None is no cap


WIDENS: dict[str, Callable[[Any, Any], bool]] = {
    "frequency": lambda old, new: bool(old == Frequency.OFF != new),
    "namespaces": lambda old, new: bool(old and (not new or set(new) - set(old))),  # none named means all of them
    "agents": lambda old, new: bool(set(new) - set(old)),
    "window_days": lambda old, new: bool(new > old),
    "engine": lambda old, new: bool(new != old),
    "connection": lambda old, new: bool(new and new != old),  # text is sent to whom nobody agreed to
    "max_tokens": _raises,
    "max_cost_cents": _raises,
}


def widened(before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Of the values those that widen what was set before."""
    return {name: new for name, new in values.items() if name in WIDENS and WIDENS[name](before[name], new)}
