"""What is asked of who adds a destination."""

import ssl

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import reaching
from compliance.enums import Format, StreamKind
from compliance.models.streaming import FORMATS
from compliance.streaming import addresses, wires

_PLACES = {
    StreamKind.WEBHOOK: reaching.web,
    StreamKind.SYSLOG: addresses.syslog,
    StreamKind.FILE: addresses.file,
}


class DestinationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("How"), choices=StreamKind, initial=StreamKind.WEBHOOK, widget=forms.RadioSelect)
    address = forms.CharField(
        label=_("Where to"),
        max_length=reaching.LONGEST,
        help_text=_(
            "https://host/path for a webhook, host:6514 for syslog, a file name for a file. "
            "It is shown to everybody who reads the trail: no password belongs in it."
        ),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=FORMATS,
        initial=Format.JSONL,
        help_text=_("JSON Lines are the record, byte for byte as it was hashed. OCSF is a translation."),
    )
    authorization = forms.CharField(
        label=_("Authorization header"),
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("For a webhook that asks for one, such as “Bearer …”. Kept encrypted, and never shown again."),
    )
    ca = forms.CharField(
        label=_("Certificates to believe"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("PEM, where the other end has a certificate authority of its own; else those of this server."),
    )
    after = forms.IntegerField(
        label=_("Begin after event"),
        min_value=0,
        max_value=2**53,
        initial=0,
        help_text=_("0 sends everything from the first event on."),
    )

    def clean_ca(self):
        pem = self.cleaned_data["ca"].strip()
        if "PRIVATE KEY" in pem:
            raise ValidationError(_("This holds a private key. Only certificates belong here."))
        try:
            wires.context(pem)
        except (ssl.SSLError, ValueError):
            raise ValidationError(_("These are no certificates in PEM.")) from None
        return pem

    def clean_authorization(self):
        value = self.cleaned_data["authorization"]
        if not value.isascii() or not (value.isprintable() or not value):
            raise ValidationError(_("A header has no line breaks and no letters beyond ASCII."))
        return value

    def clean(self):
        found = super().clean()
        kind, address = found.get("kind"), found.get("address")
        if kind and address:
            try:
                _PLACES[StreamKind(kind)](address)
            except reaching.BadAddress as refused:
                self.add_error("address", str(refused))
        if kind and kind != StreamKind.WEBHOOK and found.get("authorization"):
            self.add_error("authorization", _("Only a webhook has headers."))
        if kind == StreamKind.FILE and found.get("ca"):
            self.add_error("ca", _("A file needs no certificates."))
        return found
