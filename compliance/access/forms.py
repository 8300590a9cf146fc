"""Which moment, and which days, an access review is about."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.forms import DayField, start_of
from compliance.past.forms import MomentField

DAYS = 90


class AccessForm(forms.Form):
    """The moment looked at; now where none is given."""

    at = MomentField(label=_("When"), required=False)

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["at"].zone = team.time_zone
        self.fields["at"].widget.attrs["placeholder"] = "2026-11-03 14:00"

    def moment(self):
        """Call when valid."""
        return self.cleaned_data["at"] or timezone.now()


class ReviewedForm(AccessForm):
    notes = forms.CharField(
        label=_("What was found"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DaysForm(forms.Form):
    """Whole days in the person's time zone, the last one included; the last 90 where none is given."""

    since = DayField(label=_("From day"), required=False)
    until = DayField(label=_("To day"), required=False)

    def span(self):
        """(from, before) as moments. Call when valid."""
        until = self.cleaned_data["until"] or timezone.localdate()
        since = self.cleaned_data["since"] or until - timedelta(days=DAYS)
        return start_of(since), start_of(until + timedelta(days=1))
