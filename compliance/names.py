"""What the ids in events are called now: from rows of the team, one query for each kind of id there is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import ApiToken, Confirmation, Membership, Team, User
from agents.models import Agent, Connection, Feedback, Memory, Namespace, Outcome, Session
from compliance.enums import StreamState
from compliance.models import Destination, Export, ExportDefinition
from dreaming.models import Run
from reviews.models import Change, Proposal, Revision, TeamRule

_ID = re.compile(r"([a-z]{3,4})_[0-9a-f]{32}")
_SHORT = 12


@dataclass(frozen=True)
class Name:
    """What to call a thing, and the page about it: a URL name and its one argument after the team."""

    label: str
    url_name: str = ""
    arg: str = ""


Names = dict[str, Name]
Found = Iterator[tuple[str, Name]]


def resolve(team: Team, ids: Iterable[str]) -> Names:
    """The names of those ids that rows of this team know; others are left out."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for one in ids:
        if (kind := _ID.fullmatch(one)) and kind[1] in _LOOK_UPS:
            by_kind[kind[1]].add(one)
    return {id: name for kind, wanted in sorted(by_kind.items()) for id, name in _LOOK_UPS[kind](team, wanted)}


def name_of(id: str, names: Names) -> Name:
    """The name of an id; where no row has one, its beginning."""
    return names.get(id) or Name(f"{id[:_SHORT]}…" if _ID.fullmatch(id) else id)


def _people(team: Team, ids: set[str]) -> Found:
    for person in User.objects.filter(public_id__in=ids):
        yield person.public_id, Name(str(person))


def _members(team: Team, ids: set[str]) -> Found:
    for member in Membership.objects.of(team).filter(public_id__in=ids).select_related("user"):
        yield member.public_id, Name(str(member.user))


def _tokens(team: Team, ids: set[str]) -> Found:
    for token in ApiToken.objects.of(team).filter(public_id__in=ids):
        yield token.public_id, Name(_("token %(name)s") % {"name": token.name})


def _confirmations(team: Team, ids: set[str]) -> Found:
    for confirmation in Confirmation.objects.of(team).filter(public_id__in=ids):
        yield confirmation.public_id, Name(confirmation.title, "accounts:confirmation", confirmation.public_id)


def _agents(team: Team, ids: set[str]) -> Found:
    for agent in Agent.objects.of(team).filter(public_id__in=ids):
        yield agent.public_id, Name(agent.name, "dreaming:agent", agent.slug)


def _namespaces(team: Team, ids: set[str]) -> Found:
    for space in Namespace.objects.of(team).filter(public_id__in=ids):
        yield space.public_id, Name(space.name, "agents:namespace", space.slug)


def _memories(team: Team, ids: set[str]) -> Found:
    for memory in Memory.objects.of(team).filter(public_id__in=ids):
        yield memory.public_id, Name(memory.path, "agents:memory", memory.public_id)


def _sessions(team: Team, ids: set[str]) -> Found:
    for session in Session.objects.of(team).filter(public_id__in=ids):
        yield session.public_id, Name(str(session), "agents:session", session.public_id)


def _outcomes(team: Team, ids: set[str]) -> Found:
    for outcome in Outcome.objects.of(team).filter(public_id__in=ids).select_related("session"):
        yield outcome.public_id, Name(str(outcome.session), "agents:session", outcome.session.public_id)


def _feedback(team: Team, ids: set[str]) -> Found:
    for said in Feedback.objects.of(team).filter(public_id__in=ids).select_related("session"):
        yield said.public_id, Name(str(said.session), "agents:session", said.session.public_id)


def _proposals(team: Team, ids: set[str]) -> Found:
    for proposal in Proposal.objects.of(team).filter(public_id__in=ids):
        yield proposal.public_id, Name(proposal.title, "reviews:proposal", str(proposal.number))


def _changes(team: Team, ids: set[str]) -> Found:
    for change in Change.with_canaries.of(team).filter(public_id__in=ids):
        yield change.public_id, Name(change.title, "reviews:change", change.public_id)


def _revisions(team: Team, ids: set[str]) -> Found:
    for revision in Revision.objects.of(team).filter(public_id__in=ids):
        yield revision.public_id, Name(str(revision.number))


def _runs(team: Team, ids: set[str]) -> Found:
    for run in Run.objects.of(team).filter(public_id__in=ids).select_related("agent"):
        label = _("%(number)s of %(agent)s") % {"number": run.number, "agent": run.agent.name}
        yield run.public_id, Name(label, "dreaming:run", str(run.number))


def _rules(team: Team, ids: set[str]) -> Found:
    for rule in TeamRule.objects.of(team).filter(public_id__in=ids).select_related("newest"):
        yield rule.public_id, Name(str(rule), "reviews:rule", rule.public_id)


def _exports(team: Team, ids: set[str]) -> Found:
    for export in Export.objects.of(team).filter(public_id__in=ids):
        yield export.public_id, Name(_("evidence pack"), "compliance:export_one", export.public_id)


def _saved_exports(team: Team, ids: set[str]) -> Found:
    for row in ExportDefinition.objects.of(team).filter(public_id__in=ids):
        yield row.public_id, Name(row.name)


def _destinations(team: Team, ids: set[str]) -> Found:
    for row in Destination.objects.of(team).filter(public_id__in=ids):
        is_kept = row.state != StreamState.REMOVED
        yield row.public_id, Name(row.name, *(("compliance:stream", row.public_id) if is_kept else ()))


def _connections(team: Team, ids: set[str]) -> Found:
    for row in Connection.objects.of(team).filter(public_id__in=ids):
        is_kept = row.removed_at is None
        yield row.public_id, Name(row.name, *(("agents:connection", row.public_id) if is_kept else ()))


_LOOK_UPS: dict[str, Callable[[Team, set[str]], Found]] = {
    "usr": _people,
    "mbr": _members,
    "tok": _tokens,
    "cnf": _confirmations,
    "con": _connections,
    "agt": _agents,
    "nsp": _namespaces,
    "mem": _memories,
    "ses": _sessions,
    "out": _outcomes,
    "fbk": _feedback,
    "prp": _proposals,
    "chg": _changes,
    "rev": _revisions,
    "run": _runs,
    "rul": _rules,
    "exp": _exports,
    "exd": _saved_exports,
    "dst": _destinations,
}
