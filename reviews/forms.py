from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.enums import SearchKind
from agents.models import Agent, Namespace
from agents.search.finding import Scope
from agents.text import secrets
from agents.text.paths import BadPath, check_path
from reviews.bounds import Bound
from reviews.breaking_glass.breaking import SHORTEST_REASON
from reviews.decisions import Word
from reviews.enums import RejectCode, Side, Verdict, Way
from reviews.resolving import Choice
from reviews.talking.carrying import Spot

LONGEST_REASON = 4000
_TEXT = re.compile(r"after-(\d{1,4})-(\d{1,4})")


class BoundForm(forms.Form):
    """What the person saw: the revision and its four hashes."""

    revision = forms.CharField(max_length=40)
    base = forms.CharField(max_length=64)
    proposed = forms.CharField(max_length=64)
    requirement = forms.CharField(max_length=64)
    evidence = forms.CharField(max_length=64)

    @property
    def bound(self) -> Bound:
        given = self.cleaned_data
        return Bound(given["base"], given["proposed"], given["requirement"], given["evidence"])


class GlassForm(BoundForm):
    """Why one change must go into memory at once, bound to what the person saw."""

    revision = forms.CharField(max_length=40, widget=forms.HiddenInput)
    base = forms.CharField(max_length=64, widget=forms.HiddenInput)
    proposed = forms.CharField(max_length=64, widget=forms.HiddenInput)
    requirement = forms.CharField(max_length=64, widget=forms.HiddenInput)
    evidence = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it cannot wait"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("20 characters or more. Everybody in the team and the auditors read it."),
    )


