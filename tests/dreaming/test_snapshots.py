from datetime import timedelta
from math import nan

import pytest

from agents import outcomes, roster, sessions
from agents.enums import Access
from agents.importers.records import EventRecord, FeedbackRecord
from agents.snapshot import FeedbackMark
from agents.text import normalise
from audit import trail
from dreaming import manifests, settings, snapshots
from dreaming.models import SessionRead
from dreaming.verdicts import NEVER
from reviews import editing
from reviews.enums import State
from reviews.models import Change
from tests import agent_recipes, recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, dream, finds
from tests.reviews import scenes as desk


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row, memories={"/b.md": "- two\n", "/a.md": "- one\n\n- more\n"})


def take(agent, at=AT):
    return snapshots.take(agent=agent, manifest=manifests.manifest_of(agent, settings.of(agent), at))


def test_snapshot_holds_memories_with_their_statements(agent):
    seen = take(agent)

    assert seen.namespaces == (agent.space.slug,)
    assert [(one.path, one.text, one.number) for one in seen.memories] == [
        ("/a.md", "- one\n\n- more\n", 1),
        ("/b.md", "- two\n", 1),
    ]
    assert [(mark.start, mark.end, mark.first_seen) for mark in seen.memories[0].statements] == [(0, 1, AT), (2, 3, AT)]


def test_snapshot_holds_only_memory_that_the_agent_may_use(agent, team):
    read_only, foreign = agent_recipes.namespace(team.row), agent_recipes.namespace(team.row)
    agent_recipes.memories(read_only, {"/read.md": "- read\n"})
    agent_recipes.memories(foreign, {"/foreign.md": "- foreign\n"})
    roster.set_access(agent=agent, namespace=read_only, mode=Access.READ, by=trail.SYSTEM, at=AT)

    assert [one.path for one in take(agent).memories] == ["/a.md", "/b.md", "/read.md"]
    assert take(agent).namespaces == (agent.space.slug,)

    settings.set_(agent=agent, values={"namespaces": [read_only.public_id]}, by=trail.SYSTEM, at=AT)
    assert [one.path for one in take(agent).memories] == ["/read.md"]
    assert take(agent).namespaces == ()


def test_snapshot_reads_new_sessions_of_any_age_and_the_window(agent):
    old = agent_recipes.session(agent, external_id="old", at=AT - timedelta(days=400))
    agent_recipes.session(agent, external_id="recent", at=AT - timedelta(days=3))
    assert [(one.external_id, one.is_new) for one in take(agent).sessions] == [("old", True), ("recent", True)]

    dream(agent, engine=finds())
    assert [(one.external_id, one.is_new) for one in take(agent).sessions] == [("recent", False)]

    outcomes.attach_outcome(session=old, name="failed", source="human", by=trail.SYSTEM, at=AT)
    assert [(one.external_id, one.is_new) for one in take(agent).sessions] == [("old", True), ("recent", False)]


def test_session_that_grew_is_new_again(agent):
    agent_recipes.session(agent, external_id="s", texts=("a", "b"))
    dream(agent, engine=finds())

    agent_recipes.session(agent, external_id="s", texts=("a", "b", "c"))
    manifest = manifests.manifest_of(agent, settings.of(agent), AT)

    assert [(one.external_id, one.is_new) for one in take(agent).sessions] == [("s", True)]
    agent_recipes.session(agent, external_id="s", texts=("a", "b", "c", "d"))
    assert list(snapshots.take(agent=agent, manifest=manifest).events.text) == ["a", "b", "c"]


def test_order_of_import_does_not_matter(team):
    def seen(names):
        agent = scenes.agent_that_writes(team.row)
        for name in names:
            scenes.failing_session(agent, name)
        snapshot = take(agent)
        return [one.external_id for one in snapshot.sessions], list(snapshot.events.text), snapshot.events.tools

    assert seen(["c", "a", "b"]) == seen(["a", "b", "c"])


def test_snapshot_marks_outcomes_taint_and_columns(agent):
    session = scenes.failing_session(agent, "s")
    sessions.mark_tainted(session=session, reason="poisoned", by=trail.SYSTEM, at=AT)

    seen = take(agent)

    assert [(one.id, one.taint, one.completed) for one in seen.sessions] == [(session.public_id, True, True)]
    assert len(seen.events) == session.event_count
    tools = ["", "export_ledger", "export_ledger", "release_lock", "release_lock", "export_ledger", "export_ledger"]
    assert [seen.events.tools[code] for code in seen.events.tool] == tools
    assert seen.events.is_error.tolist() == [False, False, True, False, False, False, False]


