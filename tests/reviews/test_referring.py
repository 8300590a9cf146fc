import pytest
from django.urls import reverse

from reviews.reading import referring
from tests import agent_recipes
from tests.reviews import scenes

PATH = "/notes/packing-notes.md"


@pytest.fixture
def space(team):
    return scenes.namespace(team.row, slug="support", name="Support")


def change_of(team, draft):
    return scenes.changes(scenes.propose(team.row, draft))[0]


def seat_of(team, draft):
    return scenes.seat(change_of(team, draft))


@pytest.mark.parametrize(
    "text",
    [
        "See /notes/packing-notes.md.",
        "See `support/notes/packing-notes.md`, please.",
        "More in [the notes](../notes/packing-notes.md#fragile).",
        "More in packing-notes.md",
        "See [[packing-notes]].",
        "See [[notes/Packing-Notes|the notes]].",
        "See [[packing-notes.md#fragile]].",
    ],
)
def test_a_path_is_known_in_each_way_to_name_it(text):
    assert referring.names(text, PATH, space="support")


@pytest.mark.parametrize(
    "text",
    [
        "The packing-notes are old.",
        "See /other/packing-notes.md.",
        "See /packing-notes.md.",
        "See /notes/old-packing-notes.md and /notes/packing-notes.md5",
        "See https://wiki.example/notes/packing-notes.md",
        "See sales/notes/packing-notes.md",
        "See [[old-packing-notes]] and [[other/packing-notes]].",
    ],
)
def test_what_only_looks_like_the_path_names_nothing(text):
    assert not referring.names(text, PATH, space="support")


def test_a_name_without_a_dot_is_a_word():
    assert not referring.names("Keep notes on it.", "/team/notes", space="support")
    assert referring.names("Keep it in /team/notes, or [[notes]].", "/team/notes", space="support")


@pytest.mark.parametrize("how", ("archive", "move", "merge"))
def test_memories_that_name_what_goes_away_are_told(team, space, how):
    gone, kept = scenes.memory(space, PATH), scenes.memory(space, "/kept.md", "- kept\n")
    first = scenes.memory(space, "/index.md", f"- See {PATH}.\n")
    scenes.memory(space, "/other.md", "- The packing notes are old.\n")
    draft = {
        "archive": lambda: scenes.archive(gone),
        "move": lambda: scenes.move(gone, "/packing.md"),
        "merge": lambda: scenes.merge(kept, "- kept\n- one\n", gone),
    }[how]()

    found = referring.read(seat_of(team, draft))

    assert (found.paths, [one.pk for one in found.memories], found.total) == ([PATH], [first.pk], 1)


def test_an_edit_takes_no_path_away(team, space):
    memory = scenes.memory(space, PATH)
    scenes.memory(space, "/index.md", f"- See {PATH}.\n")

    assert referring.read(seat_of(team, scenes.edit(memory, "- one\n"))).total == 0


def test_only_what_the_same_readers_are_given_counts(team, space):
    agent, shared, foreign = agent_recipes.agent(team.row), scenes.namespace(team.row), scenes.namespace(team.row)
    scenes.access(agent, space, "read")
    scenes.access(agent, shared, "read")
    near = scenes.memory(shared, "/near.md", "- See [[packing-notes]].\n")
    scenes.memory(foreign, "/far.md", "- See [[packing-notes]].\n")

    found = referring.read(seat_of(team, scenes.archive(scenes.memory(space, PATH))))

    assert [one.pk for one in found.memories] == [near.pk]


@pytest.mark.parametrize("count", (1, 7))
def test_five_are_shown_with_their_number_in_one_query(client, team, space, django_assert_num_queries, count):
    change = change_of(team, scenes.archive(scenes.memory(space, PATH)))
    for n in range(count):
        scenes.memory(space, f"/index-{n}.md", "- See <b>[[packing-notes]]</b>.\n")
    client.force_login(team.reviewer)
    seat = scenes.seat(change)

    with django_assert_num_queries(1):
        found = referring.read(seat)
    page = client.get(reverse("reviews:panel", args=[team.slug, change.public_id, "impact"])).content.decode()

    assert (len(found.memories), found.total) == (min(count, 5), count)
    said = "1 memory that these agents read names" if count == 1 else "7 memories that these agents read name"
    assert f"{said} a path at which nothing stands any more:" in page
    assert page.count('<span class="path">/index-') == min(count, 5)
    assert ("2 more" in page) is (count == 7)
