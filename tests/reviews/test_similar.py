import pytest
from django.urls import reverse

from agents.text.verdicts import Kind
from reviews.enums import Verdict
from reviews.reading import similar, telling
from tests import agent_recipes
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row, name="Support")


def change_of(team, *drafts):
    return scenes.changes(scenes.propose(team.row, *drafts))[0]


def told(near):
    return [(one.kind, one.source.label) for one in near]


def test_what_memory_says_already_or_says_otherwise_is_found(team, space):
    scenes.memory(space, path="/a.md", text="- Never accept unlimited liability.\n- The refund window is 30 days.\n")
    draft = scenes.add(space, "/b.md", "- Never accept unlimited liability!\n- The refund window is 14 days.\n")

    found = similar.read(change_of(team, draft))

    assert {one.kind for one in found.memories} == {Kind.SAME, Kind.CONTRADICTS}
    assert {one.source.label for one in found.memories} == {"Support · /a.md"}
    assert (found.asked, found.known, found.removes) == (2, 2, False)


def test_the_way_from_what_stands_to_what_is_proposed_is_a_diff(team, space):
    scenes.memory(space, path="/a.md", text="- The refund window is 30 days.\n")
    [near] = similar.read(change_of(team, scenes.add(space, "/b.md", "- The refund window is 14 days.\n"))).memories

    [row] = near.rows
    assert [text for marked, text in row[3] if marked] == ["30"]
    assert [text for marked, text in row[4] if marked] == ["14"]


def test_what_the_change_itself_takes_out_or_leaves_as_it_is_is_told_apart(team, space):
    memory = scenes.memory(space, text="- The refund window is 30 days.\n- Ask for photographs of the damage.\n")
    replaced = change_of(
        team, scenes.edit(memory, "- The refund window is 14 days.\n- Ask for photographs of the damage.\n")
    )
    repeated = change_of(
        team,
        scenes.edit(memory, memory.head.text + "- Ask for photographs of damage.\n", title="Again"),
    )

    assert similar.read(replaced).memories == []
    assert told(similar.read(repeated).memories) == [(Kind.SAME, "/notes.md")]


def test_of_what_is_taken_out_a_twin_that_stays_is_named(team, space):
    twin = scenes.memory(space, path="/a.md", text="- Write dates as 3 March 2026.\n")
    memory = scenes.memory(space, path="/b.md", text="- Write dates as 3 March 2026.\n- Greet by name.\n")

    found = similar.read(change_of(team, scenes.edit(memory, "- Greet by name.\n")))

    assert found.removes
    assert [(one.kind, one.source.memory) for one in found.memories] == [(Kind.SAME, twin.public_id)]


def test_memory_is_that_of_all_namespaces_which_the_agents_read(team, space):
    reader = agent_recipes.agent(team.row)
    beside, apart = scenes.namespace(team.row, name="Beside"), scenes.namespace(team.row, name="Apart")
    for one in (space, beside):
        scenes.access(reader, one, "read")
    for one in (beside, apart):
        scenes.memory(one, path="/a.md", text="- Greet every customer by name.\n")

    found = similar.read(change_of(team, scenes.add(space, "/b.md", "- Greet every customer by name.\n")))

    assert told(found.memories) == [(Kind.SAME, "Beside · /a.md")]


def test_other_open_changes_and_rejected_ones_are_named(team, space):
    other = scenes.add(space, "/a.md", "- Greet every customer by name.\n", fingerprint="a")
    turned_down = change_of(team, scenes.add(space, "/b.md", "- Greet every customer by name!\n", fingerprint="b"))
    scenes.vote(turned_down, team.reviewer, Verdict.REJECT, reason_code="duplicate")
    waiting = change_of(team, other)

    found = similar.read(
        change_of(team, scenes.add(space, "/c.md", "- Greet each customer by name.\n", fingerprint="c"))
    )

    assert [one.source.change.pk for one in found.pending] == [waiting.pk]
    assert [one.source.change.pk for one in found.rejected] == [turned_down.pk]


def test_an_edit_is_judged_as_it_reads_now(client, team, space):
    scenes.memory(space, path="/a.md", text="- The refund window is 30 days.\n")
    change = change_of(team, scenes.add(space, "/b.md", "- The refund window is 14 days.\n"))
    client.force_login(team.reviewer)
    values = {"revision": change.head.public_id, "after-0-0": "- Carriers send a scan.\n", "reason": ""}

    before = similar.read(change).memories
    client.post(reverse("reviews:edit", args=[team.slug, change.public_id]), values)
    change.refresh_from_db()

    assert [one.kind for one in before] == [Kind.CONTRADICTS]
    assert similar.read(change).memories == []


def test_documents_are_read_once_and_the_oldest_are_let_go():
    kept = telling.Kept(3)
    for name in "abcd":
        kept.put(name, (name,))
    kept.put("e", ("e", "e"))
    kept.get("d")
    kept.put("f", ("f",))

    assert [name for name in "abcdef" if kept.get(name)] == ["d", "f"]
    assert len(kept) == 2


@pytest.mark.parametrize("count", [1, 6])
def test_the_panel_takes_the_same_queries_for_any_number_of_memories(
    client, team, space, count, django_assert_num_queries
):
    for n in range(count):
        scenes.memory(space, path=f"/{n}.md", text=f"- Greet customer number {n} of {count} by name.\n")
    change = change_of(team, scenes.add(space, "/x.md", f"- Greet customer number 0 of {count} by name.\n"))
    client.force_login(team.member)

    with django_assert_num_queries(8):
        page = client.get(reverse("reviews:panel", args=[team.slug, change.public_id, "similar"])).content.decode()

    assert "Says the same" in page
    assert "Word for word." in page


def test_what_an_applied_change_added_does_not_repeat_itself(team):
    space = scenes.namespace(team.row)
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, "/new.md", "- Ask for the number first.\n")))[0]
    scenes.approve_and_apply(change, team.reviewer)

    told = telling.said(change)

    assert list(telling.standing(change, told)) == []
