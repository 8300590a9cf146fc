"""What a query means for proposals, and what is said of one that finds nothing or cannot be read."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as say

from accounts.models import Team
from reviews.enums import State
from reviews.inbox.lines import Reader
from reviews.inbox.querying import BadQuery, Query, Term
from reviews.inbox.turns import assignments
from reviews.models import Change, ChangeQuerySet, Claim, Decision, ProposalQuerySet, RevisionTarget

_PROBLEMS = {
    "no such key": say(
        "“%(word)s” at character %(place)d is no key. Keys are: %(known)s. Put a word with a colon in quotes."
    ),
    "no such value": say("“%(word)s” at character %(place)d is no value here. Values are: %(known)s."),
    "no value": say("“%(word)s” at character %(place)d lacks a value after the colon."),
    "no age": say("“%(word)s” at character %(place)d is no age. Write >2d, <12h or >1w."),
    "open quote": say("The quote that begins at character %(place)d does not end: %(word)s"),
    "no text": say("Character %(place)d of the search is no text: %(word)s"),
    "too many": say("“%(word)s” at character %(place)d is one term too many."),
    "too long": say("The search is too long: it is cut off at character %(place)d."),
}
_OF_CHANGES = ("tier", "operation", "namespace", "like")


def told(problem: BadQuery) -> str:
    known = get_text_list(list(problem.known), _("or"))
    return _(_PROBLEMS[problem.problem]) % {"word": problem.word, "place": problem.place + 1, "known": known}


def apply(query: Query, rows: ProposalQuerySet, *, team: Team, reader: Reader, done: bool) -> ProposalQuerySet:
    """The proposals that match. What is asked of changes must hold of one change, which waits unless all is done."""
    changes = Change.objects.of(team).filter(proposal=OuterRef("pk"))
    changes = changes if done else changes.undecided()
    of_changes = [term for term in query.terms if _is_of_changes(term)]
    for term in query.terms:
        if term not in of_changes:
            rows = rows.filter(_CONDITIONS[term.key](term, team, reader))
    return rows.filter(Exists(narrowed(query, changes))) if of_changes else rows


def narrowed(query: Query, changes: ChangeQuerySet) -> ChangeQuerySet:
    """The changes of which all holds that the query asks of changes."""
    for term in query.terms:
        if _is_of_changes(term):
            changes = _narrow(changes, term)
    return changes


def _is_of_changes(term: Term) -> bool:
    return term.key in _OF_CHANGES or (term.key == "is" and set(term.values) <= {"stale", "conflict", "alike"})


def _narrow(changes: ChangeQuerySet, term: Term) -> ChangeQuerySet:
    if term.key == "tier":
        return changes.filter(tier__in=term.values)
    if term.key == "operation":
        return changes.filter(operation__in=term.values)
    if term.key == "namespace":
        return changes.filter(Q(namespace__slug__icontains=term.value) | Q(namespace__name__icontains=term.value))
    if term.key == "like":
        return changes.filter(alike=term.value)
    states = Q(state__in=[State(one) for one in term.values if one != "alike"])
    return changes.filter(states | ~Q(alike="") if "alike" in term.values else states)


def _agent(term: Term, _team: Team, _reader: Reader) -> Q:
    return Q(agent__slug__icontains=term.value) | Q(agent__name__icontains=term.value)


def _age(term: Term, _team: Team, reader: Reader) -> Q:
    since = reader.now - term.span
    return Q(opened_at__lte=since) if term.older else Q(opened_at__gt=since)


def _reviewer(term: Term, team: Team, reader: Reader) -> Q:
    """Who voted on it or is assigned to it: oneself, or whoever has this in name or address."""

    def is_meant(path: str) -> Q:
        if term.value.lower() == "me":
            return Q(**{path: reader.person})
        return Q(**{f"{path}__name__icontains": term.value}) | Q(**{f"{path}__email__icontains": term.value})

    voted = Decision.objects.of(team).counted().filter(is_meant("by"), change__proposal=OuterRef("pk"))
    return Q(Exists(voted)) | Q(Exists(assignments(team).filter(is_meant("person"), proposal=OuterRef("pk"))))


def _word(term: Term, team: Team, _reader: Reader) -> Q:
    """In the title, the agent's name, or a change's title or path. Not asked row by row: a word that nothing holds
    would look at the changes of each proposal in turn.
    """
    named = Change.objects.of(team).filter(title__icontains=term.value)
    targets = RevisionTarget.objects.of(team)
    at_path = targets.filter(Q(path_before__icontains=term.value) | Q(path_after__icontains=term.value))
    return (
        Q(title__icontains=term.value)
        | Q(agent__name__icontains=term.value)
        | Q(pk__in=named.values("proposal"))
        | Q(pk__in=at_path.values("revision__change__proposal"))
    )


def _is(term: Term, team: Team, reader: Reader) -> Q:
    changes = Change.objects.of(team).undecided().filter(proposal=OuterRef("pk"))
    given = assignments(team).filter(proposal=OuterRef("pk"))
    claims = Claim.objects.of(team).filter(proposal=OuterRef("pk"), until__gt=reader.now)
    meanings: dict[str, Q] = {
        "stale": Q(Exists(changes.filter(state=State.STALE))),
        "conflict": Q(Exists(changes.filter(state=State.CONFLICT))),
        "alike": Q(Exists(changes.exclude(alike=""))),
        "mine": Q(Exists(given.filter(person=reader.person))),
        "assigned": Q(Exists(given)),
        "unassigned": ~Q(Exists(given)),
        "claimed": Q(Exists(claims)),
        "overdue": Q(due_at__lte=reader.now, waiting__gt=0),
    }
    found = Q()
    for value in term.values:
        found |= meanings[value]
    return found


_CONDITIONS: dict[str, Callable[[Term, Team, Reader], Q]] = {
    "agent": _agent,
    "age": _age,
    "reviewer": _reviewer,
    "is": _is,
    "": _word,
}
