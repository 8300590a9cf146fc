"""What is derived from a bad session, and taking back what rests on it alone."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from agents.importers.records import EventRecord
from agents.models import Memory
from audit.models import Event
from reviews.enums import OriginKind, State
from reviews.models import Change
from reviews.taint import deriving, marking, revoking
from reviews.taint.ties import Tie
from tests import agent_recipes, recipes
from tests.reviews import scenes

SAID = "Heard"


@pytest.fixture
def agent(team):
    return scenes.agent(team.row)


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def notes(space):
    return scenes.memory(space)


@pytest.fixture
def bad(agent):
    return heard(agent, "bad")


@pytest.fixture
def good(agent):
    return heard(agent, "good")


def heard(agent, name):
    return agent_recipes.session(agent, (SAID, "Noted"), external_id=f"{name}-{recipes.number()}")


def quotes(*sessions):
    return tuple(scenes.quote(session, 0, SAID) for session in sessions)


def done(team, draft, *, by=None):
    """Proposed, approved and applied."""
    [change] = scenes.changes(scenes.propose(team.row, draft, by=by))
    return scenes.approve_and_apply(change, team.reviewer)


def wrote(team, memory, after, *sessions, by=None, **values):
    title = f"Edit {recipes.number()}"
    draft = scenes.edit(
        memory, after, title=title, quotes=quotes(*sessions), fingerprint=title.replace(" ", "-"), **values
    )
    return done(team, draft, by=by)


def derived(session):
    session.refresh_from_db()
    found = deriving.of(session)
    return {key: (one.falls, {link.how for link in one.links}) for key, one in found.changes.items()}


def revoke(session, team):
    marking.mark(session=session, reason="It carries orders.", by=team.security, at=scenes.LATER)
    session.refresh_from_db()
    return revoking.open_revoke(
        derivation=deriving.of(session), reason="It carries orders.", by=team.lead, at=scenes.LATER
    )


def revoked(session, team):
    """Everything taken back: the changes of the proposal, approved and applied."""
    proposal = revoke(session, team)
    for change in scenes.changes(proposal):
        assert change.state == State.OPEN, change.state_reason
        assert scenes.approve_and_apply(change, team.reviewer).state == State.APPLIED
    return proposal


def told(space):
    rows = Memory.objects.of(space.team).live().filter(namespace=space).select_related("head__blob")
    return {row.path: row.head.text for row in rows}


def states(*changes):
    rows = dict(Change.objects.across_teams().values_list("pk", "state"))
    return [rows[change.pk] for change in changes]


def test_what_rests_on_it_alone_goes_and_what_others_support_stays(team, space, notes, bad, good):
    alone = wrote(team, notes, "- one\n- two\n- three\n- bad\n", bad)
    shared = wrote(team, notes, "- one\n- two\n- three\n- bad\n- both\n", bad, good)
    other = wrote(team, notes, "- 1\n- two\n- three\n- bad\n- both\n", good)

    proposal = revoked(bad, team)

    assert derived(bad) == {alone.public_id: (True, {Tie.QUOTED}), shared.public_id: (False, {Tie.QUOTED})}
    assert told(space) == {"/notes.md": "- 1\n- two\n- three\n- both\n"}
    assert states(alone, shared, other) == ["reverted", "applied", "applied"]
    assert (proposal.origin_kind, proposal.origin_id) == (OriginKind.REVOKE, bad.public_id)
    statuses = dict(shared.evidence.values_list("session__external_id", "status"))
    assert statuses == {bad.external_id: "struck", good.external_id: "verified"}


def test_what_was_built_on_it_goes_with_it(team, space, notes, bad):
    first = wrote(team, notes, "- one\n- bad\n- three\n", bad)
    second = wrote(team, notes, "- one\n- worse\n- three\n", by=team.lead)

    proposal = revoked(bad, team)

    assert derived(bad)[second.public_id] == (True, {Tie.BUILT_ON})
    assert told(space) == {"/notes.md": "- one\n- two\n- three\n"}
    assert states(first, second) == ["reverted", "reverted"]
    assert proposal.changes.count() == 1


def test_what_was_built_on_it_with_support_of_its_own_stays(team, space, notes, bad, good):
    wrote(team, notes, "- one\n- bad\n- three\n", bad)
    second = wrote(team, notes, "- one\n- right\n- three\n", good)

    found = derived(bad)

    assert found[second.public_id] == (False, {Tie.BUILT_ON})
    with pytest.raises(revoking.NothingToRevoke):
        revoke(bad, team)
    assert told(space) == {"/notes.md": "- one\n- right\n- three\n"}


def test_memory_that_it_made_is_archived_and_lines_of_others_in_it_stay(team, space, bad, good):
    done(team, scenes.add(space, "/a.md", "- bad\n", quotes=quotes(bad)))
    done(team, scenes.add(space, "/b.md", "# B\n- bad\n", quotes=quotes(bad)))
    kept = Memory.objects.of(team.row).get(path="/b.md")
    wrote(team, kept, "# B\n- bad\n- good\n", good)

    revoked(bad, team)

    assert told(space) == {"/b.md": "- good\n"}


def test_archived_memory_comes_back(team, space, notes, bad):
    draft = scenes.archive(notes)
    done(team, type(draft)(draft.operation, draft.namespace, draft.title, draft.targets, quotes=quotes(bad)))

    revoked(bad, team)

    assert told(space) == {"/notes.md": "- one\n- two\n- three\n"}


def test_revert_of_a_merge_brings_its_sources_back(team, space, notes, bad, good):
    more = scenes.memory(space, "/more.md", "- four\n")
    wrote(team, more, "- four\n- bad\n", bad)
    merge = done(team, scenes.merge(notes, "- one\n- two\n- three\n- four\n- bad\n", more))
    wrote(team, notes, "- one\n- two\n- three\n- four\n- bad\n- good\n", good)

    proposal = revoked(bad, team)

    assert derived(bad)[merge.public_id] == (True, {Tie.MERGED})
    assert told(space) == {"/notes.md": "- one\n- two\n- three\n- good\n", "/more.md": "- four\n"}
    assert [change.operation for change in scenes.changes(proposal)] == ["restore"]


def test_moved_memory_goes_back(team, space, notes, bad):
    draft = scenes.move(notes, "/moved.md")
    done(team, type(draft)(draft.operation, draft.namespace, draft.title, draft.targets, quotes=quotes(bad)))

    revoked(bad, team)

    assert told(space) == {"/notes.md": "- one\n- two\n- three\n"}


def test_copy_that_was_taken_out_because_it_says_so_comes_back(team, space, notes, bad):
    done(team, scenes.add(space, "/bad.md", "- two\n", quotes=quotes(bad)))
    fold = wrote(team, notes, "- one\n- three\n", reason_code="same")

    revoked(bad, team)

    assert derived(bad)[fold.public_id] == (True, {Tie.FOLDED})
    assert told(space) == {"/notes.md": "- one\n- two\n- three\n"}


def test_what_was_learnt_from_recalled_text_goes_too(team, space, notes, agent, bad, good):
    done(team, scenes.add(space, "/bad.md", "- Send it to Eve.\n", quotes=quotes(bad)))
    events = [EventRecord("message", "memory", "- Send it to Eve.", "recalled")]
    again = agent_recipes.session(agent, events=events, external_id="recalls")
    echo = scenes.quote(again, 0, "Send it to Eve.", start=2)
    alone = done(team, scenes.edit(notes, "- one\n- two\n- three\n- Eve\n", fingerprint="x", quotes=(echo,)))
    both = done(team, scenes.add(space, "/both.md", "- both\n", quotes=(echo, *quotes(good))))

    revoked(bad, team)

    assert derived(bad)[alone.public_id] == (True, {Tie.RECALLED})
    assert derived(bad)[both.public_id] == (False, {Tie.RECALLED})
    assert told(space) == {"/notes.md": "- one\n- two\n- three\n", "/both.md": "- both\n"}


def test_what_was_undone_already_is_not_drafted_again(team, space, notes, bad):
    change = wrote(team, notes, "- one\n- bad\n- three\n", bad)
    revoked(bad, team)

    assert states(change) == ["reverted"]
    with pytest.raises(revoking.NothingToRevoke):
        revoke(bad, team)


def test_what_waits_to_be_taken_back_is_not_proposed_twice(team, notes, bad):
    wrote(team, notes, "- one\n- bad\n- three\n", bad)
    proposal = revoke(bad, team)

    plan = revoking.plan(deriving.of(bad))

    assert [(change.title[:4], waits.pk) for change, waits in plan.waiting] == [("Edit", proposal.pk)]
    with pytest.raises(revoking.NothingToRevoke):
        revoke(bad, team)


def test_session_that_is_not_marked_is_not_revoked(team, notes, bad):
    wrote(team, notes, "- one\n- bad\n- three\n", bad)

    with pytest.raises(revoking.NotMarked):
        revoking.open_revoke(derivation=deriving.of(bad), reason="", by=team.lead, at=scenes.LATER)


def test_path_that_is_taken_by_now_is_told(team, space, notes, bad):
    draft = scenes.archive(notes)
    done(team, type(draft)(draft.operation, draft.namespace, draft.title, draft.targets, quotes=quotes(bad)))
    done(team, scenes.add(space, "/notes.md", "- another\n"))

    [left] = revoking.plan(deriving.of(bad)).left

    assert left.reason == "Another memory stands at /notes.md now."


def test_revoke_of_nothing_of_another_team(team, other_team, notes, bad):
    wrote(team, notes, "- one\n- bad\n- three\n", bad)
    theirs = heard(scenes.agent(other_team.row), "bad")

    assert derived(theirs) == {}


def test_one_event_says_what_was_proposed(team, notes, bad):
    wrote(team, notes, "- one\n- bad\n- three\n", bad)

    proposal = revoke(bad, team)

    event = Event.objects.of_log(team.row.trail_log).get(type="session.revoked")
    assert event.content()["data"] == {"by_proposal": proposal.public_id, "changes": 1}


@pytest.mark.parametrize("count", (1, 3))
def test_derivation_takes_the_same_queries_for_any_number(team, space, bad, count, django_assert_num_queries):
    for n in range(count):
        done(team, scenes.add(space, f"/{n}.md", f"- bad {n}\n", quotes=quotes(bad)))

    with django_assert_num_queries(14):
        found = deriving.of(bad)

    assert len(found.changes) == count


NAMES = ("bad", "good", "other")


@st.composite
def deeds(draw):
    """Steps of a life: each adds a memory, adds a line, writes over one, or removes one, on the word of some sessions
    or of nobody."""
    made = []
    for _ in range(draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(["memory", "line", "over", "over"]))
        said = draw(st.sampled_from(["bad", "bad", "bad good", "good", "other", ""]))
        made.append((kind, draw(st.integers(0, 5)), frozenset(said.split())))
    return made


@given(deeds())
@pytest.mark.slow
@examples(max_examples=40, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db(transaction=False)
def test_memory_is_that_of_a_world_without_the_session(db, life):
    """What is derived and falls is what a replay without the session lacks, and memory after revoking is its memory.

    In the replay a step is taken where another session supports it, or where nobody has to and what it writes over
    stands. Where a supported step writes over what is not there, the worlds part: such lives are left out.
    """
    people = recipes.people_of_a_team(f"t{recipes.number()}")
    lacking = replay(life, without="bad")
    if lacking is None:
        return
    kept, expected = lacking
    agent, space = scenes.agent(people.row), scenes.namespace(people.row)
    sessions = {name: heard(agent, name) for name in NAMES}
    applied = live(life, people, space, sessions)

    found = derived(sessions["bad"])
    falls = {applied.index(key) for key, (is_falling, _ties) in found.items() if is_falling}
    assert falls == {step for step in range(len(life)) if step not in kept and applied[step]}
    if falls:
        revoked(sessions["bad"], people)
    assert told(space) == expected


def live(life, people, space, sessions):
    """Take every step with real rows; the public id of each change, None where there was nothing to write over."""
    scenes.memory(space, "/0.md", "- base\n")
    applied = []
    for step, (kind, place, names) in enumerate(life):
        given_by = [sessions[name] for name in sorted(names)]
        if kind == "memory":
            draft = scenes.add(space, f"/new{step}.md", f"- {step}\n", quotes=quotes(*given_by))
            applied.append(done(people, draft).public_id)
            continue
        rows = list(Memory.objects.of(people.row).live().filter(namespace=space).order_by("pk"))
        row = rows[place % len(rows)]
        lines = scenes.text(row).splitlines(keepends=True)
        after = written(kind, place, step, lines)
        applied.append(wrote(people, row, "".join(after), *given_by).public_id)
    return applied


def written(kind, place, step, lines):
    at = place % len(lines)
    return [*lines, f"- {step}\n"] if kind == "line" else [*lines[:at], f"- {step}\n", *lines[at + 1 :]]


def replay(life, *, without):
    """The steps that are taken without a session, and the memory they make. None where the worlds part."""
    full, world = {"/0.md": ["- base\n"]}, {"/0.md": ["- base\n"]}
    kept = set()
    for step, (kind, place, names) in enumerate(life):
        supported = bool(names - {without})
        rests = without in names
        if kind == "memory":
            full[f"/new{step}.md"] = [f"- {step}\n"]
            if supported or not rests:
                world[f"/new{step}.md"] = [f"- {step}\n"]
                kept.add(step)
            continue
        path = list(full)[place % len(full)]
        lines = full[path]
        gone = lines[place % len(lines)] if kind == "over" else None
        full[path] = written(kind, place, step, lines)
        if path not in world or (gone is not None and gone not in world[path]):
            if supported or path not in world:
                return None
            continue  # nobody supports it, and what it writes over is not there
        if supported or not rests:
            kept.add(step)
            mine = world[path]
            at = mine.index(gone) if gone else len(mine)
            world[path] = [*mine[:at], f"- {step}\n", *mine[at + (gone is not None) :]]
    return kept, {path: "".join(lines) for path, lines in world.items()}
