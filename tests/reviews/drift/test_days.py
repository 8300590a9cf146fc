"""How far memory is from its baseline, and how much of it came by what."""

from collections import Counter
from datetime import date, timedelta
from time import perf_counter, process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents import memory as memories
from agents.enums import Cause
from agents.models import Memory, MemoryVersion
from agents.text import distance
from audit import testing, trail
from reviews.drift import attending, baselines, days
from reviews.models import DriftDay
from tests import agent_recipes, recipes
from tests.reviews import scenes
from tests.reviews.drift import acts
from tests.reviews.scenes import AT

DAY = timedelta(days=1)
TEXTS = st.lists(st.sampled_from(["- a", "- b", "- c", "- d", "# e", "f. g."]), max_size=6).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)
ACTS = st.lists(st.tuples(st.sampled_from(["write", "archive", "add"]), st.integers(0, 3), TEXTS), max_size=8)
STATES = st.dictionaries(st.integers(0, 4), TEXTS.map(distance.count))


def _today(space, at):
    baseline = baselines.newest(space.team, [space.pk])[space.pk]
    row = days.fill(baseline=baseline, at=at)
    return row.added, row.changed, row.gone


@given(state=STATES)
def test_distance_to_itself_is_nothing(state):
    assert distance.between(state, state).size == 0


@given(before=STATES, after=STATES)
def test_distance_is_the_same_from_both_sides(before, after):
    there, back = distance.between(before, after), distance.between(after, before)

    assert (len(there.added), len(there.changed), len(there.gone)) == (
        len(back.gone),
        len(back.changed),
        len(back.added),
    )


@given(before=STATES, after=STATES)
def test_what_is_left_accounts_for_every_statement(before, after):
    found = distance.between(before, after)

    total = sum(map(Counter.total, before.values())) + len(found.added) - len(found.gone)
    assert total == sum(map(Counter.total, after.values()))


def _act(space, kind, number, text, at):
    rows = list(Memory.objects.of(space.team).filter(namespace=space).order_by("pk"))
    if kind == "add" or not rows:
        return scenes.memory(space, f"/{recipes.number()}.md", text)
    return acts.write(rows[number % len(rows)], text, cause=Cause.CHANGE, at=at, archived=kind == "archive")


def _by_replay(space, baseline):
    """Sums what each version brought and took, memory by memory."""
    net = {}
    for memory in Memory.objects.of(space.team).filter(namespace=space):
        before, total = Counter(), Counter()
        for version in memory.versions.select_related("blob").order_by("number"):
            now = Counter() if version.archived else distance.count(version.text)
            if version.pk > baseline.last_version:
                total.update(now)
                total.subtract(before)
            before = now
        net[memory.pk] = total
    return distance.between({pk: -total for pk, total in net.items()}, {pk: +total for pk, total in net.items()})


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ACTS, after=ACTS)
def test_distance_by_replay_is_the_distance_by_diff(team, before, after):
    space = scenes.namespace(team.row)
    for kind, number, text in before:
        _act(space, kind, number, text, AT)
    baseline = acts.sign(space, team.security)
    for hours, (kind, number, text) in enumerate(after):
        _act(space, kind, number, text, acts.THEN + timedelta(hours=hours))

    replayed = _by_replay(space, baseline)

    found = days.replay(baseline)
    stepped = dict(found.base)
    for version in found.since:
        days.step(stepped, version)
    assert stepped == found.heads
    expected = (len(replayed.added), len(replayed.changed), len(replayed.gone))
    assert _today(space, acts.THEN + DAY) == expected


def test_what_only_moves_to_another_memory_is_no_distance(team, space, memory):
    other = scenes.memory(space, "/other.md", "- four\n")
    acts.sign(space, team.security)
    acts.write(memory, "- one\n")
    acts.write(other, "- four\n- three\n- Two.\n")

    assert _today(space, acts.THEN) == (0, 0, 0)


def test_days_are_told_one_by_one(team, space, memory):
    acts.sign(space, team.security)
    acts.decide(memory, "- one\n- two\n- three\n- four\n", at=AT + DAY)
    acts.decide(memory, "- one\n- two\n- other\n- four\n", at=AT + 3 * DAY)
    _today(space, AT + 4 * DAY)

    rows = DriftDay.objects.of(team.row).order_by("day")
    told = [(row.day.day, row.added, row.changed, row.gone, row.statements) for row in rows]
    assert told == [(2, 0, 0, 0, 3), (3, 1, 0, 0, 4), (4, 1, 0, 0, 4), (5, 1, 1, 0, 4), (6, 1, 1, 0, 4)]


def test_days_are_those_of_the_team(team, space, memory):
    team.row.time_zone = "Pacific/Auckland"  # 13 hours ahead
    team.row.save()
    space.refresh_from_db()
    acts.sign(space, team.security, at=AT)
    acts.decide(memory, "- one\n", at=AT + timedelta(hours=3))
    _today(space, AT + timedelta(hours=3))

    rows = DriftDay.objects.of(team.row).order_by("day").values_list("day", "gone")
    assert list(rows) == [(date(2026, 3, 2), 0), (date(2026, 3, 3), 2)]


