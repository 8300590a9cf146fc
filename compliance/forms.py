"""What may be asked of the trail; the same in the URL of the page and in the export."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Membership
from audit import catalogue
from audit.models import Event
from compliance.enums import Disclosure, Format, Period
from compliance.packs import scopes
from compliance.packs.scopes import Scope
from reviews.models import Proposal

FAMILIES = {
    "team": (_("Team, members and tokens"), catalogue.TEAM),
    "confirmation": (_("Confirmations"), catalogue.CONFIRMATION),
    "access": (_("Access"), catalogue.ACCESS),
    "agent": (_("Agents and namespaces"), catalogue.AGENT),
    "session": (_("Sessions"), catalogue.SESSION),
    "memory": (_("Memory"), catalogue.MEMORY),
    "proposal": (_("Proposals"), catalogue.PROPOSAL),
    "change": (_("Changes and votes"), catalogue.CHANGE),
    "desk": (_("Working together"), catalogue.DESK),
    "drift": (_("Sign-offs and drift"), catalogue.DRIFT),
    "policy": (_("Policy"), catalogue.POLICY),
    "rulebook": (_("Rules of the team"), catalogue.RULEBOOK),
    "watch": (_("How people decide"), catalogue.WATCH),
    "dream": (_("Dreaming"), catalogue.DREAM),
    "key": (_("Keys and checkpoints"), catalogue.KEY),
    "erasure": (_("Erasures and legal holds"), catalogue.ERASURE),
    "connection": (_("Connections"), catalogue.CONNECTION),
    "stream": (_("Streams"), catalogue.STREAM),
    "admin": (_("Exports and checks"), catalogue.ADMIN),
}
TYPES = [
    ("", _("Any")),
    (_("Families"), [(name, label) for name, (label, _kinds) in FAMILIES.items()]),
    *((label, [(type, type) for type in kinds]) for label, kinds in FAMILIES.values()),
]
DAYS: list[Any] = [MinValueValidator(date(1990, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_validators = DAYS


class TrailForm(forms.Form):
    """Days are whole days in the person's time zone, the last one included."""

    type = forms.ChoiceField(label=_("What"), choices=TYPES, required=False)
    actor = forms.ChoiceField(label=_("Who"), required=False)
    target = forms.CharField(
        label=_("About id"), max_length=60, required=False, widget=forms.TextInput(attrs={"placeholder": "chg_…"})
    )
    since = DayField(label=_("From day"), required=False)
    until = DayField(label=_("To day"), required=False)

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        self.log = team.trail_log
        members = Membership.objects.of(team).with_people()
        tokens = ApiToken.objects.of(team).order_by("name", "pk")
        self.fields["actor"].choices = [
            ("", _("Anyone")),
            ("system", "Lucid"),
            (_("People"), [(member.user.public_id, str(member.user)) for member in members]),
            (_("API tokens"), [(token.public_id, token.name) for token in tokens]),
        ]

    @property
    def given(self):
        """(name, value) of each filter as it was typed, to be sent again by another form."""
        return [(name, self.data[name]) for name in self.fields if self.data.get(name)]

    @property
    def query(self):
        return urlencode(self.given)

    def narrowed(self):
        """What to look for, as the log's own `matching` takes it. Call when valid."""
        found = self.cleaned_data
        return {
            "types": _types(found["type"]),
            "actor": found["actor"],
            "target": found.get("target", "").strip(),
            "since": start_of(found["since"]),
            "until": start_of(found["until"] and found["until"] + timedelta(days=1)),
        }

    def events(self):
        """The events asked for; none where the question is no good, never more than was asked for."""
        if not self.is_valid():
            return Event.objects.none()
        return Event.objects.of_log(self.log).matching(**self.narrowed())

    def scope(self):
        """The same as a scope of exports. Call when valid."""
        narrowed = self.narrowed()
        return Scope(**narrowed | {"types": tuple(narrowed["types"])})


class ExportForm(TrailForm):
    """What to export, in which form; and, where it is to be kept, under which name. Nothing but the format has to be
    given.
    """

    FORMATS = (
        (Format.PACK, _("Evidence pack: a file that a stranger can verify, with texts, proofs and a first page")),
        (Format.JSONL, _("JSON Lines: the record, byte for byte as it was hashed")),
        (Format.CSV, _("CSV: for spreadsheets. A cell that would run as a formula gets a leading apostrophe")),
        (Format.OCSF, _("OCSF 1.6.0: for tools that read the Open Cybersecurity Schema Framework")),
    )
    GROUPS = (
        (_("What comes out"), ("format", "disclosure", "bom")),
        (_("Which time"), ("period", "since", "until")),
        (_("Only this, where given"), ("agent", "namespace", "person", "proposal", "type", "actor", "target")),
    )
    KEPT = ("name", "monthly")

    format = forms.ChoiceField(label=_("Format"), choices=FORMATS, initial=Format.PACK, widget=forms.RadioSelect)
    bom = forms.BooleanField(label=_("CSV with a byte order mark, for Excel"), required=False)
    period = forms.ChoiceField(label=_("Time"), choices=Period, required=False, initial=Period.DATES)
    agent = forms.ChoiceField(label=_("Agent"), required=False)
    namespace = forms.ChoiceField(label=_("Namespace"), required=False)
    person = forms.ChoiceField(label=_("By or about"), required=False)
    proposal = forms.IntegerField(label=_("Proposal number"), required=False, min_value=1, max_value=2**31 - 1)
    disclosure = forms.ChoiceField(
        label=_("Private values in an evidence pack"),
        choices=Disclosure,
        required=False,
        initial=Disclosure.REASONS,
        help_text=_("All others are withheld, and the pack says so. Other formats never hold any."),
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=80)
    monthly = forms.BooleanField(label=_("Make it on the first of each month, for the auditors"), required=False)

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, team=team, **kwargs)
        self.team = team
        self.fields["since"].help_text = _("Empty days mean the whole log: from its beginning, up to now.")
        for name, rows in scopes.choices(team).items():
            self.fields[name].choices = [("", _("Any")), *rows]

    @property
    def groups(self):
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    @property
    def kept(self):
        return [self[name] for name in self.KEPT]

    def clean_proposal(self):
        number = self.cleaned_data["proposal"]
        if number is None:
            return ""
        row = Proposal.objects.of(self.team).filter(number=number).first()
        if row is None:
            raise ValidationError(_("There is no proposal %(number)s in this team."), params={"number": number})
        return row.public_id

    def clean(self):
        found = super().clean()
        found["disclosure"] = found.get("disclosure") or Disclosure.REASONS
        found["period"] = found.get("period") or Period.DATES
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            self.add_error("until", _("This day is before the first one."))
        return found

    def scope(self):
        found = self.cleaned_data
        more = {name: found[name] for name in ("agent", "namespace", "person", "proposal")}
        scope = replace(super().scope(), **more)
        if found["period"] == Period.MONTH:
            return scope.of_month_before(timezone.now(), self.team.time_zone)
        return scope


class SaveForm(ExportForm):
    """The same, to be kept under a name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True

    def clean(self):
        found = super().clean()
        if found.get("monthly") and (found.get("format"), found["period"]) != (Format.PACK, Period.MONTH):
            self.add_error("monthly", _("Only an evidence pack of the calendar month before is made by itself."))
        return found


def _types(chosen):
    if chosen in FAMILIES:
        return sorted(FAMILIES[chosen][1])
    return [chosen] if chosen else []


def start_of(day):
    """The moment a day begins where the person is."""
    return datetime.combine(day, time.min, timezone.get_current_timezone()) if day else None
