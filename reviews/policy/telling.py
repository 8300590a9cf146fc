"""A policy document in words, field by field: what its page says, and what a comparison compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Role
from accounts.models import Team, User
from agents.enums import Tier
from agents.models import Agent, Namespace
from reviews.checks import RULES as CHECKS
from reviews.drift.suspending import THRESHOLDS
from reviews.enums import Mode, Severity, ToolDeed
from reviews.inbox import ageing
from reviews.policy.documents import RESOLVED
from reviews.policy.schema import OFF
from reviews.policy.tiers import CHECK_TIER, RULES

Text = str | Promise
Names = Mapping[str, str]
"""What agents, namespaces and people are called, by public id."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the document says: its place in it, what it is called, and what it says, in lines."""

    place: str
    label: Text
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: Text
    fields: tuple[Field, ...]


ACTS = {"policy": gettext_lazy("Every change of the policy")}
ASSIGN = {
    "nobody": gettext_lazy("Nobody: all who may decide are told"),
    "turns": gettext_lazy("In turn"),
    "least": gettext_lazy("Who has least"),
}
BUDGETS = {
    ("entry", "changes"): gettext_lazy("Changes of one memory in a week"),
    ("entry", "removals"): gettext_lazy("Statements that one proposal takes out of one memory"),
    ("week", "exposures"): gettext_lazy("Readings that the changes of a week reach, of one namespace"),
    ("week", "removals"): gettext_lazy("Statements taken out in a week, of one namespace"),
    ("week", "churn_percent"): gettext_lazy("Percent of the statements that change in a week, of one namespace"),
    ("week", "automatic"): gettext_lazy("Changes applied without a vote in a week, of one namespace"),
}
SEVERITIES = {"": gettext_lazy("As it finds"), OFF: gettext_lazy("Switched off")}
_NAMED = {
    "per_minute": gettext_lazy("Proposals in a minute"),
    "burst": gettext_lazy("Proposals at once"),
    "open": gettext_lazy("Proposals that wait"),
    "second_reviews": gettext_lazy("Approvals of low risk that a second person sees blind"),
    "canaries": gettext_lazy("Tests of the review for each change that a dream proposes"),
    "every_days": gettext_lazy("Signed off again after"),
    "added": gettext_lazy("Share of statements that may be added"),
    "changed": gettext_lazy("Share of statements that may change"),
    "gone": gettext_lazy("Share of statements that may go"),
}


def names_of(team: Team, *documents: Mapping[str, Any]) -> dict[str, str]:
    """Of all that the documents name. Three queries."""
    named = {name for one in documents for kind in ("agents", "namespaces", "tools") for name in one[kind]}
    named |= {name for one in documents for modes in one["own_writes"].values() for name in modes}
    people = {name for one in documents for rule in one["owners"] for name in rule.get("people", ())}
    found: dict[str, str] = {}
    for model in (Agent, Namespace):
        found |= dict(model.objects.of(team).filter(public_id__in=named).values_list("public_id", "name"))
    users = User.objects.filter(public_id__in=people, memberships__team=team)
    return found | {user.public_id: str(user) for user in users}


def sections(document: Mapping[str, Any], names: Names) -> list[Section]:
    """All that a whole document says."""
    return [
        Section(gettext_lazy("Applied without a vote"), tuple(_automatic(document, names))),
        Section(gettext_lazy("Who approves"), tuple(_votes(document, names))),
        Section(gettext_lazy("How risky a change is"), (*_tiers(document), _tools(document, names))),
        Section(gettext_lazy("What checks do"), tuple(_checks(document))),
        Section(gettext_lazy("How long things take"), tuple(_times(document))),
        Section(gettext_lazy("Limits"), tuple(_limits(document))),
        Section(gettext_lazy("Watching"), tuple(_watching(document))),
    ]


def rule_label(rule: str) -> Text:
    """What a rule of the tiers is called on pages."""
    known = {one.name: one.says for one in RULES} | {"protected": gettext_lazy("Its namespace protects the path")}
    if rule in known:
        return known[rule]
    return _("The check “%(name)s” warns") % {"name": spoken(rule.removeprefix("check_"))}


def spoken(name: str) -> str:
    return name.replace("_", " ")


def _automatic(document: Mapping[str, Any], names: Names) -> Iterator[Field]:
    yield Field("mode", _("Mode of the team"), (Mode(document["mode"]).label,))
    own = document["own_writes"]
    for place, label, modes in (
        ("agents", _("Agents"), document["agents"]),
        ("namespaces", _("Namespaces"), document["namespaces"]),
        ("own_writes.agents", _("What agents write themselves, by agent"), own["agents"]),
        ("own_writes.namespaces", _("What agents write themselves, by namespace"), own["namespaces"]),
    ):
        lines = sorted(f"{names.get(name, name)}: {Mode(mode).label}" for name, mode in modes.items())
        yield Field(place, label, tuple(lines))
    terms = document["automatic"]
    earned = _("%(after)s decided changes, %(percent)s %% of them approved as they were, none taken back")
    yield Field(
        "automatic.after",
        _("A namespace earns it with"),
        (earned % {"after": terms["after"], "percent": terms["unedited_percent"]},),
    )
    yield Field("automatic.wait_minutes", _("Anybody may say no for"), (_minutes(terms["wait_minutes"]),))


