"""What stands in URLs of a team, by the name of the parameter. A new name needs a line in one of the two tables.

`ROWS` makes a row of the team and returns what names it in a URL; tests put such a value of one team into URLs of
another. `PLAIN` holds parameters that name no row by themselves: numbers, formats, secrets.
"""

from datetime import timedelta
from types import SimpleNamespace

from accounts.models import Confirmation
from agents.models import Connection
from audit import trail
from compliance.models import Destination, Erasure, Export, LegalHold
from compliance.packs import definitions, jobs
from compliance.packs.scopes import Scope
from compliance.streaming import destinations
from reviews import bulk, desk
from reviews.decisions import Word
from reviews.drift import finding
from reviews.enums import NoticeKind, Verdict
from reviews.inbox import querying, saved
from reviews.models import Absence, Provenance, SecondReview, WatchAlarm
from reviews.talking import noticing, threads
from tests import agent_recipes, recipes
from tests.dreaming import scenes as dreams
from tests.reviews import scenes
from tests.reviews.rulebook import scenes as rules


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


def _conflict(people):
    memory = agent_recipes.memories(agent_recipes.namespace(people.row), {"/a.md": "- one\n"})[0]
    link = agent_recipes.store_link(memory.namespace)
    return agent_recipes.conflict(link, memory).conflict


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


def _confirmation(people):
    row = recipes.confirmation(people.row, asked_by=people.admin, state="expired", decided_at=recipes.AT)
    return row.public_id


def _provenance(people):
    space = agent_recipes.namespace(people.row)
    memory = agent_recipes.memories(space, {"/a.md": "- one\n"})[0]
    agent_recipes.rewrite(memory, "- other\n")
    finding.read_all(team=people.row, at=recipes.AT)
    return Provenance.objects.of(people.row).get(version__memory=memory, version__number=2).public_id


def _held(people):
    document = {"version": 1, "document": {"version": 2, "expiry_days": 9}, "after": 1}
    target = people.row.public_id
    rows = Confirmation.objects.of(people.row).waiting().filter(kind="policy", target_id=target)
    row = rows.first() or recipes.confirmation(
        people.row, asked_by=people.lead, kind="policy", target_id=target, payload=document
    )
    return row.public_id


def _rule(people):
    """Saved by the admin: the sample team has nobody else for it at hand."""
    return rules.saved(SimpleNamespace(row=people.row, security=people.admin)).rule.public_id


def _export(people):
    given = {"scope": Scope(), "disclosure": "none", "by": people.admin, "at": recipes.AT}
    Export.objects.of(people.row).update(asked_at=recipes.AT - timedelta(days=1))  # else the seventh were too many
    return jobs.ask(team=people.row, teams=[people.row], **given).public_id


def _saved_export(people):
    name = f"Saved {recipes.number()}"
    words = {"format": "pack", "period": "month", "disclosure": "none", "monthly": False}
    row = definitions.save(team=people.row, name=name, scope=Scope(), by=people.admin, at=recipes.AT, **words)
    return row.public_id


def _destination(people):
    destination = Destination.objects.of(people.row).kept().first()
    if destination is None:
        words = {"name": "SIEM", "kind": "webhook", "format": "jsonl", "address": "https://siem.example/in"}
        destination = destinations.add(team=people.row, by=people.admin, at=recipes.AT, **words).destination
    return destination.public_id


def _connection(people):
    row = Connection.objects.of(people.row).active().first() or agent_recipes.connection(people.row)
    return row.public_id


def _alarm(people):
    about = {"approvals": 21, "together": 0, "since": recipes.AT, "until": recipes.AT, "at": recipes.AT}
    row, _ = WatchAlarm.objects.of(people.row).get_or_create(team=people.row, person=people.second, defaults=about)
    return row.public_id


def _second(people):
    """Of the admin, who is the insider that looks."""
    change = scenes.changes(_proposal(people))[0]
    scenes.vote(change, people.second)
    row = SecondReview.objects.create(
        team=people.row, decision=change.decisions.get(), person=people.admin, at=recipes.AT
    )
    return row.public_id


def _erasure(people):
    row, _ = Erasure.objects.of(people.row).get_or_create(
        team=people.row, kind="value", basis="secret", defaults={"asked_by": people.admin, "at": recipes.AT}
    )
    return row.public_id


def _hold(people):
    row, _ = LegalHold.objects.of(people.row).get_or_create(
        team=people.row, scope="all", defaults={"by": people.admin, "at": recipes.AT, "reason": "A claim"}
    )
    return row.public_id


ROWS = {
    "erasure_id": _erasure,
    "hold_id": _hold,
    "second_id": _second,
    "alarm_id": _alarm,
    "batch": _batch,
    "confirmation_id": _confirmation,
    "held_id": _held,
    "event_id": _event,
    "followed_id": _memory,
    "membership_id": lambda people: recipes.membership(people.row, user=recipes.user()).public_id,
    "invitation_id": lambda people: recipes.invitation(people.row).public_id,
    "token_id": lambda people: recipes.api_token(people.row, created_by=people.admin).public_id,
    "agent": lambda people: agent_recipes.agent(people.row).slug,
    "namespace": lambda people: agent_recipes.namespace(people.row).slug,
    "memory_id": _memory,
    "number": _number,
    "change_id": lambda people: scenes.changes(_proposal(people))[0].public_id,
    "conflict": _conflict,
    "decision_id": _decision,
    "filter_id": _filter,
    "absence_id": _absence,
    "notice_id": _notice,
    "provenance_id": _provenance,
    "rule_id": _rule,
    "export_id": _export,
    "destination_id": _destination,
    "connection_id": _connection,
    "definition_id": _saved_export,
    "thread_id": lambda people: _comment(people).thread.public_id,
    "comment_id": lambda people: _comment(people).public_id,
    "session_id": lambda people: agent_recipes.session(agent_recipes.agent(people.row)).public_id,
    "run_id": lambda people: dreams.run(agent_recipes.agent(people.row)).public_id,
    "run_number": lambda people: dreams.run(agent_recipes.agent(people.row)).number,
}

PLAIN = {"provider": "anthropic", "panel": "history", "revision": 1}
