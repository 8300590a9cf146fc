import json

import pytest
from django.urls import reverse

from accounts import confirming
from audit.models import Event
from dreaming.costs import budgets, capping, prices
from dreaming.engines.spending import Tokens
from dreaming.models import Price, Spend, SpendCap
from tests.dreaming.costs.scenes import MODEL, budget, cap
from tests.dreaming.scenes import AT, agent_that_writes
from tests.recipes import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(team):
    return agent_that_writes(team.row)


def url(team, name, *args):
    return reverse(f"dreaming:{name}", args=[team.slug, *args])


def spend(own, stage="discover", model=MODEL, **tokens):
    reservation = own.reserve(stage=stage, model=model, tokens=Tokens(**tokens))
    own.settle(reservation, tokens=Tokens(**tokens))


def told(type):
    return [json.loads(event.body)["data"] for event in Event.objects.filter(type=type).order_by("seq")]


@pytest.mark.parametrize("calls", [1, 3])
def test_a_run_shows_what_it_cost_by_stage(client, team, agent, calls, django_assert_num_queries):
    own = budget(agent, max_cost_cents=100)
    for _ in range(calls):
        spend(own, input=100_000, cache_read=900_000)
        spend(own, stage="<b>verify", input=1000, output=200)
    client.force_login(team.member)

    with django_assert_num_queries(13):
        page = client.get(own.run.get_absolute_url()).content.decode()

    assert f"${0.19 * calls:.2f}" in page  # ten cents of input, nine of what was read from a cache
    assert f"${0.81 * calls:.2f}" in page  # what the cache saved
    assert "&lt;b&gt;verify" in page
    assert "left of $1.00" in page


def test_a_run_that_asked_no_model_shows_no_costs(client, team, agent):
    client.force_login(team.member)

    assert b"What it cost" not in client.get(budget(agent).run.get_absolute_url()).content


def test_a_call_without_price_is_unknown_and_not_free(client, team, agent):
    own = budget(agent)
    spend(own, model="claude-unheard-of", input=1000)
    client.force_login(team.member)

    page = client.get(own.run.get_absolute_url()).content.decode()

    assert '<td class="number">unknown</td>' in page
    assert "$0.00" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_costs_by_agent_and_month_take_the_same_queries(client, team, count, django_assert_num_queries):
    at = now()
    for _ in range(count):
        agent = agent_that_writes(team.row)
        own = budget(agent, clock=lambda: at)
        spend(own, input=1_500_000)
        cap(team.row, agent=agent, day=500)
    client.force_login(team.member)

    with django_assert_num_queries(8):
        page = client.get(url(team, "costs")).content.decode()

    assert page.count("$1.50") == count
    assert client.get(url(team, "agent", agent.slug)).content.count(b"Spent this month") == 1


def test_costs_of_another_team_are_not_shown(client, team, other_team):
    spend(budget(agent_that_writes(other_team.row), clock=now), input=1_500_000)
    client.force_login(team.admin)

    assert b"No dream has cost anything" in client.get(url(team, "costs")).content


def test_a_first_limit_holds_at_once_and_a_higher_one_waits_for_a_second_person(client, team):
    client.force_login(team.admin)

    client.post(url(team, "caps"), {"day": "5", "month": "50"})
    client.post(url(team, "caps"), {"day": "4", "month": ""})

    assert capping.of(team.row, None) == {"day_cents": 500, "month_cents": 5000}
    held = capping.waiting(team.row, None)
    assert [(one["label"], one["before"], one["after"]) for one in held.diff] == [
        ("In a day", "$5.00", "$4.00"),
        ("In a month", "$50.00", "No limit"),
    ]
    assert b"Waits for a second person" in client.get(url(team, "caps")).content
    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.lead, at=now())
    assert capping.of(team.row, None) == {"day_cents": 400, "month_cents": None}
    assert [one["after"] for one in told("dream.caps_set")] == [
        {"day_cents": 500, "month_cents": 5000},
        {"day_cents": 400, "month_cents": None},
    ]


def test_limits_that_moved_meanwhile_are_not_raised(team, agent):
    def save(month):
        return capping.save(
            team=team.row, agent=agent, values={"day_cents": None, "month_cents": month}, by=team.admin, at=now()
        )

    save(100)
    _, held = save(200)
    save(50)

    with pytest.raises(confirming.NoLongerHolds):
        capping._check(held)


def test_a_machine_or_person_alone_raises_no_limit(team, agent):
    values = {"day_cents": 1, "month_cents": 1}
    capping.set_(team=team.row, agent=agent, values=values, by=team.admin, at=AT)

    with pytest.raises(capping.NeedsConfirmation):
        capping.set_(team=team.row, agent=agent, values=values | {"day_cents": 2}, by=team.admin, at=AT)
    assert SpendCap.objects.of(team.row).get().day_cents == 1


def test_a_price_is_added_and_none_is_overwritten(client, team, agent):
    client.force_login(team.admin)
    form = {
        "model": "claude-unheard-*",
        "valid_from": "2026-03-01",
        "above_tokens": "0",
        "input": "1.5",
        "output": "3",
        "cache_write_5m": "2",
        "cache_write_1h": "3",
        "cache_read": "0.1",
        "batch_percent": "50",
        "region_percent": "110",
    }

    first = client.post(url(team, "prices"), form)
    client.post(url(team, "prices"), form | {"input": "2"})
    wrong = client.post(url(team, "prices"), form | {"model": "a b", "input": "-1"})

    assert (first.status_code, wrong.status_code) == (302, 422)
    assert list(Price.objects.of(team.row).order_by("pk").values_list("input", flat=True)) == [1_500_000, 2_000_000]
    own = budget(agent, max_cost_cents=100)
    spend(own, model="claude-unheard-of", input=1000)
    assert Spend.objects.of(team.row).get().high == 2000
    assert b"claude-unheard-*" in client.get(url(team, "prices")).content
    assert told("dream.price_set")[0]["after"]["is_beginning"] is True
    assert len(prices.rates_of(team.row)) == len(prices.brought()["prices"]) + 2
    assert budgets.of(agent=agent, settings=own.settings, run=own.run, clock=now).usage()["micro_dollars"] == 2000
