"""From anything to all that happened to it, and on to what belongs to it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import members, preferences
from accounts.enums import Role
from accounts.models import Membership, User
from audit.models import Event
from compliance.following import related, stretches
from tests import agent_recipes
from tests.compliance.test_trail import numbers, shown
from tests.recipes import AT
from tests.reviews import scenes

HOUR = timedelta(hours=1)


def url(id):
    return reverse("compliance:follow", args=["north", id])


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


@pytest.fixture
def scene(team):
    agent, space = agent_recipes.agent(team.row), agent_recipes.namespace(team.row)
    agent_recipes.access(agent, space)
    row = scenes.memory(space, "/refunds.md", "- Within 14 days.\n")
    session = agent_recipes.session(agent, ("We pay back within 30 days.", "Noted."))
    quotes = (scenes.quote(session, 0, "within 30 days", start=12),)
    draft = scenes.edit(row, "- Within 30 days.\n", title="Longer", quotes=quotes)
    change = scenes.changes(scenes.propose(team.row, draft, agent=agent))[0]
    scenes.approve_and_apply(change, team.lead)
    return agent, space, row, change


def test_events_of_a_change_are_told_in_both_orders(auditor, team, scene):
    change = scene[3]

    newest = numbers(shown(auditor.get(url(change.public_id))))
    oldest = numbers(shown(auditor.get(url(change.public_id), {"order": "oldest"})))
    votes = auditor.get(url(change.public_id), {"type": "change.voted", "actor": team.lead.public_id})

    assert newest == oldest[::-1]
    assert len(numbers(shown(votes))) == 1
    assert [roles for _row, roles in votes.context["rows"]] == ["Lead"]


def test_what_belongs_to_a_thing_is_one_click_away(auditor, team, scene):
    agent, space, row, change = scene

    groups = {id: dict(related.of(team.row, id)) for id in (change.public_id, row.public_id, agent.public_id)}

    assert groups[change.public_id]["Memories"] == [row.public_id]
    assert groups[change.public_id]["Proposal"] == [change.proposal.public_id]
    assert groups[change.public_id]["Voted on by"] == [team.lead.public_id]
    assert len(groups[change.public_id]["Quotes from"]) == 1
    assert groups[row.public_id]["Written by"] == [change.public_id]
    assert groups[agent.public_id]["Reads or writes"] == [space.public_id]
    for id in (change.public_id, row.public_id, agent.public_id, change.proposal.public_id, team.lead.public_id):
        page = shown(auditor.get(url(id)))
        for followed in re.findall(r'href="(/t/north/audit/follow/\w+/)"', page):
            assert auditor.get(followed).status_code == 200, followed


def test_all_that_names_a_thing_is_found_on_demand(auditor, team, scene):
    space = scene[1]

    own = numbers(shown(auditor.get(url(space.public_id))))
    named = auditor.get(url(space.public_id), {"reach": "named"})

    assert set(own) < set(numbers(shown(named)))
    assert "access.set" in {row.event.type for row, _ in named.context["rows"]}


@pytest.mark.parametrize("order", ("newest", "oldest"))
def test_what_names_a_thing_is_looked_for_a_stretch_at_a_time(auditor, team, happen, monkeypatch, order):
    space, other = (agent_recipes.namespace(team.row) for _ in range(2))
    agent = agent_recipes.agent(team.row)
    for number in range(3):
        agent_recipes.access(agent, space)  # names the namespace
        happen(*["team.changed"] * (4 + number), target=other)
    wanted = {"reach": "named", "order": order}
    whole = numbers(shown(auditor.get(url(space.public_id), wanted)))
    monkeypatch.setattr(stretches, "MOST", 3)

    found, address, pages = [], f"{url(space.public_id)}?reach=named&order={order}", 0
    while address:
        page = auditor.get(address)
        found += numbers(shown(page))
        assert page.context["is_whole"] == (not page.context["page"].next_url)
        address, pages = page.context["page"].next_url, pages + 1

    assert (found, len(whole) >= 2) == (whole, True)
    assert pages == -(-Event.objects.of_log(team.row.trail_log).count() // 3)


def test_a_person_has_the_roles_and_names_of_each_time(auditor, team, happen):
    row = Membership.objects.of(team.row).get(user=team.reviewer)
    happen("proposal.released", by=team.reviewer, at=AT + HOUR)
    members.set_roles(membership=row, roles=[Role.LEAD], by=team.admin, at=AT + 2 * HOUR)
    preferences.set_own(user=team.reviewer, values={"name": "Rosa"}, at=AT + 2 * HOUR)
    happen("proposal.released", by=team.reviewer, at=AT + 3 * HOUR)

    page = auditor.get(url(team.reviewer.public_id))

    told = [(row.event.type, roles) for row, roles in page.context["rows"]]
    assert told == [("proposal.released", "Lead"), ("member.roles_set", "Admin"), ("proposal.released", "Reviewer")]
    first = Event.objects.get(type="member.roles_set")
    assert [(labels, event) for labels, _, event in page.context["stretches"]] == [
        (["Lead"], first.public_id),
        (["Reviewer"], None),
    ]
    assert reverse("compliance:event", args=["north", first.public_id]) in page.content.decode()


def test_each_name_stands_with_the_event_that_carries_it(auditor, team):
    _invitation, secret = members.invite(
        team=team.row, email="z@north.example", roles=["reviewer"], by=team.admin, at=AT
    )
    person = members.accept(secret=secret, name="Zelda", password="a long passphrase 1", at=AT).user
    preferences.set_own(user=person, values={"name": "Rosa"}, at=AT + HOUR)
    User.objects.filter(pk=person.pk).update(name="Renamed Elsewhere")
    joined = Event.objects.get(type="member.joined", actor_id=person.public_id)
    renamed = Event.objects.get(type="auth.preferences_set")

    page = auditor.get(url(person.public_id))

    assert [(one.name, one.event) for one, _ours in page.context["called"]] == [("Zelda", joined), ("Rosa", renamed)]
    text = shown(page)
    assert f'href="{reverse("compliance:event", args=["north", joined.public_id])}"' in text
    assert f"(event {renamed.seq} of the installation)" in text
    assert "Renamed Elsewhere (no event carries it)" in text


def test_names_over_time_are_for_those_who_see_private_values(client, team):
    preferences.set_own(user=team.reviewer, values={"name": "Rosa"}, at=AT)
    client.force_login(team.lead)

    assert client.get(url(team.reviewer.public_id)).context["called"] == []


def test_a_stranger_cannot_be_followed(auditor, team, other_team):
    assert auditor.get(url(other_team.lead.public_id)).status_code == 404
    assert auditor.get(url("usr_" + "0" * 32)).status_code == 404


def test_an_id_leads_to_its_page_or_says_that_there_is_none(auditor, team, scene):
    find = reverse("compliance:follow_find", args=["north"])

    assert auditor.get(find).status_code == 200
    assert auditor.get(find, {"id": f" {scene[3].public_id} "}).url == url(scene[3].public_id)
    unknown = auditor.get(find, {"id": "chg_<b>"})
    assert unknown.status_code == 404
    assert "chg_&lt;b&gt;" in unknown.content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_page_takes_the_same_queries_for_any_length(auditor, team, happen, count, django_assert_max_num_queries):
    agent = agent_recipes.agent(team.row)
    for _ in range(count):
        agent_recipes.access(agent, agent_recipes.namespace(team.row))
    happen("agent.changed", target=agent, by=team.lead)

    with django_assert_max_num_queries(21):
        page = auditor.get(url(agent.public_id))

    assert len(page.context["rows"]) == count + 2


def test_pages_of_things_lead_here_for_those_who_read_the_trail(client, team, scene):
    _, space, row, change = scene
    pages = [row.get_absolute_url(), reverse("agents:namespace", args=["north", space.slug])]
    pages += [change.proposal.get_absolute_url(), reverse("reviews:change", args=["north", change.public_id])]

    client.force_login(team.lead)
    assert all("/audit/follow/" in shown(client.get(page)) for page in pages)
    client.force_login(team.member)
    assert not any("/audit/follow/" in shown(client.get(page)) for page in pages)
