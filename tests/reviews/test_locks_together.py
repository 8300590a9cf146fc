"""Races of people who work together, on real row locks. Each was seen to fail with its lock taken out; what it then did
stands in its docstring.
"""

from threading import Event
from time import sleep

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from audit import trail
from audit.models import Event as Recorded
from reviews import bulk, desk
from reviews.decisions import Word
from reviews.enums import NoticeKind, State, Verdict
from reviews.inbox import claiming
from reviews.models import Change, Claim, Comment, Decision, Notice, Thread
from reviews.talking import mailing, noticing, threads
from tests import recipes
from tests.races import at_once
from tests.reviews import scenes

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself"),
    pytest.mark.django_db(transaction=True),
]
ROUNDS = 5  # a race is lost by chance: give it some


@pytest.fixture
def people():
    return recipes.people_of_a_team("north")


@pytest.fixture
def space(people):
    return scenes.namespace(people.row)


def three(people, space):
    """The changes of a proposal, all of low risk."""
    memory = scenes.memory(space, f"/{recipes.number()}.md", text="".join(f"- {n}\n" for n in range(12)))
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in (0, 4, 8)]
    return scenes.changes(scenes.propose(people.row, *drafts))


def recorded(people, event_type, **data):
    rows = Recorded.objects.of_log(people.row.trail_log).matching(types=[event_type]).oldest_first()
    return [one for one in rows if data.items() <= one.content()["data"].items()]


def states(changes):
    rows = Change.objects.of(changes[0].team).filter(pk__in=[one.pk for one in changes])
    return list(rows.order_by("pk").values_list("state", flat=True))


def say(change, person, **more):
    given = {"team": change.team, "change_id": change.public_id, "revision": 1, "spot": None, "text": "Why?"}
    return threads.open_(**given, by=person, at=scenes.AT, **more)


def wants_resolved(people):
    recipes.policy(people.row, conversation="resolved")


def resolve(thread, person):
    given = {"team": thread.team, "thread_id": thread.public_id, "by": person, "at": scenes.AT}
    return lambda: threads.resolve(**given)


def test_a_thread_settled_twice_at_the_same_moment_is_settled_once(people, space):
    """Without the lock both record it: two `thread.resolved`."""
    for _ in range(ROUNDS):
        thread = say(three(people, space)[0], people.lead).thread

        results = at_once(resolve(thread, people.lead), resolve(thread, people.reviewer))

        assert [type(one) for one in results] == [Thread, Thread]
        assert len(recorded(people, "thread.resolved", thread=thread.public_id)) == 1


def test_the_last_two_threads_settled_at_the_same_moment_let_the_change_through(people, space):
    """Without the change's lock neither sees the other's, and the change waits for nothing."""
    wants_resolved(people)
    for _ in range(ROUNDS):
        change = three(people, space)[0]
        first, second = (say(change, people.lead).thread for _ in range(2))
        scenes.vote(change, people.reviewer)

        at_once(resolve(first, people.lead), resolve(second, people.lead))

        assert states([change]) == [State.APPROVED]


def test_a_comment_beside_the_last_vote_holds_the_change(people, space):
    """Without the change's lock neither sees the other, and a change is approved with a thread that is open."""
    wants_resolved(people)
    for _ in range(ROUNDS):
        change = three(people, space)[0]
        bound = scenes.seat(change).bound

        results = at_once(
            lambda c=change: say(c, people.lead), lambda c=change, b=bound: scenes.vote(c, people.reviewer, bound=b)
        )

        assert [type(one) for one in results] == [Comment, Change]
        assert states([change]) == [State.OPEN]


def test_a_draft_sent_twice_at_the_same_moment_is_sent_once(people, space):
    """Without the lock both send it: two `change.commented`."""
    for _ in range(ROUNDS):
        draft = say(three(people, space)[0], people.lead, is_draft=True)
        given = {"team": people.row, "comment_id": draft.public_id, "by": people.lead, "at": scenes.AT}

        results = at_once(*[lambda g=given: threads.send(**g)] * 2)

        assert sorted(type(one).__name__ for one in results) == ["Comment", "Gone"]
        assert len(recorded(people, "change.commented", comment=draft.public_id)) == 1


def test_a_draft_that_somebody_is_sending_is_not_thrown_away(people, space):
    """Without looking again after the lock what was sent, and told to others, is thrown away."""
    draft = say(three(people, space)[0], people.lead, is_draft=True)
    given = {"team": people.row, "comment_id": draft.public_id, "by": people.lead, "at": scenes.AT}
    written = Event()

    def send():
        with trail.unit_of_work(at=scenes.AT):
            threads.send(**given)
            written.set()
            sleep(0.3)

    def discard():
        written.wait()
        threads.discard(**given)

    _, thrown = at_once(send, discard)

    assert isinstance(thrown, threads.Gone)
    assert Comment.objects.of(people.row).sent().filter(pk=draft.pk).exists()


