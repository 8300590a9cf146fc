"""From real transcripts to a proposal, and no second one; skipped where the data is not there."""

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from agents.models import SessionEvent
from dreaming.models import SessionRead
from reviews.enums import Verdict
from reviews.models import Change, Evidence
from tests.dreaming import scenes
from tests.reviews import scenes as desk

FOLDER = Path(os.environ.get("LUCID_DATA") or "../shared/data") / "dev" / "tau_bench_airline"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not list(FOLDER.glob("*.json")), reason="no tau_bench_airline under LUCID_DATA"),
]


@pytest.fixture
def agent(team):
    agent = scenes.agent_that_writes(team.row, slug="airline")
    call_command("import_sessions", str(FOLDER), agent="airline", stdout=StringIO())
    return agent


def dream(*options):
    out = StringIO()
    call_command("dream", "airline", "--json", *options, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_dream_over_real_sessions_completes(agent, team):
    rehearsed = dream("--dry-run")
    assert not Change.objects.of(team.row).exists()
    found = dream()

    assert (rehearsed["run"], rehearsed["proposal"], rehearsed["state"]) == (None, None, "completed")
    assert rehearsed["patterns"] == found["patterns"]
    assert found["state"] == "completed"
    assert found["run"].startswith("run_")
    assert found["proposal"].startswith("prp_")
    wide = [one for one in found["patterns"] if len(set(one["sessions"])) >= 2]
    assert len(wide) >= 10
    assert len({one["kind"] for one in wide}) >= 2
    assert found["changes"]
    assert all(change["evidence"] and change["rationale"] and change["targets"] for change in found["changes"])
    for row in Evidence.objects.of(team.row).filter(change__proposal__public_id=found["proposal"]):
        event = SessionEvent.objects.of(team.row).get(session=row.session_id, position=row.position)
        assert event.text[row.start : row.end] == row.quote
        assert (row.status, row.event_sha256) == ("verified", event.sha256)


def leave_open(changes, team):
    pass


def reject(changes, team):
    for change in changes:
        desk.vote(change, team.lead, Verdict.REJECT, reason="no", reason_code="other")


def approve_and_apply(changes, team):
    for change in changes:
        desk.vote(change, team.lead)
    desk.apply(changes[0].namespace)


@pytest.mark.parametrize("settle", [leave_open, reject, approve_and_apply])
def test_second_dream_over_real_sessions_proposes_nothing(agent, team, settle):
    dream()
    settle(list(Change.objects.of(team.row)), team)

    again = dream()
    SessionRead.objects.of(team.row).all().delete()
    reset = dream()

    assert [(one["state"], one["changes"], one["proposal"]) for one in (again, reset)] == [("no_change", [], None)] * 2
