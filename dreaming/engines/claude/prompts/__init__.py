"""What the model is told, one file for each call and version. A released file is never edited: the next is a v2."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

VERSIONS = {"discover": 1, "ground": 1, "verify": 1, "word": 1, "judge": 1, "answer": 2}


@dataclass(frozen=True, slots=True)
class Prompt:
    """`text` is the whole system text; `id` names it on every change that came of it."""

    name: str
    version: int
    text: str

    @property
    def id(self) -> str:
        return f"{self.name}.v{self.version}"


@cache
def load(name: str) -> Prompt:
    version = VERSIONS[name]
    text = (Path(__file__).parent / f"{name}.v{version}.md").read_text(encoding="utf-8")
    return Prompt(name, version, text.strip())
