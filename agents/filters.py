import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from agents.enums import OutcomeName
from agents.models import Outcome, Session

NO_OUTCOME = "none"


class SessionFilter(django_filters.FilterSet):
    """Sessions of one agent by outcome, source and taint; all of it stands in the URL."""

    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"),
        method="by_outcome",
        choices=[*OutcomeName.choices, (NO_OUTCOME, _("None yet"))],
        empty_label=_("Any"),
    )
    source = django_filters.ChoiceFilter(label=_("Source"), field_name="source", choices=(), empty_label=_("Any"))
    taint = django_filters.ChoiceFilter(
        label=_("Taint"),
        method="by_taint",
        choices=[("yes", _("Tainted")), ("no", _("Not tainted"))],
        empty_label=_("Any"),
    )

    class Meta:
        model = Session
        fields = ()

    def __init__(self, *args, team, sources, **kwargs):
        super().__init__(*args, **kwargs)
        self.outcomes = Outcome.objects.of(team).filter(session=OuterRef("pk"))
        self.filters["source"].extra["choices"] = [(source, source) for source in sources]

    def by_outcome(self, queryset, name, value):
        if value == NO_OUTCOME:
            return queryset.filter(~Exists(self.outcomes))
        return queryset.filter(Exists(self.outcomes.filter(name=value)))

    def by_taint(self, queryset, name, value):
        return queryset.filter(tainted_at__isnull=value == "no")
