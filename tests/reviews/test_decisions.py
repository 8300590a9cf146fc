import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from audit import trail
from audit.models import Event
from reviews import applying, decisions, editing, joining, proposals, rebasing
from reviews.decisions import Moved, NotYours, Refused, Settled, Word
from reviews.drafts import DraftQuote
from reviews.enums import RejectCode, State, Verdict
from reviews.models import Change, Decision, IllegalTransition, Proposal
from tests import agent_recipes, recipes
from tests.reviews import scenes

APPROVE, REJECT, REQUEST = Verdict.APPROVE, Verdict.REJECT, Verdict.REQUEST_CHANGES


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def memory(space):
    return scenes.memory(space)


@pytest.fixture
def change(team, memory):
    return propose_edit(team, memory)


def propose_edit(team, memory, after="- one\n- 2\n- three\n", **values):
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, after, **values)))[0]


def edit(change, person, text, at=scenes.AT):
    head = scenes.seat(change).head
    return editing.edit(
        team=change.team,
        change_id=change.public_id,
        revision_id=head.public_id,
        texts={(0, 0): text},
        reason="",
        by=person,
        at=at,
    )


def state_of(change):
    return Change.objects.of(change.team).get(pk=change.pk).state


def events(team, *types):
    found = Event.objects.of_log(team.row.trail_log).oldest_first().values_list("type", flat=True)
    return [one for one in found if one in types or not types]


def set_policy(team, **votes):
    plain = {tier: {"people": 1} for tier in ("low", "medium", "high", "critical")}
    recipes.policy(team.row, votes=plain | {tier: {"people": people} for tier, people in votes.items()})


def test_the_author_of_a_proposal_cannot_approve_it(team, memory):
    draft = scenes.edit(memory, "- one\n- 2\n- three\n")
    change = scenes.changes(scenes.propose(team.row, draft, by=team.reviewer))[0]

    with pytest.raises(NotYours, match="You wrote this revision: another reviewer has to approve it"):
        scenes.vote(change, team.reviewer)

    assert not Decision.objects.of(team.row).exists()
    assert scenes.vote(change, team.second).state == "approved"


def test_what_a_vote_returns_is_how_the_change_stands(team, change):
    set_policy(team, low=2, medium=2, high=2, critical=2)
    rejected = Word(REJECT, "Not so.", "false")

    for person, word in ((team.second, Word(APPROVE)), (team.reviewer, Word(APPROVE)), (team.reviewer, rejected)):
        decided = decisions.decide(
            team=team.row,
            change_id=change.public_id,
            bound=scenes.seat(change).bound,
            word=word,
            by=person,
            at=scenes.AT,
        )

        fresh = scenes.seat(change)
        assert (decided.tally, decided.votes, decided.bound) == (fresh.tally, fresh.votes, fresh.bound)
        assert model_to_dict(decided.change) == model_to_dict(fresh.change)
        assert model_to_dict(decided.change.proposal) == model_to_dict(fresh.change.proposal)


def test_an_editor_waits_for_a_second_reviewer(team, space, memory, change):
    edit(change, team.reviewer, "- zwei\n")

    with pytest.raises(NotYours):
        scenes.vote(change, team.reviewer)
    applied = scenes.approve_and_apply(change, team.second)

    assert (applied.state, scenes.text(memory)) == ("applied", "- one\n- zwei\n- three\n")


def test_the_same_vote_on_the_same_bound_is_harmless(team, change):
    seen = scenes.seat(change).bound

    first = scenes.vote(change, team.reviewer, bound=seen, reason="fine")
    due = first.apply_after
    again = scenes.vote(change, team.reviewer, bound=seen, reason="fine", at=scenes.LATER)

    assert Decision.objects.of(team.row).count() == 1
    assert events(team, "change.voted", "change.approved") == ["change.voted", "change.approved"]
    assert again.apply_after == due


def test_other_words_with_the_same_vote_are_kept(team, change):
    scenes.vote(change, team.reviewer, REQUEST, reason="Shorter.")
    scenes.vote(change, team.reviewer, REQUEST, reason="Shorter, and name the tool.")

    words = Decision.objects.of(team.row).order_by("pk").values_list("reason", "withdrawn_at")
    assert list(words) == [("Shorter.", scenes.AT), ("Shorter, and name the tool.", None)]


def test_another_vote_of_a_person_withdraws_the_earlier(team, change):
    scenes.vote(change, team.reviewer, REQUEST, reason="Why?")
    scenes.vote(change, team.reviewer)

    rows = Decision.objects.of(team.row).order_by("pk").values_list("verdict", "withdrawn_at")
    assert list(rows) == [("request_changes", scenes.AT), ("approve", None)]
    assert state_of(change) == "approved"


