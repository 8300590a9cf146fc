import re

import pytest
from django.urls import reverse

from agents.text import diffs
from agents.text import lines as text_lines
from reviews import editing, rebasing
from reviews.decisions import Refused
from reviews.drafts import Draft, DraftTarget
from reviews.enums import Operation, Verdict
from reviews.models import Revision
from reviews.reading import comparing, pieces
from tests import recipes
from tests.reviews import scenes

LONG = "".join(f"- rule {n} of many\n" for n in range(60))


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def one_change(space, text=LONG, after=None):
    memory = scenes.memory(space, text=text)
    after = after or text.replace("rule 30 of", "rule thirty of")
    return scenes.changes(scenes.propose(space.team, scenes.edit(memory, after)))[0]


def address(team, name, change, revision=1):
    return reverse(f"reviews:{name}", args=[team.slug, change.public_id, revision])


def revise(team, change, text):
    """The next revision of a change, written by the second reviewer."""
    change.refresh_from_db()
    editing.edit(
        team=team.row,
        change_id=change.public_id,
        revision_id=change.head.public_id,
        texts={(0, 0): text},
        reason="",
        by=team.second,
        at=scenes.AT,
    )
    change.refresh_from_db()
    return change


def head(change):
    return Revision.objects.of(change.team).get(pk=change.head_id)


def texts(found):
    return ["".join(text_lines.apply(one.before, one.edits)) for one in found]


@pytest.mark.parametrize("name", ["revision", "gap", "piece", "raw"])
def test_who_is_not_in_the_team_reads_no_revision(client, team, space, name):
    change = one_change(space)
    client.force_login(recipes.user())

    assert client.get(address(team, name, change)).status_code == 404


def test_a_revision_has_a_page_whose_lines_have_addresses(client, team, space):
    change = one_change(space)
    client.force_login(team.member)

    page = client.get(address(team, "revision", change)).content.decode()

    assert '<a class="diff__no diff__no--new" href="#L31">31</a>' in page
    assert '<a class="diff__no" href="#O31">31</a>' in page
    assert 'id="L12"' not in page
    assert client.get(address(team, "revision", change, 2)).status_code == 404


def test_without_scripts_a_gap_opens_on_the_page_of_the_revision(client, team, space):
    change = one_change(space)
    client.force_login(team.member)

    page = client.get(address(team, "revision", change), {"context": "all"}).content.decode()

    assert all(f'id="L{n}"' in page for n in range(1, 61))
    assert "diff__gap" not in page
    assert 'href="?left=base&amp;context=all#L1"' in page


def gap(client, team, change, **values):
    given = {"target": 0, "first": 1, "last": 27, "more": 10, "left": "base"} | values
    return client.get(address(team, "gap", change), given)


def numbers(page):
    number = r'class="diff__no diff__no--new"[^>]*>(?:<span[^>]*>[^<]*</span>)?(\d+)<'
    return [int(n) for n in re.findall(number, page.content.decode())]


@pytest.mark.parametrize(
    ("first", "last", "more", "shown", "left"),
    [
        (1, 27, 10, [*range(18, 28)], "1&amp;last=17"),
        (35, 60, 10, [*range(35, 45)], "45&amp;last=60"),
        (2, 27, 10, [*range(2, 12), *range(18, 28)], "12&amp;last=17"),
        (1, 27, 27, [*range(1, 28)], ""),
        (2, 21, 10, [*range(2, 22)], ""),
    ],
)
def test_a_gap_opens_beside_what_changed(client, team, space, first, last, more, shown, left):
    change = one_change(space)
    team.member.diff_view = "unified"
    team.member.save()
    client.force_login(team.member)

    page = gap(client, team, change, first=first, last=last, more=more)

    assert numbers(page) == shown
    assert (f"first={left}" in page.content.decode()) if left else ("diff__gap" not in page.content.decode())


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"last": 61}, 404),
        ({"first": 20, "last": 40}, 404),
        ({"target": 1}, 404),
        ({"first": 9, "last": 3}, 404),
        ({"first": 0}, 400),
        ({"more": "x"}, 400),
    ],
)
def test_a_gap_that_is_none_is_not_found(client, team, space, given, status):
    change = one_change(space)
    client.force_login(team.member)

    assert gap(client, team, change, **given).status_code == status