def _votes(document: Mapping[str, Any], names: Names) -> Iterator[Field]:
    for tier in Tier:
        yield Field(f"votes.{tier}", _("%(tier)s risk") % {"tier": tier.label}, (_vote(document["votes"][tier]),))
    yield Field("owners", _("Owners, beside those of the namespaces"), tuple(_owners(document["owners"], names)))
    settled = _("Have to be resolved first") if document["conversation"] == RESOLVED else _("May stay open")
    yield Field("conversation", _("Threads"), (settled,))
    acts = tuple(ACTS.get(one, one) for one in document["second_person"])
    yield Field(
        "second_person", _("A second person agrees to"), (*acts, _("Whatever lets more through without a vote"))
    )


def _vote(asked: Mapping[str, Any]) -> str:
    people = ngettext("%(n)s person", "%(n)s people", asked["people"]) % {"n": asked["people"]}
    if asked.get("owner"):
        people = _("%(people)s, an owner among them") % {"people": people}
    if asked.get("role"):
        people = _("%(people)s, one of them with the role %(role)s") % {
            "people": people,
            "role": Role(asked["role"]).label,
        }
    return people


def _owners(rules: Iterable[Mapping[str, Any]], names: Names) -> Iterator[str]:
    for rule in rules:
        who = [names.get(one, one) for one in rule.get("people", ())]
        who += [str(Role(role).label) for role in rule.get("roles", ())]
        yield f"{rule.get('namespace', '*')} {rule.get('path', '*')}: {', '.join(who)}"


def _tiers(document: Mapping[str, Any]) -> Iterator[Field]:
    own = document["tiers"]
    for rule in RULES:
        yield Field(f"tiers.{rule.name}", rule.says, (_tier(own.get(rule.name, rule.tier)),))
    yield Field("tiers.protected", rule_label("protected"), (_tier(own.get("protected", Tier.HIGH)),))
    for name in sorted(own):
        if name.startswith("check_"):
            yield Field(f"tiers.{name}", rule_label(name), (_tier(own[name]),))


def _tools(document: Mapping[str, Any], names: Names) -> Field:
    """Those of which the team says what they do."""
    lines = [
        f"{names.get(agent, agent)}: {tool}: {ToolDeed(deed).label}"
        for agent, tools in document["tools"].items()
        for tool, deed in tools.items()
    ]
    return Field("tools", _("What tools do, where their names say something else"), tuple(sorted(lines)))


def _tier(tier: str) -> Text:
    return _("Does not count") if tier == OFF else Tier(tier).label


def known_checks() -> list[str]:
    """The rules that find something, and those for which a tier is named."""
    return sorted({rule.RULE for rule in CHECKS} | set(CHECK_TIER))


def _checks(document: Mapping[str, Any]) -> Iterator[Field]:
    for name in sorted({*known_checks(), *document["checks"]}):
        severity = document["checks"].get(name, {}).get("severity", "")
        said = SEVERITIES[severity] if severity in SEVERITIES else Severity(severity).label
        yield Field(f"checks.{name}", spoken(name).capitalize(), (said,))


def _times(document: Mapping[str, Any]) -> Iterator[Field]:
    undo = document["undo_seconds"]
    yield Field("undo_seconds.single", _("Undo, after one decision"), (_seconds(undo["single"]),))
    yield Field("undo_seconds.bulk", _("Undo, after several at once"), (_seconds(undo["bulk"]),))
    yield Field("expiry_days", _("An approval that is not applied falls away after"), (_days(document["expiry_days"]),))
    for tier, hours in ageing.targets(document).items():
        label = _("Decided within, %(tier)s risk") % {"tier": str(Tier(tier).label).lower()}
        said = ngettext("%(n)s working hour", "%(n)s working hours", round(hours)) % {"n": f"{hours:g}"}
        yield Field(f"targets.{tier}", label, (said,))
    yield Field("assign", _("Who is asked first"), (ASSIGN[document["assign"]],))


def _limits(document: Mapping[str, Any]) -> Iterator[Field]:
    for name, most in document["machines"].items():
        label = _("%(what)s, of one agent over the API") % {"what": _named(name)}
        yield Field(f"machines.{name}", label, (str(most),))
    for group, limits in document["budgets"].items():
        for name, most in limits.items():
            said = _("no limit") if most is None else str(most)
            yield Field(f"budgets.{group}.{name}", budget(group, name), (said,))


def budget(group: str, name: str) -> Text:
    return BUDGETS.get((group, name), spoken(name))


def _watching(document: Mapping[str, Any]) -> Iterator[Field]:
    for name, mille in document["watch"].items():
        yield Field(f"watch.{name}", _named(name), (f"{mille / 10:g} %" if mille else _("none"),))
    baseline = document["baseline"]
    yield Field("baseline.every_days", _("Memory is signed off again after"), (_days(baseline["every_days"]),))
    for name, share in (THRESHOLDS | baseline["thresholds"]).items():
        yield Field(f"baseline.thresholds.{name}", _named(name), (f"{share * 100:g} %",))


def _named(name: str) -> str:
    return str(_NAMED.get(name, spoken(name)))


def _seconds(n: int) -> str:
    return ngettext("%(n)s second", "%(n)s seconds", n) % {"n": n}


def _minutes(n: int) -> str:
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}


def _days(n: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
