import re
from datetime import time
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import time_zone_choices
from agents.document_forms import DocumentForm
from agents.enums import OutcomeSource
from agents.models import Connection
from dreaming.engines.local.curation import GROUPS, Curation
from dreaming.engines.local.curation import settings as curation_settings
from dreaming.engines.local.fields import ByText, Choices, Number, Weights, Whole
from dreaming.enums import Effort, EngineName, Frequency, PatternKind, RunState
from reviews.enums import Operation

LAST_DAY = 28  # every month has one
LABELS = dict(Operation.choices) | dict(PatternKind.choices) | dict(OutcomeSource.choices)


class SettingsForm(forms.Form):
    """When an agent dreams and over what; `values` are the settings that come of it."""

    frequency = forms.ChoiceField(label=_("Dreams"), choices=Frequency)
    time = forms.TimeField(
        label=_("At"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("Hourly dreams take the minutes only."),
    )
    weekday = forms.TypedChoiceField(label=_("Day of the week, for weekly dreams"), choices=WEEKDAYS.items, coerce=int)
    day = forms.IntegerField(label=_("Day of the month, for monthly dreams"), min_value=1, max_value=LAST_DAY)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    namespaces = forms.MultipleChoiceField(
        label=_("Memory to look after"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all that the agent may use. Changes are proposed only where it may write."),
    )
    agents = forms.MultipleChoiceField(
        label=_("Other agents to learn from"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their sessions are read too. What several agents met is proposed for memory that they share."),
    )
    engine = forms.ChoiceField(label=_("Engine"), choices=EngineName)
    connection = forms.ChoiceField(label=_("Connection"), required=False, help_text=_("Where a model is asked."))
    model = forms.CharField(
        label=_("Model"),
        required=False,
        max_length=80,
        widget=forms.TextInput({"list": "models", "autocomplete": "off"}),
    )
    verifier = forms.CharField(
        label=_("Model that verifies"),
        required=False,
        max_length=80,
        widget=forms.TextInput({"list": "models", "autocomplete": "off"}),
        help_text=_("Checks what the other one found. None means the same model."),
    )
    effort = forms.ChoiceField(
        label=_("Effort of the model"),
        required=False,
        choices=[("", _("Its own default")), *Effort.choices],
        help_text=_("More effort thinks longer and costs more. Not every model takes every one."),
    )
    verifier_effort = forms.ChoiceField(
        label=_("Effort of the model that verifies"),
        required=False,
        choices=[("", _("Its own default, or as above where it is the same model")), *Effort.choices],
    )
    max_tokens = forms.IntegerField(
        label=_("Tokens that a run may take"), required=False, min_value=1, help_text=_("None means no limit.")
    )
    max_cost = forms.DecimalField(
        label=_("Money that a run may take, in US dollars"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        help_text=_("None means no limit. With one, only models that have a price may be asked."),
    )
    window_days = forms.IntegerField(
        label=_("Days of sessions to look back on"),
        min_value=1,
        max_value=3650,
        help_text=_("Sessions that no dream has read yet are read whatever their age."),
    )
    max_minutes = forms.IntegerField(label=_("Minutes that a run may take"), min_value=1, max_value=1440)
    instructions = forms.CharField(
        label=_("Instructions"),
        required=False,
        max_length=4096,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What to look for, or to leave alone. The local engine has no model and does not read them."),
    )

    STORED = (
        "frequency",
        "weekday",
        "day",
        "time_zone",
        "namespaces",
        "agents",
        "engine",
        "connection",
        "model",
        "verifier",
        "effort",
        "verifier_effort",
        "max_tokens",
        "window_days",
        "max_minutes",
        "instructions",
    )

    def __init__(self, data=None, *, settings, namespaces, agents, offers, connections):
        shown = {name: getattr(settings, name) for name in self.STORED}
        cents = settings.max_cost_cents
        shown |= {
            "time": time(settings.hour, settings.minute),
            "max_cost": None if cents is None else Decimal(cents).scaleb(-2),
        }
        super().__init__(data, initial=shown)
        self.fields["namespaces"].choices = [(row.public_id, row.name) for row in namespaces]
        self.fields["agents"].choices = [(row.public_id, row.name) for row in agents]
        if not agents:
            del self.fields["agents"]
        possible = [one.name for one in offers if not one.missing or one.name == settings.engine]
        self.fields["engine"].choices = [(name, name.label) for name in possible]
        missing = [format_lazy("{}: {}", one.name.label, one.missing) for one in offers if one.missing]
        self.fields["engine"].help_text = format_lazy(" ".join(["{}"] * len(missing)), *missing)
        self.fields["connection"].choices = [("", _("None")), *((row.public_id, row.name) for row in connections)]

    def clean(self):
        given = super().clean()
        if given.get("engine") == EngineName.CLAUDE:  # dreams of the platform go by where the sessions come from
            for name in ("connection", "model"):
                if name in given and not given[name]:
                    self.add_error(name, _("This engine needs one."))
        return given

    def values(self):
        given = dict(self.cleaned_data)
        at, cost = given.pop("time"), given.pop("max_cost")
        cents = None if cost is None else int(cost.scaleb(2))
        return given | {"hour": at.hour, "minute": at.minute, "max_cost_cents": cents}


class LinesField(forms.CharField):
    """A list of texts, one to a line."""

    widget = forms.Textarea({"rows": 3})

    def prepare_value(self, value):
        return value if isinstance(value, str) else "\n".join(value or ())

    def to_python(self, value):
        lines = super().to_python(value).replace("\r\n", "\n").split("\n")
        return [line.strip(" \t") for line in lines if line.strip(" \t")]


class DaysField(LinesField):
    """Days by path, one path to a line: /policies: 180."""

    def prepare_value(self, value):
        if isinstance(value, dict):
            value = [f"{path}: {days}" for path, days in value.items()]
        return super().prepare_value(value)

    def to_python(self, value):
        found = {}
        for line in super().to_python(value):
            path, colon, days = (part.strip() for part in line.rpartition(":"))
            if not colon or not re.fullmatch("[0-9]{1,6}", days):
                message = _("“%(line)s” is not a path, a colon and a number of days.")
                raise ValidationError(message, params={"line": line})
            if path in found:
                raise ValidationError(_("%(path)s stands in it twice."), params={"path": path})
            found[path] = int(days)
        return found


class CurationForm(forms.Form):
    """A field for each setting of the curation policy and for each weight; `policy` is what comes of them."""

    def __init__(self, data=None, *, policy):
        super().__init__(data)
        for name, about in curation_settings().items():
            value = getattr(policy, name)
            for path, field in _fields_of(name, about):
                field.initial = _shown(
                    value[path.removeprefix(f"{name}.")] if isinstance(about.kind, Weights) else value
                )
                self.fields[path] = field
        self.policy = policy

    def groups(self):
        """Title, explanation and fields of each fieldset."""
        told = curation_settings().items()
        for group in GROUPS:
            own = [(name, about) for name, about in told if about.group == group]
            words = [text for _name, about in own if isinstance(about.kind, Weights) for text in _words(about)]
            yield _(group), words, [self[path] for name, about in own for path, _field in _fields_of(name, about)]

    def clean(self):
        given = super().clean()
        document = {}
        for name, about in curation_settings().items():
            if isinstance(about.kind, Weights):
                document[name] = {key: given[path] for key, path in _weights(name, about) if path in given}
            elif name in given:
                document[name] = given[name]
        self.policy, wrong = Curation.examine(document)
        for bad in wrong:
            name = bad.field.partition(".")[0]
            self.add_error(name if name in self.fields else None, bad.message if bad.field == name else str(bad))
        return given


class CurationDocumentForm(DocumentForm):
    """The whole policy as a JSON document; `policy` is what comes of it."""

    def __init__(self, data=None, files=None, **options):
        super().__init__(data, files, **options)
        self.fields["document"].label = _("Curation policy")

    def read(self, given):
        self.policy, wrong = Curation.examine(given)
        for bad in wrong:
            self.add_error("document", str(bad))


class SeenForm(forms.Form):
    """The version of the settings that a page was drawn with."""

    seen = forms.IntegerField(required=False, min_value=0)


class RunFilterForm(forms.Form):
    agent = forms.SlugField(required=False)
    state = forms.ChoiceField(required=False, label=_("State"), choices=[("", _("Any")), *RunState.choices])


def _fields_of(name, about):
    """The form fields of a setting, by name."""
    if isinstance(about.kind, Weights):
        return [(path, _number(about.kind.value, label=LABELS[key])) for key, path in _weights(name, about)]
    said = {"label": _(about.label), "help_text": _(about.meaning)}
    match about.kind:
        case Whole(low, high):
            return [(name, forms.IntegerField(min_value=low, max_value=high, **said))]
        case Number():
            return [(name, _number(about.kind, **said))]
        case Choices(options):
            choices = [(option, LABELS[option]) for option in options]
            widget = forms.CheckboxSelectMultiple
            return [(name, forms.MultipleChoiceField(choices=choices, required=False, widget=widget, **said))]
        case ByText():
            hint = _("One path to a line, such as /policies: 180.")
            return [(name, DaysField(required=False, **_with(said, hint)))]
        case _lines:
            return [(name, LinesField(required=False, **_with(said, _("One to a line."))))]


def _with(said, hint):
    return said | {"help_text": format_lazy("{} {}", said["help_text"], hint)}


def _number(kind, **said):
    widget = forms.NumberInput({"step": "any"})
    return forms.FloatField(min_value=kind.low, max_value=kind.high, widget=widget, **said)


def _shown(value):
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _weights(name, about):
    return [(key, f"{name}.{key}") for key, _default in about.kind.defaults]


def _words(about):
    return [_(about.label), _(about.meaning)]


class HandOverForm(forms.Form):
    """Which connection clears what a run left."""

    connection: "forms.ModelChoiceField[Connection]" = forms.ModelChoiceField(
        label=_("Connection"), queryset=None, to_field_name="public_id"
    )

    def __init__(self, *args, connections, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["connection"].queryset = connections
