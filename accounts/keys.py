"""The keys of the product. A key goes by the name that it has by default, in markup (`data-key`) and on the account."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

KEYS = {
    "j": _("Next change"),
    "k": _("Previous change"),
    "n": _("Next undecided change, then the next proposal"),
    "p": _("Previous undecided change"),
    "a": _("Approve"),
    "x": _("Reject, with a reason; in the inbox: choose"),
    "X": _("Choose all that are listed"),
    "r": _("Ask for changes"),
    "q": _("Quarantine"),
    "e": _("Edit"),
    "u": _("Undo"),
    "c": _("Comment"),
    "o": _("Evidence; in the inbox: open"),
    "v": _("Split or unified"),
    "s": _("Source"),
    "/": _("Search"),
    "g": _("Go to"),
    "?": _("These keys"),
}


LISTED = {
    "j": _("Next line"),
    "k": _("Previous line"),
    "o": _("Open"),
    "x": _("Choose"),
    "X": _("Choose all that are listed"),
}
"""What keys do in a list; its help says them first."""


PLACES = {"r": _("Inbox"), "a": _("Agents"), "s": _("Memory"), "u": _("Audit"), "t": _("Team")}
"""Where the letter leads that follows on the key “Go to”; in markup `data-go`."""


def of(chosen: Mapping[str, str]) -> dict[str, str]:
    """The key that does each thing; empty where a person wants none, or has given it to another thing."""
    taken = set(chosen.values())
    return {name: chosen.get(name, "" if name in taken else name) for name in KEYS}


def differing(keys: Mapping[str, str]) -> dict[str, str]:
    """What of it has to be remembered: keys that are not as they come."""
    return {name: key for name, key in keys.items() if key != name}


def by_pressed(keys: Mapping[str, str]) -> str:
    """For the script: the name of each key that is pressed."""
    return json.dumps({key: name for name, key in keys.items() if key})


def is_key(typed: str) -> bool:
    """One character that a keyboard sends by itself and that people can see."""
    return len(typed) == 1 and typed.isprintable() and not typed.isspace() and unicodedata.category(typed)[0] != "M"


def clashes(keys: Mapping[str, str]) -> set[str]:
    """The names whose key does another thing, too."""
    taken = list(keys.values())
    return {name for name, key in keys.items() if key and taken.count(key) > 1}
