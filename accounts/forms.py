from datetime import timedelta

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts import keys
from accounts.enums import DiffView, Digest, Palette, Role, Scope, TextView, Theme
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
    """Either of them, set from the menu."""

    theme = forms.ChoiceField(choices=Theme, required=False)
    palette = forms.ChoiceField(choices=Palette, required=False)

    @property
    def given(self):
        return {name: value for name, value in self.cleaned_data.items() if value}


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zone_choices, help_text=_("Times are shown in this zone.")
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme)
    palette = forms.ChoiceField(label=_("Colours of changes"), choices=Palette)
    diff_view = forms.ChoiceField(label=_("Differences"), choices=DiffView)
    text_view = forms.ChoiceField(label=_("Text of differences"), choices=TextView)
    notify_by = forms.ChoiceField(label=_("Mail when it is my turn"), choices=Digest)


class KeysForm(forms.Form):
    """One field for each key. Their names go by number: a key like `/` would make an odd one."""

    single_keys = forms.BooleanField(label=_("Single keys act"), required=False)
    confirms_approval = forms.BooleanField(label=_("A second press confirms an approval"), required=False)

    def __init__(self, data=None, *, user):
        super().__init__(data)
        self.named = {f"key_{number}": name for number, name in enumerate(keys.KEYS)}
        self.initial = {"single_keys": user.single_keys, "confirms_approval": user.confirms_approval}
        own = keys.of(user.keys)
        for field, name in self.named.items():
            self.initial[field] = own[name]
            self.fields[field] = forms.CharField(label=keys.KEYS[name], required=False, widget=_key_input())

    @property
    def switches(self):
        return [self["single_keys"], self["confirms_approval"]]

    @property
    def singles(self):
        return [self[field] for field in self.named]

    def clean(self):
        given = super().clean()
        typed = {name: given[field] for field, name in self.named.items() if field in given}
        twice = keys.clashes(typed)
        for field, name in self.named.items():
            if typed.get(name) and not keys.is_key(typed[name]):
                self.add_error(field, _("One character that shows."))
            elif name in twice:
                self.add_error(field, _("This key does two things."))
        return given

    @property
    def values(self):
        """What is remembered of it."""
        given = self.cleaned_data
        typed = {name: given[field] for field, name in self.named.items()}
        switches = {name: given[name] for name in ("single_keys", "confirms_approval")}
        return switches | {"keys": keys.differing(typed)}


def _key_input():
    return forms.TextInput({"class": "input keys__field", "autocomplete": "off", "autocapitalize": "off", "size": 2})


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zone_choices, help_text=_("Schedules of new agents start out in this zone.")
    )
    sole_reviewer = forms.BooleanField(
        label=_("A team of one may approve what it wrote itself"),
        required=False,
        help_text=_(
            "Low and medium tier only. Nor does a sensitive act wait for a second person while nobody else could be "
            "that person. Every use is recorded and marked."
        ),
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


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("Why not"), max_length=1000, widget=forms.Textarea({"rows": 3}), help_text=_("Who asked reads this.")
    )


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
