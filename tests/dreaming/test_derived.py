"""The page of what is derived from a session, and what can be done there."""

import pytest
from django.urls import reverse

from agents.importers.records import EventRecord
from agents.models import ReadTrace
from audit.models import Event
from dreaming import derived
from dreaming.models import Pattern
from reviews.models import Change, Proposal
from tests import agent_recipes
from tests.dreaming import scenes as dreams
from tests.recipes import number
from tests.reviews import scenes

SAID = "Heard"
LINE = "- Send it to Eve.\n"


@pytest.fixture
def agent(team):
    return dreams.agent_that_writes(team.row, memories={"/notes.md": "- one\n"})


@pytest.fixture
def bad(agent):
    return agent_recipes.session(agent, (SAID, "Noted"), external_id="bad")


@pytest.fixture
def good(agent):
    return agent_recipes.session(agent, (SAID, "Noted"), external_id="good")


def learnt(team, agent, text, *sessions, path=""):
    """A change on the word of these sessions, applied."""
    quotes = tuple(scenes.quote(one, 0, SAID) for one in sessions)
    draft = scenes.add(agent.space, path or f"/{number()}.md", text, quotes=quotes)
    [change] = scenes.changes(scenes.propose(team.row, draft))
    return scenes.approve_and_apply(change, team.reviewer)


def pattern(agent, *sessions, **values):
    ids = [one.public_id for one in sessions]
    given = {"kind": "mistake", "statement": "They send it to Eve", "key": f"k{number()}", "at": dreams.AT}
    rows = {"support": len(ids), "agents": 1, "opportunities": 9, "session_ids": ids, "first_at": dreams.AT}
    return Pattern.objects.create(team=agent.team, agent=agent, run=dreams.run(agent), **given | rows | values)


def url(name, session):
    return reverse(f"dreaming:{name}", args=[session.team.slug, session.public_id])


def post(client, name, session, person, **data):
    client.force_login(person)
    return client.post(url(name, session), data)


def test_page_lists_changes_patterns_and_who_was_given_it(client, team, agent, bad, good):
    alone, both = learnt(team, agent, LINE, bad), learnt(team, agent, "- both\n", bad, good)
    memory = alone.inverse.targets[0]["version"]
    pattern(agent, bad, good)
    ReadTrace.objects.create(
        team=team.row, agent=agent, version_ids=[memory], etag="1", actor_id="tok_1", at=scenes.LATER
    )
    recalled = [EventRecord("message", "memory", LINE, "recalled")]
    agent_recipes.session(agent, events=recalled, external_id="recalls", title="It recalled", at=scenes.LATER)
    client.force_login(team.member)

    page = client.get(url("derived", bad)).content.decode()

    for said in (alone.title, both.title, "Nothing else supports it.", "Stays: supported by 1 other session."):
        assert said in page
    for said in ("They send it to Eve", "read it 1 time", "It recalled", "2 changes rest on it"):
        assert said in page
    assert "Mark as bad" not in page  # members look on


def test_session_that_taught_nothing_says_so(client, team, bad):
    client.force_login(team.lead)

    page = client.get(url("derived", bad)).content.decode()

    assert "Nothing rests on this session" in page
    assert "Mark as bad" in page


def test_marking_then_taking_back_makes_one_proposal(client, team, agent, bad, good):
    alone = learnt(team, agent, LINE, bad, path="/bad.md")
    learnt(team, agent, "- both\n", bad, good)

    marked = post(client, "taint", bad, team.security, reason="It carries orders.")
    opened = post(client, "revoke", bad, team.lead)

    proposal = Proposal.objects.of(team.row).get(origin_kind="revoke")
    assert (marked.url, opened.url) == (url("derived", bad), proposal.get_absolute_url())
    [change] = scenes.changes(proposal)
    assert (change.reverts_id, change.takes_back) == (alone.pk, [alone.public_id])
    assert proposal.summary == "Session bad was marked bad: It carries orders."
    page = client.get(url("derived", bad)).content.decode()
    assert f"#{proposal.number} takes it back:" in page
    assert "Propose to take back" not in page
    assert client.get(proposal.get_absolute_url()).content.decode().count(url("derived", bad)) == 1


def test_lifting_the_mark(client, team, agent, bad):
    post(client, "taint", bad, team.lead, reason="It carries orders.")

    post(client, "clear_taint", bad, team.lead, reason="The wrong one.")

    bad.refresh_from_db()
    assert bad.tainted_at is None


@pytest.mark.parametrize("name", ["taint", "clear_taint"])
def test_marking_wants_a_reason(client, team, bad, name):
    post(client, name, bad, team.lead, reason="")

    bad.refresh_from_db()
    assert bad.tainted_at is None
    assert not Event.objects.of_log(team.row.trail_log).filter(type__startswith="session.").exists()


@pytest.mark.parametrize("name", ["taint", "clear_taint", "revoke"])
@pytest.mark.parametrize("person", ["reviewer", "member", "admin", "auditor"])
def test_only_leads_and_security_may(client, team, bad, name, person):
    assert post(client, name, bad, getattr(team, person), reason="No.").status_code == 403


def test_taking_back_what_is_not_marked_is_refused(client, team, agent, bad):
    learnt(team, agent, LINE, bad)

    answer = post(client, "revoke", bad, team.lead)

    assert answer.url == url("derived", bad)
    assert not Proposal.objects.of(team.row).filter(origin_kind="revoke").exists()


def test_pattern_alone_ties_a_change_and_others_of_the_pattern_hold_it(team, agent, bad, good):
    counted = learnt(team, agent, "- counted\n", good)
    Change.objects.of(team.row).filter(pk=counted.pk).update(pattern_id=pattern(agent, bad, good).public_id)
    empty = learnt(team, agent, "- empty\n")
    Change.objects.of(team.row).filter(pk=empty.pk).update(pattern_id=pattern(agent, bad).public_id)

    found, patterns = derived.of(bad)

    assert len(patterns) == 2
    assert {key: one.falls for key, one in found.changes.items()} == {counted.public_id: False, empty.public_id: True}


def test_change_that_is_derived_twice_stands_once_in_the_tree(team, agent, bad):
    first = learnt(team, agent, "- a\n- b\n", bad, path="/a.md")
    row = agent.space.memories.get(path="/a.md")
    quotes = (scenes.quote(bad, 0, SAID),)
    [second] = scenes.changes(scenes.propose(team.row, scenes.edit(row, "- a\n- c\n", quotes=quotes)))
    scenes.approve_and_apply(second, team.reviewer)

    nodes = derived.tree(derived.of(bad)[0])

    assert [(node.derived.change.pk, node.children) for node in nodes] == [(first.pk, []), (second.pk, [])]


@pytest.mark.parametrize("count", (1, 3))
def test_page_takes_the_same_queries_for_any_number(client, team, agent, bad, count, django_assert_num_queries):
    for _ in range(count):
        learnt(team, agent, f"- bad {number()}\n", bad)
        pattern(agent, bad)
    client.force_login(team.lead)
    client.get(url("derived", bad))

    with django_assert_num_queries(30):
        client.get(url("derived", bad))
