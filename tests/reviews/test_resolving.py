from datetime import date

import pytest
from django.urls import reverse

from agents import memory as memories
from agents.enums import Cause
from agents.memory import Writing
from agents.models import Memory
from agents.text import lines as text_lines
from audit import trail
from audit.models import Event
from reviews import desk, rebasing, resolving
from reviews.decisions import Moved, Refused, Settled
from reviews.drafts import Draft, DraftTarget
from reviews.enums import Operation, Way
from reviews.resolving import Choice
from tests.reviews import scenes

BASE = "- a\n- b\n- c\n- d\n"


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def memory(space):
    return scenes.memory(space, text=BASE)


@pytest.fixture
def clash(team, memory):
    """A change of lines 2 and 4 whose line 2 was written by somebody else meanwhile."""
    change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- a\n- ours\n- c\n- D\n"), by=team.lead))[0]
    scenes.write_elsewhere(memory, "- top\n- a\n- theirs\n- c\n- d\n")
    return follow(change)


def follow(change):
    while rebasing.follow_versions(team=change.team, at=scenes.AT):
        pass
    change.refresh_from_db()
    assert change.state == "conflict"
    return change


def tangle(change):
    return resolving.read(scenes.seat(change))


def resolve(change, person, *, seen="", **choices):
    """Choices by what stands in the key after the target, as in `lines_0=`."""
    found = tangle(change)
    ways = {knot.key: next(iter(choices.values())) for knot in found.knots} if len(choices) == 1 else choices
    return resolving.resolve(
        team=change.team,
        change_id=change.public_id,
        seen=seen or found.seen,
        choices=ways,
        reason="",
        by=person,
        at=scenes.LATER,
    )


@pytest.mark.parametrize(
    ("choice", "lines"),
    [
        (Choice(Way.OURS), "- ours\n"),
        (Choice(Way.THEIRS), "- theirs\n"),
        (Choice(Way.SCOPE, now="in  Europe", new="elsewhere"), "- theirs (in Europe)\n- ours (elsewhere)\n"),
        (
            Choice(Way.DATES, day=date(2026, 3, 1)),
            "- theirs (until 2026-03-01)\n- ours (since 2026-03-01)\n",
        ),
        (Choice(Way.OWN, text="- both\r\n- said well"), "- both\n- said well\n"),
        (Choice(Way.OWN, text=""), ""),
    ],
)
def test_lines_that_both_wrote_go_on_as_chosen(team, memory, clash, choice, lines):
    knots = tangle(clash).knots
    change = resolve(clash, team.reviewer, way=choice)
    revision = change.head

    assert [(one.base, one.proposed, one.current) for one in knots] == [(("- b\n",), ("- ours\n",), ("- theirs\n",))]
    assert (change.state, revision.origin, revision.number) == ("open", "edited", 2)
    assert revision.contributors == sorted([team.lead.public_id, team.reviewer.public_id])
    scenes.approve_and_apply(change, team.second)
    assert scenes.text(memory) == f"- top\n- a\n{lines}- c\n- D\n"


def test_event_says_how(team, clash):
    resolve(clash, team.reviewer, way=Choice(Way.OURS))

    event = Event.objects.of_log(team.row.trail_log).matching(types={"change.resolved"}).get()
    assert (event.target_id, event.content()["data"]["how"]) == (clash.public_id, ["ours"])


def test_keeping_all_that_stands_there_withdraws_the_change(team, memory):
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- ours\n")))[0]
    scenes.write_elsewhere(memory, "- a\n- theirs\n- c\n- d\n")

    change = resolve(follow(change), team.reviewer, way=Choice(Way.THEIRS))

    change.proposal.refresh_from_db()
    assert (change.state, change.proposal.state) == ("withdrawn", "withdrawn")
    assert scenes.text(memory) == "- a\n- theirs\n- c\n- d\n"


def test_who_resolves_does_not_approve(team, clash):
    resolve(clash, team.reviewer, way=Choice(Way.OURS))

    assert not scenes.seat(clash).may_count(team.reviewer)


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Choice(Way.SCOPE, now=" ", new="else"), "for which case"),
        (Choice(Way.DATES), "since when"),
        (Choice(Way.LEAVE), "Choose how"),
        (Choice(Way.OWN, text="x" * 102_401), "more than a memory"),
    ],
)
def test_incomplete_choices_are_refused(team, clash, choice, told):
    with pytest.raises(Refused, match=told):
        resolve(clash, team.reviewer, way=choice)

    clash.refresh_from_db()
    assert (clash.state, clash.head.number) == ("conflict", 1)


