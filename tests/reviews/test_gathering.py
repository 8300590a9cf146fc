"""Deciding on changes of several proposals: from the inbox over a frozen list to a preview with the real diffs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Event
from reviews import bulk
from reviews.inbox import gathering, queue
from reviews.inbox.lines import Reader
from reviews.models import Change
from tests.reviews import scenes
from tests.reviews.test_bulk import field, states


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def proposals(space, count, size=1):
    """So many proposals of low risk."""
    return [
        scenes.propose(
            space.team,
            *(scenes.add(space, f"/{n}-{place}.md", f"- fact {n} {place}\n") for place in range(size)),
            title=f"Number {n}",
            at=scenes.AT + timedelta(minutes=n),
        )
        for n in range(count)
    ]


def waiting(rows):
    return [change for row in rows for change in scenes.changes(row)]


def url(name, team):
    return reverse(f"reviews:{name}", args=[team.slug])


def chosen(client, team, listed, changes, **values):
    given = {"listed": listed, "change": [one.public_id for one in changes], "verdict": "approve"}
    return client.post(url("preview_several", team), given | values)


def test_proposals_chosen_in_the_inbox_are_decided_in_one_batch_and_taken_back(client, team, space):
    rows = proposals(space, 3, size=2)
    changes = waiting(rows[:2])
    client.force_login(team.reviewer)
    inbox = client.get(url("inbox", team)).content.decode()
    assert inbox.count('form="choosing" name="proposal"') == 3

    page = client.get(url("gathered", team), {"view": "mine", "proposal": [row.number for row in rows[:2]]})
    preview = chosen(client, team, field(page, "listed"), changes)
    answer = client.post(url("decide_several", team), {"signed": field(preview, "signed")})

    assert page.content.decode().count(" checked> <span>") == 4
    assert "4 changes will be approved" in preview.content.decode()
    assert states(waiting(rows)) == ["approved"] * 4 + ["open"] * 2
    log = Event.objects.of_log(team.row.trail_log)
    votes = [event.content()["data"] for event in log.matching(types={"change.voted"})]
    (whole,) = log.matching(types={"bulk.decided"})
    assert {vote["batch"] for vote in votes} == {whole.content()["data"]["batch"]}
    assert (len(votes), whole.target_id) == (4, team.row.public_id)

    done = client.get(answer.url).content.decode()
    client.post(f"{answer.url}undo/")
    assert "until then you can take all of it back" in done
    assert states(waiting(rows)) == ["open"] * 6


def test_what_comes_in_after_the_list_was_seen_is_not_swept_in(client, team, space):
    rows = proposals(space, 2)
    client.force_login(team.reviewer)
    page = client.get(url("gathered", team), {"view": "mine", "all": "1"})
    late = scenes.propose(team.row, scenes.add(space, "/late.md", "- late\n"), title="Late")
    (arrival,) = scenes.changes(late)

    with_it = chosen(client, team, field(page, "listed"), [*waiting(rows), arrival])
    preview = chosen(client, team, field(page, "listed"), waiting(rows))
    client.post(url("decide_several", team), {"signed": field(preview, "signed")})

    assert with_it.status_code == 422
    assert states([*waiting(rows), arrival]) == ["approved", "approved", "open"]


def test_all_that_match_a_filter_are_the_changes_that_match_it(client, team, space):
    other = scenes.memory(space, "/other.md")
    mixed = scenes.propose(team.row, scenes.add(space, "/a.md", "- a\n"), scenes.archive(other), title="Mixed")
    add, archive = scenes.changes(mixed)
    client.force_login(team.reviewer)

    inbox = client.get(url("inbox", team), {"q": "operation:add"}).content.decode()
    page = client.get(url("gathered", team), {"view": "mine", "q": "operation:add", "all": "1"}).content.decode()
    whole = client.get(url("gathered", team), {"view": "mine", "all": "1"}).content.decode()

    assert "Decide on the one that matches this filter" in inbox
    assert (add.public_id in page, archive.public_id in page) == (True, False)
    assert "1 change to decide on" in page
    assert archive.public_id in whole
    assert "Only low risk is approved at once" in whole


def test_higher_tiers_are_refused_in_the_preview_with_a_list(client, team, space):
    other = scenes.memory(space, "/other.md")
    grave = scenes.changes(scenes.propose(team.row, scenes.archive(other), title="Grave"))
    low = waiting(proposals(space, 1))
    client.force_login(team.reviewer)
    page = client.get(url("gathered", team), {"view": "mine", "all": "1"})

    preview = chosen(client, team, field(page, "listed"), [*grave, *low])
    client.post(url("decide_several", team), {"signed": field(preview, "signed")})

    text = preview.content.decode()
    assert "1 change is left out" in text
    assert "Only low risk is approved at once" in text
    assert states([*grave, *low]) == ["open", "approved"]


def test_a_very_long_change_is_left_out_of_the_preview_already(client, team, space):
    long = scenes.propose(team.row, scenes.add(space, "/long.md", "".join(f"- {n}\n" for n in range(4100))))
    short = waiting(proposals(space, 1))
    client.force_login(team.reviewer)
    page = client.get(url("gathered", team), {"view": "mine", "all": "1"})

    preview = chosen(client, team, field(page, "listed"), [*scenes.changes(long), *short]).content.decode()

    assert "1 change will be approved" in preview
    assert "Add /long.md</a>" in preview.partition("1 change is left out")[2].partition("</section>")[0]
    assert page.content.decode().count(" checked> <span>") == 1


def test_the_first_diffs_of_a_preview_are_drawn_and_the_rest_on_demand(client, team, space):
    changes = waiting(proposals(space, 1, size=12))
    client.force_login(team.reviewer)
    page = client.get(url("gathered", team), {"view": "mine", "all": "1"})

    preview = chosen(client, team, field(page, "listed"), changes).content.decode()
    later = preview.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    part = client.get(later).content.decode()

    assert preview.count('class="diff ') == preview.count('<details class="card several__change" open>') == 10
    assert preview.count("toggle from:closest details once") == 2
    assert "fact 0 10" in part
    assert "fact 0 10" not in preview


def test_at_most_two_hundred_are_listed_and_the_page_says_of_how_many(team, space):
    proposals(space, 3, size=2)
    reader = Reader(team.reviewer, True, scenes.LATER)
    line_up = queue.read(queue.QueryDict("view=open"), decides=True)

    found = gathering.of_queue(line_up, team=team.row, reader=reader, most=4)
    whole = gathering.of_queue(line_up, team=team.row, reader=reader, most=bulk.MOST)

    assert (len(found.changes), found.total, found.is_cut) == (4, "6", True)
    assert (len(whole.changes), whole.total, whole.is_cut) == (6, "6", False)


@pytest.mark.parametrize("query", ("", "?view=open", "?proposal=x"))
def test_a_choice_of_nothing_goes_back_to_the_list(client, team, space, query):
    client.force_login(team.reviewer)

    answer = client.get(url("gathered", team) + query)

    assert (answer.status_code, answer.url.partition("?")[0]) == (302, url("inbox", team))


def test_lists_are_of_the_person_and_of_their_field(client, team, space):
    changes = waiting(proposals(space, 1))
    client.force_login(team.reviewer)
    listed = field(client.get(url("gathered", team), {"all": "1"}), "listed")

    swapped = client.post(url("decide_several", team), {"signed": listed})
    client.force_login(team.second)
    stolen = chosen(client, team, listed, changes)

    assert {swapped.url, stolen.url} == {url("inbox", team)}
    assert states(changes) == ["open"]


def test_who_does_not_decide_chooses_nothing(client, team, space):
    proposals(space, 1)
    client.force_login(team.member)

    assert 'id="choosing"' not in client.get(url("inbox", team)).content.decode()
    assert client.get(url("gathered", team), {"all": "1"}).status_code == 403


@pytest.mark.parametrize("count", (1, 6))
def test_lists_and_previews_take_the_same_queries_for_any_number(client, team, space, count, django_assert_num_queries):
    changes = waiting(proposals(space, count, size=2))
    client.force_login(team.reviewer)

    with django_assert_num_queries(13):
        page = client.get(url("gathered", team), {"view": "mine", "all": "1"})
    with django_assert_num_queries(13):
        preview = chosen(client, team, field(page, "listed"), changes)

    assert preview.content.decode().count('class="diff ') == min(10, 2 * count)
    assert Change.objects.of(team.row).undecided().count() == 2 * count
