"""What may be asked of the trail; the same in the URL of the page and in the export."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Membership
from audit import catalogue
from audit.models import Event

FAMILIES = {
    "team": (_("Team, members and tokens"), catalogue.TEAM),
    "access": (_("Access"), catalogue.ACCESS),
    "agent": (_("Agents and namespaces"), catalogue.AGENT),
    "session": (_("Sessions"), catalogue.SESSION),
    "memory": (_("Memory"), catalogue.MEMORY),
    "proposal": (_("Proposals"), catalogue.PROPOSAL),
    "change": (_("Changes and votes"), catalogue.CHANGE),
    "desk": (_("Working together"), catalogue.DESK),
    "policy": (_("Policy"), catalogue.POLICY),
    "dream": (_("Dreaming"), catalogue.DREAM),
    "admin": (_("Exports and checks"), catalogue.ADMIN),
}
TYPES = [
    ("", _("Any")),
    (_("Families"), [(name, label) for name, (label, _kinds) in FAMILIES.items()]),
    *((label, [(type, type) for type in kinds]) for label, kinds in FAMILIES.values()),
]
DAYS: list[Any] = [MinValueValidator(date(1990, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_validators = DAYS


class TrailForm(forms.Form):
    """Days are whole days in the person's time zone, the last one included."""

    type = forms.ChoiceField(label=_("What"), choices=TYPES, required=False)
    actor = forms.ChoiceField(label=_("Who"), required=False)
    target = forms.CharField(
        label=_("About id"), max_length=60, required=False, widget=forms.TextInput(attrs={"placeholder": "chg_…"})
    )
    since = DayField(label=_("From day"), required=False)
    until = DayField(label=_("To day"), required=False)

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        self.log = team.trail_log
        members = Membership.objects.of(team).with_people()
        tokens = ApiToken.objects.of(team).order_by("name", "pk")
        self.fields["actor"].choices = [
            ("", _("Anyone")),
            ("system", "Lucid"),
            (_("People"), [(member.user.public_id, str(member.user)) for member in members]),
            (_("API tokens"), [(token.public_id, token.name) for token in tokens]),
        ]

    @property
    def given(self):
        """(name, value) of each filter as it was typed, to be sent again by another form."""
        return [(name, self.data[name]) for name in TrailForm.base_fields if self.data.get(name)]

    @property
    def query(self):
        return urlencode(self.given)

    def narrowed(self):
        """What to look for, as the log's own `matching` takes it. Call when valid."""
        found = self.cleaned_data
        return {
            "types": _types(found["type"]),
            "actor": found["actor"],
            "target": found["target"].strip(),
            "since": _start(found["since"]),
            "until": _start(found["until"] and found["until"] + timedelta(days=1)),
        }

    def events(self):
        """The events asked for; none where the question is no good, never more than was asked for."""
        if not self.is_valid():
            return Event.objects.none()
        return Event.objects.of_log(self.log).matching(**self.narrowed())


class ExportForm(TrailForm):
    format = forms.ChoiceField(label=_("Format"), choices=[("jsonl", "JSON Lines"), ("csv", "CSV")])
    bom = forms.BooleanField(required=False)


def _types(chosen):
    if chosen in FAMILIES:
        return sorted(FAMILIES[chosen][1])
    return [chosen] if chosen else []


def _start(day):
    """The moment a day begins where the person is."""
    return datetime.combine(day, time.min, timezone.get_current_timezone()) if day else None
