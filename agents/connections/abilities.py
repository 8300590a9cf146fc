"""What a connection can do, in words for a page: what it serves, what the last check found, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.enums import Provider
from agents.models import Connection

YES, NO, UNTRIED = "yes", "no", "untried"
_WHAT: dict[str, tuple[str | Promise, str | Promise]] = {
    "messages": (_("Messages"), _("Lucid's own engine with Claude reads sessions and words changes.")),
    "listing": (_("List of models"), _("Dream settings offer the models that there are.")),
    "stores": (
        _("Memory stores, reading"),
        _("What agents have in a store comes here; edits from outside are seen."),
    ),
    "stores_write": (_("Memory stores, writing"), _("Approved changes reach the store that the agent reads.")),
    "sessions": (_("Sessions"), _("Finished sessions are pulled, with their events and outcomes.")),
    "dreams": (_("Dreams"), _("The platform's own dreams run, and become changes to decide on.")),
    "batches": (_("Message batches"), _("Nightly runs cost half.")),
}
_PROVIDERS: dict[Provider, str | Promise] = {
    Provider.ANTHROPIC: _("Messages, and all that the platform keeps: memory stores, sessions, Dreams and batches."),
    Provider.BEDROCK: _("Messages in a region of AWS."),
    Provider.VERTEX: _("Messages in a region of Google Cloud."),
    Provider.FOUNDRY: _("Messages by a resource of Azure."),
}


@dataclass(frozen=True)
class Ability:
    """`state` is yes, no or untried; `why` says it for those that are not yes."""

    label: str | Promise
    means: str | Promise
    state: str
    why: str = ""


def of(row: Connection) -> list[Ability]:
    """What a check found; empty before the first one."""
    if row.checked_at is None:
        return []
    wanted = [name for name in _WHAT if name in row.able or name in row.able.get("untried", {})]
    return [_ability(row, name) for name in wanted]


def providers() -> list[tuple[str, str | Promise, str | Promise]]:
    """(value, label, what it serves) of each, to choose from."""
    return [(one.value, one.label, _PROVIDERS[one]) for one in Provider]


def _ability(row: Connection, name: str) -> Ability:
    label, means = _WHAT[name]
    said = row.able.get(name)
    if said is None:
        return Ability(label, means, UNTRIED, row.able["untried"][name])
    return Ability(label, means, YES) if said == YES else Ability(label, means, NO, said)
