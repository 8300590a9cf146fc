"""A change as a reader sees it: what it says, what they may do with it, and how they have decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import ceil

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from accounts.models import User
from agents.models import MemoryVersion
from agents.text import diffs
from agents.words import kept
from reviews import drafting, splitting
from reviews.canaries import revealing
from reviews.desk import Seat
from reviews.enums import Operation, RevisionOrigin, State, Verdict
from reviews.models import Canary, DraftVote, RevisionTarget
from reviews.reading import claims, merged, requirements, spans, spreading, wording
from reviews.reading import three as threeway_view
from reviews.reading.findings import Ranked
from reviews.reading.merged import Merged
from reviews.reading.quoting import Quote
from reviews.reading.requirements import Council, Need
from reviews.reading.talks import Talk
from reviews.reading.three import Stretch

REWORDED = (RevisionOrigin.EDITED, RevisionOrigin.PART_ACCEPTED)
MOST_QUOTES = 6  # beside a change; its own page has them all


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody wrote into a card that could not be taken, and why."""

    alert: str = ""
    reason: str = ""
    reason_code: str = ""
    verdict: str = ""

    @property
    def asks(self) -> str:
        """Which no it is that was being given a reason."""
        said_no = self.verdict if self.verdict in (Verdict.REQUEST_CHANGES, Verdict.QUARANTINE) else Verdict.REJECT
        return str(said_no) if self.reason or self.reason_code or said_no == self.verdict else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: what they may do, and how they like diffs."""

    person: User
    permissions: Collection[str]
    at: datetime
    drafting: int | None = None  # the number of the proposal on which they prepare a review
    drawn: str = ""  # the word of the card that this one takes the place of

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Drawn:
    """One memory of a change: its name, its rows, and a word where there are none."""

    label: str
    rows: list[diffs.Row]
    memory_id: str = ""
    note: str = ""
    position: int = 0


@dataclass
class Card:
    """One change as a reader sees it. Nothing here asks the database."""

    seat: Seat
    reader: Reader
    targets: list[Drawn]
    quotes: list[Quote]
    versions: list[MemoryVersion] = field(default_factory=list)
    editor: str = ""
    talks: list[Talk] = field(default_factory=list)
    typed: Typed = field(default_factory=Typed)
    draft: DraftVote | None = None
    council: Council = field(default_factory=Council)
    findings: list[Ranked] = field(default_factory=list)
    alike: int = 0
    test: Canary | None = None  # where it was a test of the review, and is over
    is_current: bool = False
    url: str = ""
    work: SafeString | str = ""
    fresh: str = ""  # the thread in which the reader has just written
    sign: str = ""
    bare_sign: str = ""

    def __post_init__(self) -> None:
        seat, reader, change = self.seat, self.reader, self.seat.change
        self.change = change
        self.id = change.public_id
        self.mine = seat.vote_of(reader.person)
        voted = self.mine is not None and self.mine not in seat.tally.stale
        self.is_prepared = self.draft is not None and drafting.fits(self.draft, seat)
        self.is_decided = not change.is_undecided or voted or self.is_prepared
        self.notice = revealing.notice(self.test, seat, reader.person) or wording.notice(seat, reader.person)
        if self.draft is not None and not self.is_prepared:
            self.notice = wording.prepared_in_vain(self.draft)
        counts = [diffs.count(target.rows) for target in self.targets]
        self.added, self.removed = sum(one for one, _gone in counts), sum(gone for _new, gone in counts)

    @property
    def decides(self) -> bool:
        return self.change.is_votable and self.reader.may(roles.DECIDE)

    @property
    def drafts(self) -> bool:
        """Whether a vote is kept for the reader's review."""
        return self.decides and self.reader.drafting == self.change.proposal.number

    @property
    def approves(self) -> bool:
        return self.decides and self.seat.held and self.seat.may_count(self.reader.person)

    @property
    def is_own(self) -> bool:
        """Whether the reader wrote it, so that it waits for somebody else."""
        return self.decides and self.reader.person.public_id in self.seat.head.contributors and not self.seat.tally.sole

    @property
    def edits(self) -> bool:
        return self.change.is_votable and self.seat.held and self.reader.may(roles.EDIT)

    @property
    def meanwhile(self) -> list[tuple[str, list[Stretch]]]:
        """The memories that others wrote since this was proposed, in three texts; none where all is as it was."""
        moved = self.change.state in (State.STALE, State.CONFLICT) or (self.change.is_undecided and not self.seat.held)
        return threeway_view.meanwhile(self.seat.standing.targets) if moved else []

    @cached_property
    def merged(self) -> Merged | None:
        return merged.of(self.change, self.seat.standing.targets) if self.change.operation == Operation.MERGE else None

    @property
    def splits(self) -> bool:
        return self.decides and self.seat.held and splitting.can_split(self.seat)

    @property
    def resolves(self) -> bool:
        return self.change.is_votable and not self.seat.held and self.reader.may(roles.EDIT)

    @property
    def undoes(self) -> bool:
        done = (State.APPLIED, State.REVERTED, State.WITHDRAWN, State.SUPERSEDED, State.EXPIRED)
        return self.mine is not None and self.change.state not in done and self.reader.may(roles.DECIDE)

    @property
    def reverts(self) -> bool:
        return self.change.state == State.APPLIED and self.reader.may(roles.REVERT)

    @property
    def applies(self) -> bool:
        return self.change.state == State.APPROVED and self.reader.may(roles.APPLY)

    @property
    def breaks(self) -> bool:
        """Whether the reader may apply it without its votes, in an emergency."""
        may = self.reader.may(roles.BREAK_GLASS) and self.seat.may_count(self.reader.person)
        return may and self.change.is_votable and self.seat.held and (not self.applies or bool(self.change.budget))

    @property
    def dismisses(self) -> bool:
        return self.reader.may(roles.DISMISS)

    @property
    def seconds(self) -> int:
        """How long an approved change still waits."""
        due = self.change.apply_after
        return max(0, ceil((due - self.reader.at).total_seconds())) if due else 0

    @property
    def looks_again_in(self) -> int:
        """In how many seconds the page should ask whether the change was applied; 0 for never."""
        return self.seconds + 2 if self.change.state == State.APPROVED and not self.change.budget else 0

    @property
    def path(self) -> str:
        return self.targets[0].label if len(self.targets) == 1 else ""

    @property
    def confidence(self) -> int | None:
        return None if self.change.confidence is None else round(self.change.confidence * 100)

    @cached_property
    def marks(self) -> list[Mapping[claims.Key, claims.Mark]]:
        """Which quotes are about which changed line, a table for each target."""
        return claims.read(self.change, [one.target for one in self.seat.standing.targets], self.quotes)

    @cached_property
    def spans(self) -> spans.Spans:
        """Where in the diffs the findings stand."""
        return spans.read(self.id, [one.target for one in self.seat.standing.targets], self.findings)

    @cached_property
    def shown_quotes(self) -> list[Quote]:
        return spreading.spread(self.quotes)[:MOST_QUOTES]

    @property
    def more_quotes(self) -> str:
        """How many quotes are not beside the change, in words."""
        more = len(self.quotes) - MOST_QUOTES
        return ngettext("%(n)d more quote", "%(n)d more quotes", more) % {"n": more} if more > 0 else ""

    @property
    def sessions(self) -> int:
        return len({quote.session.pk for quote in self.quotes})

    @property
    def against(self) -> int:
        return sum(quote.is_against for quote in self.quotes)

    @property
    def supporting(self) -> int:
        return len(self.quotes) - self.against

    @property
    def sources(self) -> str:
        """How much evidence there is, in words."""
        return _sources(len(self.quotes), self.sessions)

    @property
    def revision(self) -> str:
        return wording.revision(self.seat.head.number, self.seat.head.origin, self.editor)

    @property
    def first_title(self) -> str:
        """A title is of the first revision: what the change says now may be something else."""
        head, proposer = self.seat.head, self.change.proposal.opened_by_id
        is_worded = head.origin in REWORDED or any(one != proposer for one in head.contributors)
        return _first_title() if head.number > 1 and is_worded else ""

    @property
    def since_decided(self) -> str:
        """The way to what changed since the reader voted on an earlier revision."""
        head, reader = self.seat.head, self.reader.person
        earlier = any(vote.by_id == reader.pk and vote.revision_id != head.pk for vote in self.seat.votes)
        return f"r/{head.number}/" if earlier else ""

    @property
    def new_since(self) -> datetime | None:
        """Quotes that came after this time are new to the reader."""
        return self.mine.at if self.mine else None

    @property
    def new_quotes(self) -> list[Quote]:
        """What joined since the reader's vote, which it may leave as it is."""
        since = self.new_since
        return [quote for quote in self.quotes if since and quote.added_at > since]

    @property
    def news(self) -> str:
        """What came since the reader's vote, in words: no answer to be had, or quotes that joined."""
        if self.change.state == State.CHANGES_REQUESTED and self.change.state_reason:
            return _("No other version was found")
        new = len(self.new_quotes)
        words = ngettext("%(n)d new quote since your vote", "%(n)d new quotes since your vote", new)
        return words % {"n": new} if new else ""

    @property
    def needs(self) -> list[Need]:
        shown = self.change.is_votable or self.change.glass_broken
        return requirements.needs(self.seat, self.council) if shown else []

    @property
    def tier_reasons(self) -> list[str]:
        return wording.tier_reasons(self.seat)

    @property
    def verdict(self) -> tuple[str, str]:
        if self.draft is not None and self.is_prepared:
            return self.draft.verdict, wording.prepared(self.draft)
        if self.test is not None:
            return str(State.WITHDRAWN), _("Test of the review")
        return wording.verdict(self.seat, self.reader.person)

    @property
    def is_agreed(self) -> bool:
        """Whether the chip of the verdict carries a tick."""
        return self.verdict[0] in (Verdict.APPROVE, State.APPROVED, State.APPLIED)

    @property
    def open_talks(self) -> str:
        """How many threads nobody has settled, in words."""
        count = sum(not one.is_resolved for one in self.talks)
        return ngettext("%(n)d open thread", "%(n)d open threads", count) % {"n": count} if count else ""

    @property
    def said(self) -> str:
        return wording.said(self.seat)

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """The plain numbers and dates of the pattern that the change came from."""
        found = self.change.pattern.items()
        return [wording.number(name, value) for name, value in found if wording.is_plain(value)]