def test_what_the_person_did_not_see_is_not_resolved(team, memory, clash):
    seen = tangle(clash).seen
    scenes.write_elsewhere(memory, "- top\n- a\n- theirs, again\n- c\n- d\n")

    with pytest.raises(Moved, match="Something else was written"):
        resolve(clash, team.reviewer, seen=seen, way=Choice(Way.OURS))


def test_a_settled_change_is_not_resolved(team, clash):
    scenes.vote(clash, team.second, "reject", reason_code="stale")

    with pytest.raises(Settled):
        resolve(clash, team.reviewer, way=Choice(Way.OURS))


def test_what_goes_together_is_carried_over(team, memory):
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- ours\n")))[0]
    moved = scenes.changes(scenes.propose(team.row, scenes.move(memory, "/elsewhere.md")))[0]
    scenes.approve_and_apply(moved, team.second)

    assert tangle(change).knots == []
    change = resolve(change, team.reviewer)

    assert (change.state, change.head.origin, change.head.contributors) == ("open", "rebased", [])


def test_an_added_memory_goes_to_another_path(team, space):
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, "/new.md", "- ours\n")))[0]
    scenes.memory(space, "/new.md", "- theirs\n")
    change = follow_taken(change)
    with pytest.raises(Refused, match="Another memory stands"):
        resolve(change, team.reviewer, way=Choice(Way.PATH, path="/new.md"))
    with pytest.raises(Refused):
        resolve(change, team.reviewer, way=Choice(Way.PATH, path="no path"))

    change = resolve(change, team.reviewer, way=Choice(Way.PATH, path="/new_2.md"))
    scenes.approve_and_apply(change, team.second)

    assert {row.path for row in Memory.objects.of(team.row).live()} == {"/new.md", "/new_2.md"}


def follow_taken(change):
    change = rebasing.refresh(team=change.team, change_id=change.pk, at=scenes.AT)
    assert change.state == "conflict"
    return change


def test_an_archived_memory_comes_back_where_it_is_wanted(team, space, memory):
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- ours\n")))[0]
    gone = scenes.changes(scenes.propose(team.row, scenes.archive(memory)))[0]
    scenes.approve_and_apply(gone, team.second)
    change = follow_taken(change)

    change = resolve(change, team.reviewer, way=Choice(Way.PATH, path="/back.md"))
    scenes.approve_and_apply(change, team.second)

    memory.refresh_from_db()
    assert (memory.path, memory.archived) == ("/back.md", False)
    assert scenes.text(memory) == "- a\n- ours\n- c\n- d\n"


@pytest.fixture
def merge(team, space, memory):
    """A merge of a memory into another one; the source got a line meanwhile."""
    source = scenes.memory(space, "/source.md", "- s\n")
    change = scenes.changes(scenes.propose(team.row, scenes.merge(memory, BASE + "- s\n", source)))[0]
    scenes.write_elsewhere(source, "- s\n- late\n")
    return follow_taken(change), source


@pytest.mark.parametrize(
    ("way", "target", "archived"),
    [
        (Way.CARRY, BASE + "- s\n- late\n", True),
        (Way.ANYWAY, BASE + "- s\n", True),
        (Way.LEAVE, BASE + "- s\n", False),
    ],
)
def test_a_merge_whose_source_moved_goes_on(team, memory, merge, way, target, archived):
    change, source = merge

    change = resolve(change, team.reviewer, way=Choice(way))
    scenes.approve_and_apply(change, team.second)

    source.refresh_from_db()
    assert (scenes.text(memory), source.archived, change.state) == (target, archived, "applied")


def test_a_merge_never_only_archives(team, space, memory):
    source = scenes.memory(space, "/source.md", "- s\n")
    change = scenes.changes(scenes.propose(team.row, scenes.merge(memory, "- a\n- s\n- c\n- d\n", source)))[0]
    scenes.write_elsewhere(memory, "- a\n- bee\n- c\n- d\n")
    change = follow(change)

    with pytest.raises(Refused, match="the sources would only go"):
        resolve(change, team.reviewer, way=Choice(Way.THEIRS))


def test_page_shows_three_texts_and_keeps_what_was_typed(client, team, memory, clash):
    client.force_login(team.reviewer)
    url = reverse("reviews:resolve", args=[team.slug, clash.public_id])
    key = tangle(clash).knots[0].key

    page = client.get(url).content.decode()
    none = client.post(url, {"seen": tangle(clash).seen})
    stale = client.post(url, {"seen": "old", f"way-{key}": "own", f"text-{key}": "- said <b>well</b>"})
    answer = client.post(url, {"seen": tangle(clash).seen, f"way-{key}": "own", f"text-{key}": "- said well"})

    assert [page.count(f'value="{way}"') for way in ("theirs", "ours", "scope", "dates", "own")] == [1] * 5
    assert none.status_code == 422
    assert stale.status_code == 409
    assert "- said &lt;b&gt;well&lt;/b&gt;</textarea>" in stale.content.decode()
    assert answer.status_code == 302
    scenes.approve_and_apply(desk.rows(team.row).get(pk=clash.pk), team.second)
    assert "- said well\n" in scenes.text(memory)


