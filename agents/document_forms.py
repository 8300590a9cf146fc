"""A form for a whole JSON document, pasted or uploaded."""

import json
from collections import Counter

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_DOCUMENT = 256 * 1024


class DocumentForm(forms.Form):
    """`read` of a subclass takes what the JSON says, and adds what is wrong with it to the field `document`."""

    use_required_attribute = False  # a file may stand in for the text

    document = forms.CharField(
        max_length=LONGEST_DOCUMENT,
        widget=forms.Textarea({"rows": 24, "class": "code", "spellcheck": "false"}),
        help_text=_("It takes the place of the policy as it is now. What is left out gets its default."),
    )
    upload = forms.FileField(
        label=_("Or upload it"),
        required=False,
        widget=forms.FileInput({"accept": ".json,application/json"}),
        help_text=_("A file counts before the text above."),
    )

    def __init__(self, data=None, files=None, **options):
        super().__init__(data, files, **options)
        self.fields["document"].required = not files

    def read(self, given):
        raise NotImplementedError

    def clean(self):
        given = super().clean()
        if given.get("upload"):
            self.data = self.data.copy()  # so that what was uploaded can be mended on the page
            self.data["document"] = given["document"] = self._uploaded(given["upload"])
        if not self.errors:
            document = self._json(given["document"])
            if not self.errors:
                self.read(document)
        return given

    def _uploaded(self, upload):
        if upload.size > LONGEST_DOCUMENT:
            self.add_error("upload", _("The file is larger than a policy can be."))
            return ""
        try:
            return upload.read().decode()
        except UnicodeDecodeError:
            self.add_error("upload", _("The file is not text in UTF-8."))
            return ""

    def _json(self, text):
        try:
            return json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
        except json.JSONDecodeError as bad:
            where = {"line": bad.lineno, "column": bad.colno, "why": bad.msg}
            message = _("No JSON at line %(line)s, column %(column)s: %(why)s.")
            self.add_error("document", ValidationError(message, params=where))
        except ValueError as bad:
            self.add_error("document", str(bad))
        except RecursionError:
            self.add_error("document", _("It is nested too deeply."))
        return {}


def _unique(pairs):
    """Of two entries with one name JSON readers drop one; a person should hear of it."""
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _count),) = Counter(name for name, _value in pairs).most_common(1)
        raise ValueError(f"{repr(twice[:80])[1:-1]}: stands in it twice")
    return found


def _refused(constant):
    raise ValueError(f"{constant} is no number in JSON")
