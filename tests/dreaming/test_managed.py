import json
from datetime import timedelta

import pytest

from agents.models import Agent, SessionEvent
from audit import trail
from audit.models import Event
from dreaming import building, rehearsing, runs, settings
from dreaming.engines.managed import following
from dreaming.engines.protocol import EngineFailed, Request
from dreaming.enums import RunState
from dreaming.making import Making
from dreaming.models import JournalEntry, SessionRead, Spend
from reviews.enums import State
from reviews.models import Change, Evidence
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.managed_scene import SAID, Scene

HOUSE = "# House\n\n- Be kind.\n- Refunds above 100 EUR need approval.\n- Log each call.\n"
EDIT = {"op": "edit", "path": "/house.md", "content": HOUSE.replace("100", "150"), "why": "Corrected by users."}
NEW = {"op": "add", "path": "/new.md", "content": f"- {SAID}\n"}


@pytest.fixture
def scene(team, platform):
    return Scene(team.row, platform, memories={"/house.md": HOUSE, "/ship.md": "- Ship at noon.\n"})


def changes(scene):
    return list(Change.objects.of(scene.team).order_by("pk"))


def booked(scene):
    return sum(row.high for row in Spend.objects.of(scene.team).filter(state="booked"))


def test_dream_in_a_copy_becomes_changes_and_leaves_nothing_behind(scene, platform):
    before = scene.stores()
    platform.script_dream([EDIT], lingers=3)

    run = scene.dream()
    scene.clear()

    assert (run.state, run.error) == (RunState.COMPLETED, "")
    (change,) = changes(scene)
    assert (change.operation, change.state) == ("edit", State.OPEN)
    assert "edit 1×" in change.rationale
    quotes = Evidence.objects.of(scene.team).filter(change=change)
    assert {quote.status for quote in quotes} == {"verified"}
    assert all(SAID.endswith(quote.quote.partition(": ")[2] or quote.quote) for quote in quotes)
    assert scene.stores() == before
    (asked,) = scene.posts()
    assert asked["body"]["output_behavior"] == {"type": "create_new"}
    assert sorted(asked["body"]["inputs"][1]["session_ids"]) == sorted(scene.sessions)
    assert run.usage["micro_dollars"] == scene.usage()


def test_unchanged_input_dreams_nothing(scene, platform):
    platform.script_dream([NEW])
    scene.dream()
    scene.clear()
    platform.forget()

    run = scene.dream()

    assert run.state == RunState.NO_CHANGE
    assert platform.asked("POST *") == []
    assert SessionRead.objects.of(scene.team).count() == 3
    assert not JournalEntry.objects.of(scene.team).filter(run=run).exists()


def test_sessions_that_the_platform_does_not_have_stay_new(scene, platform):
    agent_recipes.session(scene.agent, texts=("Elsewhere",), at=scene.now - timedelta(days=1))
    platform.script_dream([NEW])

    scene.dream()

    assert SessionRead.objects.of(scene.team).filter(session__source="claude-platform").count() == 3
    assert not SessionRead.objects.of(scene.team).exclude(session__source="claude-platform").exists()


@pytest.mark.parametrize(
    ("fault", "dreams"),
    (
        ({"what": "drop_after"}, 1),
        ({"what": "drop"}, 1),
        ({"what": 500}, 1),
        ({"what": 529, "times": 3}, 1),
        ({"what": 429, "retry_after": 40}, 1),
    ),
)
def test_create_without_an_answer_makes_one_dream(scene, platform, fault, dreams):
    platform.fault("POST /v1/dreams", **fault)
    platform.script_dream([NEW])

    run = scene.dream()

    assert run.state == RunState.COMPLETED
    assert len(platform.workspace.dreams) == dreams
    assert len(changes(scene)) == 1


def test_store_that_was_asked_for_and_got_no_answer_is_found_again(scene, platform):
    platform.fault("POST /v1/memory_stores", "drop_after")
    platform.fault("POST /v1/memory_stores/*/memories", "drop_after", skip=1)
    before = scene.stores()
    platform.script_dream([NEW])

    run = scene.dream()
    made = scene.stores() - before
    scene.clear()

    assert run.state == RunState.COMPLETED
    assert len(made) == 2
    assert scene.stores() == before


