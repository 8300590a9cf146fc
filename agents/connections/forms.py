"""What is asked of who connects: only the fields of the chosen provider. Nothing that signs in is ever filled in again.

The fields of secrets have KEY, SECRET or TOKEN in their names, so that error reports leave their values out.
"""

import json

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.reaching import BadAddress
from agents.connections import addressing
from agents.connections.sealing import Secret
from agents.enums import Provider

UNLABELLED = "-"  # in a form, where an empty value were none
_PLACES = {
    Provider.ANTHROPIC: ("base_url", "region"),
    Provider.BEDROCK: ("region", "base_url"),
    Provider.VERTEX: ("account", "region", "base_url"),
    Provider.FOUNDRY: ("account", "base_url", "region"),
}
_SECRETS = {
    Provider.ANTHROPIC: ("api_key",),
    Provider.BEDROCK: ("api_key", "aws_access_key", "aws_secret_key", "aws_session_token"),
    Provider.VERTEX: ("service_account_key", "api_key"),
    Provider.FOUNDRY: ("api_key",),
}
_KEYS = {
    Provider.BEDROCK: (_("Key of Bedrock"), _("Or the two keys of AWS below.")),
    Provider.VERTEX: (_("Access token"), _("Instead of a service account. It lasts an hour.")),
}
_NEED_REGION = (Provider.BEDROCK, Provider.VERTEX)


def _secret(label, help_text=""):
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=help_text, max_length=8000, required=False, widget=widget)


class KeyForm(forms.Form):
    """What signs in at one provider."""

    api_key = _secret(_("API key"), _("Kept encrypted under a key of its own, and never shown again."))
    aws_access_key = _secret(_("Access key ID"))
    aws_secret_key = _secret(_("Secret access key"))
    aws_session_token = _secret(_("Session token"), _("For keys that end by themselves."))
    service_account_key = _secret(_("Key of a service account"), _("The whole file that Google gives, as JSON."))

    def __init__(self, *args, provider, **kwargs):
        super().__init__(*args, **kwargs)
        self.provider = Provider(provider)
        for name in set(KeyForm.base_fields) - set(_SECRETS[self.provider]):
            self.fields.pop(name, None)
        for name in set(KeyForm.base_fields) & set(self.fields):
            self.fields[name].required = len(_SECRETS[self.provider]) == 1
        if self.provider in _KEYS and "api_key" in self.fields:
            self.fields["api_key"].label, self.fields["api_key"].help_text = _KEYS[self.provider]

    def clean(self):
        found = super().clean()
        if self.is_asked_for_key:
            self._check_secrets(found)
        return found

    @property
    def is_asked_for_key(self):
        return bool(set(_SECRETS[self.provider]) & set(self.fields))

    @property
    def secret(self):
        given = {name: self.cleaned_data.get(name, "") for name in _SECRETS[self.provider]}
        account = given.pop("service_account_key", "")
        return Secret(service_account=account, **given)

    def _check_secrets(self, found):
        for name in _SECRETS[self.provider]:
            value = found.get(name, "")
            if value and not (value.isascii() and value.isprintable()):
                self.add_error(name, _("A key has no line breaks and no letters beyond ASCII."))
        pair = bool(found.get("aws_access_key")), bool(found.get("aws_secret_key"))
        ways = [bool(found.get("api_key")), any(pair), bool(found.get("service_account_key"))]
        if any(pair) and not all(pair):
            self.add_error("aws_secret_key", _("The two keys of AWS go together."))
        elif sum(ways) != 1 and not self.errors:
            self.add_error(_SECRETS[self.provider][0], _("Give one way to sign in."))
        if found.get("service_account_key") and not _is_service_account(found["service_account_key"]):
            self.add_error("service_account_key", _("This is not the file of a service account."))


class SettingsForm(KeyForm):
    """Where a connection leads, and what may be sent there. `labels` are those of the team."""

    name = forms.CharField(label=_("Name"), max_length=120)
    account = forms.RegexField(r"\A[A-Za-z0-9][A-Za-z0-9.:-]{0,119}\Z", label=_("Project"), required=False)
    region = forms.RegexField(
        r"\A[A-Za-z0-9][A-Za-z0-9-]{0,39}\Z",
        label=_("Region"),
        required=False,
        help_text=_("Where text is worked on, such as us or europe-west1."),
        error_messages={"invalid": _("A region has letters, digits and dashes.")},
    )
    base_url = forms.CharField(
        label=_("Address"),
        max_length=300,
        required=False,
        help_text=_("Only where a gateway of your own stands before the provider, such as https://gateway.example."),
    )
    holds = forms.MultipleChoiceField(
        label=_("May hold text"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("By the residency of agents and namespaces. What is not ticked is never sent there."),
    )
    dreams_hold = forms.MultipleChoiceField(
        label=_("Of these, Dreams and message batches may have text"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("These are worked on where the workspace is at home, whatever the region says."),
    )
    field_order = ("name", *KeyForm.base_fields, "account", "region", "base_url", "holds", "dreams_hold")

    def __init__(self, *args, labels, keyed=True, **kwargs):
        super().__init__(*args, **kwargs)
        for name in () if keyed else KeyForm.base_fields:
            self.fields.pop(name, None)
        if "account" not in _PLACES[self.provider]:
            del self.fields["account"]
        elif self.provider == Provider.FOUNDRY:
            self.fields["account"].label = _("Resource")
        self.fields["region"].required = self.provider in _NEED_REGION
        if self.provider == Provider.VERTEX:
            self.fields["account"].required = True
        if self.provider != Provider.ANTHROPIC:
            del self.fields["dreams_hold"]
        choices = [(UNLABELLED, _("without a label")), *((one, one) for one in labels)]
        for name in {"holds", "dreams_hold"} & set(self.fields):
            self.fields[name].choices = choices

    @property
    def settings(self):
        """As the verbs take them."""
        plain = [name for name in ("name", "account", "region", "base_url") if name in self.fields]
        found = {name: self.cleaned_data[name] for name in plain}
        for name in {"holds", "dreams_hold"} & set(self.fields):
            found[name] = ["" if one == UNLABELLED else one for one in self.cleaned_data[name]]
        return found

    def clean_base_url(self):
        address = self.cleaned_data["base_url"].strip().rstrip("/")
        if address and address != self.initial.get("base_url"):
            try:
                addressing.check(address)
            except BadAddress as refused:
                raise forms.ValidationError(str(refused)) from None
        return address

    def clean(self):
        found = super().clean()
        if self.provider == Provider.FOUNDRY and not (found.get("account") or found.get("base_url")):
            self.add_error("account", _("Give the resource, or an address."))
        return found


def initial_of(row):
    """What the form of a connection begins with."""
    labels = {name: [one or UNLABELLED for one in getattr(row, name)] for name in ("holds", "dreams_hold")}
    return {name: getattr(row, name) for name in ("name", "account", "region", "base_url")} | labels


def _is_service_account(text):
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("type") == "service_account" and bool(found.get("private_key"))
