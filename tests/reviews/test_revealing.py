"""Secrets stand under dots wherever they are drawn, and are shown once to who may decide."""

import json

import pytest
from django.urls import reverse

from agents import drawn_rows
from agents.importers.records import EventRecord
from agents.search import indexing
from agents.text import covering, diffs, secrets
from agents.text import lines as text_lines
from audit.models import Event
from reviews.drafts import DraftQuote
from reviews.models import Check, RevisionTarget
from reviews.reading import searching
from tests import agent_recipes, recipes
from tests.reviews import scenes

# Put together here, so that no scanner takes this file for a leak.
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
HTMX = {"HX-Request": "true"}
DOTS = "ghp_" + "•" * 36


@pytest.fixture
def change(team):
    said = f"Take {TOKEN} for the ledger, please."
    session = agent_recipes.session(scenes.agent(team.row), events=[EventRecord("message", "x", said, "user_input")])
    quote = DraftQuote(session.public_id, 0, 0, len(said), said)
    memory = scenes.memory(scenes.namespace(team.row))
    after = f"- one\n- ledger: {TOKEN}\n- three\n"
    draft = scenes.edit(memory, after, title=f"Note {TOKEN}", rationale=f"{TOKEN} was said.", quotes=(quote,))
    return scenes.changes(scenes.propose(team.row, draft, title=f"About {TOKEN}"))[0]


@pytest.fixture
def memory(change):
    return change.head.targets.get().memory


@pytest.fixture
def span(team):
    check = Check.objects.of(team.row).get(rule="secrets")
    return {"target": check.target_position, "start": check.start, "end": check.end}


def url(team, name, change, *more):
    return reverse(f"reviews:{name}", args=[team.slug, change.public_id, *more])


def pages(team, change):
    session = change.evidence.get().session
    return [
        reverse("reviews:proposal", args=[team.slug, change.proposal.number]),
        reverse("reviews:inbox", args=[team.slug]) + "?view=open",
        reverse("agents:session", args=[team.slug, session.public_id]) + "?event=0&start=5&end=45",
        url(team, "change", change),
        url(team, "revisions", change),
        url(team, "revision", change, 1),
        url(team, "raw", change, 1),
        url(team, "edit", change),
        url(team, "panel", change, "evidence"),
    ]


def test_no_page_shows_a_secret(client, team, change):
    client.force_login(team.reviewer)

    answers = {page: client.get(page) for page in pages(team, change)}

    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert [page for page, answer in answers.items() if TOKEN[4:] in answer.content.decode()] == []
    without_dots = [page for page, answer in answers.items() if DOTS not in answer.content.decode()]
    assert without_dots == []


def test_search_hits_have_dots(client, team, change):
    indexing.index_due(now=recipes.AT)
    searching.index_due(now=recipes.AT)
    client.force_login(team.member)

    found = client.get(reverse("reviews:search", args=[team.slug]), {"q": "ledger"}).content.decode()

    assert "•" * 36 in found
    assert TOKEN[4:] not in found


def test_memory_that_holds_a_secret_has_dots_and_keeps_it(client, team):
    memory = scenes.memory(scenes.namespace(team.row), text=f"- key {TOKEN}\n- two\n")
    client.force_login(team.reviewer)
    page = client.get(reverse("agents:memory", args=[team.slug, memory.public_id])).content.decode()
    form_url = reverse("reviews:new", args=[team.slug, memory.public_id])
    form = client.get(form_url).content.decode()
    base = scenes.head(memory).public_id
    typed = {"base": base, "path": "/notes.md", "title": "Two", "text": f"- key {DOTS}\r\n- 2\r\n", "rationale": ""}

    answer = client.post(form_url, typed)

    assert TOKEN not in page + form
    assert answer.status_code == 302
    hunk = RevisionTarget.objects.of(team.row).get().hunks[0]
    assert (hunk["before"], hunk["after"]) == (["- two\n"], ["- 2\n"])


