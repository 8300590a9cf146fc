from datetime import timedelta

import pytest
from django.urls import reverse

from reviews.enums import Verdict
from reviews.inbox import lines as inbox
from reviews.inbox import querying, queue
from reviews.models import Assignment, SavedFilter
from tests.reviews import scenes

NOW = scenes.AT + timedelta(days=3)


@pytest.fixture
def world(team):
    """Three proposals that differ in all that can be asked for."""
    billing = scenes.agent(team.row, slug="billing", name="Billing bot")
    money = scenes.namespace(team.row, slug="money", tier_floor="high")
    notes = scenes.namespace(team.row, slug="notes")
    grave = scenes.propose(team.row, scenes.add(money, "/refunds.md", "- a\n"), agent=billing, title="Refund window")
    small = scenes.propose(team.row, scenes.add(notes, "/b.md", "- b\n"), title="Tone", at=NOW - timedelta(hours=1))
    memory = scenes.memory(notes)
    edit = scenes.propose(team.row, scenes.line_edit(memory, 0, 1, "- uno\n"), title="Numbers")
    scenes.vote(scenes.changes(edit)[0], team.second, Verdict.REQUEST_CHANGES, reason="Why?")
    Assignment.objects.create(team=team.row, proposal=small, person=team.reviewer, how="hand", by_id="", at=scenes.AT)
    return {"grave": grave, "small": small, "edit": edit}


def found(team, world, text, view="open"):
    line_up = queue.Queue(view, querying.parse(text))
    rows = set(line_up.rows(team.row, inbox.Reader(team.reviewer, True, NOW)))
    return {name for name, row in world.items() if row in rows}


@pytest.mark.parametrize(
    ("text", "names"),
    (
        ("tier:high", {"grave"}),
        ("tier:low,high", {"grave", "small", "edit"}),
        ("agent:bill", {"grave"}),
        ("namespace:notes", {"small", "edit"}),
        ("operation:edit", {"edit"}),
        ("namespace:money operation:edit", set()),
        ("age:>2d", {"grave", "edit"}),
        ("age:<2h", {"small"}),
        ("is:mine", {"small"}),
        ("is:unassigned", {"grave", "edit"}),
        ("is:overdue", {"grave"}),
        ("is:overdue,mine", {"grave", "small"}),
        ("is:stale", set()),
        ("is:claimed", set()),
        ("reviewer:me", {"small"}),
        ("reviewer:second", {"edit"}),
        ("refund", {"grave"}),
        ("refunds.md", {"grave"}),
        ("billing", {"grave"}),
        ('"refund window" tier:high', {"grave"}),
        ("%", set()),
    ),
)
def test_each_key_finds_what_it_says(team, world, text, names):
    assert found(team, world, text) == names


def test_what_is_asked_of_changes_holds_of_one_that_waits(team, world):
    scenes.vote(scenes.changes(world["grave"])[0], team.reviewer, Verdict.REJECT, reason_code="false")

    assert found(team, world, "tier:high") == set()
    assert found(team, world, "tier:high", "done") == {"grave"}


def visit(client, team, person, **given):
    client.force_login(person)
    return client.get(reverse("reviews:inbox", args=[team.slug]), given).content.decode()


def test_terms_are_chips_that_drop_them(client, team, world):
    page = visit(client, team, team.reviewer, view="open", q="tier:high refund")

    assert 'href="?view=open&amp;q=refund"' in page
    assert 'href="?view=open&amp;q=tier%3Ahigh"' in page
    assert "Tone" not in page


def test_a_filter_that_finds_nothing_says_which_term_to_drop(client, team, world):
    page = visit(client, team, team.reviewer, view="open", q="tier:high operation:edit")

    assert "without operation:edit: 1" in page
    assert "without tier:high: 1" in page


def test_a_query_that_cannot_be_read_says_where_and_is_kept(client, team, world):
    page = visit(client, team, team.reviewer, view="open", q='teir:high "')

    assert "“teir” at character 1 is no key" in page
    assert 'value="teir:high &quot;"' in page
    assert "Refund window" not in page


def keep(client, team, person, **given):
    client.force_login(person)
    return client.post(reverse("reviews:filter_save", args=[team.slug]), given)


def test_a_kept_filter_is_seen_by_its_person_and_a_shared_one_by_the_team(client, team, world):
    keep(client, team, team.reviewer, view="open", q="tier:high", name="Mine alone")
    keep(client, team, team.reviewer, view="open", q="is:overdue", name="All of ours", shared="1")

    own, other = (visit(client, team, person) for person in (team.reviewer, team.second))

    assert ["Mine alone" in own, "All of ours" in own] == [True, True]
    assert ["Mine alone" in other, "All of ours" in other] == [False, True]


def test_the_same_name_again_takes_the_new_query(client, team, world):
    for text in ("tier:high", "tier:low"):
        keep(client, team, team.reviewer, q=text, name="One")

    assert [row.query for row in SavedFilter.objects.of(team.row)] == ["tier:low"]


@pytest.mark.parametrize(
    "given", ({"q": "", "name": "One"}, {"q": "tier:high", "name": ""}, {"q": "x:y", "name": "One"})
)
def test_what_says_nothing_is_not_kept(client, team, given):
    keep(client, team, team.reviewer, **given)

    assert not SavedFilter.objects.of(team.row).exists()


def test_a_member_keeps_filters_for_themselves_only(client, team):
    own = keep(client, team, team.member, q="tier:high", name="Own")
    shared = keep(client, team, team.member, q="tier:high", name="Ours", shared="1")

    assert (own.status_code, shared.status_code) == (302, 403)


def test_a_filter_of_another_person_is_not_found(client, team):
    keep(client, team, team.reviewer, q="tier:high", name="Own")
    row = SavedFilter.objects.of(team.row).get()
    url = reverse("reviews:filter_remove", args=[team.slug, row.public_id])

    client.force_login(team.second)
    foreign = client.post(url).status_code
    client.force_login(team.reviewer)
    own = client.post(url).status_code

    assert (foreign, own, SavedFilter.objects.of(team.row).count()) == (404, 302, 0)
