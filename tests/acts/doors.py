"""Acts at the other doors: calls of machines, and what people do for themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts import members
from tests import agent_recipes, recipes

TURN = {"kind": "message", "speaker": "user", "text": "Hello"}
PASSWORD = "a long word to sign in with"


@dataclass(frozen=True)
class Call:
    """`path(team)` makes what the call is about; `body(team)` is what a machine sends, nothing where it reads."""

    scope: str
    events: tuple[str, ...]
    path: Callable
    body: Any = None

    def send(self, machine, path):
        return machine.get(path) if self.body is None else machine.post(path, self.body(path))


def _agent(people, slug="desk"):
    agent = agent_recipes.agent(people.row, slug=slug)
    space = agent_recipes.namespace(people.row, slug=f"{slug}-space")
    agent_recipes.access(agent, space)
    return agent


def _path(path):
    def made(people):
        _agent(people)
        return path

    return made


def _of_session(what):
    return lambda people: f"/sessions/{agent_recipes.session(_agent(people)).public_id}/{what}"


def _proposal(path):
    change = {"operation": "add", "namespace": "desk-space", "path": "/a.md", "text_after": "- a\n"}
    return {"agent": "desk", "title": "From a night", "changes": [change]}


CALLS = {
    "push_session": Call(
        "sessions:write",
        ("sessions.imported",),
        _path("/sessions"),
        lambda path: {"agent": "desk", "source": "helpdesk", "session": {"id": "s-1", "events": [TURN]}},
    ),
    "attach_outcome": Call(
        "sessions:write",
        ("outcome.attached",),
        _of_session("outcomes"),
        lambda path: {"name": "failed", "source": "downstream", "score": 0.25},
    ),
    "attach_feedback": Call(
        "sessions:write", ("feedback.attached",), _of_session("feedback"), lambda path: {"event": 1, "score": 0.2}
    ),
    "read_memory": Call("memory:read", ("memory.read",), _path("/agents/desk/memory")),
    "open_proposal": Call("propose", ("change.opened", "proposal.opened"), _path("/proposals"), _proposal),
}


@dataclass(frozen=True)
class Own:
    events: tuple[str, ...]
    do: Callable


def _sign_in(password):
    def act(client, people):
        people.member.set_password(PASSWORD)
        people.member.save()
        given = {"login": people.member.email, "password": password}
        return client.post(reverse("account_login"), given)

    return act


def _signed_in(name, given=None):
    def act(client, people):
        client.force_login(people.member)
        return client.post(reverse(name), given or {})

    return act


def _join(client, people):
    invited = members.invite(
        team=people.row, email="new@example.org", roles=["reviewer"], by=people.admin, at=recipes.now()
    )
    given = {"name": "New", "password": PASSWORD}
    return client.post(reverse("accounts:accept", args=[invited[1]]), given)


def _change_password(client, people):
    people.member.set_password(PASSWORD)
    people.member.save()
    client.force_login(people.member)
    given = {"oldpassword": PASSWORD, "password1": f"{PASSWORD} now", "password2": f"{PASSWORD} now"}
    return client.post(reverse("account_change_password"), given)


def _prove(client, people):
    people.member.set_password(PASSWORD)
    people.member.save()
    client.force_login(people.member)
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


OWN = {
    "prove again who one is": Own(("auth.signed_in_again",), _prove),
    "sign in": Own(("auth.signed_in",), _sign_in(PASSWORD)),
    "sign in with a wrong password": Own(("auth.sign_in_failed",), _sign_in("a wrong word")),
    "sign out": Own(("auth.signed_out",), _signed_in("account_logout")),
    "join": Own(("member.invited", "member.joined", "auth.signed_in"), _join),
    "change the password": Own(("auth.password_changed",), _change_password),
    "choose a theme": Own(("auth.preferences_set",), _signed_in("accounts:theme", {"theme": "dark"})),
    "choose keys": Own(("auth.preferences_set",), _signed_in("accounts:keys", {"single_keys": ""})),
}
