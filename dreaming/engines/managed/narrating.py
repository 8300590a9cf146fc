"""What a dream looked at and wrote, from its own session: a note for reviewers, counted and never quoted."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import anthropic

MOST_EVENTS = 20_000
MOST_NAMED = 4
_TOOL = re.compile(r"[A-Za-z_]{1,40}")
_USES = ("agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use")
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Notes:
    """How often each tool was used on each path, and how many sessions of the input were opened."""

    session: str = ""
    uses: Mapping[str, Counter[str]] = field(default_factory=dict)
    opened: int = 0

    def of(self, paths: Collection[str]) -> str:
        """A sentence on these paths; empty where the dream's session says nothing of them."""
        used: Counter[str] = Counter()
        for path in paths:
            used.update(self.uses.get(path, Counter()))
        if not used:
            return ""
        named = ", ".join(f"{tool} {count}×" for tool, count in used.most_common(MOST_NAMED))
        where = "this memory" if len(paths) == 1 else "these memories"
        return f"In its own session, {self.session}, the dream worked on {where}: {named}."


def read(client: anthropic.Anthropic, session: str, paths: Collection[str], sessions: Collection[str]) -> Notes:
    """Nothing where the session cannot be read: a note is no evidence, and its lack no failure."""
    if not session:
        return Notes()
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    opened: set[str] = set()
    try:
        listed = client.beta.sessions.events.list(session, types=list(_USES), limit=AT_ONCE)  # type: ignore[arg-type]
        for number, event in enumerate(listed):
            if number == MOST_EVENTS:
                break
            raw = event.to_dict(mode="json", warnings=False)
            said = json.dumps(raw.get("input"), ensure_ascii=False)
            opened.update(one for one in sessions if one in said)
            tool = str(raw.get("name", ""))
            if _TOOL.fullmatch(tool):
                for path in paths:
                    uses[path][tool] += _names(said, path)
    except anthropic.APIError:
        return Notes()
    return Notes(session, {path: +counts for path, counts in uses.items() if +counts}, len(opened))


def _names(said: str, path: str) -> bool:
    """The path, and not the beginning of another one."""
    at = said.find(path)
    while at >= 0:
        after = said[at + len(path) : at + len(path) + 1]
        if not (after.isalnum() or after in ("-", "_", "/")):
            return True
        at = said.find(path, at + 1)
    return False
