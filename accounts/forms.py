from datetime import timedelta

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts.enums import DiffView, Digest, Role, Scope, TextView, Theme
from accounts.models import User, time_zone_choices

WORDS = {
    Role.ADMIN: _("runs the team: members, agents, schedules, policy, tokens"),
    Role.LEAD: _("decides, dismisses requests for changes, undoes, starts dreams"),
    Role.REVIEWER: _("decides on changes and edits them"),
    Role.AUDITOR: _("reads and exports the trail, decides nothing"),
    Role.SECURITY: _("decides, and looks after poisoned sessions"),
    Role.MEMBER: _("reads, uploads sessions and proposes"),
}
TOKEN_DAYS = (7, 30, 90)


def _roles():
    return [(role.value, f"{role.label}: {WORDS[role]}") for role in Role]


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme)


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zone_choices, help_text=_("Times are shown in this zone.")
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme)
    diff_view = forms.ChoiceField(label=_("Differences"), choices=DiffView)
    text_view = forms.ChoiceField(label=_("Text of differences"), choices=TextView)
    notify_by = forms.ChoiceField(label=_("Mail when it is my turn"), choices=Digest)


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zone_choices, help_text=_("Schedules of new agents start out in this zone.")
    )
    sole_reviewer = forms.BooleanField(
        label=_("A team of one may approve what it wrote itself"),
        required=False,
        help_text=_("Low and medium tier only. Every use is recorded and marked on the change."),
    )


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=_roles, widget=forms.CheckboxSelectMultiple)


class InviteForm(RolesForm):
    email = forms.EmailField(label=_("Mail address"), max_length=254)
    field_order = ("email", "roles")


class JoinForm(forms.Form):
    """A new account for the invited address."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("A password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )

    def __init__(self, *args, email, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self):
        given = super().clean()
        if given.get("password"):
            person = User(email=self.email, name=given.get("name", ""))
            try:
                password_validation.validate_password(given["password"], person)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return given


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=120)
    scopes = forms.MultipleChoiceField(label=_("It may"), choices=Scope, widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        choices=[(days, _("%(days)s days") % {"days": days}) for days in TOKEN_DAYS],
        coerce=int,
        initial=30,
    )

    def expires_at(self, at):
        return at + timedelta(days=self.cleaned_data["days"])