def bulk_word(people, changes, person, word):
    rows = list(desk.rows(people.row).filter(pk__in=[one.pk for one in changes]))
    items = bulk.read(rows, team=people.row, verdict=word.verdict, by=person)
    seen = {item.seat.change.public_id: item.seen for item in items}
    return lambda: bulk.decide(team=people.row, seen=seen, word=word, by=person, at=scenes.AT)


APPROVE, REJECT = Word(Verdict.APPROVE), Word(Verdict.REJECT, reason_code="false")


@pytest.mark.parametrize(("one", "other"), [(APPROVE, APPROVE), (APPROVE, REJECT), (REJECT, REJECT)])
def test_of_two_people_who_decide_one_list_at_the_same_moment_one_does(people, space, one, other):
    """Without all locks before the first vote each says a part of it: the list is approved by one and rejected by the
    other, or both are told that they decided it.
    """
    for _ in range(ROUNDS):
        changes = three(people, space)
        acts = bulk_word(people, changes, people.reviewer, one), bulk_word(people, changes, people.second, other)

        outcomes = at_once(*acts)

        assert sorted((done.decided, len(done.refused)) for done in outcomes) == [(0, 3), (3, 0)]
        assert len(set(states(changes))) == 1
        assert Decision.objects.of(people.row).counted().filter(change__in=changes).count() == 3


def test_a_list_decided_beside_a_single_vote_counts_each_change_once(people, space):
    """Without all locks before the first vote the two wait for each other: a deadlock, and one of them is lost."""
    changes = three(people, space)
    bound, looking = scenes.seat(changes[2]).bound, Event()
    decide = bulk_word(people, changes, people.reviewer, REJECT)

    def alone():
        with trail.unit_of_work(at=scenes.AT):
            desk.locked(people.row, pk=changes[2].pk).get()
            looking.set()
            sleep(0.3)
            scenes.vote(changes[2], people.second, Verdict.REJECT, bound=bound, reason_code="false")

    def together():
        looking.wait()
        return decide()

    outcome, _ = at_once(together, alone)

    assert (outcome.decided, [change.pk for change, _ in outcome.refused]) == (2, [changes[2].pk])
    assert states(changes) == [State.REJECTED] * 3
    assert len(recorded(people, "change.rejected")) == 3
    assert Decision.objects.of(people.row).counted().filter(change__in=changes).count() == 3


class Slow(EmailBackend):
    def send_messages(self, messages):
        sleep(0.2)
        return super().send_messages(messages)


@pytest.mark.parametrize("how", ["each", "hourly"])
def test_two_workers_mail_a_notice_once(people, space, settings, how):
    """Without the lock both take the same notice, and it is mailed twice."""
    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    for person in (people.reviewer, people.second):
        person.notify_by = how
        person.save(update_fields=["notify_by"])
    change = three(people, space)[0]
    for kind in (NoticeKind.YOUR_TURN, NoticeKind.STALE):
        told = {"people": [people.reviewer, people.second], "proposal": change.proposal, "change": change}
        noticing.tell(kind=kind, at=scenes.AT, **told)
    wanted = 4 if how == "each" else 2

    counts = at_once(*[lambda: mailing.send_due(clock=lambda: scenes.LATER)] * 2)

    assert sum(counts) == len(mail.outbox) == wanted
    assert not Notice.objects.of(people.row).filter(mailed_at=None).exists()


def test_two_claims_at_the_same_moment_leave_the_one_that_is_told_last(people, space):
    """Without the row's lock the second fails on the one claim that a proposal has, or the trail names the other."""
    for _ in range(ROUNDS):
        proposal = three(people, space)[0].proposal

        results = at_once(
            *(
                lambda who=person, p=proposal: claiming.claim(proposal=p, by=who, at=scenes.AT)
                for person in (people.reviewer, people.second)
            )
        )

        assert [type(one) for one in results] == [Claim, Claim]
        last = recorded(people, "proposal.claimed")[-1]
        assert Claim.objects.of(people.row).get(proposal=proposal).by.public_id == last.actor_id


def test_letting_go_takes_nobody_elses_claim(people, space):
    """Where it reads whose the claim is before it deletes, the new holder loses it."""
    for _ in range(ROUNDS):
        proposal = three(people, space)[0].proposal
        claiming.claim(proposal=proposal, by=people.reviewer, at=scenes.AT)

        at_once(
            lambda p=proposal: claiming.claim(proposal=p, by=people.second, at=scenes.AT),
            lambda p=proposal: claiming.release(proposal=p, by=people.reviewer, at=scenes.AT),
        )

        assert Claim.objects.of(people.row).get(proposal=proposal).by == people.second