@pytest.mark.parametrize(("anchors", "said"), (("0", "rule five of many"), ("1", "rule 5 of many")))
def test_a_gap_reads_as_the_card_that_it_opens_in(client, team, space, anchors, said):
    memory = scenes.memory(space, text=LONG)
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 30, 31, "- thirty\n")))[0]
    scenes.write_elsewhere(memory, f"- rule zero\n{LONG.replace('rule 5 of', 'rule five of')}")
    client.force_login(team.reviewer)

    page = gap(client, team, change, last=28, more=28, anchors=anchors).content.decode()

    assert said in page
    assert ("rule zero" in page) is (anchors == "0")


def test_a_card_opens_its_gaps(client, team, space):
    change = one_change(space)
    client.force_login(team.member)

    page = client.get(change.get_absolute_url().split("#")[0]).content.decode()

    assert f'hx-get="{address(team, "gap", change)}?left=base&amp;target=0&amp;first=1&amp;last=27&amp;more=10"' in page
    assert ' id="L31"' not in page


def test_what_a_person_decided_on_before_stands_on_the_left(client, team, space):
    change = one_change(space)
    scenes.vote(change, team.reviewer, Verdict.REQUEST_CHANGES, reason="Say XXX.")
    revise(team, change, "- rule XXX of many\n")
    revise(team, change, "- rule thirty-one of many\n")

    mine = comparing.lefts(head(change), team.reviewer)
    others = comparing.lefts(head(change), team.lead)

    assert [(one.key, one.number) for one in mine] == [("mine", 1), ("base", None), ("previous", 2), ("current", None)]
    assert [one.key for one in others] == ["base", "previous", "current"]
    assert comparing.read(head(change), mine[0])[0].before[30] == "- rule thirty of many\n"
    assert comparing.read(head(change), others[1])[0].before[30] == "- rule XXX of many\n"
    client.force_login(team.reviewer)
    page = client.get(address(team, "revision", change, 3)).content.decode()
    assert 'aria-current="true">Since I last decided (revision 1)' in page


@pytest.mark.parametrize("key", ["base", "previous", "current"])
def test_every_left_side_leads_to_the_same_text(team, space, key):
    change = revise(team, one_change(space), "- other\n")
    left = next(one for one in comparing.lefts(head(change), team.lead) if one.key == key)

    assert texts(comparing.read(head(change), left)) == [LONG.replace("- rule 30 of many\n", "- other\n")]


def test_memory_as_it_is_now_is_what_was_written_meanwhile(team, space):
    memory = scenes.memory(space, text=LONG)
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 30, 31, "- thirty\n")))[0]
    scenes.write_elsewhere(memory, LONG.replace("- rule 50 of many\n", ""))

    now = comparing.read(head(change), comparing.Left("current", ""))[0]

    assert "".join(now.before) == scenes.text(memory)
    assert texts([now]) == [LONG.replace("- rule 30 of many\n", "- thirty\n")]


def test_an_archive_and_a_move_are_read_too(team, space):
    gone, moved = scenes.memory(space, "/gone.md"), scenes.memory(space, "/a.md")
    first, second = scenes.changes(scenes.propose(team.row, scenes.archive(gone), scenes.move(moved, "/b.md")))

    assert texts(comparing.read(head(first), comparing.Left("base", ""))) == [""]
    assert comparing.read(head(second), comparing.Left("base", ""))[0].rows(3) == []
    assert comparing.read(head(second), comparing.Left("base", ""))[0].path == "/a.md → /b.md"


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_of_a_revision_takes_the_same_queries_for_any_number_of_memories(
    client, team, space, count, django_assert_num_queries
):
    into, *sources = [scenes.memory(space, f"/{n}.md") for n in range(count + 1)]
    change = scenes.changes(scenes.propose(team.row, scenes.merge(into, "- all\n", *sources)))[0]
    client.force_login(team.member)

    with django_assert_num_queries(11):
        page = client.get(address(team, "revision", change)).content.decode()

    assert page.count("Download the text") == count + 1


