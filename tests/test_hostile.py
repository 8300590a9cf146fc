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

from accounts import members, names
from agents.enums import Access
from agents.importers.records import EventRecord
from agents.models import Memory, SessionEvent
from agents.text import hidden
from reviews import decisions
from reviews.enums import Side, Verdict
from reviews.inbox import saved
from reviews.inbox.querying import Query, Term
from reviews.models import AT_ONCE, Comment, Decision
from reviews.talking import mailing, noticing, threads
from reviews.talking.carrying import Spot
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


CONTENT = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding"}
UNSAID = "A title that no mail repeats"


def speak(team, changes, texts):
    """Every text said of a change and of its lines, as a draft, as a reason, as a title and as the name of a filter."""
    for number, (change, text) in enumerate(zip(changes, texts, strict=False)):
        said = {"text": f"@second {text}"[:4000], "at": scenes.AT, "team": team.row}
        about = {"change_id": change.public_id, "revision": 1}
        first = threads.open_(**about, **said, spot=Spot(0, Side.AFTER, 1, 1), by=team.reviewer)
        threads.reply(**said, thread_id=first.thread.public_id, by=team.lead)
        threads.open_(**about, **said, spot=None, by=team.lead, is_draft=True)
        if number % 3 == 0:
            scenes.vote(change, team.reviewer, Verdict.REJECT, reason=text[:2000], reason_code="other")
        elif number % 3 == 1:
            scenes.vote(change, team.second, Verdict.REQUEST_CHANGES, reason=f"Wish: {text}"[:2000])
            vote = Decision.objects.of(team.row).counted().get(change=change)
            decisions.dismiss(team=team.row, decision_id=vote.public_id, reason=text, by=team.lead, at=scenes.AT)
        term = Term("", (hostile.one_line(text, 200).replace('"', "") or "x",))
        kept = {"name": hostile.one_line(text, 80), "query": Query((term,)), "by": team.lead, "at": scenes.AT}
        saved.save(team=team.row, shared=bool(number % 2), **kept)
    space = agent_recipes.namespace(team.row)
    for number, text in enumerate(texts[:20]):
        scenes.propose(team.row, scenes.add(space, f"/{number}.md", "- new\n"), by=team.member, title=text[:200])


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
    speak(team, scenes.changes(filled.proposal)[:-1], SOME)
    client.force_login(team.lead)

    assert faults_of(client, team, filled) == ""


@pytest.mark.parametrize(
    "called",
    [
        hostile.ATTRIBUTES,
        *(
            pytest.param(some, marks=pytest.mark.slow)
            for some in (hostile.HIDDEN[:8], hostile.HIDDEN[8:], hostile.CONTROLS)
        ),
    ],
)
def test_pages_show_hostile_names_as_text(client, team, called):
    filled = fill(team, SOME[:3], called)
    client.force_login(team.lead)

    assert faults_of(client, team, filled) == ""


@pytest.mark.slow
def test_every_page_shows_every_hostile_text_as_text(client, team):
    assert len(set(hostile.EVERY)) >= 120
    filled = fill(team, hostile.EVERY)
    speak(team, scenes.changes(filled.proposal)[:-1], hostile.EVERY)
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


def test_invitation_takes_no_headers_no_markup_and_nothing_hidden_from_names(team, django_capture_on_commit_callbacks):
    given = {"team": team.row, "roles": ["member"], "base_url": "http://x/", "by": team.admin, "at": timezone.now()}
    for number, text in enumerate(hostile.EVERY):
        team.row.name = team.admin.name = text[:80]
        for row in (team.row, team.admin):
            row.save()
        with django_capture_on_commit_callbacks(execute=True):
            members.invite(email=f"nia{number}@example.org", **given)

    assert [sent.to for sent in mail.outbox] == [[f"nia{number}@example.org"] for number in range(len(hostile.EVERY))]
    for sent, text in zip(mail.outbox, hostile.EVERY, strict=True):
        message = sent.message()
        assert {"Subject", "From", "To", "Date", "Message-ID", *CONTENT} == set(message.keys())
        assert message.get_content_type() == "text/plain"
        said = sent.subject + sent.body.replace("\n", "")
        assert names.seen(said) == said, text
        assert len(sent.body.splitlines()) == 7, text


@pytest.mark.parametrize("kind", mailing.KINDS)
def test_mails_about_turns_take_no_headers_and_nothing_hidden_from_names(team, kind):
    space = agent_recipes.namespace(team.row)
    drafts = [scenes.add(space, f"/{number}.md", "- new\n") for number in range(2)]
    proposal = scenes.propose(team.row, *drafts, title=UNSAID)
    told = {"people": [team.reviewer], "kind": kind, "proposal": proposal, "at": scenes.AT}
    notices = [one for change in scenes.changes(proposal) for one in noticing.tell(**told, change=change)]

    for text in hostile.EVERY:
        team.row.name = team.reviewer.name = text
        for about in (notices, notices[:1]):
            sent = mailing.message(about, team=team.row, person=team.reviewer)
            message = sent.message()
            own = {"List-Unsubscribe", "Auto-Submitted", "Subject", "From", "To", "Date", "Message-ID"}
            assert set(message.keys()) == own | CONTENT
            assert message.get_content_type() == "text/plain"
            assert sent.to == ["reviewer@north.example"]
            assert not hidden.HIDDEN.search(sent.subject + sent.body.replace("\n", "")), text
            assert UNSAID not in sent.subject + sent.body


def test_what_people_say_is_kept_as_they_typed_it(client, team):
    """By the form that they use: the ends of lines are the browser's, and white space around is cut."""
    draft = scenes.add(agent_recipes.namespace(team.row), "/a.md", "- a\n")
    change = scenes.changes(scenes.propose(team.row, draft))[0]
    client.force_login(team.member)
    url = reverse("reviews:thread_new", args=[team.slug, change.public_id])
    short = [text for text in hostile.EVERY if len(text) <= 4000]

    for text in short:
        assert client.post(url, {"text": text}).status_code == 302, text
    refused = [client.post(url, {"text": text}).status_code for text in ("a\0b", "A" * 4001)]

    kept = Comment.objects.of(team.row).order_by("pk").values_list("text", flat=True)
    assert list(kept) == [text.strip() for text in short]
    assert refused == [422, 422]
