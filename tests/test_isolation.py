"""Nothing is visible across teams: every URL of a team, walked from the resolver, answers 404 to others."""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from accounts.enums import Role
from accounts.models import Membership
from tests.url_values import PLAIN, ROWS

METHODS = ("get", "post", "put", "patch", "delete")
NOT_FOUND, WRONG_METHOD = 404, 405


def _team_urls(resolver=None, route="", names=(), params=()):
    """(URL name, names of its parameters) of everything below /t/<team>/."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        known = (*params, *entry.pattern.converters)
        if isinstance(entry, URLPattern):
            if here.startswith("t/<slug:team>/"):
                yield ":".join((*names, entry.name or here)), tuple(name for name in known if name != "team")
        else:
            yield from _team_urls(entry, here, (*names, entry.namespace) if entry.namespace else names, known)


TEAM_URLS = sorted(set(_team_urls()))
WITH_ROWS = [(name, params) for name, params in TEAM_URLS if set(params) & set(ROWS)]


@pytest.fixture
def insider(team):
    """A member of one team with every role there is."""
    own = Membership.objects.of(team.row).get(user=team.admin)
    own.roles = list(Role.values)
    own.save()
    return team.admin


def _values(params, people):
    return {name: ROWS[name](people) if name in ROWS else PLAIN[name] for name in params}


def _statuses(client, url):
    return {method: getattr(client, method)(url).status_code for method in METHODS}


def _is_hidden(statuses):
    """Not found by every method that the view takes, and it takes one at least."""
    return set(statuses.values()) in ({NOT_FOUND}, {NOT_FOUND, WRONG_METHOD})


def test_every_url_parameter_of_a_team_has_a_value():
    unknown = {name for _, params in TEAM_URLS for name in params} - set(ROWS) - set(PLAIN)

    assert not unknown, "give these a line in tests/url_values.py"


@pytest.mark.parametrize(("name", "params"), TEAM_URLS, ids=[name for name, _ in TEAM_URLS])
def test_url_of_another_team_is_not_found(client, insider, other_team, name, params):
    client.force_login(insider)

    statuses = _statuses(client, reverse(name, kwargs={"team": other_team.slug} | _values(params, other_team)))

    assert _is_hidden(statuses), statuses


@pytest.mark.parametrize(("name", "params"), WITH_ROWS, ids=[name for name, _ in WITH_ROWS])
def test_row_of_another_team_is_not_found_under_the_own_team(client, insider, team, other_team, name, params):
    client.force_login(insider)

    for foreign in (param for param in params if param in ROWS):
        values = _values(params, team) | {foreign: ROWS[foreign](other_team)}
        statuses = _statuses(client, reverse(name, kwargs={"team": team.slug} | values))
        assert _is_hidden(statuses), (foreign, statuses)


@pytest.mark.parametrize(("name", "params"), WITH_ROWS, ids=[name for name, _ in WITH_ROWS])
def test_row_of_the_own_team_is_found(client, insider, team, name, params):
    """Else the tests above would pass for a URL that finds nothing at all."""
    client.force_login(insider)

    statuses = _statuses(client, reverse(name, kwargs={"team": team.slug} | _values(params, team)))

    assert NOT_FOUND not in (statuses["get"], statuses["post"]), statuses