@pytest.mark.parametrize(
    ("path", "name"),
    [("/a/notes.md", 'filename="notes.md"'), ('/a/b"c.md', 'filename="b_c.md"'), ("/ü.md", "%C3%BC.md")],
)
def test_the_text_is_a_file_that_no_browser_runs(client, team, space, path, name):
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, path, "<script>alert(1)</script>\r\n")))[0]
    client.force_login(team.member)

    response = client.get(address(team, "raw", change))

    assert response.content == b"<script>alert(1)</script>\r\n"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert name in response["Content-Disposition"]
    assert client.get(address(team, "raw", change), {"target": "7"}).status_code == 404


def test_pieces_hold_all_rows_in_order():
    rows = [["ins", None, n, [], [[0, "x" * (n % 900)]]] for n in range(1, 6001)]
    cut = pieces.cut(rows)

    assert [row for piece in cut for row in piece] == rows
    assert max(map(len, cut)) <= pieces.ROWS
    assert all(sum(len(row[4][0][1]) for row in piece) <= pieces.LETTERS for piece in cut)
    assert pieces.cut(rows[: pieces.MOST_ROWS // 10]) == [rows[: pieces.MOST_ROWS // 10]]


def test_a_line_longer_than_a_piece_is_a_piece_of_its_own():
    rows = [["ins", None, n, [], [[0, "x" * 80_000]]] for n in range(1, 4)]

    assert [len(piece) for piece in pieces.cut(rows)] == [1, 1, 1]


@pytest.fixture
def long_change(team, space):
    return scenes.changes(scenes.propose(team.row, scenes.add(space, "/long.md", "- x\n" * 4_500)))[0]


def opened(page):
    """The words that pieces of a diff leave, and not those of panels."""
    found = re.findall(r'name="opened" form="(\S+)" value="(\S+)"', page.content.decode())
    return [one for one in found if one[1].startswith("rev_")]


def form_of(change, **values):
    seat = scenes.seat(change)
    hashes = {name: getattr(seat.bound, name) for name in ("base", "proposed", "requirement", "evidence")}
    return {"verdict": "approve", "revision": seat.head.public_id} | hashes | values


def test_a_very_long_diff_comes_in_pieces_and_is_approved_when_all_were_opened(client, team, long_change):
    client.force_login(team.reviewer)
    url = reverse("reviews:decide", args=[team.slug, long_change.public_id])
    card = client.get(long_change.get_absolute_url())

    parts = [card] + [
        client.get(address(team, "piece", long_change), {"target": 0, "piece": piece, "left": "base"})
        for piece in range(1, 12)
    ]
    words = [word for part in parts for form, word in opened(part) if form == f"{long_change.public_id}-decide"]
    refused = client.post(url, form_of(long_change, opened=words[:-1]))
    done = client.post(url, form_of(long_change, opened=words))

    assert card.content.count(b"diff__row--ins") == pieces.ROWS
    assert "4,500 lines, shown in 12 parts" in card.content.decode()
    assert len(words) == 12
    assert refused.status_code == 409
    assert "1 part of this diff was not opened" in refused.content.decode()
    assert done.status_code == 302
    assert client.get(address(team, "piece", long_change), {"target": 0, "piece": 12}).status_code == 404


def test_what_another_person_opened_does_not_count(client, team, long_change):
    client.force_login(team.second)
    page = client.get(reverse("reviews:change", args=[team.slug, long_change.public_id]), {"whole": "1"})
    words = [word for _, word in opened(page)]

    assert pieces.unopened(long_change.head, long_change.head.targets.all(), team.second, words) == 0
    assert pieces.unopened(long_change.head, long_change.head.targets.all(), team.reviewer, words) == 12


def test_saying_no_to_a_very_long_diff_takes_no_reading(team, long_change):
    with pytest.raises(Refused, match="12 parts"):
        scenes.vote(long_change, team.reviewer)

    assert scenes.vote(long_change, team.reviewer, Verdict.REJECT, reason_code="other").state == "rejected"


def test_without_scripts_all_pieces_are_on_the_page_of_the_change(client, team, long_change):
    client.force_login(team.reviewer)
    card = client.get(long_change.get_absolute_url()).content.decode()
    page = client.get(reverse("reviews:change", args=[team.slug, long_change.public_id]), {"whole": "1"})

    assert f'href="/t/{team.slug}/changes/{long_change.public_id}/?whole=1"' in card
    assert page.content.split(b"</article>")[0].count(b"diff__row--ins") == 4_500  # panels come after the card
    assert len(opened(page)) == 12


def test_the_page_of_a_revision_pages_with_its_anchors(client, team, long_change):
    client.force_login(team.member)

    page = client.get(address(team, "revision", long_change)).content.decode()
    part = client.get(address(team, "piece", long_change), {"target": 0, "piece": 1, "anchors": "1"}).content.decode()

    assert "piece=1&amp;anchors=1" in page
    assert 'id="L400"' in page
    assert 'id="L401"' not in page
    assert 'id="L401"' in part


def test_how_text_is_shown_is_remembered_and_leads_back(client, team, space):
    change = one_change(space, "- a  b\n", "- a  c\n")
    client.force_login(team.reviewer)
    where = address(team, "revision", change)
    url = reverse("reviews:show_as", args=[team.slug, change.proposal.number])

    back = client.post(url, {"text": "spaces", "next": where})
    stray = client.post(url, {"text": "other", "next": "https://elsewhere.example/"})

    team.reviewer.refresh_from_db()
    assert (back.url, team.reviewer.text_view) == (where, "spaces")
    assert stray.url == change.proposal.get_absolute_url()
    assert '<span class="sp">  </span>' in client.get(where).content.decode()
    assert 'name="text" value="prose" aria-pressed="false" data-key="s"' in client.get(where).content.decode()


def test_rows_that_are_stored_are_those_that_are_read(team, space):
    change = one_change(space)
    target = change.head.targets.get()
    found = comparing.read(head(change), comparing.Left("base", ""))[0]

    assert found.rows(diffs.CONTEXT) == target.rows == diffs.rows(found.before, found.edits)


def test_a_card_whose_memory_moved_shows_all_three_texts(client, team, space):
    memory = scenes.memory(space, text=LONG)
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 30, 31, "- rule XXX of many\n")))[0]
    client.force_login(team.reviewer)
    before = client.get(change.get_absolute_url()).content.decode()

    scenes.write_elsewhere(memory, LONG.replace("rule 30 of", "rule three score of").replace("rule 50", "rule fifty"))
    rebasing.refresh(team=team.row, change_id=change.pk, at=scenes.LATER)
    page = client.get(change.get_absolute_url()).content.decode()

    change.refresh_from_db()
    assert change.state == "conflict"
    assert "threeway" not in before
    assert page.count("threeway__row--clash") == 1
    assert page.count("threeway__row--current") == 1
    assert "<ins>XXX</ins>" in page
    assert "<ins>three score</ins>" in page


