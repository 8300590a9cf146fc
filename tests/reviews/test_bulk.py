from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Event
from reviews import applying, bulk, desk
from reviews.decisions import Refused, Word
from reviews.enums import Verdict
from reviews.models import Change, Decision
from tests.reviews import scenes

SOON = scenes.AT + timedelta(seconds=59)
APPROVE = Word(Verdict.APPROVE)


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def memory(space):
    return scenes.memory(space, text="".join(f"- {n}\n" for n in range(12)))


@pytest.fixture
def low(team, memory):
    """Three changes of low risk in one proposal."""
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in (0, 4, 8)]
    return scenes.changes(scenes.propose(team.row, *drafts))


def items(changes, person, verdict=Verdict.APPROVE):
    team = changes[0].team
    rows = list(desk.rows(team).filter(pk__in=[change.pk for change in changes]).order_by("pk"))
    return bulk.read(rows, team=team, verdict=verdict, by=person)


def seen(changes, person, verdict=Verdict.APPROVE):
    return {item.seat.change.public_id: item.seen for item in items(changes, person, verdict)}


def decide(changes, person, word=APPROVE, given=None):
    given = given or seen(changes, person, word.verdict)
    return bulk.decide(team=changes[0].team, seen=given, word=word, by=person, at=scenes.AT)


def states(changes):
    return list(
        Change.objects.of(changes[0].team)
        .filter(pk__in=[one.pk for one in changes])
        .values_list("state", flat=True)
        .order_by("pk")
    )


def test_a_list_is_approved_at_once_and_waits_a_minute(team, space, memory, low):
    outcome = decide(low, team.reviewer)

    scenes.apply(space, SOON)
    assert (outcome.decided, outcome.refused, states(low)) == (3, [], ["approved"] * 3)
    scenes.apply(space, SOON + timedelta(seconds=2))
    assert states(low) == ["applied"] * 3
    assert scenes.text(memory).startswith("- new 0\n- 1\n")


def test_every_vote_has_its_event_and_all_share_the_batch(team, low):
    batch = decide(low, team.reviewer).batch

    log = Event.objects.of_log(team.row.trail_log)
    votes = [event.content()["data"] for event in log.matching(types={"change.voted"}).order_by("pk")]
    (whole,) = log.matching(types={"bulk.decided"})
    assert [(vote["batch"], vote["bulk"]) for vote in votes] == [(batch, True)] * 3
    assert whole.target_id == low[0].proposal.public_id
    assert whole.content()["data"] == {"batch": batch, "verdict": "approve", "changes": 3, "refused": 0}
    assert set(Decision.objects.of(team.row).values_list("batch", flat=True)) == {batch}


def test_what_may_not_be_approved_at_once_is_left_out_and_told(team, space, memory, low):
    other = scenes.memory(space, "/other.md")
    grave = scenes.changes(scenes.propose(team.row, scenes.archive(other), title="Grave"))[0]
    own = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 2, 3, "- 300\n"), by=team.reviewer))[0]
    asked, done, gone = low
    scenes.vote(asked, team.second, "request_changes", reason="Say when.")
    scenes.vote(done, team.second, "reject", reason_code="other")
    scenes.write_elsewhere(memory, scenes.text(memory).replace("- 8\n", "- eight\n"))

    found = {item.seat.change.pk: item.problem for item in items([grave, own, *low], team.reviewer)}

    assert "Only low risk" in found[grave.pk]
    assert "You wrote this" in found[own.pk]
    assert "asks for changes" in found[asked.pk]
    assert "decided already" in found[done.pk]
    assert "memory has changed" in found[gone.pk]


def test_what_asks_for_something_else_than_most_is_left_out(team, low):
    Change.objects.of(team.row).filter(pk=low[1].pk).update(tier="medium")
    assert [bool(item.problem) for item in items(low, team.reviewer)] == [False, True, False]
    Change.objects.of(team.row).filter(pk=low[1].pk).update(tier="low")

    def other(row):
        return row | {"votes": 2}

    rows = list(desk.rows(team.row).filter(pk__in=[one.pk for one in low]).order_by("pk"))
    seats = desk.read(rows, team=team.row)
    required = [seats[row.pk].required for row in rows]
    assert bulk.common([required[0], other(required[1]), required[2]]) == required[0]


