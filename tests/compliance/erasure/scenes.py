"""A team in which somebody left traces everywhere that traces can be left."""

from dataclasses import dataclass
from typing import Any

from accounts import confirming, members
from accounts.models import Confirmation, User
from agents import sessions
from agents.models import Session
from agents.search import indexing
from compliance.enums import Basis, ErasureKind
from compliance.erasure import asking, performing
from compliance.models import Erasure
from reviews.drafts import DraftQuote
from reviews.enums import Verdict
from reviews.talking import threads
from tests import agent_recipes, recipes
from tests.recipes import AT
from tests.reviews import scenes

NAME, ADDRESS = "Zelda Quux", "zelda@quux.example"
TEXT = "- Zelda Quux wants her invoices on paper.\n- Refunds take 5 days.\n"
SAID = "I am Zelda Quux, write to zelda@quux.example please"


@dataclass
class Scene:
    people: Any
    person: User
    memory: Any
    session: Session
    change: Any


def build(people):
    """A member of before, a memory and a transcript that name her, an open change with votes and a comment."""
    team = people.row
    _invitation, secret = members.invite(team=team, email=ADDRESS, roles=["reviewer"], by=people.admin, at=AT)
    membership = members.accept(secret=secret, name=NAME, password="a long passphrase 1", at=AT)
    person = membership.user
    agent, space = agent_recipes.agent(team), agent_recipes.namespace(team)
    (memory,) = agent_recipes.memories(space, {"/zelda-quux.md": TEXT})
    session = agent_recipes.session(agent, texts=(SAID, "Very well, Zelda Quux."))
    quote = DraftQuote(session.public_id, 0, 5, 15, NAME)
    draft = scenes.edit(memory, TEXT + "- Zelda Quux is a VIP.\n", title="Zelda Quux is a VIP", quotes=(quote,))
    (change,) = scenes.changes(scenes.propose(team, draft, agent=agent))
    scenes.vote(change, person, Verdict.REQUEST_CHANGES, reason="I know Zelda Quux best")
    scenes.vote(change, people.second, Verdict.REQUEST_CHANGES, reason="Says who? zelda@quux.example?")
    comment(people, change, "Zelda Quux told me so")
    sessions.mark_tainted(session=agent_recipes.session(agent), reason="Zelda Quux lied", by=people.lead, at=AT)
    members.remove(membership=membership, by=people.admin, at=AT)
    indexing.index_due(now=AT)
    return Scene(people, person, memory, session, change)


def comment(people, change, text):
    given = {"team": people.row, "change_id": change.public_id, "revision": 1, "spot": None}
    return threads.open_(**given, text=text, by=people.lead, at=AT)


def prepare(scene, kind=ErasureKind.PERSON, subject=None, words=()):
    return asking.prepare(
        team=scene.people.row,
        kind=kind,
        subject=scene.person.public_id if subject is None else subject,
        words=list(words),
        basis=Basis.CONSENT,
        by=scene.people.auditor,
        at=recipes.now(),
    )


def agree(row, people, at=None):
    """Ask as the auditor and agree as security; the row is then to be performed."""
    row.team = people.row
    held = asking.ask(erasure=row, by=people.auditor, at=at or recipes.now())
    confirming.confirm(team=people.row, confirmation_id=held.public_id, by=people.security, at=at or recipes.now())
    assert Confirmation.objects.of(people.row).get(pk=held.pk).state == "confirmed"


def erase(scene, *args, **kwargs):
    row = prepare(scene, *args, **kwargs)
    agree(row, scene.people)
    performing.perform(erasure_id=row.pk, now=recipes.now())
    return Erasure.objects.of(scene.people.row).get(pk=row.pk)
