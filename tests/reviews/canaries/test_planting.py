"""Putting a test among what a dream proposes, so that nothing tells it from the others."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Event
from reviews.canaries import planting
from reviews.models import Canary, Change, Decision, Presence, Revision
from tests.reviews import scenes

SOON = scenes.AT + timedelta(minutes=1)


def test_a_share_of_nothing_plants_nothing(team, dream):
    dream()

    assert planting.attend(team=team.row, at=SOON) == []


def test_a_test_stands_beside_a_real_change_and_in_the_trail(team, dream, switched_on):
    proposal = dream()

    (canary,) = planting.attend(team=team.row, at=SOON)

    change = canary.change
    beside = Change.objects.of(team.row).get(proposal=proposal, position=change.position)
    assert change.proposal == proposal
    assert (change.namespace, change.opened_at, change.rationale, change.confidence) == (
        beside.namespace,
        beside.opened_at,
        beside.rationale,
        beside.confidence,
    )
    assert change.head.targets.get().path_before == "/refunds.md"
    assert [one.quote for one in change.evidence.all()] == [one.quote for one in beside.evidence.all()]
    event = Event.objects.of_log(team.row.trail_log).get(type="canary.planted")
    assert event.target_id == change.public_id
    assert event.content()["data"] == {"canary": canary.public_id, "attack": canary.attack}


def test_there_is_one_in_a_proposal_and_the_same_every_time(team, dream, switched_on):
    dream()
    before = transaction.savepoint()
    (first,) = planting.attend(team=team.row, at=SOON)
    said = first.attack, first.change.title, first.change.head.targets.get().hunks
    assert planting.attend(team=team.row, at=SOON) == []
    transaction.savepoint_rollback(before)

    (again,) = planting.attend(team=team.row, at=SOON)

    assert (again.attack, again.change.title, again.change.head.targets.get().hunks) == said


@pytest.mark.parametrize("kind", ["person", "agent", "revert", "sync"])
def test_only_what_dreams_propose_gets_one(team, dream, switched_on, kind):
    dream(kind=kind)

    assert planting.attend(team=team.row, at=SOON) == []


def test_what_somebody_may_have_read_already_gets_none(team, dream, switched_on):
    old = dream("old", at=scenes.AT - planting.FRESH)
    opened, voted = dream("opened"), dream("voted")
    Presence.objects.create(team=team.row, proposal=opened, person=team.reviewer, seen_at=SOON)
    scenes.vote(scenes.changes(voted)[0], team.reviewer)

    assert planting.attend(team=team.row, at=SOON) == []
    assert not Canary.objects.of(team.row).filter(proposal=old).exists()


def test_no_memory_that_a_waiting_change_touches_is_used(team, dream, space, switched_on):
    memory = scenes.head(space.memories.get(path="/refunds.md")).memory
    scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- other\n"))
    dream()

    assert planting.attend(team=team.row, at=SOON) == []


def test_ids_are_of_the_same_millisecond_as_those_beside(team, canary):
    beside = Change.objects.of(team.row).get(proposal=canary.proposal, position=canary.change.position)
    stamp = slice(4, 4 + 12)

    assert canary.change.public_id[stamp] == beside.public_id[stamp]
    head = Revision.objects.of(team.row).get(change=canary.change)
    assert head.public_id[stamp] == beside.head.public_id[stamp]
    assert {one.public_id[stamp] for one in canary.change.evidence.all()} == {head.public_id[stamp]}


def drawn(client, change):
    """The card of a change without what is its own: ids, words and numbers."""
    url = reverse("reviews:proposal", args=[change.team.slug, change.proposal.number])
    page = client.get(url).content.decode()
    assert not re.search("canar|cnr_", page, re.I)
    card = page[page.index(f'id="{change.public_id}" data-change') :].replace(change.public_id, "")
    return set(
        re.findall(r'<[a-z]+|class="[^"]*"|data-[\w-]+|name="[^"]*"|hx-[\w-]+', card[: card.index("</article>")])
    )


def test_a_page_draws_it_as_any_other(client, team, space, canary):
    """Two real ones have all of its markup: one rests on the same quote, one edits a line as it does."""
    memory = space.memories.get(path="/notes.md")
    edit = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- two\n")))[0]
    client.force_login(team.reviewer)

    extra = drawn(client, canary.change) - drawn(client, edit) - drawn(client, beside(canary))

    of_its_tier = ("check", "found", "<mark", "finding", "chip", "needs-room")  # what checks found, and grave ones have
    assert [one for one in extra if not any(word in one for word in of_its_tier)] == []


def beside(canary):
    return Change.objects.of(canary.team).get(proposal=canary.proposal, position=canary.change.position)


def test_its_pages_and_panels_answer_as_those_of_any_change(team, client, canary):
    client.force_login(team.reviewer)
    slug, change, real = team.row.slug, canary.change, beside(canary)
    names = ["evidence", "impact", "pattern", "similar", "origin", "discussion", "history"]
    given = [("change", []), ("revisions", []), ("change_activity", []), ("revision", [1]), ("raw", [1])]
    given += [("panel", [name]) for name in names] + [("edit", []), ("parts", []), ("thread_new", [])]

    for name, rest in given:
        one, other = (
            client.get(reverse(f"reviews:{name}", args=[slug, row.public_id, *rest])) for row in (change, real)
        )
        assert (one.status_code, name) == (other.status_code, name)
        assert not re.search("canar|cnr_", one.content.decode(), re.I), name


def test_it_is_counted_where_reviewers_count(team, client, canary):
    client.force_login(team.reviewer)
    slug = team.row.slug

    page = client.get(reverse("reviews:proposal", args=[slug, canary.proposal.number])).content.decode()
    inbox = client.get(reverse("reviews:inbox", args=[slug])).content.decode()

    assert page.count("<article") == 3
    assert "3 changes" in inbox


@pytest.mark.parametrize(
    "values",
    [
        {"state": "approved", "apply_after": scenes.AT},
        {"state": "applied"},
        {"state": "rejected"},
        {"applied_at": scenes.AT},
        {"let_through_at": scenes.AT},
        {"glass_broken": True},
    ],
)
def test_the_database_refuses_every_state_from_which_a_change_is_written(canary, values):
    with pytest.raises(IntegrityError):
        Change.with_canaries.of(canary.team).filter(pk=canary.change.pk).update(**values)


def test_the_database_keeps_the_mark_on_a_test_and_off_everything_else(canary):
    rows = Change.with_canaries.of(canary.team)
    for was in (True, False):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():  # noqa: TID251  (an attack)
            rows.filter(canary=was).update(canary=not was)

    assert rows.filter(pk=canary.change_id).update(canary=True, state="withdrawn") == 1
    assert rows.filter(canary=True).count() == 1


def test_an_answer_is_somebodys(canary):
    with pytest.raises(IntegrityError):
        Canary.objects.of(canary.team).update(verdict="approve")


def test_it_has_no_vote(canary):
    assert not Decision.objects.of(canary.team).exists()
