"""For whom an engine is built."""

from __future__ import annotations

from dataclasses import dataclass

from agents.models import Agent
from dreaming.leases import Clock
from dreaming.models import DreamSettings, Run


@dataclass(frozen=True, slots=True)
class Making:
    """`run` is None where it answers a request for changes, or nothing is stored."""

    agent: Agent
    settings: DreamSettings
    clock: Clock
    run: Run | None = None
