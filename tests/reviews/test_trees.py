import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from reviews.reading import restructuring, trees
from reviews.reading.trees import Mark, Step
from tests.reviews import scenes

names = st.sampled_from(["a", "b", "c"])
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts) + ".md")


@st.composite
def restructurings(draw):
    """Paths, and steps that each take another path to a free one."""
    given_paths = draw(st.sets(paths, min_size=1, max_size=10))
    free = draw(st.sets(paths, max_size=8)) - given_paths
    steps = []
    for number, path in enumerate(draw(st.lists(st.sampled_from(sorted(given_paths)), unique=True))):
        after = draw(st.sampled_from([None, path, *sorted(free)]))
        free.discard(after)
        steps.append(Step(f"c{number}", path, after))
    steps += [Step(f"n{number}", None, path) for number, path in enumerate(sorted(free))]
    return given_paths, steps


def leaves(folder):
    return [*folder.leaves, *(leaf for one in folder.folders.values() for leaf in leaves(one))]


def others(folder):
    return folder.others + sum(map(others, folder.folders.values()))


@given(restructurings())
def test_both_trees_hold_every_path_once(case):
    given_paths, steps = case
    before, after = trees.grow(given_paths, steps)

    assert (before.total, after.total) == tuple(map(len, trees.before_and_after(given_paths, steps)))
    assert sorted(leaf.path for leaf in leaves(before)) == sorted(step.before for step in steps if step.before)
    assert sorted(leaf.path for leaf in leaves(after)) == sorted(step.after for step in steps if step.after)
    assert others(before) == before.total - len(leaves(before))
    assert others(before) == others(after)


@given(restructurings(), st.sets(st.integers(0, 20)))
def test_what_is_done_already_changes_neither_tree(case, done):
    given_paths, steps = case
    half = [
        Step(one.change, one.before, one.after, one.into, is_done=True) if number in done else one
        for number, one in enumerate(steps)
    ]
    live = given_paths - {one.before for one in half if one.is_done} | {
        one.after for one in half if one.is_done and one.after
    }

    assert trees.before_and_after(live, half) == trees.before_and_after(given_paths, steps)


def test_a_move_names_where_it_came_from_and_where_it_goes():
    before, after = trees.grow(["/a/x.md", "/a/y.md", "/b/z.md"], [Step("c", "/a/x.md", "/topics/x.md")])

    assert [(leaf.name, leaf.mark, leaf.other) for leaf in before.inner[0].shown] == [
        ("x.md", Mark.MOVED, "/topics/x.md")
    ]
    assert [(leaf.name, leaf.other) for leaf in after.inner[0].shown] == [("x.md", "/a/x.md")]
    assert (before.inner[0].others, before.untouched, after.untouched) == (1, 1, 2)


@pytest.fixture
def restructured(team):
    """A proposal that moves three memories into a folder and merges two."""
    space = scenes.namespace(team.row)
    memories = [scenes.memory(space, f"/m{n}.md", f"- memory {n}\n") for n in range(6)]
    drafts = [scenes.move(memory, f"/topics{memory.path}") for memory in memories[:3]]
    drafts.append(scenes.merge(memories[3], "- memory 3\n- memory 4\n", memories[4]))
    return scenes.propose(team.row, *drafts)


def test_a_restructuring_is_read_from_its_changes(team, restructured):
    (found,) = restructuring.read(restructured)

    assert (found.files_before, found.files_after) == (6, 5)
    assert [leaf.mark for leaf in found.before.shown] == ["moved"] * 3 + ["edited", "merged"]
    assert found.before.shown[4].other == "/m3.md"
    assert [leaf.other for leaf in found.after.inner[0].shown] == ["/m0.md", "/m1.md", "/m2.md"]


def test_what_was_applied_or_refused_leaves_the_picture_true(team, restructured):
    first, second, *_ = scenes.changes(restructured)
    scenes.approve_and_apply(first, team.reviewer)
    scenes.vote(second, team.reviewer, "reject", reason_code="other")

    (found,) = restructuring.read(restructured)

    assert (found.files_before, found.files_after) == (6, 5)
    assert [leaf.name for leaf in found.after.inner[0].shown] == ["m0.md", "m2.md"]
    assert found.before.others == 2


def test_a_proposal_of_many_moves_shows_its_tree(client, team, restructured):
    client.force_login(team.member)
    url = reverse("reviews:tree", args=[team.slug, restructured.number])

    page = client.get(restructured.get_absolute_url()).content.decode()
    alone = client.get(url).content.decode()

    for text in (page, alone):
        assert "6 memories before, 5 after" in text
        assert text.count("topics") >= 2
    assert url in page
    assert f"/changes/{scenes.changes(restructured)[0].public_id}/" in alone


def test_a_proposal_of_few_moves_has_no_tree(client, team):
    space = scenes.namespace(team.row)
    proposal = scenes.propose(team.row, scenes.move(scenes.memory(space, "/a.md"), "/b.md"))
    client.force_login(team.member)

    assert "memories before" not in client.get(proposal.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [3, 9])
def test_the_tree_takes_the_same_queries_for_any_number_of_moves(team, count, django_assert_num_queries):
    space = scenes.namespace(team.row)
    moves = [scenes.move(scenes.memory(space, f"/m{n}.md"), f"/t/m{n}.md") for n in range(count)]
    proposal = scenes.propose(team.row, *moves)

    with django_assert_num_queries(3):
        restructuring.read(proposal)
