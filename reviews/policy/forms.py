"""The policy as a form, for what teams change often, and as a document for all of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from agents.document_forms import DocumentForm
from agents.enums import Tier
from reviews.enums import Mode, Severity
from reviews.inbox import ageing
from reviews.policy import checking, schema, telling
from reviews.policy.documents import RESOLVED
from reviews.policy.fields import OwnersField, OwnWritesField, ToolsField
from reviews.policy.tiers import RULES

Document = dict[str, Any]
AS_IT_COMES = ""


class PolicyForm(forms.Form):
    """A field for each place of the document that teams change often; what it has no field for stays as it is.

    `document` is what comes of it. `members` are public ids of people by their addresses, `agents` and `namespaces`
    those of agents and namespaces by their short names.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        document: Document,
        members: Mapping[str, str],
        agents: Mapping[str, str],
        namespaces: Mapping[str, str],
    ) -> None:
        super().__init__(data)
        self.now = document
        groups = _groups(document, members, agents, namespaces)
        self.groups_of = [(title, list(fields)) for title, fields in groups]
        for _title, fields in self.groups_of:
            for place, field, value in fields:
                field.initial = value
                self.fields[place] = field

    def groups(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """Title and fields of each fieldset."""
        for title, fields in self.groups_of:
            yield title, [self[place] for place, _field, _value in fields]

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        self.document = copy.deepcopy(self.now)
        for place, value in (given or {}).items():
            _put(self.document, place, value)
        if not self.errors:
            self.blame(checking.faults(self.document))
        return given

    def blame(self, faults: list[checking.Fault] | tuple[checking.Fault, ...]) -> None:
        """Say each fault at its field, or above the form."""
        for fault in faults:
            places = [place for place in self.fields if fault.place == place or fault.place.startswith(f"{place}.")]
            self.add_error(places[0] if places else None, fault.message if places else str(fault))


class PolicyDocumentForm(DocumentForm):
    """The whole policy as a JSON document."""

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        self.fields["document"].label = _("Policy")

    def read(self, given: Any) -> None:
        self.blame(checking.faults(given))
        self.given = given

    def blame(self, faults: list[checking.Fault] | tuple[checking.Fault, ...]) -> None:
        for fault in faults:
            self.add_error("document", str(fault))


class VersionsForm(forms.Form):
    """Two versions by their numbers; 0 is the defaults. Without any, the newest and the one before."""

    old = forms.IntegerField(min_value=0, required=False)
    new = forms.IntegerField(min_value=1, required=False)


class ModeForm(forms.Form):
    """The mode of one agent or namespace; empty means that of the team."""

    mode = forms.ChoiceField(label=_("Mode"), required=False, choices=[(AS_IT_COMES, _("As the team")), *Mode.choices])


_Place = tuple[str, forms.Field, Any]


def _groups(
    document: Document, members: Mapping[str, str], agents: Mapping[str, str], namespaces: Mapping[str, str]
) -> Iterator[tuple[Any, Iterator[_Place]]]:
    yield _("Applied without a vote"), _automatic(document, agents, namespaces)
    yield _("Who approves"), _votes(document, members)
    yield _("How long things take"), _times(document)
    yield _("How risky a change is"), _tiers(document, agents)
    yield _("What checks do"), _checks(document)
    yield _("Limits and watching"), _limits(document)


def _automatic(document: Document, agents: Mapping[str, str], namespaces: Mapping[str, str]) -> Iterator[_Place]:
    mode = _choice(
        Mode.choices,
        _("Mode of the team"),
        _("Agents and namespaces have their own on their pages; the stricter holds."),
    )
    yield "mode", mode, document["mode"]
    terms = document["automatic"]
    yield (
        "automatic.after",
        _whole("automatic.after", _("Decided changes until a namespace may be automatic")),
        terms["after"],
    )
    percent = _whole("automatic.unedited_percent", _("Of these approved as they were, in percent"))
    yield "automatic.unedited_percent", percent, terms["unedited_percent"]
    wait = _whole("automatic.wait_minutes", _("Minutes in which anybody may say no"))
    yield "automatic.wait_minutes", wait, terms["wait_minutes"]
    own = document["own_writes"]
    labels = {
        "agents": _("Agents whose own writes of low risk go straight in"),
        "namespaces": _("Namespaces that take them"),
    }
    both = _("One short name a line. A write goes straight in only where both are named.")
    for kind, known in (("agents", agents), ("namespaces", namespaces)):
        field = OwnWritesField(known=known, now=own[kind], label=labels[kind], help_text=both)
        yield f"own_writes.{kind}", field, own[kind]


def _votes(document: Document, members: Mapping[str, str]) -> Iterator[_Place]:
    deciders = [(AS_IT_COMES, _("Any")), *((role, Role(role).label) for role in schema.DECIDERS)]
    for tier in Tier:
        asked, name = document["votes"][tier], f"votes.{tier}"
        people = _whole(f"{name}.people", format_lazy("{}: {}", tier.label, _("people who approve")))
        yield f"{name}.people", people, asked["people"]
        owner = forms.BooleanField(label=format_lazy("{}: {}", tier.label, _("an owner among them")), required=False)
        yield f"{name}.owner", owner, asked.get("owner", False)
        role = _choice(deciders, format_lazy("{}: {}", tier.label, _("one of them with the role")), required=False)
        yield f"{name}.role", role, asked.get("role", "")
    help_text = _(
        "One rule a line: namespace, path, then mail addresses or roles, such as contracts /terms/* ana@example.org "
        "lead. The last that matches holds."
    )
    yield (
        "owners",
        OwnersField(label=_("Owners, beside those of the namespaces"), members=members, help_text=help_text),
        document["owners"],
    )
    settled = forms.BooleanField(label=_("Threads have to be resolved before a change is applied"), required=False)
    yield "conversation", settled, document["conversation"] == RESOLVED
    acts = forms.MultipleChoiceField(
        label=_("A second person agrees to"),
        choices=[(act, telling.ACTS[act]) for act in schema.ACTS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("To whatever lets more through without a vote, always."),
    )
    yield "second_person", acts, document["second_person"]


def _times(document: Document) -> Iterator[_Place]:
    for tier, hours in ageing.targets(document).items():
        label = format_lazy("{}: {}", Tier(tier).label, _("working hours until it should be decided"))
        yield f"targets.{tier}", _number(f"targets.{tier}", label), _plain(hours)
    yield "assign", _choice(telling.ASSIGN.items(), _("Who is asked first")), document["assign"]
    yield (
        "undo_seconds.single",
        _whole("undo_seconds.single", _("Seconds to undo one decision")),
        document["undo_seconds"]["single"],
    )
    yield (
        "undo_seconds.bulk",
        _whole("undo_seconds.bulk", _("Seconds to undo several at once")),
        document["undo_seconds"]["bulk"],
    )
    expiry = _whole("expiry_days", _("Days after which an approval that was not applied falls away"))
    yield "expiry_days", expiry, document["expiry_days"]


def _tiers(document: Document, agents: Mapping[str, str]) -> Iterator[_Place]:
    grave = schema.of_documents()["properties"]["tiers"]["properties"]
    usual = {rule.name: rule.tier for rule in RULES} | {"protected": Tier.HIGH}
    for name, tier in usual.items():
        options = grave[name]["enum"] if name in grave else [*Tier.values, schema.OFF]
        labels = [(one, _("Does not count") if one == schema.OFF else Tier(one).label) for one in options]
        choices = [(AS_IT_COMES, format_lazy("{}: {}", _("As it comes"), tier.label)), *labels]
        yield (
            f"tiers.{name}",
            _choice(choices, telling.rule_label(name), required=False),
            document["tiers"].get(name, ""),
        )
    help_text = _(
        "One tool a line: the agent's short name, the tool, and changes or looks, such as helpdesk run_query looks. "
        "Of all others their names say it."
    )
    label = _("What tools do, where their names say something else")
    yield "tools", ToolsField(label=label, agents=agents, help_text=help_text), document["tools"]


def _checks(document: Document) -> Iterator[_Place]:
    grave = schema.of_documents()["properties"]["checks"]["properties"]
    for name in telling.known_checks():
        rest = grave[name] if name in grave else schema.of_documents()["properties"]["checks"]["additionalProperties"]
        options = rest["properties"]["severity"]["enum"]
        labels = [(one, _("Switched off") if one == schema.OFF else Severity(one).label) for one in options]
        field = _choice(
            [(AS_IT_COMES, telling.SEVERITIES[""]), *labels], telling.spoken(name).capitalize(), required=False
        )
        yield f"checks.{name}", field, document["checks"].get(name, {}).get("severity", "")


def _limits(document: Document) -> Iterator[_Place]:
    for name, label in (
        ("per_minute", _("Proposals of one agent over the API in a minute")),
        ("burst", _("Proposals of one agent at once")),
        ("open", _("Proposals of one agent that wait")),
    ):
        yield f"machines.{name}", _whole(f"machines.{name}", label), document["machines"][name]
    for group, limits in document["budgets"].items():
        for name, most in limits.items():
            field = forms.FloatField(
                label=str(telling.budget(group, name)), min_value=0, max_value=1e12, required=False
            )
            field.help_text = _("Empty: no limit.")
            field.widget.attrs["step"] = "any"
            yield f"budgets.{group}.{name}", field, most
    second = _whole("watch.second_reviews", _("Low approvals that a second person sees blind, per thousand"))
    yield "watch.second_reviews", second, document["watch"]["second_reviews"]
    tests = _whole("watch.canaries", _("Tests of the review, per thousand changes of dreams"))
    tests.help_text = _("Known bad changes that are never applied. Who decides on one is told at once.")
    yield "watch.canaries", tests, document["watch"]["canaries"]
    every = _whole("baseline.every_days", _("Days until memory is signed off again"))
    yield "baseline.every_days", every, document["baseline"]["every_days"]


def _schema_at(place: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema.of_documents()
    for name in place.split("."):
        found = found["properties"][name]
    return found


def _whole(place: str, label: Any) -> forms.Field:
    asked = _schema_at(place)
    return forms.IntegerField(label=label, min_value=asked["minimum"], max_value=asked["maximum"])


def _number(place: str, label: Any) -> forms.Field:
    asked = _schema_at(place)
    widget = forms.NumberInput({"step": "any"})
    return forms.FloatField(label=label, min_value=asked["minimum"], max_value=asked["maximum"], widget=widget)


def _choice(choices: Any, label: Any, help_text: Any = "", *, required: bool = True) -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, choices=list(choices), help_text=help_text, required=required)
    field.may_be_empty = True  # type: ignore[attr-defined]  # its first choice says what empty means
    return field


def _put(document: Document, place: str, value: Any) -> None:
    """Write what a field holds into the document; what is as in the defaults and was not said stays unsaid."""
    *above, name = place.split(".")
    within = document
    for key in above:
        within = within[key]
    match above[0] if above else name:
        case "tiers" | "checks" if not value:
            within.pop(name, None)
        case "checks":
            within[name] = {"severity": value}
        case "targets":
            if name in within or value != ageing.TARGETS[name]:
                within[name] = _plain(value)
        case "votes" if name != "people" and not value:
            within.pop(name, None)
        case "conversation":
            within[name] = RESOLVED if value else ""
        case _:
            within[name] = _plain(value)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
