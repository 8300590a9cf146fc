"""Hostile text on its way through the product: pages draw it as text, mails and exports carry it as it is."""

import csv
import io
import json
from dataclasses import replace
from itertools import cycle
from pprint import pformat
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import members
from agents.enums import Access
from agents.importers.records import EventRecord
from agents.models import Memory, SessionEvent
from reviews.enums import Verdict
from reviews.models import AT_ONCE
from tests import agent_recipes, hostile
from tests.reading_pages import Page
from tests.reviews import scenes
from tests.test_isolation import TEAM_URLS
from tests.url_values import PLAIN, ROWS

SOME = hostile.EVERY[::12]


def said(texts):
    """A session in which every text is said, by somebody of that name and by a tool of that name."""
    for text in texts:
        name = hostile.one_line(text, 60)
        yield EventRecord("message", name, text, "user_input")
        yield EventRecord("tool_result", "tool", text, "external_tool", tool=name)


def _draft(space, session, number, text):
    draft = scenes.add(
        space,
        f"/{number}.md",
        f"- {text}\n",
        rationale=text,
        quotes=(scenes.quote(session, 2 * number, text[:500]),),
        fingerprint=f"hostile-{number}",
    )
    return replace(draft, title=hostile.one_line(text))


def fill(team, texts, called=()):
    """Every text in memory, title, rationale, quote, event, speaker, tool and reason; names are `called` so."""
    names = cycle(hostile.one_line(text, 60) for text in called or texts)
    for person in (team.lead, team.reviewer, team.second, team.admin):
        person.name = next(names)
        person.save()
    agent = agent_recipes.agent(team.row, name=next(names))
    space = agent_recipes.namespace(team.row, name=next(names))
    agent_recipes.access(agent, space, Access.WRITE)
    whole = "".join(f"- {text}\n" for text in texts)
    memory = agent_recipes.memories(space, {"/hostile.md": whole})[0]
    session = agent_recipes.session(agent, title=next(names), events=list(said(texts)))
    drafts = [_draft(space, session, number, text) for number, text in enumerate(texts)]
    proposal = scenes.propose(team.row, *drafts, title=hostile.one_line(texts[0]), agent=agent)
    for change, text in zip(scenes.changes(proposal)[:3], texts, strict=False):
        scenes.vote(change, team.reviewer, Verdict.REJECT, reason=text[:2000], reason_code="other")
    return SimpleNamespace(agent=agent, memory=memory, whole=whole, session=session, proposal=proposal)


def pages_of(team, filled):
    """Every address of the team, with what was filled in; then each change, sheet and stretch of the session."""
    known = {
        "agent": filled.agent.slug,
        "memory_id": filled.memory.public_id,
        "session_id": filled.session.public_id,
        "number": filled.proposal.number,
        "namespace": filled.memory.namespace.slug,
    }
    known["change_id"] = scenes.changes(filled.proposal)[-1].public_id
    for name, params in TEAM_URLS:
        for param in set(params) - set(known):
            known[param] = PLAIN[param] if param in PLAIN else ROWS[param](team)
        yield reverse(name, kwargs={"team": team.slug} | {param: known[param] for param in params})
    for change in scenes.changes(filled.proposal):
        yield reverse("reviews:change", args=[team.slug, change.public_id])
    for start in range(0, len(scenes.changes(filled.proposal)), AT_ONCE):
        yield f"{filled.proposal.get_absolute_url()}?from={start}"
    for name in ("reviews:inbox", "reviews:search"):
        for text in SOME:
            yield reverse(name, args=[team.slug]) + "?" + urlencode({"q": text[:200]})
    for at in range(0, SessionEvent.objects.of(team.row).filter(session=filled.session).count(), 20):
        yield reverse("agents:session", args=[team.slug, filled.session.public_id]) + f"?event={at}&whole=1"


def faults_of(client, team, filled):
    seen, faults = 0, {}
    for url in pages_of(team, filled):
        answer = client.get(url)
        assert answer.status_code < 500, url
        if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        seen += answer.status_code == 200
        if found := Page(answer.content.decode()).faults:
            faults[url] = found[:5]
    assert seen > 60
    return pformat(faults) if faults else ""


def test_pages_show_hostile_text_as_text(client, team):
    filled = fill(team, SOME)
    client.force_login(team.lead)

    assert faults_of(client, team, filled) == ""


@pytest.mark.parametrize("called", [hostile.HIDDEN[:8], hostile.HIDDEN[8:], hostile.CONTROLS, hostile.ATTRIBUTES])
def test_pages_show_hostile_names_as_text(client, team, called):
    filled = fill(team, SOME[:3], called)
    client.force_login(team.lead)

    assert faults_of(client, team, filled) == ""


@pytest.mark.slow
def test_every_page_shows_every_hostile_text_as_text(client, team):
    assert len(set(hostile.EVERY)) >= 120
    filled = fill(team, hostile.EVERY)
    client.force_login(team.lead)

    assert faults_of(client, team, filled) == ""


def test_bytes_survive_until_the_agent_reads_them(team, tmp_path):
    filled = fill(team, hostile.EVERY)
    change = scenes.changes(filled.proposal)[-1]
    scenes.approve_and_apply(change, team.reviewer)
    call_command("export_memory", filled.agent.slug, to=tmp_path, team=team.slug, stdout=io.StringIO())

    read = {row.path: row.head.text for row in Memory.objects.of(team.row).select_related("head__blob")}
    assert read["/hostile.md"] == filled.whole
    assert read[f"/{len(hostile.EVERY) - 1}.md"] == f"- {hostile.EVERY[-1]}\n"
    files = {path.read_bytes() for path in tmp_path.rglob("*.md")}
    assert files == {text.encode() for text in read.values()}
    events = SessionEvent.objects.of(team.row).filter(session=filled.session).order_by("position")
    assert [event.text for event in events][::2] == hostile.EVERY


def test_exports_of_the_trail_hold_no_formula_and_lose_nothing(client, team):
    fill(team, hostile.EVERY)
    client.force_login(team.auditor)
    export = reverse("compliance:export", args=[team.slug])

    lines = client.post(export, {"format": "jsonl"}).getvalue().splitlines()
    table = client.post(export, {"format": "csv"}).getvalue().decode()

    assert all(json.loads(line)["seq"] == place for place, line in enumerate(lines, 1))
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == 1 + len(lines) + 1  # a header, and the first export, which is an event itself
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("text", [*hostile.HEADERS, *hostile.MARKUP[:6], *hostile.HIDDEN[:4]])
def test_mail_takes_no_headers_and_no_markup_from_a_name(team, text, django_capture_on_commit_callbacks):
    team.row.name = text
    team.row.save()

    with django_capture_on_commit_callbacks(execute=True):
        given = {"email": "nia@example.org", "roles": ["member"], "base_url": "http://x/"}
        members.invite(team=team.row, by=team.admin, at=timezone.now(), **given)

    (sent,) = mail.outbox
    assert sent.to == ["nia@example.org"]
    message = sent.message()
    assert {"Bcc", "Set-Cookie"}.isdisjoint(message.keys())
    assert message.get_content_type() == "text/plain"
    assert "\n" not in sent.subject