def test_card_leads_to_the_resolver(client, team, clash):
    client.force_login(team.reviewer)

    page = client.get(reverse("reviews:change", args=[team.slug, clash.public_id])).content.decode()

    assert reverse("reviews:resolve", args=[team.slug, clash.public_id]) in page


def write_archived(memory, text, at=scenes.AT):
    """A store writes into an archived memory."""
    with trail.unit_of_work(at=at) as unit:
        row = Memory.objects.of(memory.team).select_related("head", "namespace").get(pk=memory.pk)
        edits = text_lines.diff(text_lines.split(row.head.text), text_lines.split(text))
        stored = [{"start": one.start, "end": one.end, "count": len(one.lines)} for one in edits]
        writing = Writing(text=text, path=row.path, archived=True, edits=stored)
        memories.write(memory=row, writing=writing, cause=Cause.SYNC, by=trail.SYSTEM, at=at, unit=unit)


@pytest.fixture
def restore(team, memory):
    """The restore of an archived memory that was written while it lay in the archive."""
    scenes.approve_and_apply(scenes.changes(scenes.propose(team.row, scenes.archive(memory)))[0], team.second)
    base = scenes.head(memory)
    target = DraftTarget(base=base, path_after=base.path)
    draft = Draft(Operation.RESTORE, memory.namespace, "Restore", (target,))
    change = scenes.changes(scenes.propose(team.row, draft, by=team.lead))[0]
    write_archived(memory, "- a\n- bee\n- c\n- d\n- e\n")
    return follow(change)


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        (Choice(Way.AS_IT_IS), "- a\n- bee\n- c\n- d\n- e\n"),
        (Choice(Way.AS_PROPOSED), BASE),
        (Choice(Way.OWN, text="- all new"), "- all new\n"),
    ],
)
def test_a_restore_of_what_was_written_meanwhile_goes_on_as_chosen(team, memory, restore, choice, text):
    change = resolve(restore, team.reviewer, way=choice)

    assert (change.state, change.head.contributors) == (
        "open",
        sorted([team.lead.public_id, team.reviewer.public_id]),
    )
    assert scenes.approve_and_apply(change, team.second).state == "applied"
    memory.refresh_from_db()
    assert (memory.archived, memory.path, scenes.text(memory)) == (False, "/notes.md", text)


def test_a_restore_that_is_left_out_is_withdrawn(team, memory, restore):
    assert resolve(restore, team.reviewer, way=Choice(Way.LEAVE)).state == "withdrawn"
    memory.refresh_from_db()
    assert memory.archived


def test_a_restore_whose_path_is_taken_as_well_comes_back_elsewhere(team, space, memory, restore):
    scenes.memory(space, memory.path, "- theirs\n")
    path, whole = tangle(restore).knots
    assert (path.ways, whole.key) == ((Way.PATH, Way.LEAVE), "0-whole")

    choices = {path.key: Choice(Way.PATH, path="/back.md"), whole.key: Choice(Way.AS_PROPOSED)}
    change = resolve(restore, team.reviewer, **choices)

    assert scenes.approve_and_apply(change, team.second).state == "applied"
    memory.refresh_from_db()
    assert (memory.archived, memory.path, scenes.text(memory)) == (False, "/back.md", BASE)


def test_page_offers_the_ways_of_a_restore(client, team, memory, restore):
    client.force_login(team.reviewer)
    url = reverse("reviews:resolve", args=[team.slug, restore.public_id])

    page = client.get(url).content.decode()
    answer = client.post(url, {"seen": tangle(restore).seen, "way-0-whole": "as_proposed"})

    assert [page.count(f'value="{way}"') for way in ("as_it_is", "as_proposed", "own", "leave")] == [1] * 4
    assert page.count('class="threeway"') == 1
    assert answer.status_code == 302
    scenes.approve_and_apply(desk.rows(team.row).get(pk=restore.pk), team.second)
    assert scenes.text(memory) == BASE


def test_page_shows_each_clash_in_its_three_texts_with_true_line_numbers(client, team, clash):
    client.force_login(team.reviewer)

    page = client.get(reverse("reviews:resolve", args=[team.slug, clash.public_id])).content.decode()

    assert page.count("threeway__row--clash") == page.count('class="threeway"') == 1
    assert "theirs" in page
    assert "- D" not in page  # carried over without a question