def test_busy_platform_is_waited_for_at_every_step(scene, platform):
    for on in ("POST /v1/memory_stores", "GET /v1/memory_stores/*/memories", "GET /v1/dreams/*"):
        platform.fault(on, 429, retry_after=7)
    platform.fault("GET /v1/memory_stores/*/memories/*", 503)
    platform.script_dream([EDIT, NEW])

    run = scene.dream()

    assert (run.state, run.attempts) == (RunState.COMPLETED, 0)
    assert len(changes(scene)) == 2


@pytest.mark.parametrize("status", (400, 403, 404))
def test_workspace_without_dreams_says_so_and_leaves_nothing(scene, platform, status):
    before = scene.stores()
    platform.close_dreams(status=status)

    run = scene.dream()
    scene.clear()

    assert run.state == RunState.FAILED
    assert "no access to Dreams" in run.error
    assert "local engine" in run.error
    assert scene.stores() == before
    assert booked(scene) == 0


def test_dream_that_fails_over_its_time_is_split(scene, platform):
    platform.script_dream([EDIT], ends="failed", error={"type": "timeout", "message": "x"}, partial=1)
    platform.script_dream([EDIT])
    platform.script_dream([NEW])
    before = scene.stores()

    run = scene.dream()
    scene.clear()

    assert run.state == RunState.COMPLETED
    assert [len(one["body"]["inputs"][1]["session_ids"]) for one in scene.posts()] == [3, 1, 2]
    assert sorted(change.operation for change in changes(scene)) == ["add", "edit"]
    assert scene.stores() == before
    assert booked(scene) == scene.usage()


@pytest.mark.parametrize("failures", (1, 2))
def test_dream_that_fails_for_no_reason_is_tried_once_more(scene, platform, failures):
    for _ in range(failures):
        platform.script_dream([EDIT], ends="failed", error={"type": "internal_error", "message": "x"}, partial=1)
    platform.script_dream([NEW])

    run = scene.dream()

    assert len(scene.posts()) == 2
    assert run.state == (RunState.COMPLETED if failures == 1 else RunState.FAILED)
    assert [change.operation for change in changes(scene)] == (["add"] if failures == 1 else [])


@pytest.mark.parametrize(
    ("kind", "says"),
    (
        ("memory_store_org_limit_exceeded", "as many memory stores as it may have"),
        ("input_memory_store_too_large", "too large for a dream"),
        ("input_memory_store_unavailable", "archived or deleted"),
        ("input_session_unavailable", "A session was deleted"),
        ("moon_phase_error", "moon_phase_error"),
    ),
)
def test_dream_that_failed_says_why_and_what_it_left_is_not_read(scene, platform, kind, says):
    before = scene.stores()
    platform.script_dream([EDIT], ends="failed", error={"type": kind, "message": "sk-ant-x"}, partial=1)

    run = scene.dream()
    scene.clear()

    assert run.state == RunState.FAILED
    assert says in run.error
    assert "sk-ant" not in run.error
    assert changes(scene) == []
    assert scene.stores() == before


def test_dream_that_is_stuck_is_canceled_and_booked(scene, platform, monkeypatch):
    monkeypatch.setattr(following, "LONGEST", timedelta(minutes=20))
    before = scene.stores()
    platform.script_dream([EDIT], ends="stuck_running", partial=1)

    run = scene.dream()
    scene.clear()

    assert run.state == RunState.FAILED
    assert "stuck" in run.error
    assert scene.now - run.queued_at > timedelta(minutes=20)
    assert scene.stores() == before
    assert booked(scene) == scene.usage() > 0


def test_dream_that_passes_its_cap_while_it_runs_is_canceled(team, platform):
    scene = Scene(team.row, platform, memories={"/house.md": HOUSE}, wishes={"max_tokens": 200_000})
    platform.script_dream([EDIT], lingers=50, usage={"input_tokens": 900_000}, partial=1)
    before = scene.stores()

    run = scene.dream()
    scene.clear()

    assert run.state == RunState.FAILED
    assert "200" in run.error
    (dream,) = platform.workspace.dreams.values()
    assert dream.status == "canceled"
    assert changes(scene) == []
    assert scene.stores() == before
    assert booked(scene) == scene.usage() > 0


