"""A tool call as people read it: `tool(argument: value, …)` instead of the JSON in which it came."""

from __future__ import annotations

import json
from typing import Any

from agents.text import covering

LONGEST_VALUE = 80


def short(tool: str, arguments: str) -> str:
    """The call in one line; empty where the arguments are no JSON object, or one that says a thing twice."""
    try:
        given = json.loads(arguments, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(given, dict):
        return ""
    said = ", ".join(_said(name, value) for name, value in given.items())
    return f"{tool}({said})"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a name that comes twice: one of its values would be hidden."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name comes twice")
    return dict(pairs)


def _said(name: str, value: Any) -> str:
    whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(f"{name}: {whole}".split()).encode("utf-8", "replace").decode()  # JSON can spell half a character
    text = covering.text(line)  # before it is cut: half a secret is not known as one
    most = len(name) + LONGEST_VALUE
    return text if len(text) <= most else f"{text[:most]}…"