def test_a_request_for_changes_stands_over_later_revisions(team, change):
    scenes.vote(change, team.reviewer, REQUEST, reason="Name the number.")
    edit(change, team.lead, "- no. 2\n")
    scenes.vote(change, team.second)
    assert state_of(change) == "changes_requested"

    scenes.vote(change, team.reviewer)

    assert state_of(change) == "approved"


def test_a_request_for_changes_stands_over_a_rebase(team, memory):
    memory = scenes.memory(memory.namespace, "/long.md", "a\nb\nc\nd\n")
    change = propose_edit(team, memory, "a\nB\nc\nd\n")
    scenes.vote(change, team.reviewer, REQUEST, reason="Why?")
    scenes.write_elsewhere(memory, "new\na\nb\nc\nd\n")
    assert scenes.seat(change).held
    scenes.write_elsewhere(memory, "new\na\nb\nc\n")

    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    assert state_of(change) == "changes_requested"


def test_a_dismissed_request_blocks_no_longer(team, change):
    scenes.vote(change, team.reviewer, REQUEST, reason="Name the number.")
    request = Decision.objects.of(team.row).get()
    dismiss = {"team": team.row, "decision_id": request.public_id, "by": team.lead, "at": scenes.AT}
    with pytest.raises(Refused, match="Say why"):
        decisions.dismiss(**dismiss, reason=" ")

    decisions.dismiss(**dismiss, reason="He is on holiday.")

    assert state_of(change) == "open"
    assert scenes.vote(change, team.second).state == "approved"
    request.refresh_from_db()
    assert (request.dismissed_by, request.withdrawn_at) == (team.lead, None)


def test_an_approval_of_an_older_revision_does_not_count(team, change):
    scenes.vote(change, team.reviewer)
    edited = edit(change, team.lead, "- zwei\n")

    assert (edited.state, edited.apply_after) == ("open", None)
    tally = scenes.seat(change).tally
    assert (tally.approvals, tally.stale, tally.missing) == ((), (), 1)


def test_an_approval_of_a_base_that_moved_does_not_count(team, space, memory, change):
    scenes.vote(change, team.reviewer)
    scenes.write_elsewhere(memory, "- uno\n- two\n- three\n")

    tally = scenes.seat(change).tally
    scenes.apply(space)

    assert (len(tally.approvals), len(tally.stale)) == (0, 1)
    assert state_of(change) == "conflict"
    assert scenes.text(memory) == "- uno\n- two\n- three\n"


def test_counter_evidence_makes_an_approval_stale(team, space, memory, change):
    session = agent_recipes.session(scenes.agent(team.row), ["It is three, not two."])
    scenes.vote(change, team.reviewer)
    quote = DraftQuote(session.public_id, 0, 0, 11, "It is three", "against")
    with unit_of_work() as unit:
        joining.join(change=change, quotes=[quote], by=trail.SYSTEM, at=scenes.AT, unit=unit)

    scenes.apply(space)

    assert (state_of(change), scenes.text(memory)) == ("stale", "- one\n- two\n- three\n")
    assert events(team, "change.staled") == ["change.staled"]
    assert scenes.vote(change, team.reviewer, at=scenes.LATER).state == "approved"


def test_support_that_joins_later_stales_nothing(team, space, memory, change):
    session = agent_recipes.session(scenes.agent(team.row), ["It is two."])
    scenes.vote(change, team.reviewer)
    with unit_of_work() as unit:
        quote = DraftQuote(session.public_id, 0, 0, 10, "It is two.")
        joining.join(change=change, quotes=[quote], by=trail.SYSTEM, at=scenes.AT, unit=unit)

    scenes.apply(space)

    assert state_of(change) == "applied"


def unit_of_work():
    return trail.unit_of_work(at=scenes.AT)


def test_a_policy_that_asks_for_more_makes_an_approval_stale(team, space, memory, change):
    scenes.vote(change, team.reviewer)
    set_policy(team, low=2)

    scenes.apply(space)

    assert (state_of(change), scenes.text(memory)) == ("stale", "- one\n- two\n- three\n")
    assert scenes.vote(change, team.reviewer, at=scenes.LATER).state == "open"
    assert scenes.vote(change, team.second, at=scenes.LATER).state == "approved"


def test_a_policy_for_another_tier_stales_nothing(team, space, change):
    scenes.vote(change, team.reviewer)
    set_policy(team, critical=3)

    scenes.apply(space)

    assert state_of(change) == "applied"


def test_a_path_protected_meanwhile_makes_an_approval_stale(team, space, memory, change):
    scenes.vote(change, team.reviewer)
    space.protected = ["/notes.md"]
    space.save()

    scenes.apply(space)

    assert (state_of(change), scenes.seat(change).required["tier"]) == ("stale", "high")


