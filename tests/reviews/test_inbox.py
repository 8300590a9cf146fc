from datetime import timedelta

import pytest
from django.urls import reverse

from reviews import proposals
from reviews.enums import Verdict
from reviews.inbox import lines as inbox
from reviews.inbox import ranking, turns
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


def lines(team, person, *rows, now=scenes.LATER):
    return inbox.lines(rows, team=team.row, reader=inbox.Reader(person, True, now))


@pytest.mark.parametrize("count", (1, 3, pytest.param(300, marks=pytest.mark.slow)))
def test_inbox_takes_the_same_queries_for_any_length(client, team, space, count, django_assert_num_queries):
    for _ in range(count):
        proposal(space, edits=2)
    client.force_login(team.reviewer)

    with django_assert_num_queries(18 + (count > 50)):  # where there is a next page, how many there are in all
        page = client.get(reverse("reviews:inbox", args=[team.slug]))

    assert page.content.count(b"<article") == min(count, 50)


def test_inbox_says_how_many_changes_are_decided_and_how_grave_they_are(team, space):
    row = proposal(space, edits=2)
    scenes.vote(scenes.changes(row)[0], team.reviewer)

    row.refresh_from_db()
    line = lines(team, team.reviewer, row)[0]

    assert (line.decided, line.total, line.tier, line.waiting, line.yours) == (1, 2, "low", 1, True)


def test_it_is_nobodys_turn_who_voted_or_wrote_the_change(team, space):
    voted, written = proposal(space), proposal(space, by=team.reviewer)
    for person in (team.reviewer, team.second):
        scenes.vote(scenes.changes(voted)[0], person, Verdict.REQUEST_CHANGES, reason="Say when.")

    def turn(person):
        return set(turns.your_turn(person, team=team.row))

    assert turn(team.reviewer) == set()
    assert turn(team.second) == {written}
    assert turn(team.lead) == {voted, written}


def test_inbox_shows_open_and_done_apart(client, team, space):
    still_open, done = proposal(space), proposal(space)
    proposals.withdraw(proposal=done, by=team.lead.trail_actor, reason="No", at=scenes.LATER)

    pages = {view: open_inbox(client, team.reviewer, team, view).content.decode() for view in ("open", "done")}

    assert [still_open.title in pages["open"], done.title in pages["open"]] == [True, False]
    assert [still_open.title in pages["done"], done.title in pages["done"]] == [False, True]


@pytest.mark.parametrize("view", ("mine", "waiting", "open", "done"))
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
    assert [line.proposal for line in second.context["lines"]] == rows[50:]


def test_the_queue_is_ordered_by_risk_and_age_and_goes_on_where_it_stopped(client, team, space):
    grave = scenes.namespace(team.row, tier_floor="high")
    low = [proposal(space, at=scenes.AT + timedelta(minutes=n)) for n in range(51)]
    high = proposal(grave, at=scenes.AT + timedelta(hours=1))
    equals = [proposal(space, at=scenes.AT + timedelta(hours=2)) for _ in range(2)]

    first = open_inbox(client, team.reviewer, team, "mine")
    second = client.get(first.context["page"].next_url)

    seen = [line.proposal for page in (first, second) for line in page.context["lines"]]
    assert seen == [high, *low, *equals]


def test_a_line_says_what_its_score_is_made_of_and_when_it_is_overdue(team, space):
    row = proposal(scenes.namespace(team.row, tier_floor="high"), edits=12)  # Monday 9:00, due at 17:00
    row.refresh_from_db()

    def line(hours):
        return lines(team, team.reviewer, row, now=scenes.AT + timedelta(hours=hours))[0]

    assert [(line(h).score.total, line(h).age.level) for h in (0, 6, 8, 10)] == [
        (24 + 1 - 8, "fresh"),
        (24 + 1 - 2, "amber"),
        (24 + 1, "red"),
        (24 + 1 + 2, "red"),
    ]
    assert [line(h).score.word for h in (-40, 0, 8)] == ["can wait", "soon", "urgent"]


def test_the_order_does_not_depend_on_the_clock(team, space):
    rows = [proposal(space), proposal(scenes.namespace(team.row, tier_floor="critical"))]
    for row in rows:
        row.refresh_from_db()

    for days in (0, 3, 30):
        now = scenes.AT + timedelta(days=days)
        scores = [ranking.score(row, now=now).total for row in rows]
        assert (scores[0] < scores[1]) == (rows[0].rank_at > rows[1].rank_at)


def test_a_decision_moves_a_proposal_to_its_place(team, space):
    grave = scenes.namespace(team.row, tier_floor="high")
    row = scenes.propose(team.row, scenes.add(grave, "/a.md", "- a\n"), scenes.add(space, "/b.md", "- b\n"))
    before = (row.tier, row.waiting, row.rank_at)

    scenes.vote(scenes.changes(row)[0], team.reviewer, Verdict.REJECT, reason_code="false")

    row.refresh_from_db()
    assert before == ("high", 2, row.opened_at + timedelta(hours=8 - 24))
    assert (row.tier, row.waiting, row.rank_at) == ("low", 1, row.due_at)


def test_the_navigation_of_every_page_counts_my_turns(client, team, space):
    for _ in range(2):
        proposal(space)
    pages = {}
    for person in (team.reviewer, team.member):
        client.force_login(person)
        pages[person] = client.get(reverse("accounts:team", args=[team.slug])).content.decode()

    assert '<span class="count">2<span class="visually-hidden"> wait for you' in pages[team.reviewer]
    assert "wait for you" not in pages[team.member]
