"""What is wrong with a policy document, each fault with its place: by the schema, and by what no schema can know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from agents.models import Agent, Namespace
from reviews.checks import RULES as CHECKS
from reviews.policy import schema
from reviews.policy.documents import DEFAULT, upgraded
from reviews.policy.tiers import CHECK_TIER

SHOWN = 60  # characters of what somebody wrote, in a message


class Fault(NamedTuple):
    """Where something is wrong, such as votes.high.people, and what."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Invalid(ValueError):
    """The document is none that may hold."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


def faults(document: Any) -> list[Fault]:
    """What is wrong whatever the team; a document of version 1 is read as one of this version."""
    found = list(_wrong("", upgraded(document), schema.of_documents()))
    return found or [*_unknown_rules(document), *_unknown_budgets(document), *_unasked_owners(document)]


def faults_in(team: Team, document: Any) -> list[Fault]:
    """The same, and what it names that the team does not have. Three queries."""
    found = faults(document)
    return found or [*_strangers(team, document)]


def _strangers(team: Team, document: Mapping[str, Any]) -> Iterator[Fault]:
    agents = set(Agent.objects.of(team).values_list("public_id", flat=True))
    spaces = set(Namespace.objects.of(team).values_list("public_id", flat=True))
    people = set(Membership.objects.of(team).active().values_list("user__public_id", flat=True))
    for within, named in (("", document), ("own_writes", document.get("own_writes", {}))):
        for key, known, words in (
            ("agents", agents, _("no such agent")),
            ("tools", agents, _("no such agent")),
            ("namespaces", spaces, _("no such namespace")),
        ):
            for name in named.get(key, ()):
                if name not in known:
                    yield Fault(_under(_under(within, key), name), words)
    for number, rule in enumerate(document.get("owners", ())):
        for place, name in enumerate(rule.get("people", ())):
            if name not in people:
                yield Fault(f"owners.{number}.people.{place}", _("not a member of the team"))


def _unknown_rules(document: Mapping[str, Any]) -> Iterator[Fault]:
    known = {rule.RULE for rule in CHECKS} | set(CHECK_TIER)
    for name in document.get("checks", ()):
        if name not in known:
            yield Fault(f"checks.{name}", _("no such rule; known are %(names)s") % {"names": ", ".join(sorted(known))})
    for name in document.get("tiers", ()):
        if name.startswith("check_") and name.removeprefix("check_") not in known:
            yield Fault(f"tiers.{name}", _("no such rule"))


def _unknown_budgets(document: Mapping[str, Any]) -> Iterator[Fault]:
    for group, limits in document.get("budgets", {}).items():
        known = DEFAULT["budgets"][group]
        for name in limits:
            if name not in known:
                yield Fault(f"budgets.{group}.{name}", _("no such budget"))


def _unasked_owners(document: Mapping[str, Any]) -> Iterator[Fault]:
    for number, rule in enumerate(document.get("owners", ())):
        if not rule.get("people") and not rule.get("roles"):
            yield Fault(f"owners.{number}", _("names neither people nor roles"))


def _wrong(place: str, value: Any, asked: Mapping[str, Any]) -> Iterator[Fault]:
    """Of the schema language what `schema` uses, and no more; a test holds it against another reader of schemas."""
    if "const" in asked and (isinstance(value, bool) or value != asked["const"]):
        yield Fault(place, _("must be %(value)s") % {"value": asked["const"]})
    if "enum" in asked and (not isinstance(value, str) or value not in asked["enum"]):
        options = ", ".join(f"“{one}”" for one in asked["enum"])
        yield Fault(place, _("%(value)s is not one of %(options)s") % {"value": _shown(value), "options": options})
    kinds = asked.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    if not kinds:
        return
    kind = next((kind for kind in kinds if _IS[kind](value)), None)
    if kind is None:
        yield Fault(place, _("must be %(kind)s") % {"kind": _KINDS[kinds[0]]})
    elif kind in _WITHIN:
        yield from _WITHIN[kind](place, value, asked)


def _of_object(place: str, value: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[Fault]:
    if len(value) > asked.get("maxProperties", len(value)):
        yield Fault(place, _("at most %(most)s entries") % {"most": asked["maxProperties"]})
        return
    for name in asked.get("required", ()):
        if name not in value:
            yield Fault(_under(place, name), _("is missing"))
    known, rest = asked.get("properties", {}), asked.get("additionalProperties", True)
    for name, one in value.items():
        here, names = _under(place, _plain(name)), asked.get("propertyNames")
        if (name not in known and rest is False) or (names and any(_of_string(here, name, names))):
            yield Fault(here, _unknown(known))
        else:
            yield from _wrong(here, one, known.get(name, rest))


def _of_array(place: str, value: Sequence[Any], asked: Mapping[str, Any]) -> Iterator[Fault]:
    if len(value) > asked.get("maxItems", len(value)):
        yield Fault(place, _("at most %(most)s entries") % {"most": asked["maxItems"]})
        return
    for number, one in enumerate(value):
        if asked.get("uniqueItems") and one in value[:number]:
            yield Fault(_under(place, number), _("stands in it twice"))
        yield from _wrong(_under(place, number), one, asked["items"])


def _of_string(place: str, value: str, asked: Mapping[str, Any]) -> Iterator[Fault]:
    if len(value) > asked.get("maxLength", len(value)):
        yield Fault(place, _("at most %(most)s characters") % {"most": asked["maxLength"]})
    elif "pattern" in asked and not re.fullmatch(asked["pattern"], value):
        yield Fault(place, _("%(value)s is no such name") % {"value": _shown(value)})
    elif any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
        yield Fault(place, _("%(value)s holds what is no text") % {"value": _shown(value)})


def _of_number(place: str, value: float, asked: Mapping[str, Any]) -> Iterator[Fault]:
    if value < asked.get("minimum", value):
        yield Fault(place, _("at least %(least)s") % {"least": asked["minimum"]})
    elif not value <= asked.get("maximum", value):
        yield Fault(place, _("at most %(most)s") % {"most": asked["maximum"]})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) < 1e15


_IS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and isinstance(value, int),
    "number": _is_number,
    "null": lambda value: value is None,
}
_KINDS = {
    "object": "a JSON object",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}
_WITHIN: dict[str, Callable[[str, Any, Mapping[str, Any]], Iterator[Fault]]] = {
    "object": _of_object,
    "array": _of_array,
    "string": _of_string,
    "integer": _of_number,
    "number": _of_number,
}


def _under(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _unknown(known: Mapping[str, Any]) -> str:
    return _("no such field; known are %(names)s") % {"names": ", ".join(sorted(known))} if known else _("no such name")


def _plain(name: str) -> str:
    """A name that somebody made up, fit to be shown: not too long, hidden characters escaped."""
    return repr(name[:SHOWN])[1:-1]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
