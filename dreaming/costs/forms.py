from datetime import date
from decimal import Decimal

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dreaming.costs.prices import COUNTED
from dreaming.models import Price

CENTS = -2
MICRO = -6
SOME_DAY = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31)))


def _money(label, **more):
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=12, decimal_places=2, **more)


def _day():
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class CapsForm(forms.Form):
    """What may be spent, in dollars; `values` are cents."""

    day = _money(_("In a day, in US dollars"), help_text=_("None means no limit."))
    month = _money(_("In a month, in US dollars"), help_text=_("None means no limit."))

    def __init__(self, data=None, *, values):
        shown = {
            name: None if values[f"{name}_cents"] is None else Decimal(values[f"{name}_cents"]).scaleb(CENTS)
            for name in ("day", "month")
        }
        super().__init__(data, initial=shown)

    def values(self):
        given = self.cleaned_data
        return {
            f"{name}_cents": None if given[name] is None else int(given[name].scaleb(-CENTS))
            for name in ("day", "month")
        }


class SheetForm(forms.Form):
    """The days that are handed out; the last is among them."""

    since = forms.DateField(label=_("From"), required=False, widget=_day(), validators=SOME_DAY)
    until = forms.DateField(label=_("Up to"), required=False, widget=_day(), validators=SOME_DAY)

    def clean(self):
        given = super().clean()
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", _("It ends before it begins."))
        return given


class PriceForm(forms.ModelForm):
    """What a model costs, in dollars per million tokens; `values` are micro-dollars."""

    model = forms.RegexField(
        r"^[a-z0-9][a-z0-9._:/-]{0,78}\*?$",
        label=_("Model"),
        max_length=80,
        help_text=_("Its id, or the beginning of ids with a star at its end: claude-haiku-*"),
    )

    class Meta:
        model = Price
        fields = ("model", "valid_from", "above_tokens", "batch_percent", "region_percent")
        widgets = {"valid_from": _day()}

    field_order = ("model", "valid_from", "above_tokens", *COUNTED, "batch_percent", "region_percent")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in COUNTED:
            label = Price._meta.get_field(name).verbose_name
            self.fields[name] = forms.DecimalField(
                label=_("%(what)s, US dollars per million tokens") % {"what": capfirst(label)},
                min_value=0,
                max_value=100_000,
                max_digits=12,
                decimal_places=6,
            )
        self.order_fields(self.field_order)

    def values(self):
        given = dict(self.cleaned_data)
        return given | {name: int(given[name].scaleb(-MICRO)) for name in COUNTED}
