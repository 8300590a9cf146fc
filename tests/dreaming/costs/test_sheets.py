"""What was spent as CSV: one line a day, run, stage and model, that no spreadsheet takes for a formula."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from dreaming.costs import sheets
from dreaming.engines.spending import Tokens
from dreaming.models import Spend
from tests.dreaming.costs.scenes import MODEL, Clock, budget
from tests.dreaming.scenes import AT, agent_that_writes

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def agent(team):
    return agent_that_writes(team.row)


def spend(own, stage="discover", model=MODEL, is_batch=False, **tokens):
    reservation = own.reserve(stage=stage, model=model, tokens=Tokens(**tokens), is_batch=is_batch)
    own.settle(reservation, tokens=Tokens(**tokens))


def url(team):
    return reverse("dreaming:costs_sheet", args=[team.slug])


def taken(client, team, **days):
    answer = client.post(url(team), days)
    return list(csv.DictReader(answer.getvalue().decode().splitlines())) if answer.streaming else answer


def test_a_line_says_what_the_calls_of_one_stage_took(client, team, agent):
    own = budget(agent)
    for _ in range(2):
        spend(own, input=100_000, output=10, cache_read=900_000, cache_write_5m=4, cache_write_1h=8)
    client.force_login(team.member)

    (row,) = taken(client, team)

    assert row == {
        "day": AT.date().isoformat(),
        "agent": agent.slug,
        "agent_name": agent.name,
        "run": str(own.run.number),
        "stage": "discover",
        "model": MODEL,
        "batch": "no",
        "calls": "2",
        "calls_under_way": "0",
        "calls_without_price": "0",
        "tokens_in": "200000",
        "tokens_out": "20",
        "tokens_cache_read": "1800000",
        "tokens_cache_write_5m": "8",
        "tokens_cache_write_1h": "16",
        "usd_at_least": "0.380142",
        "usd_at_most": "0.380142",
        "usd_saved_by_caches_and_batches": "1.619982",
    }


def test_stages_models_batches_days_and_runs_stand_apart(client, team, agent):
    clock = Clock()
    own = budget(agent, clock=clock)
    spend(own, input=1_000)
    spend(own, stage="verify", input=1_000)
    spend(own, model="claude-unheard-of", input=1_000)
    spend(own, input=1_000, is_batch=True)
    own.reserve(stage="judge", model=MODEL, tokens=Tokens(output=1_000))
    own.release(own.reserve(stage="word", model=MODEL, tokens=Tokens(output=1_000)))
    clock.move(days=1)
    spend(own, input=1_000)
    spend(budget(agent, clock=clock, with_run=False), stage="answer", input=1_000)
    client.force_login(team.member)

    rows = taken(client, team)

    day, next_day = AT.date().isoformat(), (AT + DAY).date().isoformat()
    assert [(row["day"], row["run"] != "", row["stage"], row["batch"], row["usd_at_most"]) for row in rows] == [
        (day, True, "discover", "no", "0.001000"),
        (day, True, "verify", "no", "0.001000"),
        (day, True, "discover", "no", ""),
        (day, True, "discover", "yes", "0.000500"),
        (day, True, "judge", "no", "0.005000"),
        (next_day, True, "discover", "no", "0.001000"),
        (next_day, False, "answer", "no", "0.001000"),
    ]
    assert [row["calls_under_way"] for row in rows if row["stage"] == "judge"] == ["1"]
    assert [row["usd_saved_by_caches_and_batches"] for row in rows if row["batch"] == "yes"] == ["0.000500"]
    assert [row["calls_without_price"] for row in rows if not row["usd_at_most"]] == ["1"]


def test_its_sums_are_those_of_the_page(client, team, agent):
    clock = Clock()
    for _ in range(40):
        spend(budget(agent, clock=clock), input=12_345, output=67)
        clock.move(days=9)
    client.force_login(team.member)

    rows = taken(client, team)

    assert len(rows) == 40
    micro = sum(round(float(row["usd_at_most"]) * 1_000_000) for row in rows)
    assert micro == sum(Spend.objects.of(team.row).values_list("high", flat=True))
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)


def test_days_are_those_of_the_team(client, team, agent):
    team.row.time_zone = "Pacific/Auckland"
    team.row.save()
    agent.team.refresh_from_db()
    spend(budget(agent, clock=Clock(datetime(2026, 3, 1, 20, tzinfo=UTC))), input=1_000)
    client.force_login(team.member)

    assert [row["day"] for row in taken(client, team, since="2026-03-02", until="2026-03-02")] == ["2026-03-02"]
    assert taken(client, team, until="2026-03-01") == []
    assert taken(client, team, since="2026-03-03") == []


def test_no_cell_is_taken_for_a_formula(client, team, agent):
    agent.name = '=HYPERLINK("http://evil.example","x")'
    agent.save()
    spend(budget(agent), stage="@SUM(A1)", input=1_000)
    client.force_login(team.member)

    (row,) = taken(client, team)

    assert row["agent_name"] == f"'{agent.name}"
    assert row["stage"] == "'@SUM(A1)"


def test_taking_it_is_an_event_and_no_export_of_the_trail(client, team, agent):
    spend(budget(agent), input=1_000)
    client.force_login(team.member)

    taken(client, team, since="2026-03-01")

    event = Event.objects.of_log(team.row.trail_log).get(type="export.made")
    told = json.loads(event.body)
    assert told["data"] == {"what": "costs", "format": "csv", "rows": 1, "door": "page", "since": "2026-03-01"}
    assert (told["actor"]["id"], event.target_type) == (team.member.public_id, "team")


def test_where_nothing_was_spent_it_is_a_header(client, team):
    client.force_login(team.member)

    answer = client.post(url(team))

    assert answer.getvalue().decode().strip().split(",") == [f'"{name}"' for name in sheets.COLUMNS]
    assert "no-store" in answer.headers["Cache-Control"]
    assert f"{team.slug}-costs-" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "days", [{"since": "2026-03-02", "until": "2026-03-01"}, {"since": "soon"}, {"until": "9999-12-31"}]
)
def test_days_that_cannot_be_are_refused(client, team, days):
    client.force_login(team.member)

    answer = client.post(url(team), days)

    assert (answer.status_code, answer.streaming) == (422, False)
    assert not Event.objects.filter(type="export.made").exists()


def test_another_team_gets_nothing_of_it(client, team, other_team, agent):
    spend(budget(agent_that_writes(other_team.row)), input=1_000)
    client.force_login(team.admin)

    assert taken(client, team) == []
    assert client.post(url(other_team)).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_the_same_queries_for_any_length(client, team, agent, count):
    for number in range(count):
        spend(budget(agent), stage=f"stage {number}", input=1_000)
    client.force_login(team.member)

    with CaptureQueriesContext(connection) as queries:
        rows = taken(client, team)

    assert len(rows) == count
    assert len([one for one in queries if "dreaming_spend" in one["sql"]]) == 3  # its ends, its length, its lines


def test_what_is_spent_while_it_is_read_is_left_out(team, agent):
    own = budget(agent)
    spend(own, input=1_000)
    sheet = sheets.start(team=team.row, since=None, until=None, by=team.member, at=AT)
    spend(own, stage="verify", input=1_000)

    lines = b"".join(sheet.lines).decode().splitlines()

    assert (sheet.rows, len(lines)) == (1, 2)
