"""What a dream does with changes that wait: more evidence, counter-evidence, withdrawal."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from dreaming.enums import RunState
from reviews import editing
from reviews.enums import State, Verdict
from reviews.models import Change, Evidence
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, dream, finds
from tests.reviews import scenes as desk

LATER = AT + timedelta(hours=1)
WHY = "2 sessions since did what it says before `export_ledger`, and met the same error; 0 did so without an error."


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row)


@pytest.fixture
def lesson(agent, team):
    """The lesson that a first dream proposes."""
    for name in ("a", "b"):
        scenes.failing_session(agent, name)
    dream(agent)
    return Change.objects.of(team.row).get()


def fail_again(agent):
    for name in ("x", "y"):
        scenes.session_in_vain(agent, name, at=LATER)
    return dream(agent, at=LATER)


def state_of(change):
    change.refresh_from_db()
    return change.state


def events(change, type):
    rows = Event.objects.of_log(change.team.trail_log).matching(types={type})
    return [event.content()["data"] for event in rows.filter(target_id=change.public_id)]


def test_a_refuted_change_is_withdrawn_with_its_reason(client, agent, team, lesson):
    run = fail_again(agent)

    assert (state_of(lesson), lesson.state_reason) == (State.WITHDRAWN, WHY)
    assert (run.state, run.funnel["changes"], run.withdrawn_ids) == (RunState.COMPLETED, 0, [lesson.public_id])
    assert events(lesson, "change.withdrawn") == [{"run": run.public_id}]
    assert events(lesson, "change.staled") == []
    assert lesson.proposal.state == "withdrawn"
    against = Evidence.objects.of(team.row).filter(change=lesson, stance="against")
    assert sorted(against.values_list("session__external_id", flat=True)) == ["x", "y"]
    client.force_login(team.lead)
    pages = [run.get_absolute_url(), lesson.proposal.get_absolute_url()]
    assert all("2 sessions since did what it says" in client.get(url).content.decode() for url in pages)


def test_a_withdrawn_change_cools_down(agent, team, lesson):
    fail_again(agent)

    for days in (0, 6, 8):
        assert dream(agent, at=LATER + timedelta(days=days, hours=1)).funnel["changes"] == 0

    scenes.failing_session(agent, "z", at=LATER + timedelta(days=9))
    assert dream(agent, at=LATER + timedelta(days=9)).funnel["changes"] == 1


def test_an_approved_change_that_is_refuted_turns_stale(agent, team, lesson):
    desk.vote(lesson, team.lead, at=AT)

    run = fail_again(agent)

    assert (state_of(lesson), run.withdrawn_ids) == (State.STALE, [])
    assert len(events(lesson, "change.staled")) == 1


def test_a_change_that_a_person_worded_is_not_withdrawn(agent, team, lesson):
    editing.edit(
        team=team.row, change_id=lesson.public_id, revision_id=lesson.head.public_id,
        texts={(0, 0): "Before `export_ledger`, call `release_lock`.\n"}, reason="", by=team.second, at=AT,
    )  # fmt: skip

    fail_again(agent)

    assert state_of(lesson) == State.STALE


def test_what_people_did_while_the_dream_went_on_stands(agent, team, lesson):
    def act(snapshot, report, journal):
        desk.vote(lesson, team.lead, at=AT)
        return finds(withdrawals={lesson.public_id: "Gone."}).act(snapshot, report, journal)

    run = dream(agent, at=LATER, engine=scenes.Engine(act))

    assert (state_of(lesson), run.withdrawn_ids) == (State.APPROVED, [])


def test_no_engine_withdraws_what_people_proposed(agent, team):
    proposal = desk.propose(team.row, desk.add(agent.space, "/n.md", "- n\n"), by=team.lead)
    (change,) = desk.changes(proposal)

    run = dream(agent, at=LATER, engine=finds(withdrawals={change.public_id: "Gone."}))

    assert (state_of(change), run.state) == (State.OPEN, RunState.NO_CHANGE)


@pytest.fixture(params=["edit", "merge", "archive"])
def change(request, agent, team):
    memory, other = (desk.memory(agent.space, path, "- one\n- two\n") for path in ("/a.md", "/b.md"))
    draft = {
        "edit": lambda: desk.edit(memory, "- one\n"),
        "merge": lambda: desk.merge(memory, "- one\n- two\n- three\n", other),
        "archive": lambda: desk.archive(memory),
    }[request.param]()
    return desk.changes(desk.propose(team.row, draft))[0]


@pytest.mark.parametrize(("stance", "state"), [("for", State.APPROVED), ("against", State.STALE)])
def test_evidence_that_joins_is_new_to_the_voter(client, agent, team, change, stance, state):
    desk.vote(change, team.lead, at=AT)
    quote = scenes.quote(agent_recipes.session(agent), stance=stance)

    run = dream(agent, at=LATER, engine=finds(joins={change.public_id: (quote,)}))

    assert (state_of(change), run.funnel["joined"]) == (state, 1)
    client.force_login(team.lead)
    page = client.get(change.proposal.get_absolute_url()).content.decode()
    assert quote.text in page
    assert ("1 new quote since your vote" if state == State.APPROVED else "New since your vote") in page
    every = client.get(reverse("reviews:revisions", args=[team.slug, change.public_id])).content.decode()
    assert "New since your vote" in every


def test_pages_take_the_same_queries_for_any_number_of_withdrawals(client, agent, team):
    client.force_login(team.lead)
    taken = []
    for names in (("1",), ("2", "3", "4")):
        found = [scenes.adds(agent.space, f"/{one}.md", f"- {one}\n", fingerprint=f"{one:0>64}") for one in names]
        dream(agent, engine=finds(*found))
        waiting = Change.objects.of(team.row).undecided()
        gone = {change.public_id: "Gone." for change in waiting}
        run = dream(agent, at=LATER, engine=finds(withdrawals=gone))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(run.get_absolute_url()).content.decode()
        assert page.count("Gone.") == len(names)
        taken.append(len(queries))

    assert taken[0] == taken[1]


def two_of_one_pattern(agent, team):
    session = agent_recipes.session(agent)
    found = [
        scenes.adds(agent.space, f"/{name}.md", f"- {name}\n", fingerprint=f"{name:0>64}", pattern="k")
        for name in ("one", "two")
    ]
    other = scenes.adds(agent.space, "/three.md", "- three\n", fingerprint=f"{'three':0>64}")
    dream(agent, engine=finds(*found, other, patterns=(scenes.pattern(session),)))
    return list(Change.objects.of(team.row).order_by("position"))


@pytest.mark.parametrize(
    ("code", "state"), [("false", "withdrawn"), ("unsupported", "withdrawn"), ("duplicate", "open")]
)
def test_a_rejected_pattern_closes_its_changes(agent, team, code, state):
    one, two, three = two_of_one_pattern(agent, team)

    desk.vote(one, team.lead, Verdict.REJECT, reason="no", reason_code=code, at=AT)

    assert [state_of(change) for change in (one, two, three)] == ["rejected", state, "open"]
    if state == "withdrawn":
        assert two.state_reason == f"The pattern behind it was rejected with #{one.proposal.number}: Add /one.md"
        again = scenes.adds(agent.space, "/two.md", "- two\n", fingerprint=f"{'two':0>64}")
        cooling = {one.fingerprint: one.until for one in scenes.snapshot_of(agent, LATER).cooldowns}
        assert cooling[again.fingerprint] == AT + timedelta(days=7)


def test_a_rejected_pattern_leaves_what_people_worded_or_approved(agent, team):
    one, two, three = two_of_one_pattern(agent, team)
    Change.objects.of(team.row).filter(pk=three.pk).update(pattern_id=one.pattern_id)
    desk.vote(three, team.lead, at=AT)
    editing.edit(
        team=team.row, change_id=two.public_id, revision_id=two.head.public_id, texts={(0, 0): "- 2\n"}, reason="",
        by=team.second, at=AT,
    )  # fmt: skip

    desk.vote(one, team.lead, Verdict.REJECT, reason="no", reason_code="false", at=AT)

    assert [state_of(change) for change in (one, two, three)] == ["rejected", "open", "approved"]
