import re

from hypothesis import given
from hypothesis import strategies as st

from agents.text.specifics import Specific
from reviews.reading import merged
from reviews.reading.merged import Left, Source
from tests.reviews import scenes

texts = st.lists(st.sampled_from(["- pay within 30 days\n", "- pay within 14 days\n", "- greet\n", "\n", "# T\n"])).map(
    "".join
)


def read(result, *sources):
    return merged.read(sources=[Source(f"/{n}.md", text) for n, text in enumerate(sources)], result=result)


def test_each_line_names_its_sources_word_for_word_or_reworded():
    found = read(
        "# Refunds\n- Ask for the number.\n- Refunds take at most 30 days.\n- Be kind.\n",
        "# Refunds\n- Ask for the number.\n",
        "* ask for the number.\n- Refunds take 30 days.\n",
    )

    assert [(one.number, one.sources, one.is_reworded) for one in found.lines] == [
        (1, (0,), False),
        (2, (0, 1), False),
        (3, (1,), True),
        (4, (), False),
    ]
    assert found.left == ()


def test_what_is_nowhere_in_the_result_is_told_with_what_was_exact():
    found = read(
        "- Ask for the number.\n", "- Ask for the number.\n", "- Fees are 3.5 % at /etc/fees.toml for Contoso.\n"
    )

    assert found.left == (Left(1, 1, "- Fees are 3.5 % at /etc/fees.toml for Contoso."),)
    assert Specific("path", "/etc/fees.toml") in found.lost


def test_what_is_left_out_names_the_line_that_comes_nearest():
    found = read(
        "# Pallets\n- Pallets above 1.8 m need two straps.\n",
        "# Pallets\n- Pallets above 1.8 m need two straps.\n",
        "- Two straps for pallets above 1.8 m.\n- Greet.\n",
    )

    assert [(one.text, one.nearest and one.nearest.number) for one in found.left] == [
        ("- Two straps for pallets above 1.8 m.", 2),
        ("- Greet.", None),
    ]


@given(texts, st.lists(texts, max_size=3))
def test_every_line_of_a_source_is_in_the_result_reworded_or_left(result, sources):
    found = read(result, *sources)
    said = [line for source in sources for line in source.split("\n") if merged._bare(line)]
    kept = {merged._bare(one.text) for one in found.lines}

    assert [one.number for one in found.lines] == [
        n for n, line in enumerate(result.split("\n"), 1) if merged._bare(line)
    ]
    for one in found.left:
        assert sources[one.source].split("\n")[one.number - 1].rstrip() == one.text
        assert merged._bare(one.text) not in kept
    assert len(found.left) <= len(said)
    assert not found.left or set(said) - {line for line in said if merged._bare(line) in kept}


@given(texts)
def test_a_merge_that_keeps_all_leaves_nothing(text):
    found = read(text, text, text)

    assert (found.left, found.lost) == ((), ())
    assert all(one.sources == (0, 1) for one in found.lines)


def test_a_card_of_a_merge_reads_as_many_into_one(client, team):
    space = scenes.namespace(team.row)
    into = scenes.memory(space, "/a.md", "- Ask for the number.\n")
    other = scenes.memory(space, "/b.md", "- Fees are 3.5 % <b>now</b>.\n- Greet.\n")
    change = scenes.changes(scenes.propose(team.row, scenes.merge(into, "- Ask for the number.\n- Greet.\n", other)))[0]
    client.force_login(team.reviewer)

    page = client.get(change.get_absolute_url()).content.decode()

    assert "1 line is nowhere in the result" in page
    assert "<del>- Fees are 3.5 % &lt;b&gt;now&lt;/b&gt;.</del>" in page
    assert "The result no longer says:" in page


def test_a_merge_reads_as_memory_stands_now(team):
    space = scenes.namespace(team.row)
    text = "# A\n- Two straps.\n- Weigh it.\n- Sign.\n- Close.\n- Bow.\n"
    into, other = scenes.memory(space, "/a.md", text), scenes.memory(space, "/b.md", "- Greet.\n")
    change = scenes.changes(scenes.propose(team.row, scenes.merge(into, f"{text}- Greet.\n", other)))[0]
    scenes.write_elsewhere(into, text.replace("Two", "Three"))
    seat = scenes.seat(change)

    first, again = (merged.of(change, seat.standing.targets) for _ in range(2))

    assert seat.held
    assert first == again
    assert [one.text for one in first.lines][1:3] == ["- Three straps.", "- Weigh it."]
    assert first.lines[-1].text == "- Greet."
    assert first.left == ()


def test_a_card_of_a_merge_shows_the_line_that_is_kept_once(client, team):
    space = scenes.namespace(team.row)
    into = scenes.memory(space, "/a.md", "# A\n- Ask for the number.\n- Weigh it.\n- Sign.\n- Close.\n- Bow.\n")
    other = scenes.memory(space, "/b.md", "- ask for the number.\n- Greet.\n")
    after = f"{scenes.text(into)}- Greet.\n"
    change = scenes.changes(scenes.propose(team.row, scenes.merge(into, after, other)))[0]
    client.force_login(team.reviewer)

    page = client.get(change.proposal.get_absolute_url()).content.decode()

    view = page[page.index('<section class="merged"') : page.index("</section>", page.index('<section class="merged"'))]
    first, second = re.findall(r'<span class="path">(.*?)</li>', view)
    assert ("/a.md" in first, "takes the result" in first) == (True, True)
    assert ("/b.md" in second, "goes to the archive" in second) == (True, True)
    kept = view[view.index("1 line stands in more than one memory, and stays once") : view.index("<details>")]
    assert re.findall(r'merged__letter">(.)<', kept) == ["A", "B"]
    assert "- Ask for the number." in kept
