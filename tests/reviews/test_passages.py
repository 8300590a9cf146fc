from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from agents.models import Session, SessionEvent
from agents.outcomes import attach_outcome
from audit import trail
from reviews.models import Evidence
from reviews.reading import passages, quoting
from tests import agent_recipes
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def change_of(team, space, *quotes):
    memory = scenes.memory(space, path=f"/{len(quotes)}-{id(quotes)}.md")
    draft = scenes.edit(memory, "- one\n- two\n- refunds take 14 days\n", quotes=quotes)
    return scenes.changes(scenes.propose(team.row, draft))[0]


def heard(change):
    quotes = quoting.read([change], team=change.team)[change.pk]
    return passages.sides(quotes, team=change.team)


def panel(client, team, change):
    return client.get(reverse("reviews:panel", args=[team.slug, change.public_id, "evidence"])).content.decode()


@given(st.lists(st.integers(0, 200), max_size=20), st.integers(0, 9))
def test_stretches_cover_each_place_and_never_meet(positions, around):
    found = passages.windows(positions, around)

    covered = {at for first, last in found for at in range(first, last + 1)}
    assert covered == {at for one in positions for at in range(max(0, one - around), one + around + 1)}
    assert all(one[1] + 1 < other[0] for one, other in pairwise(found))


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6))
def test_a_marked_text_loses_nothing_and_marks_exactly_the_spans(text, spans):
    parts = passages.marked(text, spans)

    marks = [quoted for piece, quoted in parts for _ in piece]
    wanted = [any(start <= at < end for start, end in spans) for at in range(len(text))]
    assert "".join(piece for piece, _ in parts) == text
    assert marks == wanted


def test_a_quote_stands_between_the_five_events_before_and_after_it(team, space):
    session = agent_recipes.session(agent_recipes.agent(team.row), texts=[f"line {n}" for n in range(20)])
    change = change_of(team, space, scenes.quote(session, 8, "ne 8", start=2))

    _against, support = heard(change)

    [[*events]] = support.passages[0].stretches
    assert [said.position for said in events] == [*range(3, 14)]
    assert [said.parts for said in events if said.is_quoted] == [[("li", False), ("ne 8", True)]]
    assert events[0].sha256 == SessionEvent.objects.of(team.row).get(session=session, position=3).sha256


def test_support_counts_sessions_and_agents_once_and_only_what_holds(team, space):
    one, other = agent_recipes.agent(team.row, name="One"), agent_recipes.agent(team.row, name="Two")
    first, second, third, fourth = (
        agent_recipes.session(agent, texts=("It takes 14 days", "Yes, 14 days")) for agent in (one, one, other, other)
    )
    change = change_of(
        team,
        space,
        scenes.quote(first, 0, "14 days", start=9),
        scenes.quote(first, 1, "14 days", start=5),
        scenes.quote(second, 0, "14 days", start=9),
        scenes.quote(third, 0, "14 days", start=9),
        scenes.quote(fourth, 0, "nothing of the kind"),
        scenes.quote(fourth, 1, "Yes", stance="against"),
    )

    against, support = heard(change)

    assert (support.held, support.sessions) == (4, 3)
    assert [(agent.name, count) for agent, count in support.by_agent] == [("One", 2), ("Two", 1)]
    assert (against.held, against.sessions) == (1, 1)


def test_a_quote_far_down_a_long_event_is_shown_with_a_way_to_all_of_it(client, team, space):
    text = "x" * 3_000 + "after 14 days" + "y" * 500
    session = agent_recipes.session(agent_recipes.agent(team.row), texts=(text,))
    change = change_of(team, space, scenes.quote(session, 0, "after 14 days", start=3_000))
    client.force_login(team.member)

    page = panel(client, team, change)

    assert f"{'x' * passages.CUT} … <mark>after 14 days</mark>… <a " in page
    assert f"{len(text) - passages.CUT} more characters" in page
    assert "x" * (passages.CUT + 1) not in page


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"status": "missing"}, "This does not stand at the place that was named"),
        ({"status": "purged"}, "What is quoted here was erased."),
        ({"event_sha256": "0" * 64}, "reads differently now"),
        ({"position": 99}, "no longer stored"),
    ],
)
def test_a_quote_that_cannot_be_counted_on_says_why(client, team, space, spoil, said):
    session = agent_recipes.session(agent_recipes.agent(team.row))
    change = change_of(team, space, scenes.quote(session, 0, "Hello"))
    Evidence.objects.of(team.row).filter(change=change).update(**spoil)
    client.force_login(team.member)

    page = panel(client, team, change)

    assert said in page
    assert "<mark>" not in page


def test_what_speaks_against_comes_first_with_outcome_and_taint(client, team, space):
    agent = agent_recipes.agent(team.row)
    session, other = agent_recipes.session(agent), agent_recipes.session(agent)
    attach_outcome(session=other, name="failed", source="test", by=trail.SYSTEM, at=scenes.AT)
    Session.objects.of(team.row).filter(pk=session.pk).update(tainted_at=scenes.AT)
    change = change_of(
        team, space, scenes.quote(session, 0, "Hello"), scenes.quote(other, 1, "How can", stance="against")
    )
    client.force_login(team.member)

    page = panel(client, team, change)

    assert page.index("<blockquote>How can</blockquote>") < page.index("<blockquote>Hello</blockquote>")
    assert "heard--both" in page
    assert "Tainted" in page
    assert ">Failed</span>" in page


def test_context_is_drawn_as_text(client, team, space):
    hostile = "<img src=x onerror=alert(1)>\u202e"
    session = agent_recipes.session(agent_recipes.agent(team.row), texts=("Hello", hostile))
    change = change_of(team, space, scenes.quote(session, 0, "Hello"))
    client.force_login(team.member)

    page = panel(client, team, change)

    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert "U+202E" in page


def test_sessions_beyond_the_first_stand_on_the_page_of_all_quotes(client, team, space):
    agent = agent_recipes.agent(team.row)
    sessions = [agent_recipes.session(agent) for _ in range(passages.MOST_SESSIONS + 2)]
    change = change_of(team, space, *(scenes.quote(session, 0, "Hello") for session in sessions))
    client.force_login(team.member)

    page = panel(client, team, change)

    assert page.count('class="passage"') == passages.MOST_SESSIONS
    assert "Quotes of 2 more sessions" in page
    assert reverse("reviews:revisions", args=[team.slug, change.public_id]) in page


@pytest.mark.parametrize("count", [1, 4])
def test_the_panel_takes_the_same_queries_for_any_number_of_quotes(
    client, team, space, count, django_assert_num_queries
):
    agents = [agent_recipes.agent(team.row) for _ in range(count)]
    sessions = [agent_recipes.session(agent) for agent in agents for _ in range(count)]
    change = change_of(team, space, *(scenes.quote(session, 0, "Hello") for session in sessions))
    client.force_login(team.member)

    with django_assert_num_queries(12):
        page = panel(client, team, change)

    assert page.count('class="passage"') == count * count
