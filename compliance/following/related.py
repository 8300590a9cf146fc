"""What belongs to a thing, by the kind of its id: ids of other things, under a heading each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Confirmation, Membership, Team
from agents.models import Feedback, Memory, MemoryVersion, NamespaceAccess, Outcome, Session
from dreaming.models import Run
from reviews.models import Change, Decision, Evidence, Proposal, RevisionTarget

MOST = 20  # of one kind; the newest where there are more

_ID = re.compile(r"[a-z]{3,4}_[0-9a-f]{32}")

Group = tuple[str, list[str]]


def of(team: Team, id: str) -> list[Group]:
    """(heading, ids), without the empty ones."""
    found = _OF.get(id.partition("_")[0], _nothing)(team, id)
    return [(title, ids) for title, ids in found if ids]


def _nothing(team: Team, id: str) -> Iterator[Group]:
    yield from ()


def _ids(rows: QuerySet[Any], name: str = "public_id") -> list[str]:
    """The newest of some rows, each once; those that are not there are left out."""
    return _once(rows.order_by("-pk").values_list(name, flat=True)[: MOST * 2])


def _named(rows: QuerySet[Any], name: str) -> list[str]:
    """The same of a column that may hold other words as well, such as the name of a door."""
    return [one for one in _ids(rows, name) if _ID.fullmatch(one)]


def _once(ids: Iterable[str | None]) -> list[str]:
    return [id for id in dict.fromkeys(ids) if id][:MOST]


def _person(team: Team, id: str) -> Iterator[Group]:
    own = Membership.objects.of(team).filter(user__public_id=id)
    yield _("Membership"), _ids(own)
    yield _("API tokens made"), _ids(ApiToken.objects.of(team).filter(created_by__public_id=id))
    yield _("Voted on"), _ids(Decision.objects.of(team).filter(by__public_id=id), "change__public_id")
    yield _("Asked a second person for"), _ids(Confirmation.objects.of(team).filter(asked_by__public_id=id))


def _member(team: Team, id: str) -> Iterator[Group]:
    yield _("Person"), _ids(Membership.objects.of(team).filter(public_id=id), "user__public_id")


def _token(team: Team, id: str) -> Iterator[Group]:
    row = ApiToken.objects.of(team).filter(public_id=id)
    yield _("Made by"), _ids(row, "created_by__public_id")
    yield _("Only for"), _ids(row, "agent_id_only")
    yield _("Proposals opened"), _ids(Proposal.objects.of(team).filter(opened_by_id=id))
    yield _("Sessions brought"), _ids(Session.objects.of(team).filter(pushed_by=id))


def _agent(team: Team, id: str) -> Iterator[Group]:
    own = {"agent__public_id": id}
    yield _("Reads or writes"), _ids(NamespaceAccess.objects.of(team).filter(**own), "namespace__public_id")
    yield _("Proposals"), _ids(Proposal.objects.of(team).filter(**own))
    yield _("Dream runs"), _ids(Run.objects.of(team).filter(**own))
    yield _("Sessions"), _ids(Session.objects.of(team).filter(**own))


def _namespace(team: Team, id: str) -> Iterator[Group]:
    own = {"namespace__public_id": id}
    yield _("Read or written by"), _ids(NamespaceAccess.objects.of(team).filter(**own), "agent__public_id")
    yield _("Memories"), _ids(Memory.objects.of(team).filter(**own))
    yield _("Changes"), _ids(Change.objects.of(team).filter(**own))


def _memory(team: Team, id: str) -> Iterator[Group]:
    versions = MemoryVersion.objects.of(team).filter(memory__public_id=id)
    origins = versions.newest_first().values_list("origin_ids", flat=True)[: MOST * 2]
    waiting = RevisionTarget.objects.of(team).filter(memory__public_id=id)
    yield _("Namespace"), _ids(Memory.objects.of(team).filter(public_id=id), "namespace__public_id")
    yield _("Written by"), _once(chain.from_iterable(origins))
    yield _("Changes about it"), _ids(waiting, "revision__change__public_id")


def _session(team: Team, id: str) -> Iterator[Group]:
    of_it = {"session__public_id": id}
    quoting = Evidence.objects.of(team).filter(**of_it)
    yield _("Agent"), _ids(Session.objects.of(team).filter(public_id=id), "agent__public_id")
    yield (
        _("Brought by"),
        [one for one in _ids(Session.objects.of(team).filter(public_id=id), "pushed_by") if "_" in one],
    )
    yield _("Quoted by"), _ids(quoting, "change__public_id")
    yield _("Outcomes"), _ids(Outcome.objects.of(team).filter(**of_it))
    yield _("Feedback"), _ids(Feedback.objects.of(team).filter(**of_it))


def _of_a_session(model: Any) -> Callable[[Team, str], Iterator[Group]]:
    def found(team: Team, id: str) -> Iterator[Group]:
        yield _("Session"), _ids(model.objects.of(team).filter(public_id=id), "session__public_id")

    return found


def _proposal(team: Team, id: str) -> Iterator[Group]:
    row = Proposal.objects.of(team).filter(public_id=id)
    yield _("Changes"), _ids(Change.objects.of(team).filter(proposal__public_id=id))
    yield _("Agent"), _ids(row, "agent__public_id")
    yield _("Came from"), _named(row, "origin_id")
    yield _("Opened by"), _named(row, "opened_by_id")


def _change(team: Team, id: str) -> Iterator[Group]:
    row = Change.objects.of(team).filter(public_id=id)
    about = {"change__public_id": id}
    targets = RevisionTarget.objects.of(team).filter(revision__change__public_id=id)
    made = Memory.objects.of(team).filter(statements__introduced_by=id)
    yield _("Proposal"), _ids(row, "proposal__public_id")
    yield _("Memories"), _once([*_ids(targets, "memory__public_id"), *_ids(made)])
    yield _("Voted on by"), _ids(Decision.objects.of(team).filter(**about), "by__public_id")
    yield _("Quotes from"), _ids(Evidence.objects.of(team).filter(**about), "session__public_id")
    yield _("Namespace"), _ids(row, "namespace__public_id")
    yield _("Undoes"), _ids(row, "reverts__public_id")
    yield _("Undone by"), _ids(Change.objects.of(team).filter(reverts__public_id=id))


def _run(team: Team, id: str) -> Iterator[Group]:
    yield _("Agent"), _ids(Run.objects.of(team).filter(public_id=id), "agent__public_id")
    yield _("Proposals"), _ids(Proposal.objects.of(team).filter(origin_id=id))


def _confirmation(team: Team, id: str) -> Iterator[Group]:
    row = Confirmation.objects.of(team).filter(public_id=id)
    yield _("Asked by"), _ids(row, "asked_by__public_id")
    yield _("Decided by"), _ids(row, "decided_by__public_id")


_OF: dict[str, Callable[[Team, str], Iterator[Group]]] = {
    "usr": _person,
    "mbr": _member,
    "tok": _token,
    "agt": _agent,
    "nsp": _namespace,
    "mem": _memory,
    "ses": _session,
    "out": _of_a_session(Outcome),
    "fbk": _of_a_session(Feedback),
    "prp": _proposal,
    "chg": _change,
    "run": _run,
    "cnf": _confirmation,
}
