"""What may be asked of the past; all of it stands in the URL."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Namespace
from compliance.enums import Seen
from compliance.past import moments
from compliance.past.state import Question


class MomentField(forms.CharField):
    """A moment, in UTC, that has come already. `zone` is where the clocks are that are meant."""

    zone = "UTC"

    def __init__(self, **kwargs):
        super().__init__(max_length=40, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            moment = moments.read(text, self.zone)
        except moments.NoMoment as wrong:
            raise ValidationError(str(wrong)) from None
        if moment > timezone.now():
            raise ValidationError(_("This moment has not come yet."))
        return moment


class PastForm(forms.Form):
    """Whose memory, when; and where two moments are compared, the other one."""

    about = forms.ChoiceField(label=_("Whose memory"))
    at = MomentField(label=_("When"))
    seen = forms.ChoiceField(label=_("As"), choices=Seen, required=False)
    other = MomentField(label=_("Compared with"), required=False)

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        self.team = team
        self.agents = {one.public_id: one for one in Agent.objects.of(team).order_by("name", "pk")}
        self.spaces = {one.public_id: one for one in Namespace.objects.of(team).order_by("name", "pk")}
        self.fields["about"].choices = [
            (_("What an agent knew"), [(id, one.name) for id, one in self.agents.items()]),
            (_("What a namespace held"), [(id, one.name) for id, one in self.spaces.items()]),
        ]
        for name in ("at", "other"):
            self.fields[name].zone = team.time_zone
            self.fields[name].widget.attrs["placeholder"] = "2026-11-03 14:00"

    def question(self, name="at"):
        """What is asked about one of the two moments. Call when valid."""
        found = self.cleaned_data
        return Question(
            team=self.team,
            at=found[name],
            seen=Seen(found["seen"] or Seen.APPLIED),
            agent=self.agents.get(found["about"]),
            namespace=self.spaces.get(found["about"]),
        )

    def asked(self, **other):
        """(name, value) of each field, to be sent again, with moments that mean the same everywhere."""
        found = {name: value for name, value in self.cleaned_data.items() if value} | other
        return [
            (name, value if isinstance(value, str) else moments.text(value)) for name, value in found.items() if value
        ]
