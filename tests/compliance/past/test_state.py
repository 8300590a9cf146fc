"""A state of the past is what a reader would have been given then, whatever happened before and after."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents import memory, reading, roster
from agents.enums import Access, Cause
from agents.models import Memory, NamespaceAccess
from agents.stores import deliver_local
from audit import trail
from audit.models import Event
from compliance.enums import Between, Seen
from compliance.past import comparing, telling
from compliance.past.state import ORDER, Question
from tests import agent_recipes
from tests.recipes import AT
from tests.reviews import scenes

SECOND = timedelta(seconds=1)
_paths = count(1)


def states(team, agent, at, seen=Seen.APPLIED):
    question = Question(team=team, at=at, seen=seen, agent=agent)
    told = telling.tell(team, list(question.versions().order_by(*ORDER)))
    return [(one.page.namespace, one.page.path, one.page.text) for one in told]


def read_now(agent):
    return [
        (page.namespace, page.path, page.text)
        for page in reading.pages(reading.read(agent=agent, by=None, at=AT).memories)
    ]


def write(row, *, at, text="", path="", archived=False):
    row.refresh_from_db()
    writing = memory.Writing(text=text or row.head.text, path=path or row.path, archived=archived)
    with trail.unit_of_work(at=at) as unit:
        memory.write(memory=row, writing=writing, cause=Cause.CHANGE, by=trail.SYSTEM, at=at, unit=unit)


def perform(team, agent, spaces, act, place, at):
    """One act of the history, on what there is."""
    space = spaces[place % len(spaces)]
    rows = list(Memory.objects.of(team).select_related("head__blob", "namespace").order_by("pk"))
    row = rows[place % len(rows)] if rows else None
    if act == "access":
        held = NamespaceAccess.objects.of(team).filter(agent=agent, namespace=space).exists()
        mode = None if held else (Access.READ, Access.WRITE)[place % 2]
        roster.set_access(agent=agent, namespace=space, mode=mode, by=trail.SYSTEM, at=at)
    elif act == "deliver":
        deliver_local(now=at)
    elif act == "add" or row is None:
        agent_recipes.memories(space, {f"/{next(_paths)}.md": f"- {place}\n"}, at=at)
    elif act == "write":
        write(row, at=at, text=f"- {place}\n- {at}\n")
    elif act == "move":
        write(row, at=at, path=f"/moved/{next(_paths)}.md")
    else:
        write(row, at=at, archived=not row.archived)


def replayed(team, agent, at):
    """(namespace id, path, hash) by the events alone, in their order, up to a moment."""
    space_of = dict(Memory.objects.of(team).values_list("public_id", "namespace__public_id"))
    held, open_to = {}, set()
    for event in Event.objects.of_log(team.trail_log).filter(at__lte=at).oldest_first():
        data = event.content()["data"]
        if event.type == "memory.written":
            held[event.target_id] = None if data["archived"] else (data["path"], data["sha256"])
        if event.type == "access.set" and event.target_id == agent.public_id:
            (open_to.add if data["after"] else open_to.discard)(data["namespace"])
    return sorted((space_of[id], *one) for id, one in held.items() if one and space_of[id] in open_to)


ACTS = st.tuples(
    st.sampled_from(["add", "write", "move", "archive", "access", "deliver"]),
    st.integers(0, 5),
    st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(hours=1)]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=1, max_size=12))
def test_state_then_is_what_a_reader_was_given_then(team, acts):
    agent = agent_recipes.agent(team.row)
    spaces = [agent_recipes.namespace(team.row) for _ in range(2)]
    agent_recipes.access(agent, spaces[0])
    at, given_then, taken_then, taken = AT, {}, {}, {}
    for act, place, later in acts:
        at += later
        perform(team.row, agent, spaces, act, place, at)
        given_then[at] = read_now(agent)
        if act == "deliver":
            heads = Memory.objects.of(team.row).select_related("head__blob", "namespace")
            taken = {row.pk: (row.namespace.slug, row.path, row.head.text) for row in heads if not row.archived}
        open_to = {one.namespace.slug for one in NamespaceAccess.objects.of(team.row).filter(agent=agent)}
        taken_then[at] = sorted(one for one in taken.values() if one[0] in open_to)

    for moment, given_ in given_then.items():
        then = Question(team=team.row, at=moment, seen=Seen.APPLIED, agent=agent)
        rows = then.versions().values_list("memory__namespace__public_id", "path", "blob__sha256")
        assert states(team.row, agent, moment) == given_
        assert sorted(states(team.row, agent, moment, Seen.DELIVERED)) == taken_then[moment]
        assert sorted(rows) == replayed(team.row, agent, moment)


@pytest.fixture
def scene(team):
    agent, space = agent_recipes.agent(team.row), agent_recipes.namespace(team.row)
    agent_recipes.access(agent, space)
    row = scenes.memory(space, "/refunds.md", "- Within 14 days.\n")
    return agent, space, row


def test_an_act_at_the_moment_itself_has_happened(team, scene):
    agent, space, row = scene
    write(row, at=AT + SECOND, text="- Within 30 days.\n")

    before, after = (
        states(team.row, agent, AT + SECOND - timedelta(microseconds=1)),
        states(team.row, agent, AT + SECOND),
    )

    assert before == [(space.slug, "/refunds.md", "- Within 14 days.\n")]
    assert after == [(space.slug, "/refunds.md", "- Within 30 days.\n")]
    assert states(team.row, agent, AT - SECOND) == []


def test_what_is_applied_is_delivered_later(team, scene):
    agent, _, row = scene
    deliver_local(now=AT + SECOND)
    write(row, at=AT + 2 * SECOND, text="- Within 30 days.\n")
    deliver_local(now=AT + 9 * SECOND)

    texts = {
        seconds: [text for *_, text in states(team.row, agent, AT + seconds * SECOND, Seen.DELIVERED)]
        for seconds in (0, 1, 8, 9)
    }

    assert texts == {0: [], 1: ["- Within 14 days.\n"], 8: ["- Within 14 days.\n"], 9: ["- Within 30 days.\n"]}


def test_access_that_was_taken_back_counts_for_its_time(team, scene):
    agent, space, _ = scene
    roster.set_access(agent=agent, namespace=space, mode=None, by=team.admin, at=AT + SECOND)
    roster.set_access(agent=agent, namespace=space, mode=Access.READ, by=team.admin, at=AT + 3 * SECOND)

    modes = [
        [grant.mode for grant in Question(team=team.row, at=AT + n * SECOND, seen=Seen.APPLIED, agent=agent).grants]
        for n in range(4)
    ]

    assert modes == [["write"], [], [], ["read"]]


def test_an_agent_that_was_put_away_could_not_read(team, scene):
    agent = scene[0]
    roster.archive_agent(agent=agent, archived=True, by=team.admin, at=AT + SECOND)
    roster.archive_agent(agent=agent, archived=False, by=team.admin, at=AT + 2 * SECOND)

    away = [Question(team=team.row, at=AT + n * SECOND, seen=Seen.APPLIED, agent=agent).was_away for n in (-1, 0, 1, 2)]

    assert away == [True, False, True, False]


def test_each_version_names_who_decided_and_the_event_that_wrote_it(team, scene):
    _, space, row = scene
    first = scenes.changes(scenes.propose(team.row, scenes.edit(row, "- Within 30 days.\n")))[0]
    scenes.approve_and_apply(first, team.lead)
    version = Question(team=team.row, at=scenes.LATER, seen=Seen.APPLIED, namespace=space).versions()

    (told,) = telling.tell(team.row, list(version))

    event = Event.objects.of_log(team.row.trail_log).filter(type="memory.written").newest_first().first()
    assert told.event == event
    assert [change.pk for change in told.changes] == [first.pk]
    assert told.approved_by == [(team.lead.public_id, "Lead")]
    assert (told.is_automatic, told.is_glass, told.is_erased) == (False, False, False)


def test_two_moments_differ_by_what_came_went_moved_and_changed(team):
    space = agent_recipes.namespace(team.row)
    old = {"/kept.md": "- k\n", "/moved.md": "- m\n", "/new-text.md": "- n\n", "/went.md": "- w\n"}
    kept, moved, changed, went = agent_recipes.memories(space, old)
    write(moved, at=AT + SECOND, path="/archive/moved.md")
    write(changed, at=AT + SECOND, text="- other\n")
    write(went, at=AT + SECOND, archived=True)
    (came,) = agent_recipes.memories(space, {"/came.md": "- c\n"}, at=AT + SECOND)
    before, after = (Question(team=team.row, at=at, seen=Seen.APPLIED, namespace=space) for at in (AT, AT + SECOND))

    lines, same = comparing.between(before, after)

    assert [(line.what, line.memory, line.path_before, line.path_after) for line in lines] == [
        (Between.MOVED, moved.public_id, "/moved.md", "/archive/moved.md"),
        (Between.CAME, came.public_id, "", "/came.md"),
        (Between.CHANGED, changed.public_id, "/new-text.md", "/new-text.md"),
        (Between.WENT, went.public_id, "/went.md", ""),
    ]
    assert same == len([kept])
    assert comparing.between(after, after)[0] == []