def test_an_approval_can_be_taken_back_inside_its_window(team, space, memory, change):
    scenes.vote(change, team.reviewer)

    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.AT)
    scenes.apply(space)

    change.refresh_from_db()
    assert (change.state, change.apply_after, scenes.text(memory)) == ("open", None, "- one\n- two\n- three\n")
    assert events(team, "change.vote_withdrawn", "change.undone") == ["change.vote_withdrawn", "change.undone"]


def test_an_approval_cannot_be_taken_back_after_applying(team, change):
    scenes.approve_and_apply(change, team.reviewer)

    with pytest.raises(Settled):
        decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.LATER)


def test_one_cannot_take_back_a_vote_of_another(team, change):
    scenes.vote(change, team.reviewer)

    with pytest.raises(NotYours):
        decisions.withdraw(team=team.row, change_id=change.public_id, by=team.second, at=scenes.AT)


@pytest.mark.parametrize("code", ["", "because"])
def test_a_rejection_names_its_reason(team, change, code):
    with pytest.raises(Refused, match="names its reason"):
        scenes.vote(change, team.reviewer, REJECT, reason_code=code)

    assert state_of(change) == "open"


@pytest.mark.parametrize("code", RejectCode.values)
def test_each_of_eight_reasons_rejects_and_closes(team, change, code):
    rejected = scenes.vote(change, team.reviewer, REJECT, reason_code=code)

    assert (rejected.state, rejected.state_reason, rejected.proposal.state) == ("rejected", code, "closed")
    assert Proposal.objects.of(team.row).get().state == "closed"
    with pytest.raises(Settled):
        scenes.vote(change, team.second)


def test_a_rejection_taken_back_opens_change_and_proposal_again(team, change):
    scenes.vote(change, team.reviewer, REJECT, reason_code="false")

    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.LATER)

    proposal = Proposal.objects.of(team.row).get()
    assert (state_of(change), proposal.state, proposal.closed_at) == ("open", "open", None)


def test_an_approval_taken_back_does_not_touch_anothers_rejection(team, change):
    set_policy(team, low=2)
    scenes.vote(change, team.reviewer)
    scenes.vote(change, team.second, REJECT, reason_code="false")

    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.LATER)

    assert state_of(change) == "rejected"
    assert events(team, "change.rejected") == ["change.rejected"]


def test_a_change_that_comes_back_is_carried_over_at_once(team, space):
    memory = scenes.memory(space, "/long.md", "a\nb\nc\nd\n")
    change = propose_edit(team, memory, "a\nB\nc\nd\n")
    scenes.vote(change, team.reviewer, REJECT, reason_code="false")
    scenes.write_elsewhere(memory, "a\nb\n- c\nd\n")
    rebasing.follow_versions(team=team.row, at=scenes.AT)

    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.LATER)

    assert state_of(change) == "conflict"


def test_a_rejection_is_not_taken_back_where_the_same_waits_elsewhere(team, memory, change):
    scenes.vote(change, team.reviewer, REJECT, reason_code="false")
    propose_edit(team, memory)

    with pytest.raises(Settled, match="open in another proposal"):
        decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.LATER)

    assert state_of(change) == "rejected"
    assert not Decision.objects.of(team.row).exclude(withdrawn_at=None).exists()


def test_quarantine_is_left_by_taking_the_vote_back(team, change):
    assert scenes.vote(change, team.reviewer, Verdict.QUARANTINE).state == "quarantined"

    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=scenes.LATER)

    assert state_of(change) == "open"


def test_a_conflict_can_be_rejected_but_not_approved_or_edited(team, memory, change):
    scenes.write_elsewhere(memory, "- one\n- TWO\n- three\n")
    rebasing.follow_versions(team=team.row, at=scenes.AT)
    assert state_of(change) == "conflict"

    for forbidden in (lambda: scenes.vote(change, team.reviewer), lambda: edit(change, team.reviewer, "x\n")):
        with pytest.raises(Moved, match=r"clashes .* The same lines of /notes.md were written meanwhile"):
            forbidden()

    assert scenes.vote(change, team.reviewer, REJECT, reason_code="stale").state == "rejected"


def test_what_was_in_the_way_may_go_again(team, memory, change):
    """The clashing write is undone: the change is open again and still approved by those who saw it so."""
    scenes.vote(change, team.reviewer)
    other = scenes.write_elsewhere(memory, "- one\n- TWO\n- three\n")
    rebasing.follow_versions(team=team.row, at=scenes.AT)
    assert state_of(change) == "conflict"

    scenes.write_elsewhere(memory, "- one\n- two\n- three\n")
    rebasing.follow_versions(team=team.row, at=scenes.AT)

    assert (other.state, state_of(change)) == ("applied", "approved")


