import pytest
from django.urls import reverse

from agents.search import indexing, words
from reviews.reading import searching
from tests import agent_recipes, recipes
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row, slug="rules", name="Rules")


def index():
    indexing.index_due(now=recipes.AT)
    searching.index_due(now=recipes.AT)


def search(client, team, **query):
    return client.get(reverse("reviews:search", args=[team.slug]), query)


def test_a_proposal_and_its_changes_are_found_by_what_they_say(client, team, space):
    memory = scenes.memory(space, text="- Refunds take 30 days.\n")
    draft = scenes.edit(memory, "- Refunds take fourteen days.\n", title="Shorten the window", rationale="Told so.")
    proposal = scenes.propose(team.row, draft, title="Quicker money")
    index()
    client.force_login(team.member)

    change = scenes.changes(proposal)[0]
    by_line = search(client, team, q="fourteen").content.decode()
    by_title = search(client, team, q="quicker").content.decode()

    assert reverse("reviews:change", args=[team.slug, change.public_id]) in by_line
    assert "<mark>fourteen</mark>" in by_line
    assert reverse("reviews:proposal", args=[team.slug, proposal.number]) in by_title


def test_a_statement_leads_to_its_line(client, team, space):
    memory = scenes.memory(space, text="# Rules\n\n- Refunds take 30 days.\n")
    index()
    client.force_login(team.member)

    page = search(client, team, q="refunds", kind="statement").content.decode()

    assert f"{reverse('agents:memory_lines', args=[team.slug, memory.public_id])}#L3" in page


def test_a_page_says_what_to_do_where_nothing_fits(client, team, space):
    client.force_login(team.member)

    assert "Nothing fits all of these words" in search(client, team, q="unheard").content.decode()
    assert search(client, team, kind="nonsense").status_code == 422
    assert search(client, team).status_code == 200


def test_hostile_text_is_drawn_as_text(client, team, space):
    said = "<script>alert(1)</script> refunds \u202e{{ 7 }}"
    scenes.memory(space, path="/<b>.md", text=f"- {said}\n")
    index()
    client.force_login(team.member)

    page = search(client, team, q="refunds").content.decode()

    assert "<script>alert" not in page
    assert "U+202E" in page


@pytest.mark.parametrize("count", [3, 40])
def test_the_page_takes_the_same_queries_for_any_number_of_hits(
    client, team, space, count, django_assert_max_num_queries
):
    scenes.memory(space, text="".join(f"- alpha {n} {n}\n" for n in range(count)))
    agent = agent_recipes.agent(team.row)
    agent_recipes.session(agent, texts=("alpha",))
    index()
    client.force_login(team.member)

    with django_assert_max_num_queries(13):
        page = search(client, team, q="alpha")

    assert page.content.count(b'<article class="row"') >= count


@pytest.mark.parametrize(
    ("text", "question", "pieces"),
    [
        ("Refunds take 30 days.", "30", ((False, "Refunds take "), (True, "30"), (False, " days."))),
        ("no hit here", "other", ((False, "no hit here"),)),
        ("", "other", ()),
        ("a\n\n  b", "b", ((False, "a "), (True, "b"))),
    ],
)
def test_a_snippet_marks_what_was_found(text, question, pieces):
    assert searching.snippet(text, words.ask(question)) == pieces


def test_a_snippet_of_a_long_text_begins_near_the_hit():
    text = "x " * 5_000 + "needle in it" + " y" * 5_000

    pieces = searching.snippet(text, words.ask("needle"))

    assert (True, "needle") in pieces
    assert sum(len(piece) for _, piece in pieces) < 2 * searching.SNIPPET
