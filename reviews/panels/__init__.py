"""What stands beside a change and is read only when somebody opens it: one file a panel.

A panel is a title, a template, and a function from a change (of `desk.rows`) and the request to what the template
draws. All stand on the change's own page; on the page of a proposal each is loaded when it is opened.
"""

from __future__ import annotations

from reviews.panels import discussion, evidence, history, impact, origin, pattern, similar
from reviews.panels.base import Panel

PANELS: dict[str, Panel] = {
    "evidence": evidence.PANEL,
    "impact": impact.PANEL,
    "pattern": pattern.PANEL,
    "similar": similar.PANEL,
    "origin": origin.PANEL,
    "discussion": discussion.PANEL,
    "history": history.PANEL,
}
