import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audit import trail
from dreaming import runs, settings
from reviews import proposals
from reviews.proposals import Origin
from reviews.reading import patterns
from tests import agent_recipes
from tests.reviews import scenes

PATTERN = {
    "kind": "mistake",
    "statement": "`refund` answered <b>no</b>",
    "support": 9,
    "agents": 2,
    "opportunities": 39,
    "errors": 11,
    "calls": 60,
    "rate_ppm": 183_333,
    "q_ppm": 12,
    "chance_ppm": 166_667,
    "lift_ppm": 2_500_000,
    "first_seen": "2026-10-30",
    "last_seen": "2026-11-24",
    "weeks_seen": 4,
    "weeks": 5,
    "recovered": 7,
}


def test_numbers_are_told_as_people_say_them():
    told = patterns.tell(PATTERN)

    assert told.kind == "Mistake"
    assert dict(told.facts) == {
        "Seen in": "9 of 39 sessions that could have shown it (23.1 %)",
        "Agents": "2",
        "Of the calls": "11 of 60 (18.3 %)",
        "Lift": "2.5 times as often as elsewhere",
        "Chance (p)": "16.7 % that it is a coincidence",
        "Corrected (q)": "under 0.01 %, for everything that was tested along with it",
        "First seen": "2026-10-30",
        "Last seen": "2026-11-24",
        "Weeks with it": "4 of 5 weeks",
    }
    assert told.others == [("recovered", "7")]


def test_completing_is_compared_with_and_without():
    told = patterns.tell({"completed": 27, "with": 27, "others_completed": 0, "others": 5})

    assert dict(told.facts) == {"Completed with it": "27 of 27 (100 %)", "Completed without it": "0 of 5 (0 %)"}


values = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**9), st.floats(0, 10), st.text(max_size=9))


@given(st.dictionaries(st.sampled_from([*patterns.SAID.split(), "own"]), values))
def test_whatever_an_engine_stored_can_be_told(pattern):
    told = patterns.tell(pattern)

    assert all(label and text for label, text in told.facts)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_share_is_never_told_as_nought_unless_it_is(part, whole):
    said = patterns.share(part, whole)

    assert (said == "") == (whole == 0)
    assert (said == "0 %") == (part == 0 and whole > 0)


def panel(client, people, change, name):
    return client.get(reverse("reviews:panel", args=[people.slug, change.public_id, name])).content.decode()


def test_the_panel_tells_the_pattern_and_what_speaks_against_it(client, team):
    session = agent_recipes.session(agent_recipes.agent(team.row))
    quotes = [scenes.quote(session, 0, "Hello", stance="against"), scenes.quote(session, 1, "How", stance="against")]
    space = scenes.namespace(team.row)
    draft = scenes.add(space, "/a.md", "- one\n", pattern=PATTERN, quotes=tuple(quotes))
    change = scenes.changes(scenes.propose(team.row, draft))[0]
    client.force_login(team.member)

    page = panel(client, team, change, "pattern")

    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "<dt>Seen in</dt><dd>9 of 39 sessions that could have shown it (23.1 %)</dd>" in page
    assert "<dt>Speaks against it</dt><dd>1 session</dd>" in page


def test_a_change_without_a_pattern_says_so(client, team):
    space = scenes.namespace(team.row)
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, "/a.md", "- one\n")))[0]
    client.force_login(team.member)

    assert "No pattern over sessions" in panel(client, team, change, "pattern")


def test_a_dreams_change_names_its_run_who_set_it_off_and_what_is_quoted(client, team):
    agent = agent_recipes.agent(team.row, name="Desk agent")
    settings.set_(agent=agent, values={"model": "claude-x"}, by=team.lead, at=scenes.AT)
    run = runs.queue(agent=agent, origin="person", by=team.lead, at=scenes.AT, wake=False)
    session = agent_recipes.session(agent, model="opus-x")
    space = scenes.namespace(team.row)
    draft = scenes.add(space, "/a.md", "- one\n", quotes=(scenes.quote(session, 0, "Hello"),))
    proposal = proposals.open_(
        team=team.row,
        agent=agent,
        title="Dreamed",
        origin=Origin("dream", run.public_id, trail.SYSTEM),
        drafts=[draft],
        at=scenes.AT,
    )
    client.force_login(team.member)

    page = panel(client, team, scenes.changes(proposal)[0], "origin")

    assert reverse("dreaming:run_of", args=[team.slug, run.public_id]) in page
    assert "<dt>Set off by</dt><dd>Lead</dd>" in page
    assert "<dt>Engine</dt><dd>local, claude-x</dd>" in page
    assert "Desk agent" in page
    assert "opus-x</span> (1)" in page


@pytest.mark.parametrize("count", [1, 5])
def test_where_it_comes_from_takes_the_same_queries_for_any_number_of_quotes(
    client, team, count, django_assert_num_queries
):
    sessions = [agent_recipes.session(agent_recipes.agent(team.row)) for _ in range(count)]
    space = scenes.namespace(team.row)
    draft = scenes.add(space, "/a.md", "- one\n", quotes=tuple(scenes.quote(one, 0, "Hello") for one in sessions))
    change = scenes.changes(scenes.propose(team.row, draft, by=team.reviewer))[0]
    client.force_login(team.member)

    with django_assert_num_queries(12):
        page = panel(client, team, change, "origin")

    assert "written by Reviewer" in page