def test_dream_that_its_cap_does_not_allow_is_not_started(team, platform):
    scene = Scene(team.row, platform, memories={"/house.md": HOUSE}, wishes={"max_tokens": 100})

    run = scene.dream()
    scene.clear()

    assert run.state == RunState.FAILED
    assert scene.posts() == []


def test_canceled_run_cancels_its_dream(scene, platform, team):
    before = scene.stores()
    platform.script_dream([EDIT], lingers=50, partial=1)
    run = scene.queue()
    for _ in range(4):
        run = scene.step(run)

    runs.cancel(run=run, by=team.admin, at=scene.now)
    scene.clear()

    (dream,) = platform.workspace.dreams.values()
    assert dream.status == "canceled"
    assert scene.stores() == before
    assert booked(scene) == scene.usage() > 0


def test_run_that_is_canceled_before_the_platform_answered_finds_the_dream_all_the_same(scene, platform, team):
    before = scene.stores()
    platform.fault("POST /v1/dreams", "drop_after")
    platform.script_dream([EDIT], lingers=50)
    run = scene.step(scene.queue())

    runs.cancel(run=run, by=team.admin, at=scene.now)
    scene.clear()

    (dream,) = platform.workspace.dreams.values()
    assert dream.status == "canceled"
    assert scene.stores() == before


def test_dream_that_somebody_canceled_on_the_platform_is_not_read(scene, platform):
    platform.script_dream([EDIT], lingers=50, partial=1)
    run = scene.queue()
    for _ in range(4):
        run = scene.step(run)
    (dream,) = platform.workspace.dreams
    platform.client().beta.dreams.cancel(dream)

    while run.is_active:
        run = scene.step(run)

    assert (run.state, run.error) == (RunState.FAILED, "The dream was canceled on the platform.")
    assert changes(scene) == []


def test_vote_while_it_dreams_costs_no_second_dream(scene, platform):
    run = scene.queue()
    platform.script_dream([NEW], lingers=3)
    run = scene.step(run)
    scene.agent.refresh_from_db()
    agent_recipes.access(scene.agent, agent_recipes.namespace(scene.team), mode="read")
    JournalEntry.objects.create(team=scene.team, run=run, key="of another engine", value=1, at=scene.now)
    run.digest = "0" * 64
    run.save(update_fields=["digest"])
    scene.talk(77)
    scene.now += timedelta(hours=1)
    scene.pull()

    while run.is_active:
        run = scene.step(run)

    assert run.state == RunState.COMPLETED
    assert len(scene.posts()) == 1
    assert SessionRead.objects.of(scene.team).count() == 3
    assert run.funnel["sessions_dreamt"] == 3
    assert not JournalEntry.objects.of(scene.team).filter(key="of another engine").exists()


def test_dream_of_memory_that_was_rewritten_meanwhile_is_canceled_for_another_one(scene, platform):
    run = scene.queue()
    platform.script_dream([NEW], lingers=50)
    platform.script_dream([NEW])
    before = scene.stores()
    for _ in range(4):
        run = scene.step(run)
    agent_recipes.rewrite(scene.space.memories.select_related("head", "namespace").first(), HOUSE + "- More.\n")
    run.digest = "0" * 64
    run.save(update_fields=["digest"])

    while run.is_active:
        run = scene.step(run)
    scene.clear()

    assert run.state == RunState.COMPLETED
    assert [one.status for one in platform.workspace.dreams.values()] == ["canceled", "completed"]
    assert scene.stores() == before
    assert booked(scene) == scene.usage()


def test_dream_over_the_linked_store_leaves_it_as_it_is(scene, platform):
    held = {"/house.md": HOUSE, "/ship.md": "- Ship at noon.\n"}
    store = scene.link_store(held)
    before = scene.stores()
    platform.script_dream([EDIT])

    run = scene.dream()
    scene.clear()

    assert run.state == RunState.COMPLETED
    assert scene.posts()[0]["body"]["inputs"][0] == {"type": "memory_store", "memory_store_id": store}
    assert [one["path"] for one in platform.asked("POST *")] == ["/v1/dreams"]
    assert [change.operation for change in changes(scene)] == ["edit"]
    assert platform.memories_of(store) == held
    assert scene.stores() == before


