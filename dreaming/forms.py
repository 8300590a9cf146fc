from datetime import time

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models import time_zone_choices
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.curation import settings as curation_settings
from dreaming.enums import EngineName, Frequency, RunState

LAST_DAY = 28  # every month has one


def _whole(name):
    about = curation_settings()[name]
    limits = {"min_value": about.kind.low, "max_value": about.kind.high}
    return forms.IntegerField(label=_(about.label), help_text=_(about.meaning), **limits)


class SettingsForm(forms.Form):
    """What an admin sets of an agent's dreams; `values` are the settings that come of it."""

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
    max_changes = _whole("max_changes")
    max_removals = _whole("max_removals")
    min_sessions = _whole("min_sessions")
    stale_after_days = _whole("stale_after_days")

    CURATION = ("max_changes", "max_removals", "min_sessions", "stale_after_days")

    def __init__(self, data=None, *, settings, namespaces, agents):
        super().__init__(data, initial=self.shown(settings))
        self.settings = settings
        self.fields["namespaces"].choices = [(row.public_id, row.name) for row in namespaces]
        self.fields["agents"].choices = [(row.public_id, row.name) for row in agents]
        if not agents:
            del self.fields["agents"]

    @classmethod
    def shown(cls, settings):
        curation = Curation.read(settings.curation)
        names = (
            "frequency",
            "weekday",
            "day",
            "time_zone",
            "namespaces",
            "agents",
            "engine",
            "window_days",
            "max_minutes",
        )
        return (
            {name: getattr(settings, name) for name in (*names, "instructions")}
            | {name: getattr(curation, name) for name in cls.CURATION}
            | {"time": time(settings.hour, settings.minute)}
        )

    def values(self):
        given = dict(self.cleaned_data)
        at = given.pop("time")
        curation = {name: given.pop(name) for name in self.CURATION}
        changed = {name: value for name, value in curation.items() if value != self.initial[name]}
        return given | {"hour": at.hour, "minute": at.minute, "curation": self.settings.curation | changed}


class RunFilterForm(forms.Form):
    agent = forms.SlugField(required=False)
    state = forms.ChoiceField(required=False, label=_("State"), choices=[("", _("Any")), *RunState.choices])
