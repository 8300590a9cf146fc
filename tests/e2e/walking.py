"""Every page of the product for the sample team: whatever the URL resolver knows, opens, and answers with a page."""

from types import SimpleNamespace

from django.urls import reverse

from accounts.models import User
from agents.models import Agent, Memory, MemoryVersion, Namespace, Session
from audit.models import Event
from compliance.past import moments
from dreaming.models import Run
from reviews.models import Change, Proposal
from tests.test_isolation import TEAM_URLS
from tests.url_values import PLAIN, ROWS

OF_PEOPLE = ("accounts:home", "accounts:profile", "account_login", "account_change_password", "account_reset_password")
VARIED = {
    "reviews:inbox": ("?view=all", "?view=done", "?q=tier:critical"),
    "reviews:search": ("?q=refund", "?q=nothing-like-this"),
    "dreaming:curation": ("?preset=compliance-evidence",),
    "agents:memory": ("?source=1",),
}


def pages_of(team, client):
    """{name: address} of all that open with 200 as a whole page."""
    found = {name: reverse(name) for name in OF_PEOPLE}
    values = _values(team)
    for name, params in TEAM_URLS:
        given = {param: values(param) for param in params}
        found[name] = reverse(name, kwargs={"team": team.slug} | given)
        found |= {f"{name}{query}": found[name] + query for query in VARIED.get(name, ())}
    found |= _past(team)
    return {name: url for name, url in found.items() if _is_page(client, url)}


def _past(team):
    """Memory as it was when its first version was all there was, and since."""
    url = reverse("compliance:past", args=[team.slug])
    agent = Agent.objects.of(team).get(slug="support-triage").public_id
    first = moments.text(MemoryVersion.objects.of(team).order_by("pk").first().at)
    now = moments.text(Event.objects.of_log(team.trail_log).newest_first().first().at)
    return {
        "compliance:past then": f"{url}?about={agent}&at={first}",
        "compliance:past two": f"{url}?about={agent}&at={now}&other={first}",
    }


def _is_page(client, url):
    answer = client.get(url)
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html") or answer.streaming:
        return False
    return answer.content.lstrip().lower().startswith(b"<!doctype html")


def _values(team):
    """Of the sample where it has one, else a row made for it."""
    agent = Agent.objects.of(team).get(slug="support-triage")
    proposal = Proposal.objects.of(team).get(agent=agent)
    run = Run.objects.of(team).get(agent=agent)
    own = {
        "agent": agent.slug,
        "namespace": Namespace.objects.of(team).get(slug="support").slug,
        "number": proposal.number,
        "change_id": Change.objects.of(team).filter(proposal=proposal).order_by("position").first().public_id,
        "memory_id": Memory.objects.of(team).order_by("pk").first().public_id,
        "session_id": Session.objects.of(team).filter(agent=agent).order_by("pk").first().public_id,
        "event_id": Event.objects.of_log(team.trail_log).newest_first().first().public_id,
        "run_id": run.public_id,
        "run_number": run.number,
    }
    lead = User.objects.get(email__startswith="mara.")
    second = User.objects.get(email__startswith="daniel.")
    people = SimpleNamespace(row=team, admin=lead, lead=lead, reviewer=second, second=second)

    def value(param):
        if param not in own:
            own[param] = PLAIN[param] if param in PLAIN else ROWS[param](people)
        return own[param]

    return value
