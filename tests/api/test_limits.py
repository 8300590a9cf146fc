"""How much an agent may put forward: at once, in a minute, and waiting."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from audit.models import Event
from reviews import proposals
from reviews.models import Allowance, Proposal
from reviews.proposals import Origin
from reviews.taint import limits
from tests import agent_recipes, recipes
from tests.api.conftest import data_of, fault
from tests.recipes import AT
from tests.reviews import scenes


@pytest.fixture
def agent(team):
    return agent_recipes.agent(team.row)


@pytest.fixture
def space(agent):
    row = agent_recipes.namespace(agent.team)
    agent_recipes.access(agent, row)
    return row


@pytest.fixture
def propose(machine, agent, space):
    def proposed(path, by=agent, **values):
        change = {"operation": "add", "namespace": space.slug, "path": path, "text_after": f"- {path}\n"} | values
        return machine.post("/proposals", {"agent": by.slug, "title": "From a night", "changes": [change]})

    return proposed


def allow(team, **machines):
    given = {"per_minute": 600, "burst": 100, "open": 500} | machines
    document = {"version": 1, "mode": "reviewed", "votes": {"low": 1, "medium": 1, "high": 1, "critical": 1},
                "undo_seconds": {"single": 10, "bulk": 60}, "machines": given}  # fmt: skip
    recipes.policy(team, **document)


def limited_events(team):
    return [data_of(event) for event in Event.objects.of_log(team.trail_log).filter(type="access.limited")]


def test_agent_that_proposes_too_often_is_told_when_to_come_back(propose, agent, team):
    allow(team.row, per_minute=2, burst=2)

    answers = [propose(f"/{n}.md") for n in range(4)]

    assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
    assert fault(answers[2]) == (429, "too_many_proposals", "agent")
    assert 25 <= int(answers[2].headers["Retry-After"]) <= 30
    assert Proposal.objects.of(team.row).count() == 2
    told = {"agent": agent.public_id, "reason_code": "too_many_proposals", "most": 2}
    assert limited_events(team.row) == [told]  # once a minute, however often it knocks


def test_one_agent_does_not_use_up_what_another_may(propose, team, space):
    allow(team.row, burst=1, per_minute=1)
    other = agent_recipes.agent(team.row)
    agent_recipes.access(other, space)

    assert [propose("/1.md").status_code, propose("/2.md").status_code] == [201, 429]
    assert propose("/3.md", by=other).status_code == 201


def test_what_is_refused_for_its_content_counts_as_well(propose, team):
    allow(team.row, burst=1, per_minute=1)

    assert propose("/1.md", namespace="elsewhere").status_code == 404
    assert propose("/2.md").status_code == 429


def test_agent_with_too_many_open_proposals_waits_for_people(propose, team, agent):
    allow(team.row, open=1)
    opened = propose("/1.md")

    full = propose("/2.md")
    row = Proposal.objects.of(team.row).get(public_id=opened.json()["id"])
    proposals.withdraw(proposal=row, by=team.lead.trail_actor, reason="", at=scenes.LATER)
    again = propose("/3.md")

    assert fault(full) == (429, "too_many_open_proposals", "agent")
    assert full.headers["Retry-After"] == "600"
    assert again.status_code == 201
    told = {"agent": agent.public_id, "reason_code": "too_many_open_proposals", "most": 1}
    assert limited_events(team.row) == [told]


def test_what_people_propose_for_an_agent_takes_nothing_from_it(propose, team, agent, space):
    allow(team.row, open=1)
    scenes.propose(team.row, scenes.add(space, "/mine.md", "- mine\n"), by=team.lead, agent=agent)

    assert propose("/1.md").status_code == 201


def test_allowance_fills_up_as_time_goes_by(agent, team):
    allow(team.row, per_minute=60, burst=3)

    def taken(at):
        count = 0
        while True:
            try:
                limits.take(agent=agent, by=team.lead, at=at)
            except limits.Limited:
                return count
            count += 1

    seconds = (0, 1, 1.5, 2, 3600, 3590)  # a clock that is behind gives nothing
    assert [taken(AT + timedelta(seconds=after)) for after in seconds] == [3, 1, 0, 1, 3, 0]


def test_default_is_six_hundred_a_minute(agent, team):
    assert limits.of(team.row) == limits.Limits(per_minute=600, burst=100, open=500)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself")
@pytest.mark.parametrize("kind", ["burst", "open"])
def test_limits_hold_over_connections(kind):
    """Without the lock of the row, or of the team, all twelve came through."""
    people = recipes.people_of_a_team("north")
    space = scenes.namespace(people.row)
    row = agent_recipes.agent(people.row)
    allow(people.row, per_minute=1, **{kind: 5})
    if kind == "open":
        limits.take(agent=row, by=people.lead, at=AT)
    start, passed = Barrier(12), []

    def call(number):
        connection.ensure_connection()
        start.wait()
        try:
            if kind == "burst":
                limits.take(agent=row, by=people.lead, at=AT)
            else:
                open_one(people, row, space, number)
            passed.append(number)
        except (limits.Limited, proposals.TooManyOpen):
            pass
        finally:
            connection.close()

    threads = [Thread(target=call, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(passed) == 5
    assert Allowance.objects.of(people.row).count() == 1


def open_one(people, agent, space, number):
    actor = people.lead.trail_actor
    proposals.open_(
        team=people.row,
        agent=agent,
        title="One",
        origin=Origin("agent", actor.id, actor),
        drafts=[scenes.add(space, f"/{number}.md", f"- {number}\n")],
        at=AT,
        most_open=limits.of(people.row).open,
    )
