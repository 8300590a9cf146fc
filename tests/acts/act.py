"""One act of a route: what it takes to succeed, and which events it leaves."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urlsplit

from django.urls import reverse

from accounts import roles
from accounts.enums import Role
from tests.url_values import PLAIN, ROWS

DENIED = ("access.denied",)


@dataclass(frozen=True)
class Act:
    """`events` are all that a success leaves, in order; where there are none, `status` is its answer. `needs` is a
    permission, or a set of roles; `guarded` acts ask for it before they look at anything else.

    `make(scene)` makes what the act is about and returns what differs in its URL; `typed(scene)` is what the person
    types, over what the form on `page` holds. `fresh` acts ask for a sign-in of just now.
    """

    needs: object
    events: tuple[str, ...]
    typed: Callable | dict = field(default_factory=dict)
    make: Callable = lambda scene: {}
    page: str = ""
    method: str = "post"
    fresh: bool = False
    guarded: bool = True
    status: int = 302
    denied: tuple[str, ...] = DENIED

    @property
    def able(self):
        if isinstance(self.needs, str):
            return {str(role) for role in Role if self.needs in roles.TABLE[role]}
        return set(self.needs)


def act(needs, events="", typed=None, **more):
    return Act(needs, tuple(events.split()), typed or {}, **more)


class Scene(SimpleNamespace):
    """`people` of a team, the `person` who acts, and the `client` that is signed in as them."""

    @property
    def team(self):
        return self.people.row

    def url(self, name, params, given):
        values = {one: ROWS[one](self.people) if one in ROWS else PLAIN[one] for one in params if one not in given}
        return reverse(name, kwargs={"team": self.team.slug} | values | {k: v for k, v in given.items() if k in params})

    def filled(self, page, action):
        """What a browser would send of the form on this page that goes to that address."""
        answer = self.client.get(page)
        assert answer.status_code == 200, (page, answer.status_code)
        found = _Forms(answer.content.decode(), page).by_action
        assert action in found, (action, sorted(found))
        return found[action]

    def sign_in(self, *, fresh=False):
        self.client.force_login(self.person)
        if fresh:
            session = self.client.session
            session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
            session["account_authentication_methods_user"] = str(self.person.pk)
            session.save()


class _Forms(HTMLParser):
    """The fields of each form of a page that posts, by the address that it goes to."""

    def __init__(self, markup, page):
        super().__init__()
        self.page, self.by_action, self.form, self.select, self.area = urlsplit(page).path, {}, None, "", ""
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "form":
            posts = given.get("method", "").lower() == "post"
            self.form = self.by_action.setdefault(given.get("action") or self.page, {}) if posts else None
        elif self.form is None:
            return
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.form.setdefault(self.select, []).append(value)
        elif tag == "textarea":
            self.area, self.form[name] = name, [""]
        elif tag == "input" and name and _is_sent(given):
            self.form.setdefault(name, []).append(value or ("on" if given.get("type") == "checkbox" else ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data):
        if self.area and self.form is not None:
            self.form[self.area] = [self.form[self.area][0] + data]


def _is_sent(given):
    kind = given.get("type")
    return kind not in ("submit", "file", "button") and (kind not in ("checkbox", "radio") or "checked" in given)