@pytest.mark.parametrize(("typed", "after"), [(DOTS, TOKEN), ("in the vault", "in the vault")])
def test_dots_that_are_left_stand_for_the_secret(client, team, change, typed, after):
    client.force_login(team.reviewer)
    given = {"revision": change.head.public_id, "after-0-0": f"- the ledger: {typed}"}

    client.post(url(team, "edit", change), given)

    change.refresh_from_db()
    assert change.head.number == 2
    assert change.head.targets.get().hunks[0]["after"] == [f"- the ledger: {after}\n"]
    assert Check.objects.of(team.row).filter(revision=change.head, rule="secrets").exists() == (after == TOKEN)


def test_a_secret_is_shown_once_to_who_may_decide_and_that_is_recorded(client, team, change, span):
    client.force_login(team.reviewer)

    card = client.get(url(team, "change", change)).content.decode()
    part = client.post(url(team, "reveal", change, 1), span, headers=HTMX)
    page = client.post(url(team, "reveal", change, 1), span)
    again = client.get(url(team, "change", change)).content.decode()

    assert url(team, "reveal", change, 1) in card
    assert part.content.decode().lstrip().startswith("<li>")
    assert TOKEN in part.content.decode()
    assert TOKEN in page.content.decode()
    assert "no-store" in part["Cache-Control"]
    assert TOKEN[4:] not in again
    events = list(Event.objects.filter(type="secret.revealed"))
    assert len(events) == 2
    assert events[0].target_id == change.public_id
    told = {"position": span["target"], "start": span["start"], "end": span["end"]}
    assert json.loads(bytes(events[0].body))["data"] == told | {"revision": 1, "rule": "secrets", "version": 2}
    assert all(TOKEN[4:].encode() not in bytes(one.body) for one in Event.objects.all())


@pytest.mark.parametrize(
    ("moved", "status"), [({"start": 0}, 404), ({"end": 3}, 404), ({"target": 7}, 404), ({"target": "x"}, 400)]
)
def test_nothing_but_what_a_check_found_is_shown(client, team, change, span, moved, status):
    client.force_login(team.reviewer)

    answer = client.post(url(team, "reveal", change, 1), span | moved)

    assert answer.status_code == status
    assert not Event.objects.filter(type="secret.revealed").exists()


def test_who_may_not_decide_is_shown_nothing(client, team, change, span):
    client.force_login(team.member)

    card = client.get(url(team, "change", change)).content.decode()
    answer = client.post(url(team, "reveal", change, 1), span)

    assert url(team, "reveal", change, 1) not in card
    assert answer.status_code == 403
    assert not Event.objects.filter(type="secret.revealed").exists()


def test_a_secret_is_covered_through_the_marks_of_a_diff():
    old, new = f"- key {TOKEN}\n", f"- key {TOKEN[:20]}XXyy{TOKEN[24:]}\n"
    rows = diffs.rows([old], text_lines.diff([old], [new]))

    covered = covering.rows(rows)

    assert ["".join(text for _, text in covered[0][side]) for side in (3, 4)] == [f"- key {DOTS}"] * 2
    assert [mark for mark, _ in covered[0][3]] == [mark for mark, _ in rows[0][3]]
    assert diffs.count(covered) == diffs.count(rows)


def test_a_key_over_many_lines_is_covered_in_all_of_them():
    body = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "-----END RSA PRIVATE KEY-----"]
    lines = [f"{line}\n" for line in body]
    rows = diffs.rows(["x\n"], text_lines.diff(["x\n"], lines))

    drawn = "".join(text for row in covering.rows(rows) for _, text in row[4])

    assert "MIIE" not in drawn
    assert secrets.covered("".join(lines)).count("\n") == 3


def test_new_personal_data_is_marked_and_stays_readable():
    old, new = "- ask max@firma.de\n", "- ask max@firma.de or mara@firma.de at +49 30 901820\n"
    rows = diffs.rows([old], text_lines.diff([old], [new]))

    cut = covering.persons(rows[0][4], rows[0][3])
    drawn = drawn_rows.draw(rows, drawn_rows.Look())

    assert "".join(text for _, text, _kind in cut) == new.removesuffix("\n")
    assert {text: kind for _, text, kind in cut if kind} == {
        "mara@firma.de": "mail address",
        "+49 30 901820": "phone number",
    }
    assert drawn.count('class="personal"') == 2
    assert 'title="Looks like personal data: phone number">+49 30 901820</span>' in drawn
