from datetime import timedelta

import pytest
from django.urls import reverse

from reviews import inbox, proposals
from reviews.enums import Verdict
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def open_inbox(client, person, team, view=""):
    client.force_login(person)
    return client.get(reverse("reviews:inbox", args=[team.slug]), {"view": view} if view else {})


def proposal(space, *, edits=1, by=None, at=scenes.AT, path=None):
    path = path or f"/{scenes.recipes.number()}.md"
    memory = scenes.memory(space, path, "".join(f"- {n} {path}\n" for n in range(edits)))
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n} {path}\n") for n in range(edits)]
    return scenes.propose(space.team, *drafts, by=by, title=f"About {path}", at=at)


@pytest.mark.parametrize("count", (1, 3))
def test_inbox_takes_the_same_queries_for_any_length(client, team, space, count, django_assert_num_queries):
    for _ in range(count):
        proposal(space, edits=2)
    client.force_login(team.reviewer)

    with django_assert_num_queries(8):
        page = client.get(reverse("reviews:inbox", args=[team.slug]))

    assert page.content.count(b"<article") == count


def test_inbox_says_how_many_changes_are_decided_and_how_grave_they_are(team, space):
    row = proposal(space, edits=2)
    scenes.vote(scenes.changes(row)[0], team.reviewer)

    line = inbox.lines([row], team=team.row, person=team.reviewer, decides=True)[0]

    assert (line.decided, line.total, line.tier, line.waiting, line.yours) == (1, 2, "low", 1, True)


def test_it_is_nobodys_turn_who_voted_or_wrote_the_change(team, space):
    voted, written = proposal(space), proposal(space, by=team.reviewer)
    for person in (team.reviewer, team.second):
        scenes.vote(scenes.changes(voted)[0], person, Verdict.REQUEST_CHANGES, reason="Say when.")

    def turn(person):
        return set(inbox.your_turn(person, team=team.row))

    assert turn(team.reviewer) == set()
    assert turn(team.second) == {written}
    assert turn(team.lead) == {voted, written}


def test_inbox_shows_open_and_done_apart(client, team, space):
    still_open, done = proposal(space), proposal(space)
    proposals.withdraw(proposal=done, by=team.lead.trail_actor, reason="No", at=scenes.LATER)

    pages = {view: open_inbox(client, team.reviewer, team, view).content.decode() for view in ("open", "done")}

    assert [still_open.title in pages["open"], done.title in pages["open"]] == [True, False]
    assert [still_open.title in pages["done"], done.title in pages["done"]] == [False, True]


@pytest.mark.parametrize("view", ("mine", "open", "done"))
def test_an_empty_inbox_says_what_comes_next(client, team, view):
    page = open_inbox(client, team.reviewer, team, view)

    assert 'class="empty' in page.content.decode()


def test_inbox_of_a_member_shows_what_is_open_and_no_turns(client, team, space):
    row = proposal(space)

    page = open_inbox(client, team.member, team).content.decode()

    assert row.title in page
    assert "Your turn" not in page


def test_inbox_goes_on_after_fifty(client, team, space):
    rows = [proposal(space, at=scenes.AT + timedelta(minutes=n)) for n in range(52)]

    first = open_inbox(client, team.reviewer, team, "open")
    second = client.get(first.context["page"].next_url)

    assert first.content.count(b"<article") == 50
    assert [line.proposal for line in second.context["lines"]] == [rows[1], rows[0]]
