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
    "x": _("Reject, with a reason"),
    "e": _("Edit"),
    "u": _("Undo"),
    "c": _("Comment"),
    "o": _("Evidence"),
    "v": _("Split or unified"),
    "s": _("Source"),
    "/": _("Search"),
    "g": _("Go to"),
    "?": _("These keys"),
}


def of(chosen: Mapping[str, str]) -> dict[str, str]:
    """The key that does each thing; empty where a person wants none."""
    return {name: chosen.get(name, name) for name in KEYS}


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
