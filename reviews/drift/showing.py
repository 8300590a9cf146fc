"""What the pages about drift show: each namespace with its baseline, its distance and what suspends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.models import Team
from agents.enums import SourceClass, Tier
from agents.models import Namespace
from reviews import policy
from reviews.drift import crediting, suspending
from reviews.drift.suspending import SAID, Reason, Standing, Terms, share
from reviews.enums import UNREVIEWED, Came
from reviews.models import Baseline, DriftDay, Provenance

SHOWN = {
    "unreviewed": UNREVIEWED,
    "rule": (Came.RULE,),
    "decided": (Came.DECIDED, Came.EMERGENCY),
    "import": (Came.IMPORT,),
    "erasure": (Came.ERASURE,),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One namespace held against its baseline."""

    namespace: Namespace
    baseline: Baseline | None
    day: DriftDay | None
    reasons: list[Reason]
    due_at: datetime | None
    unreviewed: int


@dataclass(frozen=True, slots=True)
class Share:
    """What moved: how many statements, their share of the baseline, and the share that the policy allows."""

    name: str
    label: str
    count: int
    percent: float
    most: float

    @property
    def is_past(self) -> bool:
        return self.percent > self.most


def read(team: Team, namespaces: Sequence[Namespace], *, at: datetime) -> list[Held]:
    """In a fixed number of queries for any number of namespaces."""
    document = policy.document_of(team)
    terms = Terms.of(document)
    found = suspending.read(team, [one.pk for one in namespaces], document=document, at=at)
    return [_held(one, found[one.pk], terms) for one in namespaces]


def _held(namespace: Namespace, standing: Standing, terms: Terms) -> Held:
    baseline = standing.baseline
    due_at = terms.due_at(baseline) if baseline else None
    return Held(namespace, baseline, standing.day, standing.reasons, due_at, standing.writes)


def to_sign(team: Team, *, at: datetime) -> list[Held]:
    """The namespaces that wait for whoever signs: due, past a threshold, or written without a decision."""
    rows = list(Namespace.objects.of(team).select_related("team").order_by("name", "pk"))
    return [one for one in read(team, rows, at=at) if any(reason.code != "unsigned" for reason in one.reasons)]


def shares(team: Team, day: DriftDay | None) -> list[Share]:
    if day is None:
        return []
    terms = Terms.of(policy.document_of(team))
    return [
        Share(name, str(SAID[name]), getattr(day, name), share(day, name) * 100, terms.thresholds[name] * 100)
        for name in SAID
    ]


Part = tuple[str, list[int]]


def parts(held: Sequence[Held]) -> dict[str, list[Part]]:
    """Statements added, changed and taken out in all these namespaces, by tier and by source class, with labels."""
    total: dict[str, dict[str, Counter[int]]] = {"tier": {}, "source": {}}
    for one in held:
        for name, rows in (one.day.parts if one.day else {}).items():
            for key, numbers in rows.items():
                total[name].setdefault(key, Counter()).update(dict(enumerate(numbers)))
    labels = {**dict(Tier.choices), **dict(SourceClass.choices)}
    orders = {"tier": [*Tier.values, crediting.NONE], "source": [*SourceClass.values, crediting.NONE]}
    return {
        name: [
            (str(labels.get(key, "")), [total[name][key][n] for n in range(3)]) for key in order if key in total[name]
        ]
        for name, order in orders.items()
    }


def counts(namespace: Namespace) -> dict[str, int]:
    """How many versions came in each way; of unreviewed writes those that are open."""
    rows = Provenance.objects.of(namespace.team).filter(namespace=namespace).order_by()
    by_came = Counter(dict(rows.values("came").annotate(n=Count("pk")).values_list("came", "n")))
    found = {name: sum(by_came[one] for one in came) for name, came in SHOWN.items()}
    return found | {"unreviewed": Provenance.objects.of(namespace.team).open().filter(namespace=namespace).count()}
