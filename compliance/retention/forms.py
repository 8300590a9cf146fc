"""The form of how long things are kept."""

from django import forms
from django.utils.translation import gettext as _

from audit import retention
from compliance.enums import RetentionClass


class RetentionForm(forms.Form):
    """A field of days for each class."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for one in RetentionClass:
            floor = retention.FLOOR_DAYS[one]
            self.fields[one.value] = forms.IntegerField(
                label=_("%(name)s, in days") % {"name": one.label},
                min_value=floor,
                max_value=retention.MOST_DAYS,
                help_text=_("At least %(floor)s.") % {"floor": floor},
            )