def test_distance_is_told_by_tier_and_by_source_class(team, space, memory):
    agent = scenes.agent(team.row)
    session = agent_recipes.session(agent, ["Say it in four words.", "I will."])
    acts.sign(space, team.security)
    quotes = (scenes.quote(session, 0, "four words", start=10), scenes.quote(session, 1, "I will"))
    draft = scenes.edit(memory, "- one\n- two\n- three\n- four\n", quotes=quotes)
    (change,) = scenes.changes(scenes.propose(team.row, draft))
    scenes.approve_and_apply(change, team.reviewer, at=acts.THEN)
    acts.write(memory, "- one\n- two\n- four\n- by hand\n- again\n")
    _today(space, acts.THEN)

    parts = DriftDay.objects.of(team.row).get().parts  # three went and three came, in the order of their digests
    assert {name: sum(row) for name, row in parts["tier"].items()} == {"low": 1, "none": 2}
    assert {name: sum(row) for name, row in parts["source"].items()} == {
        "agent_authored": 1,
        "none": 2,
        "user_input": 1,
    }


def test_an_erasure_is_no_drift(team, space):
    memory = scenes.memory(space, "/a.md", "- one\n- Ann Smith\n")
    acts.sign(space, team.security)
    signed = scenes.head(memory)
    acts.write(memory, "- one\n- [erased]\n", cause=Cause.ERASURE)
    with testing.guards_open():
        acts.sql("UPDATE audit_blob SET text = '', erased_at = %s WHERE id = %s", acts.THEN, signed.blob_id)

    assert _today(space, acts.THEN) == (0, 0, 0)
    assert acts.came(memory)[1] == "erasure"


def test_a_new_baseline_begins_at_nothing(team, space, memory):
    acts.sign(space, team.security)
    acts.decide(memory, "- one\n", at=acts.THEN)
    assert _today(space, acts.THEN) == (0, 0, 2)

    acts.sign(space, team.security, at=acts.THEN)

    assert DriftDay.objects.of(team.row).values_list("added", "changed", "gone").get() == (0, 0, 0)


def test_an_agent_drifts_what_its_namespaces_drift(team, space, memory):
    other = scenes.namespace(team.row)
    second = scenes.memory(other)
    for one in (space, other):
        acts.sign(one, team.security)
    acts.decide(memory, "- one\n", at=acts.THEN)
    acts.decide(second, "- one\n- two\n- three\n- four\n", at=acts.THEN + DAY)
    for one in (space, other):
        attending.attend(namespace=one, at=acts.THEN + DAY)

    found = days.series(team.row, [space.pk, other.pk], until=date(2026, 3, 4), length=4)

    told = [(one.day.day, one.statements, one.added, one.changed, one.gone) for one in found]
    assert told == [(1, 0, 0, 0, 0), (2, 4, 0, 0, 2), (3, 5, 1, 0, 2), (4, 5, 1, 0, 2)]


@pytest.mark.parametrize("count", (3, 300))
def test_counting_takes_the_same_queries_for_any_number(team, space, count, django_assert_max_num_queries):
    files = [(f"/{n}.md", f"- {n}\n") for n in range(count)]
    memories.import_first(team=team.row, namespace=space, files=files, by=trail.SYSTEM, at=AT)
    baseline = acts.sign(space, team.security)
    files = [(f"/more/{n}.md", f"- more {n}\n") for n in range(count)]
    memories.import_first(team=team.row, namespace=space, files=files, by=trail.SYSTEM, at=acts.THEN)

    with django_assert_max_num_queries(20):
        row = days.fill(baseline=baseline, at=acts.THEN)

    assert (row.added, row.changed, row.gone) == (count, 0, 0)


@pytest.mark.slow
def test_ten_thousand_statements_are_counted_in_bounded_time(team, space):
    """Every text moved: the dearest there is."""
    texts = {
        f"/{n}.md": "".join(f"- Rule {n} {line}: answer in {line} words.\n" for line in range(1000)) for n in range(10)
    }
    memories.import_first(team=team.row, namespace=space, files=texts.items(), by=trail.SYSTEM, at=AT)
    baseline = acts.sign(space, team.security)
    assert baseline.statements == 10_000
    for memory in Memory.objects.of(team.row).with_text().order_by("pk"):
        acts.write(memory, memory.head.text.replace("words", "lines"))

    began, worked = perf_counter(), process_time()
    row = days.fill(baseline=baseline, at=acts.THEN)
    took = perf_counter() - began

    print(f"10,000 statements: {took:.2f} s, of which {process_time() - worked:.2f} s of work")
    assert row.changed == 10_000
    assert took < 20


def test_every_version_of_a_replay_is_of_its_namespace(team, space, memory):
    acts.sign(space, team.security)
    elsewhere = scenes.memory(scenes.namespace(team.row))
    acts.write(elsewhere, "- other\n")

    baseline = baselines.newest(team.row, [space.pk])[space.pk]

    assert days.replay(baseline).since == []
    assert MemoryVersion.objects.of(team.row).count() == 3
