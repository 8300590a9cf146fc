"""Whether what was applied had what policy demands, counted anew from rows and events.

Nothing here calls the code that it judges: it reads rows, and knows the rules from their text.
"""

from fnmatch import fnmatchcase

from accounts.models import Membership
from audit.models import Event
from audit.verify import canonical
from reviews.models import BrokenGlass, Change, Check, Decision, EvidenceLink, Policy, RevisionTarget

ORDER = ("low", "medium", "high", "critical")
DECIDERS = {"lead", "reviewer", "security"}
DEFAULT_VOTES = {
    "low": {"people": 1},
    "medium": {"people": 1, "owner": True},
    "high": {"people": 2},
    "critical": {"people": 2, "role": "security"},
}
APPLIED = ("change.applied", "change.auto_applied", "change.glass_broken")
MODES = ("reviewed", "automatic_low", "automatic")
PASSES = {"reviewed": (), "automatic_low": ("low",), "automatic": ("low", "medium")}
OPERATIONS = {"merge": "medium", "archive": "medium"}


def document_of(team):
    """The newest document, with what it does not say."""
    row = Policy.objects.of(team).order_by("-version").first()
    told = row.document if row else {}
    return {
        "mode": told.get("mode", "reviewed"),
        "agents": told.get("agents", {}),
        "namespaces": told.get("namespaces", {}),
        "votes": DEFAULT_VOTES | told.get("votes", {}),
        "owners": told.get("owners", []),
    }


def applied_events(team):
    """How each change came into memory: the last event of each that says so."""
    rows = Event.objects.of_log(team.trail_log).filter(type__in=APPLIED)
    return {row.target_id: (row.type, canonical.loads(bytes(row.body))["data"]) for row in rows.oldest_first()}


def faults(change, *, document, event):
    """What was missing when this change was applied; nothing where all is well."""
    if event is None:
        return ["it was applied without an event"]
    kind, data = event
    if kind == "change.auto_applied":
        return _automatic(change, document, data)
    if kind == "change.glass_broken":
        return _emergency(change)
    return _voted(change, document, data)


def _emergency(change):
    """Nobody voted, so somebody who may has to have said why, and a second person has to have been asked."""
    glass = BrokenGlass.objects.of(change.team).filter(change=change).select_related("by", "confirmation").first()
    if glass is None or not change.glass_broken:
        return ["it was applied in an emergency that nobody answers for"]
    found = []
    if glass.by.public_id in change.head.contributors:
        found.append("who wrote it broke the glass for it")
    if len(glass.reason.strip()) < 20:
        found.append("nobody said why it was an emergency")
    if glass.confirmation is None or glass.confirmation.asked_by_id != glass.by_id or glass.confirmation.waived:
        found.append("no second person was asked about the emergency")
    return found


def _voted(change, document, data):
    tier = _tier(change)
    asked = document["votes"][tier]
    members = {row.user_id: row for row in Membership.objects.of(change.team).active()}
    votes = list(Decision.objects.of(change.team).filter(change=change).select_related("by").order_by("at", "pk"))
    standing = [vote for vote in votes if not (vote.withdrawn_at or vote.dismissed_at or vote.lapsed_at)]
    sole = change.team.sole_reviewer and tier in ("low", "medium")
    counted = [vote for vote in standing if _counts(vote, change, data, members, sole, tier)]
    found = []
    if len({vote.by_id for vote in counted}) < asked["people"]:
        found.append(f"{len(counted)} of {asked['people']} votes at tier {tier}")
    if asked.get("owner") and not sole:
        found += [
            f"no owner of {path}" for path in _paths(change) if not _owned(path, change, document, counted, members)
        ]
    if asked.get("role") and not any(asked["role"] in members[vote.by_id].roles for vote in counted):
        found.append(f"nobody with the role {asked['role']}")
    last = {vote.by_id: vote.verdict for vote in standing}
    found += [f"a {verdict} stands" for verdict in last.values() if verdict == "request_changes"]
    found += [
        f"a {vote.verdict} stands"
        for vote in standing
        if vote.revision_id == change.head_id and vote.verdict in ("reject", "quarantine")
    ]
    return found + _blocked(change)


def _counts(vote, change, data, members, sole, tier):
    if vote.verdict != "approve" or vote.revision_id != change.head_id or vote.actor_type != "person":
        return False
    member = members.get(vote.by_id)
    if member is None or not DECIDERS & set(member.roles):
        return False
    if vote.by.public_id in change.head.contributors and not sole:
        return False
    if tier in ("high", "critical") and vote.by.public_id == change.proposal.asked_by_id:
        return False
    seen = (vote.base_sha256, vote.proposed_sha256, vote.requirement_sha256, vote.evidence_sha256)
    return seen == tuple(data[name] for name in ("base", "proposed", "requirement", "evidence"))


def _automatic(change, document, data):
    team = document["mode"]
    agent = change.proposal.agent
    named = (
        document["agents"].get(agent.public_id, team) if agent else team,
        document["namespaces"].get(change.namespace.public_id, team),
    )
    mode = min(named, key=MODES.index)
    found = [] if data["rule"] == mode else [f"it names {data['rule']} in {mode}"]
    if _tier(change) not in PASSES[mode]:
        found.append(f"{_tier(change)} passed in {mode}")
    if change.proposal.origin_kind != "dream":
        found.append(f"a {change.proposal.origin_kind} passed without a vote")
    links = EvidenceLink.objects.of(change.team).filter(revision=change.head, evidence__stance="for")
    if not links.filter(evidence__status="verified").exists():
        found.append("no verified quote supports it")
    if Check.objects.of(change.team).filter(revision=change.head).exclude(severity="note").exists():
        found.append("a check warned")
    if Decision.objects.of(change.team).filter(change=change, withdrawn_at=None, lapsed_at=None).exists():
        found.append("somebody had voted")
    return found + _blocked(change)


def _blocked(change):
    rules = (
        Check.objects.of(change.team).filter(revision=change.head, severity="blocking").values_list("rule", flat=True)
    )
    return [f"{rule} blocks it" for rule in rules]


def _tier(change):
    """At least what the namespace, the path, the operation and the change itself ask for."""
    tiers = [change.tier, change.namespace.tier_floor, OPERATIONS.get(change.operation, "low")]
    if any(fnmatchcase(path, one) for path in _paths(change) for one in change.namespace.protected):
        tiers.append("high")
    return max(tiers, key=ORDER.index)


def _paths(change):
    rows = RevisionTarget.objects.of(change.team).filter(revision=change.head)
    return sorted({path for pair in rows.values_list("path_before", "path_after") for path in pair if path})


def _owned(path, change, document, counted, members):
    own = [rule["users"] for rule in change.namespace.owners if fnmatchcase(path, rule["pattern"])]
    rules = [
        rule
        for rule in document["owners"]
        if fnmatchcase(change.namespace.slug, rule.get("namespace", "*")) and fnmatchcase(path, rule.get("path", "*"))
    ]
    people = set(own[-1]) if own else set()
    roles = set()
    if rules:
        people |= set(rules[-1].get("people", ()))
        roles |= set(rules[-1].get("roles", ()))
    if not people and not roles:
        roles = {"lead"}
    return any(vote.by.public_id in people or roles & set(members[vote.by_id].roles) for vote in counted)


def rows(team):
    return list(Change.objects.of(team).select_related("team", "proposal__agent", "namespace", "head").order_by("pk"))
