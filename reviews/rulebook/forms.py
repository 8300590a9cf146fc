"""A rule as a form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.enums import RuleKind, Severity
from reviews.rulebook import writing
from reviews.rulebook.matching import Wording

_LONGEST = 30_000


class LinesField(forms.CharField):
    """One thing to a line."""

    def __init__(self, *, rows=3, may_be_empty=False, **options):
        self.may_be_empty = may_be_empty  # else its label calls it optional
        widget = forms.Textarea({"rows": rows, "spellcheck": "false"})
        super().__init__(widget=widget, required=False, max_length=_LONGEST, **options)

    def to_python(self, value):
        lines = (" ".join(line.split()) for line in super().to_python(value).splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))


class RuleForm(forms.Form):
    """What an officer writes. Whether it is a rule, `reviews.rulebook.writing` says."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=80)
    kind = forms.ChoiceField(label=_("Memory"), choices=RuleKind, widget=forms.RadioSelect, initial=RuleKind.MUST_NOT)
    says = LinesField(
        label=_("Phrases it looks for"),
        help_text=_("One to a line. Found as whole words, in capitals or not, over line ends and emphasis."),
    )
    says_pattern = forms.CharField(
        label=_("Or a pattern"),
        required=False,
        max_length=writing.LONGEST_PATTERN,
        help_text=_("RE2 syntax: no look-around, no references back. Capitals do not matter."),
    )
    also = LinesField(
        label=_("Phrases, one of which must be there"),
        help_text=_("Only for “must also say”. Anywhere in the same memory will do."),
    )
    also_pattern = forms.CharField(label=_("Or a pattern for it"), required=False, max_length=writing.LONGEST_PATTERN)
    namespaces = LinesField(
        label=_("Namespaces"), rows=2, help_text=_("Short names or patterns (support-*), one to a line. None: all.")
    )
    severity = forms.ChoiceField(
        label=_("What a finding does"),
        choices=[
            (Severity.WARNING, _("Warns: the risk is high")),
            (Severity.BLOCKING, _("Blocks the change")),
        ],
    )
    reason = forms.CharField(label=_("Reason that reviewers read"), max_length=180)
    breaking = LinesField(
        label=_("Examples that break the rule"), may_be_empty=True, help_text=_("One to a line, at least one.")
    )
    keeping = LinesField(
        label=_("Examples that keep it"), may_be_empty=True, help_text=_("One to a line, at least one.")
    )

    GROUPS = (
        (_("The rule"), ("title", "kind")),
        (_("What it looks for"), ("says", "says_pattern")),
        (_("What must stand there as well"), ("also", "also_pattern")),
        (_("Where it holds, and what it does"), ("namespaces", "severity", "reason")),
        (_("Examples"), ("breaking", "keeping")),
    )

    @property
    def groups(self):
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    @property
    def written(self):
        """The rule as it was typed; call when valid."""
        given = self.cleaned_data
        must = given["kind"] == RuleKind.MUST
        return writing.Written(
            title=given["title"],
            kind=given["kind"],
            says=Wording(given["says"], given["says_pattern"]),
            also=Wording(given["also"], given["also_pattern"]) if must else Wording(),
            namespaces=given["namespaces"],
            severity=given["severity"],
            reason=given["reason"],
            breaking=given["breaking"],
            keeping=given["keeping"],
        )


def initial(version):
    """The fields of a version, to be changed."""
    if version is None:
        return {"seen": 0}
    lines = {
        "says": version.says["phrases"],
        "also": version.also["phrases"],
        "namespaces": version.namespaces,
        "breaking": version.breaking,
        "keeping": version.keeping,
    }
    return {
        "seen": version.number,
        "says_pattern": version.says["pattern"],
        "also_pattern": version.also["pattern"],
        **{name: getattr(version, name) for name in ("title", "kind", "severity", "reason")},
        **{name: "\n".join(said) for name, said in lines.items()},
    }


class ExamplesForm(RuleForm):
    """The same while it is being written: only what the examples are tried on has to be there."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("seen", "title", "severity", "reason"):
            self.fields[name].required = False


class VersionForm(forms.Form):
    """Which version of a rule is meant."""

    version = forms.IntegerField(min_value=1)


class VersionsForm(forms.Form):
    """Two versions to compare. Without any, the newest and the one before."""

    old = forms.IntegerField(min_value=1, required=False)
    new = forms.IntegerField(min_value=1, required=False)