def test_what_the_linked_store_holds_otherwise_is_left_out_and_counted(scene, platform):
    store = scene.link_store({"/house.md": HOUSE, "/ship.md": "- Ship at nine.\n", "/theirs.md": "- Theirs.\n"})
    ship = {"op": "edit", "path": "/ship.md", "content": "- Ship at ten.\n"}
    platform.script_dream([EDIT, ship, {"op": "remove", "path": "/theirs.md"}])

    run = scene.dream()
    scene.clear()

    (change,) = changes(scene)
    assert change.head.targets.get().path_before == "/house.md"
    assert run.funnel["skipped_store_differs"] == 2
    assert store in scene.stores()


def test_edit_from_outside_while_it_dreams_is_no_part_of_the_dream(scene, platform):
    store = scene.link_store({"/house.md": HOUSE, "/ship.md": "- Ship at noon.\n"})
    platform.script_dream([EDIT], lingers=3)
    run = scene.queue()
    for _ in range(5):
        run = scene.step(run)
    platform.outside_write(store, "/ship.md", "- Ship at ten.\n")

    while run.is_active:
        run = scene.step(run)

    assert [change.head.targets.get().path_before for change in changes(scene)] == ["/house.md"]


@pytest.mark.slow
def test_more_sessions_than_a_dream_takes_become_several_dreams(team, platform):
    scene = Scene(team.row, platform, sessions=120, memories={"/house.md": HOUSE})
    platform.script_dream([EDIT, NEW])
    platform.script_dream([EDIT, NEW | {"content": f"- {SAID}\n- Whisper.\n"}])
    before = scene.stores()

    run = scene.dream()
    scene.clear()

    assert [len(one["body"]["inputs"][1]["session_ids"]) for one in scene.posts()] == [100, 20]
    assert len({one["body"]["inputs"][0]["memory_store_id"] for one in scene.posts()}) == 1
    assert sorted(change.operation for change in changes(scene)) == ["add", "edit"]
    assert (run.funnel["skipped_proposed_twice"], run.funnel["alternatives"]) == (1, 1)
    assert scene.stores() == before
    assert run.usage["micro_dollars"] == scene.usage()


@pytest.mark.slow
def test_dream_of_sixty_sessions_and_two_hundred_memories(team, platform):
    """Every change itemised, no protected path touched, each quote verified, nothing left, the cost as billed."""
    memories = {f"/topics/m{n:03}.md": f"# Topic {n}\n\n- Rule {n} is kept.\n- Note {n} stays.\n" for n in range(190)}
    memories |= {f"/policies/p{n}.md": f"- Policy {n} holds.\n" for n in range(10)}
    scene = Scene(team.row, platform, sessions=60, memories=memories)
    scene.space.protected = ["/policies/*"]
    scene.space.save()
    platform.script_dream(
        [
            *({"op": "edit", "path": f"/topics/m{n:03}.md", "content": _corrected(n)} for n in range(20)),
            {"op": "move", "path": "/topics/m050.md", "to": "/archive/m050.md"},
            {"op": "remove", "path": "/topics/m051.md"},
            {
                "op": "merge",
                "path": "/topics/m060.md",
                "paths": ["/topics/m060.md", "/topics/m061.md"],
                "content": memories["/topics/m060.md"] + "- Rule 61 is kept.\n- Note 61 stays.\n",
            },
            NEW,
            {"op": "edit", "path": "/policies/p1.md", "content": "- Policy 1 is void.\n"},
            {"op": "remove", "path": "/policies/p2.md"},
            {"op": "add", "path": "/policies/new.md", "content": "- Do as you like.\n"},
        ],
        lingers=2,
    )
    before = scene.stores()

    run = scene.dream()
    scene.clear()

    made = changes(scene)
    kinds = sorted(change.operation for change in made)
    assert kinds == ["add", "archive", *["edit"] * 20, "merge", "move"]
    assert run.funnel["skipped_protected"] == 3
    paths = [
        path
        for change in made
        for target in change.head.targets.all()
        for path in (target.path_before, target.path_after)
    ]
    assert not any(path and path.startswith("/policies/") for path in paths)
    quotes = Evidence.objects.of(scene.team)
    assert {quote.status for quote in quotes} == {"verified"}
    texts = dict(SessionEvent.objects.of(scene.team).filter(position=0).values_list("session", "text"))
    assert all(texts[quote.session_id][quote.start : quote.end] == quote.quote for quote in quotes)
    assert scene.stores() == before
    assert run.usage["micro_dollars"] == scene.usage() == booked(scene)