def test_what_moved_since_it_was_seen_is_left_out_and_the_rest_decided(team, memory, low):
    given = seen(low, team.reviewer)
    scenes.vote(low[1], team.second, "request_changes", reason="Wait.")
    scenes.vote(low[2], team.second)
    given[low[0].public_id] = "0" * 64

    outcome = decide(low, team.reviewer, given=given)

    assert {change.pk: why[:20] for change, why in outcome.refused} == {
        low[0].pk: "This change is not w",
        low[1].pk: "Somebody asks for ch",
        low[2].pk: "It is decided alread",
    }
    assert outcome.decided == 0


def test_a_rejection_of_many_has_one_reason_and_takes_every_tier(team, space, low):
    other = scenes.memory(space, "/other.md")
    grave = scenes.changes(scenes.propose(team.row, scenes.archive(other), title="Grave"))[0]
    with pytest.raises(Refused, match="names its reason"):
        decide([*low, grave], team.reviewer, Word(Verdict.REJECT))

    outcome = decide([*low, grave], team.reviewer, Word(Verdict.REJECT, "Not now.", "out_of_scope"))

    assert (outcome.decided, states([*low, grave])) == (4, ["rejected"] * 4)


def test_undo_takes_the_whole_batch_back_but_for_what_is_applied(team, space, low):
    batch = decide(low, team.reviewer).batch
    applying.apply_now(team=team.row, change_id=low[0].public_id, by=team.lead.trail_actor, at=scenes.AT)

    refused = bulk.undo(team=team.row, batch=batch, by=team.reviewer, at=SOON)

    assert [(change.pk, why) for change, why in refused] == [(low[0].pk, "This change is applied already.")]
    assert states(low) == ["applied", "open", "open"]
    assert bulk.undo(team=team.row, batch=batch, by=team.second, at=SOON) == []


def test_more_than_two_hundred_are_refused(team):
    with pytest.raises(bulk.TooMany):
        bulk.decide(
            team=team.row, seen={f"chg_{n}": "" for n in range(201)}, word=APPROVE, by=team.reviewer, at=scenes.AT
        )


def field(page, name):
    return page.content.decode().partition(f'name="{name}" value="')[2].partition('"')[0]


def pages(client, team, low, **values):
    """Choose all of them and see what will happen; returns the answer and its signed list."""
    url = reverse("reviews:several", args=[team.slug, low[0].proposal.number])
    given = {
        "listed": field(client.get(url), "listed"),
        "change": [one.public_id for one in low],
        "verdict": "approve",
    }
    answer = client.post(reverse("reviews:preview_several", args=[team.slug]), given | values)
    return answer, field(answer, "signed")


def test_choose_preview_decide_and_undo_without_scripts(client, team, low):
    client.force_login(team.reviewer)
    url = reverse("reviews:several", args=[team.slug, low[0].proposal.number])

    picked = client.get(url, {"pick": "low"}).content.decode()
    preview, signed = pages(client, team, low)
    assert states(low) == ["open"] * 3
    answer = client.post(reverse("reviews:decide_several", args=[team.slug]), {"signed": signed})
    done = client.get(answer.url)
    back = client.post(f"{answer.url}undo/")

    assert picked.count('name="change"') == picked.count(" checked> <span>") == 3
    assert "3 changes will be approved" in preview.content.decode()
    assert "Undo all" in done.content.decode()
    assert back.status_code == 302
    assert states(low) == ["open"] * 3


def test_a_list_that_was_not_signed_for_this_person_decides_nothing(client, team, low):
    client.force_login(team.reviewer)
    _, signed = pages(client, team, low)
    url = reverse("reviews:decide_several", args=[team.slug])
    client.force_login(team.second)

    for given in (signed, signed[:-2], ""):
        client.post(url, {"signed": given})

    assert states(low) == ["open"] * 3


@pytest.mark.parametrize("values", [{"change": []}, {"verdict": "reject"}, {"verdict": "quarantine"}])
def test_an_incomplete_choice_is_told(client, team, low, values):
    client.force_login(team.reviewer)

    assert pages(client, team, low, **values)[0].status_code == 422


@pytest.mark.parametrize("count", [2, 9])
def test_preview_takes_the_same_queries_for_any_number(client, team, memory, count, django_assert_num_queries):
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in range(count)]
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    client.force_login(team.reviewer)

    with django_assert_num_queries(34):
        pages(client, team, changes)
