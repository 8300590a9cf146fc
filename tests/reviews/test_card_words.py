"""What a card says in words: each thing once, and what its numbers count."""

import re

import pytest
from django.urls import reverse

from reviews.models import Check
from tests import agent_recipes
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.mark.parametrize("page", ("proposal", "change"))
def test_that_nobody_is_quoted_is_said_once(client, team, space, page):
    proposal = scenes.propose(team.row, scenes.add(space, "/a.md", "- new\n", rationale="It reads better."))
    change = scenes.changes(proposal)[0]
    client.force_login(team.reviewer)

    shown = client.get(change.get_absolute_url() if page == "change" else proposal.get_absolute_url()).content.decode()

    assert Check.objects.of(team.row).filter(revision__change=change, rule="evidence", severity="note").exists()
    assert shown.count("No session is quoted") == 1
    assert shown.index(">Evidence</h3>") < shown.index("No session is quoted")


@pytest.mark.parametrize(
    ("exposure", "words"),
    (("customer", "A person, perhaps a customer"), ("internal", "A person in house")),
)
def test_a_quote_says_beside_its_speaker_who_that_may_be(client, team, space, exposure, words):
    session = agent_recipes.session(scenes.agent(team.row, exposure=exposure), texts=("The limit is 40.",))
    quote = scenes.quote(session, 0, "The limit is 40.")
    proposal = scenes.propose(team.row, scenes.add(space, "/a.md", "- The limit is 40.\n", quotes=(quote,)))
    client.force_login(team.reviewer)

    page = client.get(proposal.get_absolute_url()).content.decode()

    head = re.search(r'<figcaption class="quote__head">.*?</figcaption>', page, re.DOTALL)
    assert head is not None
    assert f'<span class="chip chip--user_input">{words}</span>' in head[0]
    assert page.count(words) == 1


def test_a_proposal_says_how_many_sessions_its_changes_quote(client, team, space):
    sessions = [agent_recipes.session(scenes.agent(team.row), texts=("The limit is 40.",)) for _ in range(2)]
    quotes = tuple(scenes.quote(session, 0, "The limit is 40.") for session in sessions)
    drafts = [scenes.add(space, f"/{name}.md", "- The limit is 40.\n", quotes=quotes) for name in "abc"]
    proposal = scenes.propose(team.row, *drafts)
    client.force_login(team.reviewer)

    page = client.get(proposal.get_absolute_url()).content.decode()

    assert "3 changes, 2 sessions quoted, " in page


FOLDED = f"It stands in memory since 2026-11-03. {'A later call worked in the same session. ' * 5}Last on 2026-11-09."


@pytest.mark.parametrize("page", ("proposal", "change", "pattern"))
@pytest.mark.parametrize(("zone", "is_told"), (("Europe/Berlin", True), ("UTC", False)))
def test_days_of_utc_are_told_beside_them_on_every_page(client, team, space, page, zone, is_told):
    draft = scenes.add(space, "/a.md", "- new\n", rationale=FOLDED, pattern={"support": 2, "first_seen": "2026-11-03"})
    change = scenes.changes(scenes.propose(team.row, draft))[0]
    team.reviewer.time_zone = zone
    team.reviewer.save()
    client.force_login(team.reviewer)
    urls = {
        "proposal": change.proposal.get_absolute_url(),
        "change": reverse("reviews:change", args=[team.slug, change.public_id]),
        "pattern": reverse("reviews:panel", args=[team.slug, change.public_id, "pattern"]),
    }

    shown = client.get(urls[page]).content.decode()

    note = "Days here are those of UTC."
    assert (note in shown) is is_told
    if is_told and page != "pattern":
        assert shown.index("since 2026-11-03.") < shown.index(note) < shown.index("The whole reason</summary>")


def test_a_decided_change_tells_where_it_comes_from_why_it_was_proposed(client, team, space):
    reason = "Asked for on 2026-11-03 in `sup-1`."
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, "/a.md", "- new\n", rationale=reason)))[0]
    client.force_login(team.reviewer)
    address = reverse("reviews:panel", args=[team.slug, change.public_id, "origin"])

    before = client.get(address).content.decode()
    scenes.approve_and_apply(change, team.reviewer)
    after = client.get(address).content.decode()

    assert "Reason given" not in before
    assert re.search(r"<dt>Reason given</dt><dd[^>]*>Asked for on 2026-11-03 in <code>", after)


def test_a_decided_change_is_open_on_its_own_page_alone(client, team, space):
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, "/a.md", "- new\n")))[0]
    scenes.approve_and_apply(change, team.reviewer)
    client.force_login(team.reviewer)

    own = client.get(reverse("reviews:change", args=[team.slug, change.public_id])).content.decode()
    among = client.get(change.proposal.get_absolute_url()).content.decode()

    assert '<details class="change__detail" open>' in own
    assert '<details class="change__detail">' in among
