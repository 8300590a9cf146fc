"""Races on real row locks. Each was seen to fail with its lock taken out; what it then did stands in its docstring."""

from threading import Event

import pytest
from django.db import connection

from agents.models import MemoryVersion
from audit import checking, trail
from audit.models import Event as Recorded
from reviews import applying, decisions, editing, proposals
from reviews.decisions import Refused
from reviews.models import Change, Decision, Proposal, Revision
from reviews.proposals import AlreadyProposed, BaseMoved
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


def proposed(people, space, **values):
    memory = scenes.memory(space, f"/{recipes.number()}.md")
    draft = scenes.edit(memory, "- one\n- 2\n- three\n")
    return memory, scenes.changes(scenes.propose(people.row, draft, **values))[0]


def typed(change, person, text):
    head = scenes.seat(change).head.public_id
    return lambda: editing.edit(
        team=change.team,
        change_id=change.public_id,
        revision_id=head,
        texts={(0, 0): text},
        reason="",
        by=person,
        at=scenes.AT,
    )


def test_two_approvals_at_the_same_moment_both_count(people, space):
    """Without the row lock both settle: two `change.approved`, or an IllegalTransition for one of them."""
    for _ in range(ROUNDS):
        _, change = proposed(people, space)
        bound = scenes.seat(change).bound

        results = at_once(
            lambda c=change, b=bound: scenes.vote(c, people.reviewer, bound=b, reason="mine"),
            lambda c=change, b=bound: scenes.vote(c, people.second, bound=b, reason="hers"),
        )

        assert [type(one) for one in results] == [Change, Change]
        votes = Decision.objects.of(people.row).counted().filter(change=change)
        assert set(votes.values_list("reason", flat=True)) == {"mine", "hers"}
        assert Change.objects.of(people.row).get(pk=change.pk).state == "approved"
        assert approvals_recorded(people, change) == 1
    assert checking.check(people.row.trail_log).is_sound


def approvals_recorded(people, change):
    log = Recorded.objects.of_log(people.row.trail_log)
    return log.filter(type="change.approved", target_id=change.public_id).count()


def test_an_approval_and_an_edit_at_the_same_moment(people, space):
    """Either the edit came first and the voter is told, or the vote came first and the edit drops it.

    Without the lock the approval of the old revision approves the new one.
    """
    for _ in range(ROUNDS):
        _, change = proposed(people, space)
        bound = scenes.seat(change).bound

        voted, edited = at_once(
            lambda c=change, b=bound: scenes.vote(c, people.reviewer, bound=b, reason="typed"),
            typed(change, people.lead, "- zwei\n"),
        )

        change.refresh_from_db()
        assert type(edited) is Change
        assert (change.state, change.head.number) == ("open", 2)
        assert isinstance(voted, Change | Refused), voted
        kept = Decision.objects.of(people.row).filter(change=change, reason="typed").count()
        assert kept == (0 if isinstance(voted, Refused) else 1)


def test_two_edits_at_the_same_moment_keep_one_and_tell_the_other(people, space):
    """Without the lock both take revision number 2: an IntegrityError instead of words. With the head joined in the
    locking query the second finds a change without a head.
    """
    for _ in range(ROUNDS):
        _, change = proposed(people, space)

        results = at_once(typed(change, people.lead, "- L\n"), typed(change, people.second, "- S\n"))

        assert sorted(type(one).__name__ for one in results) == ["Change", "Moved"]
        assert Revision.objects.of(people.row).filter(change=change).count() == 2


def test_two_workers_apply_what_is_due_once(people, space):
    """Without the namespace's and the change's lock both write version 2: an IntegrityError."""
    for _ in range(ROUNDS):
        memory, change = proposed(people, space)
        scenes.vote(change, people.reviewer)

        results = at_once(lambda: scenes.apply(space), lambda: scenes.apply(space))

        assert sorted(len(one) for one in results) == [0, 1]
        assert MemoryVersion.objects.of(people.row).filter(memory=memory).count() == 2


def test_two_changes_of_one_memory_written_at_the_same_moment_are_two_versions(people, space):
    """Without the namespace's lock both write version 2: an IntegrityError."""
    for _ in range(ROUNDS):
        memory = scenes.memory(space, f"/{recipes.number()}.md")
        drafts = [scenes.line_edit(memory, 0, 1, "- 1\n"), scenes.line_edit(memory, 2, 3, "- 3\n")]
        changes = [scenes.changes(scenes.propose(people.row, draft))[0] for draft in drafts]
        for change in changes:
            scenes.vote(change, people.reviewer)

        results = at_once(
            *(
                lambda c=change: applying.apply_now(
                    team=c.team, change_id=c.public_id, by=trail.SYSTEM, at=scenes.LATER
                )
                for change in changes
            )
        )

        assert [one.state for one in results] == ["applied", "applied"]
        assert scenes.text(memory) == "- 1\n- two\n- 3\n"