def test_snapshot_holds_how_long_after_the_first_each_event_came(agent):
    times = (None, AT, AT + timedelta(seconds=1.5), None, AT - timedelta(seconds=2))
    events = [EventRecord("message", "user", "Hello", "user_input", at=at) for at in times]
    agent_recipes.session(agent, external_id="a", events=events)
    agent_recipes.session(agent, external_id="b", events=events[2:3])

    assert take(agent).events.seconds.tolist() == pytest.approx([nan, 0, 1.5, nan, -2, 0], nan_ok=True)


def test_snapshot_tells_users_apart_and_not_who_they_are(agent, team):
    for name, user in (("a", "ada@example.org"), ("b", "ada@example.org"), ("c", "ben"), ("d", "")):
        agent_recipes.session(agent, external_id=name, user=user)

    users = [one.user for one in take(agent).sessions]

    assert (users[0] == users[1] != users[2], users[3]) == (True, "")
    assert [len(user) for user in users] == [32, 32, 32, 0]
    other = recipes.team()
    assert sessions.user_key(other, "ben") != sessions.user_key(team.row, "ben") == users[2]


def test_snapshot_knows_open_changes_with_the_sessions_of_their_evidence(agent, team):
    session = agent_recipes.session(agent)
    memory = agent.space.memories.get(path="/a.md")
    added = scenes.adds(agent.space, "/n.md", "- n\n", quotes=(scenes.quote(session),))
    dream(agent, engine=finds(scenes.edits(memory, 0, "- 1\n"), added))

    found = {one.operation: one for one in take(agent).open_changes}

    assert found["edit"].paths == ("/a.md",)
    assert found["edit"].memory_ids == (memory.public_id,)
    assert (found["add"].paths, found["add"].sessions) == (("/n.md",), (session.public_id,))


def test_snapshot_knows_what_open_changes_say_and_whose_they_are(agent, team):
    memory = agent.space.memories.get(path="/a.md")
    session = agent_recipes.session(agent)
    found = scenes.adds(agent.space, "/n.md", "- n\n", pattern="k")
    run = dream(agent, engine=finds(scenes.edits(memory, 0, "- 1\n"), found, patterns=(scenes.pattern(session),)))
    archived = desk.memory(agent.space, "/x.md", "# T\n\n- gone\n")
    desk.propose(team.row, desk.archive(archived), by=team.lead)
    change = Change.objects.of(team.row).get(operation="edit")
    editing.edit(
        team=team.row, change_id=change.public_id, revision_id=change.head.public_id, texts={(0, 0): "- 2\n"},
        reason="", by=team.second, at=AT,
    )  # fmt: skip

    seen = {one.operation: one for one in take(agent).open_changes}

    said = {name: (one.origin, one.run, one.pattern, one.adds, one.removes) for name, one in seen.items()}
    assert said == {
        "add": ("dream", run.number, "k", ("- n",), ()),
        "edit": ("person", run.number, "", ("- 2",), ("- one",)),
        "archive": ("person", 0, "", (), ("# T", "- gone")),
    }
    assert [mark.read_by for mark in take(agent).sessions] == [run.number]
    assert {one.agent for one in seen.values()} == {agent.slug, ""}


def test_cool_down_doubles_with_every_refusal(agent, team):
    for _ in range(3):
        desk.propose(team.row, desk.add(agent.space, "/n.md", "- n\n", fingerprint="f" * 64), by=team.lead)
        Change.objects.of(team.row).get(state=State.OPEN).become(State.REJECTED, at=AT)

    (cooldown,) = take(agent).cooldowns

    assert (cooldown.fingerprint, cooldown.until) == ("f" * 64, AT + timedelta(days=28))


@pytest.mark.parametrize(("days", "until"), [(0, 0), (30, 120), (20_000, 36_500)])
def test_cool_down_is_as_long_as_the_policy_says(agent, team, days, until):
    settings.set_(agent=agent, values={"curation": {"cool_down_days": days}}, by=team.admin, at=AT)
    for _ in range(3):
        desk.propose(team.row, desk.add(agent.space, "/n.md", "- n\n", fingerprint="f" * 64), by=team.lead)
        Change.objects.of(team.row).get(state=State.OPEN).become(State.REJECTED, at=AT)

    (cooldown,) = take(agent).cooldowns

    assert cooldown.until == AT + timedelta(days=until)


