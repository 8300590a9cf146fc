"""Random walks through all that people, strangers and the clock can do to a memory. What must hold always, holds."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agents.models import Memory, MemoryVersion
from agents.text import lines as text_lines
from audit import checking
from reviews import applying, decisions, editing, proposals, rebasing, reverting, ticking
from reviews.decisions import Refused
from reviews.drafts import BadDraft, Draft, DraftTarget, check
from reviews.enums import Operation, Verdict
from reviews.models import Change, Decision, Inverse, Proposal
from tests import recipes
from tests.reviews import scenes

WORDS = st.sampled_from(["- a\n", "- b\n", "- c\n", "# h\n", "\n", "x\r\n", "- same\n"])
LINES = st.lists(WORDS, max_size=3).map(tuple)
DECLARED = (Refused, BadDraft, proposals.AlreadyProposed, proposals.BaseMoved, reverting.NothingToRevert)


class Desk(RuleBasedStateMachine):
    """One team, two memories, three reviewers; every step is a verb with what a person might give it."""

    def __init__(self):
        super().__init__()
        self.team = recipes.people_of_a_team(f"walk-{recipes.number()}")
        self.now = scenes.AT
        self.space = scenes.namespace(self.team.row)
        self.reviewers = [self.team.lead, self.team.reviewer, self.team.second]
        self.count = 0
        for path, end in (("/a.md", "end\n"), ("/b.md", "end")):
            scenes.memory(self.space, path, "# T\n- one\n- two\n- two\n- three\n- four\n" + end)

    def memories(self):
        return list(Memory.objects.of(self.team.row).filter(namespace=self.space).order_by("pk"))

    def changes(self, **wanted):
        rows = Change.objects.of(self.team.row).filter(namespace=self.space, **wanted)
        return list(rows.order_by("pk"))

    def attempt(self, verb, /, **given):
        try:
            return verb(**given)
        except DECLARED:
            return None

    @initialize(data=st.data())
    def open_the_first(self, data):
        self.open(data, -1)

    @rule(data=st.data(), by=st.integers(-1, 2))
    def open(self, data, by):
        drafts = []
        for _ in range(data.draw(st.integers(1, 4))):
            draft = self.draft(data)
            if self.attempt(lambda d=draft: check([*drafts, d]) or True):
                drafts.append(draft)
        if drafts:
            person = self.reviewers[by] if by >= 0 else None
            self.attempt(lambda: scenes.propose(self.team.row, *drafts, by=person, at=self.now))

    def draft(self, data):
        self.count += 1
        memory, kind = data.draw(st.sampled_from(self.memories())), data.draw(st.sampled_from("eeeeeeeamn"))
        base, title = scenes.head(memory), f"change-{self.count}"
        if kind == "n":
            return scenes.add(self.space, f"/{self.count}.md", "- new\n- two\n", fingerprint=title)
        if kind == "a" or base.archived:
            operation = Operation.RESTORE if base.archived else Operation.ARCHIVE
            path, edits = (base.path if base.archived else None), ()
        elif kind == "m":
            operation, path, edits = Operation.MOVE, data.draw(st.sampled_from(["/c.md", "/d.md", "/e.md"])), ()
        else:
            operation, path, edits = Operation.EDIT, base.path, (self.some_edit(base, data),)
        target = DraftTarget(base=base, path_after=path, edits=edits)
        return Draft(operation, self.space, title, (target,), fingerprint=title)

    def some_edit(self, base, data):
        size = len(text_lines.split(base.text))
        start = data.draw(st.integers(0, size))
        end = data.draw(st.integers(start, min(size, start + 2)))
        lines = data.draw(LINES)
        return text_lines.Edit(start, end, (f"- change {self.count}\n", *lines) if start == end or lines else ())

    @rule(data=st.data())
    def approve(self, data):
        if rows := self.changes(state__in=["open", "stale", "changes_requested"]):
            change = data.draw(st.sampled_from(rows))
            counting = [one for one in self.reviewers if scenes.seat(change).may_count(one)]
            if counting:
                self.attempt(lambda: scenes.vote(change, counting[0], at=self.now))

    @rule(data=st.data(), by=st.integers(0, 2), verdict=st.sampled_from(Verdict.values))
    def vote(self, data, by, verdict):
        if rows := self.changes():
            change = data.draw(st.sampled_from(rows))
            code = "false" if verdict == "reject" else ""
            given = {"verdict": verdict, "reason": "because", "reason_code": code, "at": self.now}
            self.attempt(lambda: scenes.vote(change, self.reviewers[by], **given))

    @rule(data=st.data(), by=st.integers(0, 2))
    def take_back(self, data, by):
        if rows := self.changes():
            change = data.draw(st.sampled_from(rows))
            given = {"team": self.team.row, "change_id": change.public_id, "by": self.reviewers[by], "at": self.now}
            self.attempt(decisions.withdraw, **given)

    @rule(data=st.data(), by=st.integers(0, 2), text=LINES.map("".join))
    def edit(self, data, by, text):
        if rows := self.changes():
            change = data.draw(st.sampled_from(rows))
            self.attempt(
                editing.edit,
                team=self.team.row,
                change_id=change.public_id,
                revision_id=change.head.public_id,
                texts={(0, 0): text},
                reason="",
                by=self.reviewers[by],
                at=self.now,
            )

    @rule()
    def dismiss(self):
        asked = Decision.objects.of(self.team.row).counted().filter(verdict=Verdict.REQUEST_CHANGES).first()
        if asked:
            given = {"decision_id": asked.public_id, "reason": "set aside", "by": self.team.lead, "at": self.now}
            self.attempt(decisions.dismiss, team=self.team.row, **given)

    @rule(data=st.data())
    def withdraw_a_proposal(self, data):
        if rows := list(Proposal.objects.of(self.team.row).open().order_by("pk")):
            proposal = data.draw(st.sampled_from(rows))
            proposals.withdraw(proposal=proposal, by=self.team.lead.trail_actor, reason="", at=self.now)

    @precondition(lambda self: self.changes(state="applied"))
    @rule(data=st.data())
    def revert(self, data):
        proposal = data.draw(st.sampled_from(self.changes(state="applied"))).proposal
        given = {"team": self.team.row, "proposal": proposal, "reason": "", "by": self.team.lead, "at": self.now}
        self.attempt(reverting.open_revert, **given)

    @rule(seconds=st.sampled_from([1, 20, 90]), is_noticed=st.booleans())
    def time_passes(self, seconds, is_noticed):
        self.now += timedelta(seconds=seconds)
        if is_noticed:
            ticking.tick(now=self.now)

    @rule()
    def apply_due(self):
        applying.apply_due(team=self.team.row, namespace=self.space, now=self.now)

    @rule(data=st.data())
    def apply_now(self, data):
        if rows := self.changes(state="approved"):
            change = data.draw(st.sampled_from(rows))
            by = self.team.lead.trail_actor
            applying.apply_now(team=self.team.row, change_id=change.public_id, by=by, at=self.now)

    @rule()
    def follow(self):
        rebasing.follow_versions(team=self.team.row, at=self.now)

    @invariant()
    def memory_is_written_by_changes_that_were_approved(self):
        versions = MemoryVersion.objects.of(self.team.row).filter(memory__namespace=self.space, number__gt=1)
        written = {one for version in versions for one in version.origin_ids}
        rows = {change.public_id: change for change in self.changes()}
        assert written <= {key for key, change in rows.items() if change.state in ("applied", "reverted")}
        assert all(version.origin_ids for version in versions)

    @invariant()
    def what_is_applied_has_its_inverse_and_votes_that_count(self):
        for change in self.changes(state__in=["applied", "reverted"]):
            assert Inverse.objects.of(self.team.row).filter(change=change).exists()
            votes = Decision.objects.of(self.team.row).counted().filter(revision=change.head, verdict="approve")
            assert [one for one in votes if one.by.public_id not in change.head.contributors], change

    @invariant()
    def texts_are_what_the_edits_of_their_versions_make(self):
        for memory in self.memories():
            texts = list(memory.versions.order_by("number").select_related("blob"))
            for before, after in pairwise(texts):
                lines, shift, at = text_lines.split(before.text), 0, 0
                new = text_lines.split(after.text)
                for one in after.edits:
                    assert lines[at : one["start"]] == new[at + shift : one["start"] + shift]
                    shift += one["count"] - (one["end"] - one["start"])
                    at = one["end"]
                assert lines[at:] == new[at + shift :]

    @invariant()
    def a_proposal_is_open_while_something_waits(self):
        for proposal in Proposal.objects.of(self.team.row).filter(changes__namespace=self.space).distinct():
            waiting = any(change.is_votable for change in proposal.changes.all())
            assert (proposal.state == "open") == waiting

    def teardown(self):
        self.now += timedelta(minutes=5)
        for _ in range(3):
            ticking.tick(now=self.now)
        assert not self.changes(state="approved", apply_after__lte=self.now)
        for change in self.changes(state__in=["open", "changes_requested"]):
            assert scenes.seat(change).held, "what is not held is carried over by the tick"
        assert checking.check(self.team.row.trail_log).is_sound


@pytest.mark.slow
def test_whatever_is_done_memory_is_written_only_by_what_was_approved(db):
    suppressed = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    walks = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=suppressed)

    run_state_machine_as_test(Desk, settings=walks)
