"""What a check finds out about a key, over HTTP, without leaving anything behind."""

import time

import pytest

from agents.connections import checking
from agents.models import Connection
from tests import agent_recipes
from tests.recipes import AT

ALL = {"listing", "messages", "stores", "sessions", "dreams", "batches"}


def check(team, row):
    return checking.check(connection=row, by=team.admin, at=AT)


def test_a_key_that_may_all(team, platform, workspace):
    row = check(team, workspace)

    assert {name for name, said in row.able.items() if said == "yes"} == ALL
    assert row.able["untried"] == {"stores_write": "Nothing is written for a check: the first push shows it."}
    assert {"id": "claude-opus-5-5", "name": "Claude Opus 5.5", "lifecycle": "active"} in row.able["models"]
    assert set(row.able["requests"]) == ALL
    assert (row.problem, row.checked_at) == ("", AT)
    assert {one["method"] for one in platform.asked("*") if "count_tokens" not in one["path"]} == {"GET"}


def test_a_key_that_was_revoked(team, platform, workspace):
    platform.revoke(platform.key)

    row = check(team, workspace)

    assert row.problem == "The platform refuses the key: it may have been revoked."
    assert {row.able[name] for name in ALL} == {row.problem}
    assert len(platform.asked("*")) == 1


def test_a_key_that_is_revoked_in_the_middle(team, platform, workspace):
    platform.fault("POST /v1/messages/count_tokens", "revoke")

    row = check(team, workspace)

    assert row.able["messages"] == row.problem == "The platform refuses the key: it may have been revoked."


def test_a_workspace_without_dreams_says_that_the_rest_works(team, platform, workspace):
    platform.fault("GET /v1/dreams", 403, message="not enrolled")

    row = check(team, workspace)

    assert row.able["dreams"] == (
        "This workspace has no access to Dreams; the other engines still work. (not enrolled)"
    )
    assert (row.able["messages"], row.problem) == ("yes", "")


def test_what_the_key_may_not_is_told_in_words(team, platform):
    key = platform.add_key({"read", "batches"})
    row = check(team, agent_recipes.connection(team.row, base_url=platform.url, key=key))

    assert row.able["messages"].startswith("The key may not do this in its workspace. (the key may not do this")
    assert row.able["stores"] == "yes"


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "The platform asks to wait"), (529, "status 529"), (500, "status 500"), ("drop", "cannot be reached")],
)
def test_what_says_nothing_about_the_key_is_left_untried(team, platform, workspace, status, words):
    platform.fault("GET /v1/memory_stores", status)

    row = check(team, workspace)

    assert words in row.able["untried"]["stores"]
    assert "stores" not in row.able
    assert (row.able["messages"], row.problem) == ("yes", "")


def test_nobody_there(team):
    row = check(team, agent_recipes.connection(team.row))

    assert row.problem == "The platform cannot be reached."
    assert set(row.able["untried"]) >= ALL


def test_a_slow_platform_is_not_waited_for(team, platform, workspace, monkeypatch):
    monkeypatch.setattr(checking, "SECONDS", 2)
    platform.fault("GET /v1/sessions", "slow", seconds=8)
    began = time.monotonic()

    row = check(team, workspace)

    assert time.monotonic() - began < 7
    assert row.able["untried"]["sessions"] == "It did not answer in time."
    assert row.able["messages"] == "yes"


@pytest.mark.parametrize(
    ("provider", "values"),
    [("foundry", {}), ("vertex", {"account": "proj", "region": "europe-west1"})],
)
def test_a_cloud_has_messages_and_nothing_else(team, platform, provider, values):
    given = {"base_url": f"{platform.url}/{provider}", "key": platform.key, "provider": provider, **values}
    row = check(team, agent_recipes.connection(team.row, **given))

    assert (row.able["messages"], row.problem) == ("yes", "")
    assert row.able["dreams"] == row.able["stores"] == "The Claude platform alone has this."


def test_a_cloud_that_refuses_the_key(team, platform):
    given = {"base_url": f"{platform.url}/foundry", "key": "sk-wrong", "provider": "foundry"}
    row = check(team, agent_recipes.connection(team.row, **given))

    assert row.problem == "The platform refuses the key: it may have been revoked."


def test_bedrock_answers_nothing_for_free(team):
    row = check(team, agent_recipes.connection(team.row, provider="bedrock", region="eu-west-1"))

    assert "first dream" in row.able["untried"]["messages"]
    assert row.problem == ""


def test_a_key_that_is_lost(team):
    row = agent_recipes.connection(team.row)
    Connection.objects.of(team.row).update(key="0" * 32)

    row = check(team, Connection.objects.of(team.row).select_related("team").get())

    assert row.problem == "The key of the connection cannot be read any more."
