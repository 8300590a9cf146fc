import pytest
from django.urls import reverse

from audit.models import Event
from reviews import drafting
from reviews.decisions import Moved, NotYours, Refused, Settled, Word
from reviews.enums import Verdict
from reviews.models import Comment, Decision, DraftVote, Thread
from tests.reviews import scenes
from tests.reviews.test_splitting import form_of


@pytest.fixture
def memory(team):
    return scenes.memory(scenes.namespace(team.row), text="".join(f"- {n}\n" for n in range(12)))


@pytest.fixture
def three(team, memory):
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in (0, 4, 8)]
    return scenes.changes(scenes.propose(team.row, *drafts, by=team.lead))


def prepare(change, person, verdict=Verdict.APPROVE, reason="", code="", bound=None):
    return drafting.prepare(
        team=change.team,
        change_id=change.public_id,
        bound=bound or scenes.seat(change).bound,
        word=Word(verdict, reason, code),
        by=person,
        at=scenes.AT,
    )


def comment(change, person, text):
    thread = Thread.objects.create(team=change.team, change=change, revision=change.head, at=scenes.AT)
    return Comment.objects.create(team=change.team, thread=thread, by=person, text=text, at=scenes.AT)


def states(changes):
    for change in changes:
        change.refresh_from_db()
    return [change.state for change in changes]


def events(team, *types):
    log = Event.objects.of_log(team.row.trail_log).matching(types=set(types)).order_by("pk")
    return [(event.type, event.target_id, event.content()["data"]) for event in log]


def test_what_is_prepared_counts_only_when_it_is_sent(team, three):
    first, second, _ = three
    prepare(first, team.reviewer)
    prepare(second, team.reviewer, Verdict.REJECT, "Not so.", "false")
    note = comment(three[2], team.reviewer, "Where from?")
    assert (states(three), Decision.objects.of(team.row).count()) == (["open"] * 3, 0)

    sent = drafting.send(proposal=first.proposal, by=team.reviewer, at=scenes.LATER)

    note.refresh_from_db()
    assert (sent.votes, sent.comments, sent.refused) == (2, 1, [])
    assert states(three) == ["approved", "rejected", "open"]
    assert note.sent_at == scenes.LATER
    assert DraftVote.objects.of(team.row).count() == 0
    told = events(team, "review.sent")
    assert told == [("review.sent", first.proposal.public_id, {"verdicts": 2, "comments": 1, "refused": 0})]


def test_every_step_of_a_draft_is_on_the_trail(team, three):
    prepare(three[0], team.reviewer)
    prepare(three[0], team.reviewer, Verdict.QUARANTINE)
    drafting.remove(team=team.row, change_id=three[0].public_id, by=team.reviewer, at=scenes.AT)
    drafting.remove(team=team.row, change_id=three[0].public_id, by=team.reviewer, at=scenes.AT)

    about = {"change": three[0].public_id}
    assert [data for _, _, data in events(team, "review.drafted")] == [
        about | {"verdict": "approve"},
        about | {"verdict": "quarantine"},
        about | {"removed": True},
    ]


def test_what_cannot_be_taken_any_more_stays_with_its_reason(team, memory, three):
    for change in three:
        prepare(change, team.reviewer)
    scenes.vote(three[0], team.second, "reject", reason_code="other")
    scenes.write_elsewhere(memory, scenes.text(memory).replace("- 8\n", "- eight\n"))

    sent = drafting.send(proposal=three[0].proposal, by=team.reviewer, at=scenes.LATER)

    assert sent.votes == 1
    assert [(change.pk, why[:22]) for change, why in sent.refused] == [
        (three[0].pk, "This change is rejecte"),
        (three[2].pk, "The memory has changed"),
    ]
    kept = DraftVote.objects.of(team.row).order_by("change").values_list("change", flat=True)
    assert list(kept) == [three[0].pk, three[2].pk]


def test_a_vote_takes_the_place_of_what_was_prepared(team, three):
    prepare(three[0], team.reviewer, Verdict.REQUEST_CHANGES, "Say when.")
    prepare(three[0], team.second)
    scenes.vote(three[0], team.reviewer)

    assert list(DraftVote.objects.of(team.row).values_list("by", flat=True)) == [team.second.pk]


def test_what_could_not_be_said_is_not_prepared(team, three):
    with pytest.raises(NotYours):
        prepare(three[0], team.lead)
    with pytest.raises(Refused, match="names its reason"):
        prepare(three[0], team.reviewer, Verdict.REJECT)
    with pytest.raises(Moved):
        prepare(three[0], team.reviewer, bound=scenes.seat(three[1]).bound)
    scenes.vote(three[2], team.second, "reject", reason_code="other")
    with pytest.raises(Settled):
        prepare(three[2], team.reviewer)

    assert DraftVote.objects.of(team.row).count() == 0


def test_nobody_else_sees_or_sends_it(client, team, three):
    prepare(three[0], team.reviewer)
    url = reverse("reviews:proposal", args=[team.slug, three[0].proposal.number])
    client.force_login(team.reviewer)
    own = client.get(url).content.decode()
    client.force_login(team.second)
    others = client.get(url).content.decode()

    sent = drafting.send(proposal=three[0].proposal, by=team.second, at=scenes.LATER)

    assert "Prepared: Approve" in own
    assert "1 prepared" in own
    assert "Prepared: " not in others
    assert (sent.votes, states(three)) == (0, ["open"] * 3)


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {}])
def test_a_review_is_prepared_and_sent_from_the_page(client, team, three, headers):
    client.force_login(team.reviewer)
    number = three[0].proposal.number
    review = reverse("reviews:review", args=[team.slug, number])
    page = reverse("reviews:proposal", args=[team.slug, number])

    client.post(review, {"act": "begin"})
    begun = client.get(page).content.decode()
    for change in three[:2]:
        values = form_of(change) | {"verdict": "approve", "prepare": "1"}
        kept = client.post(reverse("reviews:decide", args=[team.slug, change.public_id]), values, headers=headers)
    client.post(reverse("reviews:unprepare", args=[team.slug, three[1].public_id]))
    before = states(three)
    client.post(review, {"act": "send"})

    assert begun.count('name="prepare"') == 3
    assert kept.status_code == (200 if headers else 302)
    if headers:
        assert "2 prepared" in kept.content.decode()
    assert before == ["open"] * 3
    assert states(three) == ["approved", "open", "open"]
    assert 'name="prepare"' not in client.get(page).content.decode()


def test_a_review_is_thrown_away_but_for_its_comments(client, team, three):
    prepare(three[0], team.reviewer)
    comment(three[1], team.reviewer, "Where from?")
    client.force_login(team.reviewer)

    client.post(reverse("reviews:review", args=[team.slug, three[0].proposal.number]), {"act": "discard"})

    assert DraftVote.objects.of(team.row).count() == 0
    assert Comment.objects.of(team.row).get().sent_at is None


def test_a_draft_that_no_longer_fits_asks_to_be_looked_at(client, team, memory, three):
    prepare(three[2], team.reviewer)
    scenes.write_elsewhere(memory, scenes.text(memory).replace("- 8\n", "- eight\n"))
    client.force_login(team.reviewer)

    page = client.get(reverse("reviews:change", args=[team.slug, three[2].public_id])).content.decode()

    assert "You prepared “Approve”, and something moved since" in page
    assert "Remove from review" in page