class DecisionForm(BoundForm):
    """A vote, bound to what the voter saw."""

    verdict = forms.ChoiceField(choices=Verdict)
    reason_code = forms.ChoiceField(choices=[("", ""), *RejectCode.choices], required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def clean(self):
        given = super().clean()
        if given.get("verdict") == Verdict.REJECT and not given.get("reason_code"):
            raise forms.ValidationError(_("Choose why you reject this."))
        if given.get("verdict") == Verdict.REQUEST_CHANGES and not given.get("reason"):
            raise forms.ValidationError(_("Say what should be changed."))
        return given

    @property
    def word(self) -> Word:
        given = self.cleaned_data
        return Word(Verdict(given["verdict"]), given["reason"], given["reason_code"])

    @property
    def problem(self) -> str:
        """The one thing to say about a form that was not filled in."""
        own = self.non_field_errors()
        return str(own[0]) if own else str(_("This form was not complete. Nothing was decided."))


class PartsForm(BoundForm):
    """Which hunks are accepted, each as target position and number."""

    part = forms.TypedMultipleChoiceField(required=False)

    def __init__(self, *args, parts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = [(f"{target}-{number}", "") for target, number in parts]

    @property
    def parts(self) -> set[tuple[int, int]]:
        pairs = (one.split("-") for one in self.cleaned_data["part"])
        return {(int(target), int(number)) for target, number in pairs}


class SeveralForm(forms.Form):
    """Which changes, and one word on all of them."""

    change = forms.TypedMultipleChoiceField()
    verdict = forms.ChoiceField(choices=[(one.value, one.label) for one in (Verdict.APPROVE, Verdict.REJECT)])
    reason_code = forms.ChoiceField(choices=[("", ""), *RejectCode.choices], required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def __init__(self, *args, ids, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = [(one, one) for one in ids]

    def clean(self):
        given = super().clean()
        if not given.get("change"):
            raise forms.ValidationError(_("Choose the changes."))
        if given.get("verdict") == Verdict.REJECT and not given.get("reason_code"):
            raise forms.ValidationError(_("Choose why you reject them."))
        return given

    @property
    def word(self) -> Word:
        given = self.cleaned_data
        return Word(Verdict(given["verdict"]), given["reason"], given["reason_code"])


class SecondForm(forms.Form):
    """A second opinion."""

    verdict = forms.ChoiceField(choices=[(one.value, one.label) for one in (Verdict.APPROVE, Verdict.REJECT)])
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)


class ReasonForm(forms.Form):
    """Why; asked for wherever something that others rely on is set aside."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3}))


class BaselineForm(forms.Form):
    """A sign-off of the memory whose root stood on the page."""

    root = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 2})
    )


class SayForm(forms.Form):
    """What somebody says in a thread; whom else it is told is named in the text."""

    LONGEST = LONGEST_REASON
    text = forms.CharField(
        max_length=LONGEST,
        error_messages={"required": _("Write something first."), "max_length": _("This is too long.")},
    )
    tell = forms.CharField(max_length=200, required=False)
    draft = forms.CharField(max_length=1, required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people

    def clean(self):
        given = super().clean()
        tell, text = given.get("tell", "").lstrip("@"), given.get("text", "")
        if tell and text:
            found = self.people.named(f"@{tell}")
            if not found:
                raise forms.ValidationError(_("Nobody of this team is called that."))
            if found[0] not in self.people.named(text):
                given["text"] = f"@{tell} {text}"
        return given

    @property
    def problem(self) -> str:
        return str(next(iter(self.errors.values()))[0]) if self.errors else ""


class SpotForm(forms.Form):
    """Which revision a thread is about, and which lines of it, where it is about lines."""

    r = forms.IntegerField(min_value=1, max_value=10**6, required=False)
    target = forms.IntegerField(min_value=0, max_value=10**6, required=False)
    side = forms.ChoiceField(choices=Side, required=False)
    line = forms.IntegerField(min_value=1, max_value=10**6, required=False)
    to = forms.IntegerField(min_value=1, max_value=10**6, required=False)

    @property
    def spot(self) -> Spot | None:
        given = self.cleaned_data
        first = given.get("line")
        if not first:
            return None
        side = Side(given.get("side") or Side.AFTER)
        return Spot(given.get("target") or 0, side, first, given.get("to") or first)

    @property
    def problem(self) -> str:
        return str(_("These lines are not in this revision.")) if self.errors else ""

    @property
    def shown(self) -> dict[str, object]:
        given = self.cleaned_data
        return {name: given.get(name) or "" for name in ("r", "side", "line", "to")} | {
            "target": given.get("target") or 0
        }

    @property
    def name(self) -> str:
        """What tells this form from those of other lines on the page."""
        spot = self.spot
        return f"{spot.position}-{spot.side}-{spot.first}" if spot else "whole"


class EditForm(forms.Form):
    """The lines that each hunk of a revision shall say, one field a hunk, named by target and hunk number.

    Secrets have dots over them; dots that are left as they are stand for what they cover.
    """

    revision = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON, required=False)

    def __init__(self, *args, hunks, **kwargs):
        super().__init__(*args, **kwargs)
        self.originals = {place: text for place, (_label, text) in hunks.items()}
        for place, ((target, number), (label, text)) in enumerate(hunks.items()):
            rows = min(20, max(3, text.count("\n") + 2))
            self.fields[f"after-{target}-{number}"] = field = forms.CharField(
                label=label,
                required=False,
                strip=False,
                initial=secrets.covered(text),
                widget=forms.Textarea({"rows": rows, "spellcheck": "true", "data-focus": place == 0}),
            )
            field.may_be_empty = True  # lines that go: no field to be left out

    @property
    def texts(self) -> dict[tuple[int, int], str]:
        found = {name: _TEXT.fullmatch(name) for name in self.cleaned_data}
        given = {(int(one[1]), int(one[2])): self.cleaned_data[name] for name, one in found.items() if one}
        return {place: secrets.restored(text, self.originals.get(place, "")) for place, text in given.items()}


class ResolveForm(forms.Form):
    """The way on at each knot, with what each way needs; fields are named by what they hold and the knot."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON, required=False)

    def __init__(self, *args, knots, **kwargs):
        super().__init__(*args, **kwargs)
        self.originals = {knot.key: "".join([*knot.current, *knot.proposed]) for knot in knots}
        for knot in knots:
            required = {"required": _("Choose how it goes on.")}
            self.fields[f"way-{knot.key}"] = forms.ChoiceField(
                choices=[(way.value, way.label) for way in knot.ways], error_messages=required
            )
            for name in ("now", "new"):
                self.fields[f"{name}-{knot.key}"] = forms.CharField(max_length=120, required=False)
            self.fields[f"text-{knot.key}"] = forms.CharField(required=False, strip=False)
            self.fields[f"day-{knot.key}"] = forms.DateField(required=False)
            self.fields[f"path-{knot.key}"] = forms.CharField(max_length=1024, required=False)

    @property
    def choices(self) -> dict[str, Choice]:
        given = self.cleaned_data
        return {
            key: Choice(
                Way(given[f"way-{key}"]),
                text=secrets.restored(given[f"text-{key}"], original),
                **{name: given[f"{name}-{key}"] for name in ("now", "new", "day", "path")},
            )
            for key, original in self.originals.items()
        }


class ProposeForm(forms.Form):
    """A person's own proposal about one memory: another text, or the archive."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("What changes, in one line."))
    path = forms.CharField(label=_("Path"), max_length=1024)
    text = forms.CharField(
        label=_("Text"), required=False, strip=False, widget=forms.Textarea({"rows": 18, "spellcheck": "true"})
    )
    rationale = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, required=False, widget=forms.Textarea({"rows": 3})
    )
    archive = forms.BooleanField(
        label=_("Archive this memory"),
        required=False,
        help_text=_("Its text is kept in the history, and agents no longer read it."),
    )
    base = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, adds, **kwargs):
        super().__init__(*args, **kwargs)
        if adds:
            del self.fields["archive"]

    def clean_path(self):
        try:
            check_path(self.cleaned_data["path"])
        except BadPath as wrong:
            raise forms.ValidationError(str(wrong)) from None
        return self.cleaned_data["path"]


class SearchForm(forms.Form):
    """A question and where to look; everything but the question may be left out."""

    q = forms.CharField(
        label=_("Search"),
        max_length=400,
        required=False,
        widget=forms.TextInput({"type": "search", "autofocus": True, "data-key": "/"}),
        help_text=_('All words have to be there. "In quotes" for a phrase, -word for what may not be there.'),
    )
    kind = forms.MultipleChoiceField(
        label=_("What"), choices=SearchKind, required=False, widget=forms.CheckboxSelectMultiple
    )
    namespace = forms.ModelChoiceField(
        label=_("Namespace"), queryset=Namespace.objects.none(), to_field_name="slug", required=False
    )
    agent = forms.ModelChoiceField(
        label=_("Agent"), queryset=Agent.objects.none(), to_field_name="slug", required=False
    )

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["namespace"].queryset = Namespace.objects.of(team).order_by("name", "pk")
        self.fields["agent"].queryset = Agent.objects.of(team).order_by("name", "pk")
        for name in ("namespace", "agent"):
            self.fields[name].empty_label = _("All")

    @property
    def scope(self) -> Scope:
        given = self.cleaned_data
        namespace, agent = given["namespace"], given["agent"]
        return Scope(tuple(given["kind"]), namespace and namespace.pk, agent and agent.pk)


class FilterForm(forms.Form):
    """The name of a query to keep, and for whom."""

    name = forms.CharField(max_length=80)
    shared = forms.BooleanField(required=False)


class AbsenceForm(forms.Form):
    """From when to when one is away, and who is asked instead."""

    since = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    until = forms.DateTimeField(
        label=_("Until"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    delegate = forms.ChoiceField(
        label=_("Who stands in"),
        required=False,
        help_text=_("Somebody who may decide. What they wrote themselves stays with others."),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {one.public_id: one for one in people}
        self.fields["delegate"].choices = [("", _("Nobody")), *((key, str(one)) for key, one in self.people.items())]

    def clean_delegate(self):
        return self.people.get(self.cleaned_data["delegate"])
