"""Which function serves what, and what it asks of the caller."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.platform import auth, validating
from tests.platform.errors import missing

ROUTES = []


class Streamed(str):
    """Text that goes out as it is: lines of JSON, or events. `kind` is its content type."""

    kind = "application/x-jsonl"


class Events(Streamed):
    kind = "text/event-stream"


@dataclass
class Call:
    """One request on its way through its route."""

    platform: object
    key: auth.Key
    path: str
    headers: dict
    query: dict = field(default_factory=dict)
    body: dict = field(default_factory=dict)

    @property
    def workspace(self):
        return self.key.workspace


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern
    serve: object
    needs: str
    beta: tuple
    query: object
    body: object
    elsewhere: tuple
    by: object


def route(method, template, *, needs="read", beta=(), query=None, body=None, elsewhere=(), by=auth.platform_key):
    """Serve a path. `query` and `body` are the SDK's types; `elsewhere` names their keys that travel otherwise."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

    def hold(serve):
        ROUTES.append(Route(method, pattern, serve, needs, beta, query, body, elsewhere, by))
        return serve

    return hold


def served(platform, asked):
    """What the route answers; refuses in the platform's order: who, whether, then what."""
    one, names = _found(asked)
    key = one.by(platform, asked.headers)
    auth.beta(asked.headers, one.beta)
    auth.permitted(key, one.needs)
    call = Call(platform, key, asked.path, asked.headers)
    call.query = validating.query(asked.query, one.query, one.elsewhere if one.body is None else ())
    if one.body is not None:
        validating.body(asked.body, one.body, one.elsewhere, asked.headers)
        call.body = asked.body
    return one.serve(call, **names)


def _found(asked):
    for one in ROUTES:
        match = one.pattern.fullmatch(asked.path)
        if match and one.method == asked.method:
            return one, {name: unquote(value) for name, value in match.groupdict().items()}
    raise missing("route", f"{asked.method} {asked.path}")