def test_quarantine_does_not_end_by_time(agent, team):
    desk.propose(team.row, desk.add(agent.space, "/n.md", "- n\n"), by=team.lead)
    Change.objects.of(team.row).get().become(State.QUARANTINED, at=AT)

    assert [one.until for one in take(agent).cooldowns] == [NEVER]


def test_lines_that_a_person_took_out_are_removals(agent, team):
    memory = agent.space.memories.get(path="/a.md")
    desk.propose(team.row, desk.edit(memory, "- one\n"), by=team.second)
    assert take(agent).removals == ()

    desk.vote(Change.objects.of(team.row).get(), team.lead)
    desk.apply(agent.space)

    assert {one.sha256 for one in take(agent).removals} == {normalise.digest("more")}


def test_a_part_of_a_line_that_a_person_took_out_is_a_removal(agent, team):
    memory = desk.memory(agent.space, "/p.md", "Refunds take 5 days. Never promise a date.\n")
    desk.propose(team.row, desk.edit(memory, "Refunds take 5 days.\n"), by=team.second)
    desk.approve_and_apply(Change.objects.of(team.row).get(), team.lead)

    gone = {one.sha256 for one in take(agent).removals}

    assert normalise.digest("Never promise a date.") in gone
    assert normalise.digest("Refunds take 5 days.") not in gone


def test_what_a_merge_keeps_is_no_removal(agent, team):
    into = desk.memory(agent.space, "/i.md", "- i\n")
    source = desk.memory(agent.space, "/s.md", "- s\n- t\n- i\n")
    desk.propose(team.row, desk.merge(into, "- i\n- s\n", source), by=team.second)
    desk.approve_and_apply(Change.objects.of(team.row).get(), team.lead)

    assert {one.sha256 for one in take(agent).removals} == {normalise.digest("t")}


def test_what_a_person_took_out_of_a_proposal_is_a_removal(agent, team):
    dream(agent, engine=finds(scenes.adds(agent.space, "/n.md", "- n\n- never wait\n")))
    change = Change.objects.of(team.row).get()
    editing.edit(
        team=team.row, change_id=change.public_id, revision_id=change.head.public_id, texts={(0, 0): "- n\n"},
        reason="", by=team.second, at=AT,
    )  # fmt: skip
    desk.approve_and_apply(Change.objects.of(team.row).get(), team.lead)

    assert {one.sha256 for one in take(agent).removals} == {normalise.digest("never wait")}


def test_digest_stays_until_somebody_decides_something(agent, team):
    session = agent_recipes.session(agent)
    manifest = manifests.manifest_of(agent, settings.of(agent), AT)
    first = snapshots.take(agent=agent, manifest=manifest).digest()
    agent_recipes.session(agent)
    agent_recipes.memories(agent.space, {"/late.md": "- late\n"})
    assert snapshots.take(agent=agent, manifest=manifest).digest() == first

    outcomes.attach_outcome(session=session, name="failed", source="human", by=trail.SYSTEM, at=AT)
    assert snapshots.take(agent=agent, manifest=manifest).digest() != first


@pytest.mark.parametrize("count", [1, 3])
def test_snapshot_takes_the_same_queries_for_any_number_of_sessions(agent, count, django_assert_num_queries):
    for _ in range(count):
        scenes.failing_session(agent)
    manifest = manifests.manifest_of(agent, settings.of(agent), AT)

    with django_assert_num_queries(14):
        snapshots.take(agent=agent, manifest=manifest)


def test_read_marks_are_kept_once_for_each_state(agent):
    agent_recipes.session(agent)
    dream(agent, engine=finds())
    dream(agent, engine=finds())

    assert SessionRead.objects.of(agent.team).count() == 1


def test_session_with_new_feedback_is_new_again(agent):
    session = scenes.failing_session(agent)
    dream(agent)
    outcomes.attach_feedback(session=session, said=FeedbackRecord(comment="Too long."), by=trail.SYSTEM, at=AT)

    (mark,) = take(agent).sessions
    assert (mark.is_new, mark.feedback) == (True, (FeedbackMark(-1, "Too long."),))

    dream(agent)
    (mark,) = take(agent).sessions
    assert not mark.is_new
