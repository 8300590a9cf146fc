"""Forms of erasures and legal holds."""

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.enums import Basis, ErasureKind, HoldScope

MOST_NEEDLES = 20


class ErasureForm(forms.Form):
    kind = forms.ChoiceField(label=_("What to erase"), choices=ErasureKind)
    subject = forms.CharField(
        label=_("Its id"),
        max_length=100,
        required=False,
        help_text=_(
            "Of a member of before usr_…, of a session ses_…, of a version of a memory ver_…, of a private value the id"
            " of its event, a colon and its name. Leave it empty for a person who is only named."
        ),
    )
    words = forms.CharField(
        label=_("Words that name the person"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        max_length=2_000,
        help_text=_(
            "One a line: a name, an address, a number. Found whatever the case and whatever stands between the words."
            " They are forgotten when the erasure is over."
        ),
    )
    basis = forms.ChoiceField(label=_("Basis"), choices=[("", _("Choose one")), *Basis.choices])

    def clean_words(self):
        lines = self.cleaned_data["words"].splitlines()
        if len(lines) > MOST_NEEDLES:
            raise forms.ValidationError(_("Twenty lines at most."))
        return lines

    def clean(self):
        given = super().clean()
        if given.get("kind") not in (None, ErasureKind.PERSON) and not given.get("subject"):
            self.add_error("subject", _("Say which one, by its id."))
        return given


class HoldForm(forms.Form):
    scope = forms.ChoiceField(label=_("What to keep"), choices=HoldScope)
    target = forms.CharField(
        label=_("Its id"),
        max_length=40,
        required=False,
        help_text=_("usr_…, agt_…, nsp_… or ses_…; none for everything."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))