def drawn(target: RevisionTarget, rows: list[diffs.Row]) -> Drawn:
    """What a card shows of one memory."""
    before, after = target.path_before, target.path_after
    label = before or after or ""
    note = ""
    if after is None:
        note = _("This memory goes to the archive.")
    elif before and after != before:
        label = f"{before} → {after}"
        note = _moved(target)
    elif target.base is not None and target.base.archived:
        note = _("This memory comes back from the archive.")
    memory = target.memory.public_id if target.memory else ""
    return Drawn(label, rows, memory, note, target.position)


def _moved(target: RevisionTarget) -> str:
    if not target.rows:
        return _("Moved. The text stays as it is.")
    share = diffs.kept(len(target.base.text) if target.base else 0, target.rows)
    return _("Moved and edited. %(share)d %% of the text stays as it is.") % {"share": min(99, round(share * 100))}


@kept
def _first_title() -> str:
    return _("The title is that of the first revision: what it says was edited since.")


@kept
def _sources(quotes: int, sessions: int) -> str:
    if not quotes:
        return _("No quotes")
    said = ngettext("%(n)d quote", "%(n)d quotes", quotes) % {"n": quotes}
    words = ngettext("%(quotes)s from %(n)d session", "%(quotes)s from %(n)d sessions", sessions)
    return words % {"quotes": said, "n": sessions}