def test_a_bound_that_is_not_that_of_now_is_refused(team, change):
    seen = scenes.seat(change).bound
    edit(change, team.lead, "- zwei\n")

    with pytest.raises(Moved, match="not what you saw"):
        scenes.vote(change, team.reviewer, bound=seen)


def test_a_sole_reviewer_may_approve_low_and_medium_and_it_is_marked(team, space, memory):
    team.row.sole_reviewer = True
    team.row.save()
    low = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n- 2\n- three\n"), by=team.reviewer))[0]
    other = scenes.memory(space, "/other.md")
    medium = scenes.changes(scenes.propose(team.row, scenes.archive(other), by=team.reviewer))[0]

    for change in (low, medium):
        assert scenes.vote(change, team.reviewer).state == "approved"
        assert Change.objects.of(team.row).get(pk=change.pk).sole_reviewer_used

    approved = Event.objects.of_log(team.row.trail_log).filter(type="change.approved")
    assert ['"sole_reviewer":true' in bytes(one.body).decode() for one in approved] == [True, True]


def test_a_sole_reviewer_may_not_approve_a_high_tier(team):
    team.row.sole_reviewer = True
    team.row.save()
    memory = scenes.memory(scenes.namespace(team.row, tier_floor="high"))
    change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- 1\n"), by=team.reviewer))[0]

    with pytest.raises(NotYours):
        scenes.vote(change, team.reviewer)

    assert scenes.vote(change, team.second).state == "approved"
    assert not Change.objects.of(team.row).get(pk=change.pk).sole_reviewer_used


def test_a_machine_cannot_vote(team, change):
    scenes.vote(change, team.reviewer)
    vote = Decision.objects.of(team.row).get()
    vote.pk, vote.public_id, vote.by, vote.actor_type = None, "dec_x", team.second, "machine"

    with pytest.raises(IntegrityError, match="decision_by_a_person"), transaction.atomic():  # noqa: TID251
        vote.save(force_insert=True)


def test_illegal_transitions_raise(team, change):
    for forbidden in (State.APPLIED, State.REVERTED, State.OPEN):
        with pytest.raises(IllegalTransition):
            change.become(forbidden, at=scenes.AT)
    proposal = change.proposal
    proposals.withdraw(proposal=proposal, by=team.lead.trail_actor, reason="", at=scenes.AT)
    proposal.refresh_from_db()
    with pytest.raises(IllegalTransition):
        proposal.become("open", at=scenes.AT)


def test_a_proposal_closes_with_its_last_change(team, memory, space):
    drafts = [scenes.line_edit(memory, 0, 1, "- 1\n"), scenes.line_edit(memory, 2, 3, "- 3\n")]
    proposal = scenes.propose(team.row, *drafts)
    first, second = scenes.changes(proposal)

    scenes.vote(first, team.reviewer, REJECT, reason_code="false")
    scenes.vote(second, team.reviewer)
    proposal.refresh_from_db()
    assert proposal.state == "open"
    scenes.apply(space)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.closed_at) == ("closed", scenes.LATER)


def test_withdrawing_a_proposal_leaves_what_was_approved(team, memory, space):
    drafts = [scenes.line_edit(memory, 0, 1, "- 1\n"), scenes.line_edit(memory, 2, 3, "- 3\n")]
    proposal = scenes.propose(team.row, *drafts)
    first, second = scenes.changes(proposal)
    scenes.vote(first, team.reviewer)

    proposals.withdraw(proposal=proposal, by=team.lead.trail_actor, reason="late", at=scenes.AT)
    scenes.apply(space)

    proposal.refresh_from_db()
    assert (state_of(first), state_of(second), proposal.state) == ("applied", "withdrawn", "closed")


def test_the_tally_says_who_counts_and_what_is_missing(team, memory):
    set_policy(team, low=2)
    draft = scenes.edit(memory, "- one\n- 2\n- three\n")
    change = scenes.changes(scenes.propose(team.row, draft, by=team.lead))[0]
    third = recipes.user()
    recipes.membership(team.row, user=third, roles=["reviewer"])
    scenes.vote(change, team.reviewer)
    scenes.vote(change, third, REQUEST, reason="Why?")

    tally = scenes.seat(change).tally

    assert [vote.by for vote in tally.approvals] == [team.reviewer]
    assert [vote.by for vote in tally.requests] == [third]
    assert (tally.needed, tally.missing, tally.is_approved) == (2, 1, False)


def test_apply_now_writes_this_change_only(team, space, memory):
    other = propose_edit(team, scenes.memory(space, "/other.md"), title="Other")
    change = propose_edit(team, memory)
    scenes.vote(other, team.reviewer)
    scenes.vote(change, team.reviewer)

    applying.apply_now(team=team.row, change_id=change.public_id, by=team.lead.trail_actor, at=scenes.LATER)

    assert (state_of(change), state_of(other)) == ("applied", "approved")
