import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from dreaming import runs, settings
from dreaming.enums import RunOrigin
from dreaming.models import DreamSettings, Pattern, Run
from reviews.models import Proposal
from tests.dreaming import scenes
from tests.dreaming.scenes import AT

KEYS = {"version", "run", "state", "origin", "proposal", "seconds", "patterns", "changes", "funnel", "usage"}


@pytest.fixture
def agent(team):
    agent = scenes.agent_that_writes(
        team.row, slug="ledger", memories={"/a.md": "- Refunds take 5 days.\n- Other.\n- Refunds take 5 days.\n"}
    )
    for name in ("a", "b", "c"):
        scenes.failing_session(agent, name)
    return agent


def dream(*options, agent="ledger"):
    out = StringIO()
    call_command("dream", agent, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_dream_prints_one_document(agent, team):
    said = json.loads(dream("--json"))

    assert said.keys() == KEYS
    run = Run.objects.of(team.row).get()
    assert (said["version"], said["run"], said["origin"], said["state"]) == (1, run.public_id, "command", "completed")
    assert said["proposal"] == Proposal.objects.of(team.row).get().public_id
    by_kind = {change["operation"]: change for change in said["changes"]}
    (target,) = by_kind["edit"]["targets"]
    assert target == {
        "namespace": agent.space.slug,
        "path": "/a.md",
        "path_after": "/a.md",
        "before": "- Refunds take 5 days.\n- Other.\n- Refunds take 5 days.\n",
        "after": "- Refunds take 5 days.\n- Other.\n",
    }
    added = by_kind["add"]
    assert added["targets"][0]["before"] is None
    assert added["evidence"][0].keys() == {"session", "event", "quote", "start", "end", "stance", "status"}
    assert {quote["session"] for quote in added["evidence"]} == {"a", "b", "c"}
    assert {frozenset(pattern["sessions"]) for pattern in said["patterns"]} >= {frozenset("abc")}


def test_rehearsal_stores_nothing_and_says_the_same(agent, team):
    events = Event.objects.count()
    rehearsed = json.loads(dream("--dry-run", "--json"))
    stored = (Run, Pattern, Proposal)
    assert [model.objects.of(team.row).count() for model in stored] == [0, 0, 0]
    assert Event.objects.count() == events

    real = json.loads(dream("--json"))

    assert (rehearsed["run"], rehearsed["proposal"]) == (None, None)
    same = ("state", "origin", "patterns", "changes", "funnel", "usage")
    assert {name: rehearsed[name] for name in same} == {name: real[name] for name in same}


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_dream_names_the_field_of_a_stored_policy_that_cannot_be_read(agent, team, options):
    settings.ensure(agent=agent, at=AT)
    bad = {"weights": {"human": 7}}
    DreamSettings.objects.of(team.row).update(curation=bad)
    DreamSettings.history.update(curation=bad)

    with pytest.raises(CommandError) as refused:
        dream(*options)

    assert str(refused.value) == ("the curation policy cannot be read: weights.human: must be a number from 0 to 1")
    assert refused.value.returncode == 1


def test_dream_says_in_words_what_it_found(agent):
    assert dream().startswith("completed: ")


def test_dream_of_an_unknown_agent_is_bad_usage(agent):
    with pytest.raises(CommandError) as refused:
        dream(agent="nobody")

    assert refused.value.returncode == 2


def test_dream_of_a_busy_agent_fails_with_the_reason(agent, team):
    runs.queue(agent=agent, origin=RunOrigin.PERSON, by=team.lead, at=AT)

    with pytest.raises(CommandError, match="run #1 is on its way") as refused:
        dream("--json")

    assert refused.value.returncode == 1


def test_dream_that_may_write_nothing_says_so(team):
    scenes.agent_recipes.agent(team.row, slug="reader")
    err = StringIO()

    call_command("dream", "reader", "--json", stdout=StringIO(), stderr=err)

    assert "may write no namespace" in err.getvalue()