def test_applying_while_the_vote_is_taken_back(people, space):
    """One of the two wins. Without the row lock the vote is withdrawn and the change written all the same."""
    for _ in range(ROUNDS):
        memory, change = proposed(people, space)
        scenes.vote(change, people.reviewer)

        _, withdrawn = at_once(
            lambda: scenes.apply(space),
            lambda c=change: decisions.withdraw(
                team=c.team, change_id=c.public_id, by=people.reviewer, at=scenes.LATER
            ),
        )

        change.refresh_from_db()
        counted = Decision.objects.of(people.row).counted().filter(change=change).count()
        versions = MemoryVersion.objects.of(people.row).filter(memory=memory).count()
        assert (change.state, counted, versions) in {("applied", 1, 2), ("open", 0, 1)}
        assert isinstance(withdrawn, Refused if change.state == "applied" else Change)


def test_two_proposals_at_the_same_moment_have_two_numbers(people, space):
    """Without the team's lock both take the same number: an IntegrityError."""
    for n in range(ROUNDS):
        memories = [scenes.memory(scenes.namespace(people.row)) for _ in range(2)]
        drafts = [scenes.edit(memory, "- 1\n") for memory in memories]

        results = at_once(*(lambda d=draft: scenes.propose(people.row, d) for draft in drafts))

        assert sorted(proposal.number for proposal in results) == [2 * n + 1, 2 * n + 2]


def test_the_same_proposed_twice_at_the_same_moment_is_there_once(people, space):
    """Without the team's and the namespace's lock the second is an IntegrityError."""
    memory = scenes.memory(space)

    results = at_once(*[lambda: scenes.propose(people.row, scenes.edit(memory, "- 1\n"))] * 2)

    assert sorted(type(one).__name__ for one in results) == ["AlreadyProposed", "Proposal"]
    assert isinstance(next(one for one in results if not isinstance(one, Proposal)), AlreadyProposed)


def test_the_last_two_changes_settled_at_the_same_moment_close_the_proposal(people, space):
    """Without the proposal's lock neither sees the other's verdict, and it stays open with nothing to decide."""
    memory = scenes.memory(space)
    drafts = [scenes.line_edit(memory, 0, 1, "- 1\n"), scenes.line_edit(memory, 2, 3, "- 3\n")]
    proposal = scenes.propose(people.row, *drafts)
    first, second = scenes.changes(proposal)
    first_settled, second_settled = Event(), Event()

    def settle_first():
        with trail.unit_of_work(at=scenes.AT):
            scenes.vote(first, people.reviewer, "reject", reason_code="false")
            first_settled.set()
            second_settled.wait(0.5)  # in vain where it has to wait for this unit

    def settle_second():
        first_settled.wait()
        scenes.vote(second, people.second, "reject", reason_code="false")
        second_settled.set()

    assert at_once(settle_first, settle_second) == [None, None]
    proposal.refresh_from_db()
    assert proposal.state == "closed"


def test_a_proposal_opened_while_its_memory_is_written_is_refused_or_followed(people, space):
    """Without the namespace's lock in opening, a proposal may stand on a version that is old when it is stored."""
    for _ in range(ROUNDS):
        memory, change = proposed(people, space)
        scenes.vote(change, people.reviewer)
        draft = scenes.edit(memory, "- one\n- two\n- drei\n", title="Other")

        _, opened = at_once(lambda: scenes.apply(space), lambda d=draft: scenes.propose(people.row, d))

        assert isinstance(opened, Proposal | BaseMoved), opened
        if isinstance(opened, Proposal):
            head = scenes.head(memory)
            base = scenes.changes(opened)[0].head.targets.get().base
            assert head.origin_ids == [change.public_id]
            assert base.pk < head.pk


def test_withdrawing_while_a_reviewer_votes(people, space):
    """One state is reached. Without the row lock a change that is withdrawn is approved again."""
    for _ in range(ROUNDS):
        _, change = proposed(people, space)
        bound = scenes.seat(change).bound

        at_once(
            lambda c=change, b=bound: scenes.vote(c, people.reviewer, bound=b),
            lambda c=change: proposals.withdraw(
                proposal=c.proposal, by=people.lead.trail_actor, reason="", at=scenes.AT
            ),
        )

        change.refresh_from_db()
        counted = Decision.objects.of(people.row).counted().filter(change=change).count()
        assert (change.state, counted) in {("approved", 1), ("withdrawn", 0)}


def test_apply_now_and_the_worker_write_once(people, space):
    """Without the namespace's lock both write version 2."""
    for _ in range(ROUNDS):
        memory, change = proposed(people, space)
        scenes.vote(change, people.reviewer)

        results = at_once(
            lambda: scenes.apply(space),
            lambda c=change: applying.apply_now(
                team=c.team, change_id=c.public_id, by=people.lead.trail_actor, at=scenes.LATER
            ),
        )

        assert not [one for one in results if isinstance(one, Exception)]
        assert MemoryVersion.objects.of(people.row).filter(memory=memory).count() == 2
