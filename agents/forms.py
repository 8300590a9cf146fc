import re

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from agents import roster
from agents.enums import Access, Exposure, StoreKind, Tier
from agents.importers.detect import FORMATS

NO_ACCESS = "none"
MAX_PATTERNS = 50  # an event holds at most 8 kB, and it names them all


class AgentForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(label=_("What it does"), max_length=300, required=False)
    project = forms.CharField(label=_("Project"), max_length=120, required=False)
    exposure = forms.ChoiceField(label=_("Who it talks to"), choices=Exposure)
    residency = forms.CharField(
        label=_("Residency"), max_length=16, required=False, help_text=_("Where its data has to stay, such as EU.")
    )


class NewAgentForm(AgentForm):
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Stands in addresses and commands and never changes: letters, digits and dashes."),
    )
    field_order = ("name", "slug")

    def clean_slug(self):
        return _free_slug(self.cleaned_data["slug"])


class PlatformForm(forms.Form):
    """Which agent of the Claude platform an agent is. `listed` are those that the platform told of, to choose from."""

    connection = forms.ChoiceField(label=_("Connection"))
    platform_agent = forms.RegexField(
        r"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}\Z",
        label=_("Agent of the platform"),
        max_length=120,
        help_text=_("Its id, such as agent_01ABC."),
        error_messages={"invalid": _("An id has letters, digits, dashes and underscores.")},
    )

    def __init__(self, *args, connections, listed=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.connections = {one.public_id: one for one in connections}
        self.fields["connection"].choices = [(key, one.name) for key, one in self.connections.items()]
        if listed:
            choices = [(key, f"{name} ({key})" if name else key) for key, name in listed]
            self.fields["platform_agent"].widget = forms.Select(choices=choices)

    def clean_connection(self):
        return self.connections[self.cleaned_data["connection"]]


class StoreForm(forms.Form):
    """Where the memory of a namespace stands. `listed` are the stores that the platform told of, to choose from."""

    kind = forms.ChoiceField(label=_("Store"), choices=StoreKind)
    connection = forms.ChoiceField(
        label=_("Connection"), required=False, help_text=_("For a memory store on the Claude platform.")
    )
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=1000,
        help_text=_("The id of the memory store, such as memstore_01ABC, or the folder on this server."),
    )

    def __init__(self, *args, connections, listed=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.connections = {one.public_id: one for one in connections}
        self.fields["connection"].choices = [("", "-"), *((key, one.name) for key, one in self.connections.items())]
        if listed:
            choices = [(key, f"{name} ({key})" if name else key) for key, name in listed]
            self.fields["place"].widget = forms.Select(choices=choices)

    def clean_connection(self):
        return self.connections.get(self.cleaned_data["connection"])

    def clean(self):
        kind, place = self.cleaned_data.get("kind"), self.cleaned_data.get("place", "")
        if kind == StoreKind.ANTHROPIC:
            if self.cleaned_data.get("connection") is None:
                self.add_error("connection", _("Choose the connection that leads to the store."))
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}", place):
                self.add_error("place", _("An id has letters, digits, dashes and underscores."))
        else:
            self.cleaned_data["connection"] = None
        if kind == StoreKind.FOLDER and not place:
            self.add_error("place", _("Name the folder."))
        return self.cleaned_data


class NamespaceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(label=_("What it holds"), max_length=300, required=False)
    tier_floor = forms.ChoiceField(
        label=_("Lowest tier"), choices=Tier, help_text=_("No change in this namespace counts as less risky than this.")
    )
    protected = forms.CharField(
        label=_("Protected paths"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_("One pattern a line, such as /terms/*. Changes there are high risk at least."),
    )
    owners = forms.CharField(
        label=_("Owners"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_("One pattern a line, then the mail addresses of its owners: /terms/* ana@example.org"),
    )
    residency = forms.CharField(
        label=_("Residency"), max_length=16, required=False, help_text=_("Where its data has to stay, such as EU.")
    )

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_protected(self):
        patterns = _lines(self.cleaned_data["protected"])
        _check_patterns(patterns)
        return patterns

    def clean_owners(self):
        """[{"pattern", "users": [public ids]}] of members of the team."""
        rows = [line.split() for line in _lines(self.cleaned_data["owners"])]
        _check_patterns([pattern for pattern, *_addresses in rows])
        known = _members_by_address(self.team) if rows else {}
        owners = []
        for pattern, *addresses in rows:
            strangers = [address for address in addresses if address.lower().rstrip(",") not in known]
            if strangers or not addresses:
                named = strangers[0] if strangers else pattern
                raise forms.ValidationError(
                    _("No member of the team is named by “%(named)s”."), params={"named": named}
                )
            owners.append({"pattern": pattern, "users": [known[one.lower().rstrip(",")] for one in addresses]})
        return owners


class NewNamespaceForm(NamespaceForm):
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Stands in addresses and commands and never changes: letters, digits and dashes."),
    )
    field_order = ("name", "slug")

    def clean_slug(self):
        return _free_slug(self.cleaned_data["slug"])


class AccessForm(forms.Form):
    """One choice for each namespace; the field is named by its public id."""

    def __init__(self, *args, namespaces, modes, **kwargs):
        super().__init__(*args, **kwargs)
        for namespace in namespaces:
            self.fields[namespace.public_id] = forms.ChoiceField(
                label=namespace.name,
                choices=[(NO_ACCESS, _("No access")), *Access.choices],
                initial=modes.get(namespace.pk, NO_ACCESS),
            )


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; what is wrong with one of them is said in its own row of the result."""

    def clean(self, data, initial=None):
        if not data:
            raise forms.ValidationError(_("Choose a file."))
        return data


class TranscriptsForm(forms.Form):
    uploads = FilesField(
        label=_("Transcripts"),
        widget=FilesInput({"multiple": True, "accept": ".json,.jsonl,.ndjson,.traj"}),
        help_text=_("Up to 50 MB a file. Files that were taken in before are not stored twice."),
    )
    source = forms.CharField(
        label=_("Where they come from"),
        max_length=120,
        required=False,
        help_text=_("A name for the source. Left empty, it is the format of the file."),
    )
    format = forms.ChoiceField(
        label=_("Format"), choices=[("auto", _("Find out")), *((name, name) for name in FORMATS)], initial="auto"
    )


class MemoryFilesForm(forms.Form):
    uploads = FilesField(
        label=_("Memory"),
        widget=FilesInput({"multiple": True, "accept": ".md,.markdown,.txt,text/markdown,text/plain"}),
        help_text=_("Up to 102,400 bytes a file. A path that is taken stays as it is: propose the change instead."),
    )
    folder = forms.CharField(
        label=_("Folder in the namespace"), max_length=900, required=False, help_text=_("Such as /customers.")
    )


class CompareForm(forms.Form):
    """Two versions by their numbers; without any, the newest and the one before."""

    old = forms.IntegerField(min_value=1, required=False)
    new = forms.IntegerField(min_value=1, required=False)


class LinesForm(forms.Form):
    """The line that the page before ended with."""

    after = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)


def pattern_lines(owners, people):
    """Owners as the form's text; `people` are users by public id."""
    lines = []
    for owner in owners:
        addresses = [people[user].email for user in owner["users"] if user in people]
        lines.append(" ".join([owner["pattern"], *addresses]))
    return "\n".join(lines)


def _free_slug(slug):
    if slug in roster.RESERVED:
        raise forms.ValidationError(_("This word stands in addresses already. Choose another."))
    return slug


def _lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def _check_patterns(patterns):
    if len(patterns) > MAX_PATTERNS:
        raise forms.ValidationError(_("At most %(most)s patterns."), params={"most": MAX_PATTERNS})
    for pattern in patterns:
        if not pattern.startswith("/") or not pattern.isprintable():
            raise forms.ValidationError(_("“%(pattern)s” has to start with /."), params={"pattern": pattern})


def _members_by_address(team):
    rows = Membership.objects.of(team).active().select_related("user")
    return {row.user.email.lower(): row.user.public_id for row in rows}
