"""What may be asked of the events about one thing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.forms import TrailForm

NEWEST, OLDEST = "newest", "oldest"
OWN, NAMED = "own", "named"


class FollowForm(TrailForm):
    """The filters of the trail that make sense here, in which order, and how far."""

    reach = forms.ChoiceField(
        label=_("Which events"),
        choices=[(OWN, _("By it and about it")), (NAMED, _("All that name it"))],
        required=False,
    )
    order = forms.ChoiceField(
        label=_("Order"), choices=[(NEWEST, _("Newest first")), (OLDEST, _("Oldest first"))], required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["target"]

    def narrow(self, events):
        """The events that fit; none where the question is no good."""
        return events.matching(**self.narrowed()) if self.is_valid() else events.none()

    @property
    def is_wide(self):
        return self.is_valid() and self.cleaned_data["reach"] == NAMED

    @property
    def keys(self):
        return ("seq",) if self.is_valid() and self.cleaned_data["order"] == OLDEST else ("-seq",)