def _corrected(n):
    return (
        f"# Topic {n}\n\n- Rule {n} is kept.\n- Note {n} stays.\n- Ticket {n}: refunds above 150 EUR need approval.\n"
    )


def test_key_that_is_revoked_half_way_ends_the_run_and_what_is_left_is_cleared_with_a_new_one(scene, platform):
    before = scene.stores()
    platform.script_dream([EDIT], lingers=50)
    run = scene.queue()
    for _ in range(4):
        run = scene.step(run)
    platform.revoke(platform.key)

    while run.is_active:
        run = scene.step(run)
    for _ in range(3):
        scene.clear_once()
    assert "refuses the key" in run.error
    assert platform.key not in json.dumps([str(run.__dict__), *map(str, JournalEntry.objects.of(scene.team).values())])
    assert not any(platform.key in bytes(event.body).decode() for event in Event.objects.all())
    platform.keys[platform.key].revoked = False
    scene.now += timedelta(days=1)
    scene.clear()

    assert scene.stores() == before
    assert next(iter(platform.workspace.dreams.values())).status == "canceled"


def test_store_that_cannot_be_deleted_at_once_is_deleted_later_and_no_other_one_is(scene, platform):
    theirs = platform.seed_store({}, name="Lucid dream of somebody else")
    platform.fault("DELETE /v1/memory_stores/*", 500, times=3)
    platform.script_dream([NEW])
    before = scene.stores()

    scene.dream()
    scene.clear()

    assert scene.stores() == before
    assert theirs in before


def test_what_residency_forbids_is_not_asked(team, platform):
    scene = Scene(team.row, platform)
    Agent.objects.of(team.row).filter(pk=scene.agent.pk).update(residency="EU")

    run = scene.dream()

    assert run.state == RunState.FAILED
    assert "may not hold text labelled “EU”" in run.error
    assert platform.asked() == []


def test_dream_that_residency_forbids_by_now_is_canceled_and_cleared(scene, platform):
    before = scene.stores()
    platform.script_dream([EDIT], lingers=50, partial=1)
    run = scene.queue()
    for _ in range(4):
        run = scene.step(run)
    Agent.objects.of(scene.team).filter(pk=scene.agent.pk).update(residency="EU")

    run = scene.step(run)
    scene.clear()

    assert run.state == RunState.FAILED
    (dream,) = platform.workspace.dreams.values()
    assert dream.status == "canceled"
    assert scene.stores() == before


def test_agent_without_sessions_on_the_platform_is_told_what_is_missing(team, platform):
    scene = Scene(team.row, platform, sessions=0)

    run = scene.dream()

    assert "map the agent" in run.error
    assert platform.asked() == []


def test_agent_without_a_connection_is_told_what_is_missing(team):
    agent = scenes.agent_that_writes(team.row)
    settings.set_(agent=agent, values={"engine": "managed"}, by=trail.SYSTEM, at=scenes.AT)

    run = scenes.dream(agent)

    assert run.state == RunState.FAILED
    assert "No connection to the Claude platform is chosen" in run.error
    assert "local engine" in run.error


def test_dream_of_the_platform_is_neither_rehearsed_nor_asked_about_one_change(team):
    agent = agent_recipes.agent(team.row)
    engine = building.engine_of("managed", Making(agent, settings.of(agent), lambda: None, None))

    assert "Edit its text" in engine.answer(None, Request("chg", "main", "f", "edit", "Why?"), None, None).reason
    with pytest.raises(EngineFailed, match="cannot be rehearsed"):
        rehearsing.rehearse(agent=agent, engine="managed", at=agent.created_at)
