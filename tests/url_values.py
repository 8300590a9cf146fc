"""What stands in URLs of a team, by the name of the parameter. A new name needs a line in one of the two tables.

`ROWS` makes a row of the team and returns what names it in a URL; tests put such a value of one team into URLs of
another. `PLAIN` holds parameters that name no row by themselves: numbers, formats, secrets.
"""

from audit import trail
from reviews import bulk, desk
from reviews.decisions import Word
from reviews.enums import NoticeKind, Verdict
from reviews.inbox import querying, saved
from reviews.models import Absence
from reviews.talking import noticing, threads
from tests import agent_recipes, recipes
from tests.dreaming import scenes as dreams
from tests.reviews import scenes


def _memory(people):
    space = agent_recipes.namespace(people.row)
    return agent_recipes.memories(space, {"/a.md": "- one\n"})[0].public_id


def _proposal(people):
    space = agent_recipes.namespace(people.row)
    return scenes.propose(people.row, scenes.add(space, f"/{recipes.number()}.md", "- new\n"), title="One")


def _number(people):
    """Teams count from 1 each; a number of one team must be nobody's in the other."""
    proposal = _proposal(people)
    proposal.number = 1000 + recipes.number()
    proposal.save(update_fields=["number"])
    return proposal.number


def _event(people):
    with trail.unit_of_work(at=recipes.AT) as unit:
        return unit.record("team.changed", target=people.row, by=people.admin)


def _decision(people):
    change = scenes.changes(_proposal(people))[0]
    scenes.vote(change, people.second, Verdict.REQUEST_CHANGES, reason="Say when.")
    return change.decisions.get().public_id


def _filter(people):
    query = querying.parse("tier:high")
    row = saved.save(team=people.row, name="Grave", query=query, shared=True, by=people.lead, at=recipes.AT)
    return row.public_id


def _absence(people):
    """Of the admin, who is the insider that looks."""
    row, _ = Absence.objects.of(people.row).get_or_create(
        team=people.row, person=people.admin, since=recipes.AT, until=recipes.AT.replace(year=2100), at=recipes.AT
    )
    return row.public_id


def _batch(people):
    change = scenes.changes(_proposal(people))[0]
    change = desk.rows(people.row).get(pk=change.pk)
    (item,) = bulk.read([change], team=people.row, verdict=Verdict.APPROVE, by=people.second)
    word = Word(Verdict.APPROVE)
    return bulk.decide(
        team=people.row, seen={change.public_id: item.seen}, word=word, by=people.second, at=recipes.AT
    ).batch


def _comment(people):
    change = scenes.changes(_proposal(people))[0]
    return threads.open_(
        team=people.row,
        change_id=change.public_id,
        revision=1,
        spot=None,
        text="Why?",
        by=people.admin,
        at=recipes.AT,
        is_draft=True,
    )


def _notice(people):
    proposal = _proposal(people)
    kind = NoticeKind.YOUR_TURN
    return noticing.tell(people=[people.admin], kind=kind, proposal=proposal, at=recipes.AT)[0].public_id


ROWS = {
    "batch": _batch,
    "event_id": _event,
    "membership_id": lambda people: recipes.membership(people.row, user=recipes.user()).public_id,
    "invitation_id": lambda people: recipes.invitation(people.row).public_id,
    "token_id": lambda people: recipes.api_token(people.row, created_by=people.admin).public_id,
    "agent": lambda people: agent_recipes.agent(people.row).slug,
    "namespace": lambda people: agent_recipes.namespace(people.row).slug,
    "memory_id": _memory,
    "number": _number,
    "change_id": lambda people: scenes.changes(_proposal(people))[0].public_id,
    "decision_id": _decision,
    "filter_id": _filter,
    "absence_id": _absence,
    "notice_id": _notice,
    "thread_id": lambda people: _comment(people).thread.public_id,
    "comment_id": lambda people: _comment(people).public_id,
    "session_id": lambda people: agent_recipes.session(agent_recipes.agent(people.row)).public_id,
    "run_id": lambda people: dreams.run(agent_recipes.agent(people.row)).public_id,
    "run_number": lambda people: dreams.run(agent_recipes.agent(people.row)).number,
}

PLAIN = {"panel": "history", "revision": 1}
