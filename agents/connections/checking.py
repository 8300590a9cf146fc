"""What the key of a connection may do: asked of the provider without spending money or leaving anything behind.

What is found is `Connection.able`: each ability is "yes", or the reason why not. Abilities that nothing was found out
about stand, with the reason, under "untried". "models" are the models to choose from, "requests" the provider's ids of
what was asked.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import anthropic
from django.utils.translation import gettext as _

from accounts.models import User
from agents.connections import clients, connecting, sealing
from agents.connections.clients import Client
from agents.connections.sealing import Secret
from agents.enums import Provider
from agents.models import Connection
from agents.pulling import patience
from audit import keys

SECONDS = 8.0  # that a person waits, whatever the other end does
_EACH = 4.0
MOST_MODELS = 200
_LONGEST = 200
_ANY_MODEL = "claude-haiku-4-5"  # where the provider lists none
_LATER = (408, 429)  # statuses that ask to come again
_OURS = ("stores", "sessions", "dreams", "batches")
Ask = Callable[[Any], Any]

_ASKS: dict[str, Ask] = {
    "stores": lambda client: client.beta.memory_stores.list(limit=1),
    "sessions": lambda client: client.beta.sessions.list(limit=1),
    "dreams": lambda client: client.beta.dreams.list(limit=1),
    "batches": lambda client: client.messages.batches.list(limit=1),
}


@dataclass
class Found:
    able: dict[str, Any] = field(default_factory=dict)
    untried: dict[str, str] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    models: list[dict[str, str]] = field(default_factory=list)
    problem: str = ""

    def kept(self, secret: Secret) -> dict[str, Any]:
        """As it is stored: whatever the other end repeated of what signs in is struck out."""
        whole = {**self.able, "untried": self.untried, "requests": self.requests, "models": self.models}
        cleaned: dict[str, Any] = _cleaned(whole, secret)
        return cleaned


def check(*, connection: Connection, by: User, at: datetime) -> Connection:
    """Ask, and keep what was found. Not within a unit: it waits for the network. Raises connecting.Gone."""
    secret, found = Secret(), Found()
    try:
        secret = sealing.open(connection)
        with clients.messages_client(connection, residency=()) as client:
            _look(client.with_options(timeout=_EACH), connection, found)
    except (clients.Refused, keys.BadKey) as refused:
        found.problem = str(refused)
    except sealing.Lost:
        found.problem = _("The key of the connection cannot be read any more.")
    problem = _cleaned(found.problem, secret)
    return connecting.note_check(connection=connection, able=found.kept(secret), problem=problem, by=by, at=at)


def _look(client: Client, connection: Connection, found: Found) -> None:
    ends = time.monotonic() + SECONDS
    with _Asking(client, ends) as asking:
        if connection.provider == Provider.ANTHROPIC:
            _of_platform(asking, found)
        elif connection.provider == Provider.BEDROCK:
            found.untried["messages"] = _("Bedrock answers nothing for free: the first dream shows it.")
        else:
            _of_cloud(asking, found)
        for name in (*_OURS, "stores_write"):
            if connection.provider != Provider.ANTHROPIC:
                found.able[name] = _("The Claude platform alone has this.")


def _of_platform(asking: _Asking, found: Found) -> None:
    listed = asking.all({"listing": lambda client: client.models.list(limit=1000)})["listing"]
    _note(found, "listing", listed)
    if isinstance(listed, anthropic.AuthenticationError | anthropic.APIConnectionError):
        found.problem = patience.told(listed)
        for name in (*_ASKS, "messages", "stores_write"):
            _note(found, name, listed, again=True)
        return
    found.models = _models(listed)
    model = found.models[0]["id"] if found.models else _ANY_MODEL
    for name, answer in asking.all({**_ASKS, "messages": _counting(model)}).items():
        _note(found, name, answer)
        if isinstance(answer, anthropic.AuthenticationError):
            found.problem = patience.told(answer)
    found.untried["stores_write"] = _("Nothing is written for a check: the first push shows it.")


def _of_cloud(asking: _Asking, found: Found) -> None:
    answer = asking.all({"messages": _counting(_ANY_MODEL)})["messages"]
    if isinstance(answer, anthropic.NotFoundError):
        found.untried["messages"] = _("It does not have the model that was asked about: the first dream shows it.")
        return
    _note(found, "messages", answer)
    if isinstance(answer, Exception):
        found.problem = found.able.get("messages") or found.untried["messages"]


class _Asking:
    """Asks several things at once, and waits for none of them longer than until `ends`."""

    def __init__(self, client: Client, ends: float) -> None:
        self.client, self.ends = client, ends
        self.pool = ThreadPoolExecutor(max_workers=len(_ASKS) + 1)

    def __enter__(self) -> _Asking:
        return self

    def __exit__(self, *_error: object) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)

    def all(self, asks: Mapping[str, Ask]) -> dict[str, Any]:
        """What was answered, or the error; TimeoutError for what did not answer in time."""
        asked = {name: self.pool.submit(ask, self.client) for name, ask in asks.items()}
        wait(asked.values(), timeout=max(0.0, self.ends - time.monotonic()))
        return {name: _answer(one) for name, one in asked.items()}


def _answer(future: Future[Any]) -> Any:
    if not future.done():
        return TimeoutError()
    error = future.exception()
    if error is None:
        return future.result()
    if not isinstance(error, _refusals()):
        raise error
    return error


def _refusals() -> tuple[type[BaseException], ...]:
    """What a provider, or who signs in at it, raises."""
    google = sys.modules.get("google.auth.exceptions")  # there where a service account signs in
    return (anthropic.APIError, *([google.GoogleAuthError] if google else []))


def _counting(model: str) -> Ask:
    said = [{"role": "user", "content": "Hello"}]
    return lambda client: client.messages.count_tokens(model=model, messages=said)


def _note(found: Found, name: str, answer: Any, *, again: bool = False) -> None:
    """Keep one answer. An error that says nothing about the key leaves it untried."""
    request = getattr(answer, "request_id" if isinstance(answer, Exception) else "_request_id", None)
    if request and not again:
        found.requests[name] = str(request)
    if not isinstance(answer, Exception):
        found.able[name] = "yes"
    elif isinstance(answer, anthropic.APIStatusError) and _is_about_key(answer):
        found.able[name] = _reason(name, answer)
    elif isinstance(answer, anthropic.APIError):
        found.untried[name] = patience.told(answer)
    elif isinstance(answer, TimeoutError):
        found.untried[name] = _("It did not answer in time.")
    else:
        found.able[name] = _("Its account does not let this key sign in.")


def _is_about_key(error: anthropic.APIStatusError) -> bool:
    return 400 <= error.status_code < 500 and error.status_code not in _LATER


def _reason(name: str, error: anthropic.APIStatusError) -> str:
    """In our words, with those of the platform where it has some."""
    if isinstance(error, anthropic.AuthenticationError):
        return patience.told(error)
    about = _("This workspace has no access to Dreams; the other engines still work.")
    ours = about if name == "dreams" else patience.told(error)
    theirs = error.api_message
    return f"{ours} ({theirs})" if theirs else ours


def _models(listed: Any) -> list[dict[str, str]]:
    rows = getattr(listed, "data", None) or []
    return [
        {"id": str(one.id), "name": str(one.display_name), "lifecycle": str(one.lifecycle)}
        for one in rows[:MOST_MODELS]
    ]


def _cleaned(value: Any, secret: Secret) -> Any:
    """What others said, short, without what a database cannot keep and without anything that signs in."""
    if isinstance(value, dict):
        return {name: _cleaned(one, secret) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one, secret) for one in value]
    plain = str(value).replace("\0", "").encode("utf-8", "replace").decode()
    return secret.struck_from(plain)[:_LONGEST]
