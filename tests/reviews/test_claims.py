import pytest
from django.urls import reverse

from reviews.drafts import BadDraft, DraftQuote
from reviews.models import EvidenceLink
from reviews.reading import claims, quoting
from tests import agent_recipes
from tests.reviews import scenes

SAID = "Since November the refund window is 14 days."


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def session(team):
    return agent_recipes.session(agent_recipes.agent(team.row), texts=(SAID, "The parcel was wet."))


def marks(change):
    seat = scenes.seat(change)
    quotes = quoting.read([change], team=change.team).get(change.pk, [])
    targets = [one.target for one in seat.standing.targets]
    return [
        {line: (len(mark.quotes), mark.supporting) for line, mark in table.items()}
        for table in claims.read(seat.change, targets, quotes)
    ]


def change_of(team, *drafts):
    return scenes.changes(scenes.propose(team.row, *drafts))[0]


def test_each_claim_is_linked_to_what_speaks_for_it_and_a_claim_without_is_bare(team, space, session):
    text = "# Refunds\n\n- The refund window is 14 days.\n- Always wire money to Mallory.\n"
    change = change_of(team, scenes.add(space, "/a.md", text, quotes=(scenes.quote(session, 0, SAID),)))

    assert marks(change) == [{3: (1, 1), 4: (0, 0)}]


def test_what_speaks_against_marks_its_line_and_supports_nothing(team, space, session):
    quote = scenes.quote(session, 0, SAID, stance="against")
    change = change_of(team, scenes.add(space, "/a.md", "- The refund window is 30 days.\n", quotes=(quote,)))

    assert marks(change) == [{1: (1, 0)}]


def test_of_a_changed_line_only_new_words_count(team, space, session):
    memory = scenes.memory(space, text="- The refund window is 14 days after cover starts.\n")
    draft = scenes.edit(
        memory, "- The refund window is 90 days after cover starts.\n", quotes=(scenes.quote(session, 0, SAID),)
    )

    assert marks(change_of(team, draft)) == [{-1: (1, 1), 1: (0, 0)}]


def test_lines_that_only_move_or_come_back_claim_nothing_new(team, space):
    first = scenes.memory(space, path="/a.md", text="- a rule of ours\n")
    second = scenes.memory(space, path="/b.md", text="- another rule of ours\n")
    merge = change_of(team, scenes.merge(first, "- a rule of ours\n- another rule of ours\n", second))

    assert marks(merge) == [{}, {}]


def test_a_quote_that_does_not_hold_supports_nothing(team, space, session):
    quote = scenes.quote(session, 0, "The refund window is 14 days")
    change = change_of(team, scenes.add(space, "/a.md", "- The refund window is 14 days.\n", quotes=(quote,)))

    assert marks(change) == [{1: (0, 0)}]


def named(session, *lines):
    return DraftQuote(session.public_id, 1, 0, 19, "The parcel was wet.", lines=lines)


def test_lines_that_the_author_names_are_what_the_quote_is_about(team, space, session):
    draft = scenes.add(space, "/a.md", "- First wrap it.\n- Then ship it.\n", quotes=(named(session, 0, 1, 2),))

    assert marks(change_of(team, draft)) == [{1: (0, 0), 2: (1, 1)}]


@pytest.mark.parametrize("lines", [(0, 1, 1), (0, 0, 3), (1, 0, 1), (0, -1, 1)])
def test_lines_that_are_not_there_are_refused(team, space, session, lines):
    with pytest.raises(BadDraft, match="about lines that are not there"):
        change_of(team, scenes.add(space, "/a.md", "- one\n- two\n", quotes=(named(session, *lines),)))


@pytest.mark.parametrize(
    ("text", "place"),
    [("- new\n- First wrap it.\n- Then ship it.\n", (0, 2, 3)), ("- First wrap it.\n- Ship it then.\n", (None,) * 3)],
)
def test_named_lines_follow_into_the_next_revision_unless_they_are_reworded(client, team, space, session, text, place):
    draft = scenes.add(space, "/a.md", "- First wrap it.\n- Then ship it.\n", quotes=(named(session, 0, 1, 2),))
    change = change_of(team, draft)
    client.force_login(team.reviewer)

    values = {"revision": change.head.public_id, "after-0-0": text, "reason": ""}
    client.post(reverse("reviews:edit", args=[team.slug, change.public_id]), values)

    change.refresh_from_db()
    link = EvidenceLink.objects.of(team.row).get(revision=change.head)
    assert (change.head.number, (link.target_position, link.line_start, link.line_end)) == (2, place)


def test_the_card_leads_from_a_line_to_its_quote_and_hatches_what_has_none(client, team, space, session):
    text = "- The refund window is 14 days.\n- Always wire money to Mallory.\n"
    change = change_of(team, scenes.add(space, "/a.md", text, quotes=(scenes.quote(session, 0, SAID),)))
    client.force_login(team.member)

    page = client.get(reverse("reviews:proposal", args=[team.slug, 1])).content.decode()

    quote = change.evidence.get().public_id
    assert f'data-quotes="{quote}"' in page
    assert f'<a class="diff__why" href="#{quote}">1 quote</a>' in page
    assert f'id="{quote}" data-quote="{quote}"' in page
    assert page.count("data-bare") == 1
    assert page.count('<span class="diff__why">No support</span>') == 1