def test_an_archive_in_the_way_shows_what_it_has_not_seen(client, team, space):
    memory = scenes.memory(space)
    change = scenes.changes(scenes.propose(team.row, scenes.archive(memory)))[0]
    scenes.write_elsewhere(memory, scenes.text(memory) + "- four\n")
    client.force_login(team.reviewer)

    page = client.get(change.get_absolute_url()).content.decode()

    assert "threeway__row--clash" in page
    assert "- </span>four" in page


def test_a_memory_that_moved_and_was_edited_says_how_much_of_it_stays(client, team, space):
    memory = scenes.memory(space, "/a.md", LONG)
    after = LONG.replace("rule 7 of many", "rule seven of all")
    edits = text_lines.diff(text_lines.split(LONG), text_lines.split(after))
    target = DraftTarget(base=scenes.head(memory), path_after="/b/a.md", edits=edits)
    draft = Draft(Operation.MOVE, space, "Move it", (target,))
    change = scenes.changes(scenes.propose(team.row, draft, scenes.move(scenes.memory(space, "/c.md"), "/d.md")))[0]
    client.force_login(team.reviewer)

    page = client.get(change.proposal.get_absolute_url()).content.decode()

    assert "Moved and edited. 99 % of the text stays as it is." in page
    assert "Moved. The text stays as it is." in page
