"""Open changes of ours that what was read since they were proposed speaks against, and why.

A session that left the window refutes nothing: the sessions behind a change have to be there, and what is not found
any more must still be found without the newer sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from agents.snapshot import OpenChange, Snapshot
from agents.text import lines
from agents.text.normalise import digest
from agents.text.slots import slots
from agents.text.statements import statements
from dreaming.engines.local import quotes
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, Tidying, code, counted, gist
from dreaming.engines.local.memory.stated import Saying, agrees, differs, read
from dreaming.engines.local.proposing.operations import FOLDS, Quoter
from dreaming.engines.local.reading.signals import LONG_AGO, Call, Trace
from dreaming.engines.local.sessions import retries
from dreaming.engines.protocol import Quote

MOST_AGAIN = 3  # how often the stages are run again without newer sessions
MOST_SAID = 40  # lines of one change that are read for what they state
MOST_SHOWN = 3
ASKS = "needs_person"  # the change is a question: an answer to it refutes nothing

Again = Callable[[Snapshot], Considered]


@dataclass(frozen=True, slots=True)
class Refutation:
    """Why a change does not hold any more; spans that speak against it.

    Where `is_turned`, what the stages found for this change now supports its opposite.
    """

    change: OpenChange
    reason: str
    spans: tuple[Span, ...] = ()
    is_turned: bool = False

    @property
    def withdraws(self) -> bool:
        """People's words and people's verdicts stand: there the spans are only shown."""
        undecided = self.change.state != "approved"
        return undecided and self.change.origin == "dream" and self.change.reason_code != ASKS


@dataclass(frozen=True, slots=True)
class _Case:
    """One open change: the sessions behind it that are here, and those read, or ended otherwise, since then."""

    now: Considered
    change: OpenChange
    own: tuple[int, ...]
    came: frozenset[int]

    @property
    def removed(self) -> set[str]:
        return {digest(text) for text in self.change.removes}

    @property
    def lost(self) -> tuple[str, ...]:
        """What it takes out that is not meant to be said elsewhere."""
        change = self.change
        return change.removes if change.operation in ("edit", "archive") and change.reason_code not in FOLDS else ()

    @property
    def since(self) -> datetime:
        """When the last session behind the change began; without one, when the change was proposed."""
        began = [self.now.snapshot.sessions[at].started_at for at in self.own]
        return max((at for at in began if at), default=self.change.opened_at or LONG_AGO)

    @property
    def newer(self) -> list[Trace]:
        places = self.now.signals.places
        return [self.now.signals.trace(at) for at in sorted(self.came & places.keys(), key=places.__getitem__)]


def find(now: Considered, policy: Curation, again: Again) -> list[Refutation]:
    """At most one refutation for each open change that a dream of this agent proposed."""
    rerun = _Rerun(now.snapshot, again)
    found = []
    for case in _cases(now):
        refutation = _confirmed(case)
        if refutation is None and case.came:
            refutation = _turned(case) or _gainsaid(case) or _fails(case, policy) or _gone(case, rerun)
        found += [refutation] if refutation else []
    return found


def joined(
    joins: Mapping[str, tuple[Quote, ...]], refuted: Iterable[Refutation], quoter: Quoter
) -> dict[str, tuple[Quote, ...]]:
    """The quotes for open changes with those that speak against; what supports the opposite supports nothing here."""
    found = dict(joins)
    for one in refuted:
        quoted = quoter.of(one.spans, ())
        against = tuple(
            replace(quote, stance="against") for quote in quoted if quote.session not in one.change.sessions
        )
        contrary = {quote.session for quote in quoted}
        support = [quote for quote in found.pop(one.change.id, ()) if quote.session not in contrary]
        if one.is_turned:
            support = []
        if (against or support) and not (one.is_turned and one.withdraws):
            found[one.change.id] = (*support, *against)
    return found


def _cases(now: Considered) -> Iterator[_Case]:
    """Where every session is unread, nobody can tell which of them came later."""
    snapshot = now.snapshot
    here = {mark.id: at for at, mark in enumerate(snapshot.sessions)}
    unread = all(mark.is_new for mark in snapshot.sessions)
    by_run: dict[int, frozenset[int]] = {}
    for change in sorted(snapshot.open_changes, key=lambda change: (-change.run, change.id)):
        if change.agent in ("", snapshot.agent) and (change.origin == "dream" or change.run):
            if change.run not in by_run:
                by_run[change.run] = _came(snapshot, change.run)
            own = tuple(here[session] for session in change.sessions if session in here)
            yield _Case(now, change, own, frozenset() if unread and own else by_run[change.run])


def _came(snapshot: Snapshot, run: int) -> frozenset[int]:
    marks = enumerate(snapshot.sessions)
    return frozenset(at for at, mark in marks if mark.is_new or (run and mark.read_by > run))


def _confirmed(case: _Case) -> Refutation | None:
    """What it takes out was confirmed after it was proposed."""
    change, removed = case.change, {digest(text) for text in case.lost}
    if not change.opened_at:
        return None
    held = [claim.confirmed_at for claim in case.now.known if claim.digest in removed]
    last = max(held, default=LONG_AGO)
    if last <= change.opened_at:
        return None
    return Refutation(change, f"What it takes out was confirmed since, on {last.date().isoformat()}.")


def _gainsaid(case: _Case) -> Refutation | None:
    """The last that people say gives the slot another value than the change does."""
    wanted = [(slot, differs) for text in _sentences(case.change.adds) for slot in read(text)]
    wanted += [(slot, agrees) for text in _sentences(case.lost) for slot in slots(text)]
    for slot, speaks_against in wanted:
        about = [
            one for one in case.now.sayings.about(slot.subject) if agrees(one.slot, slot) or differs(one.slot, slot)
        ]
        last = max(about, key=lambda one: one.at, default=None)
        if last is None or not speaks_against(last.slot, slot):
            continue
        against = [one for one in about if speaks_against(one.slot, slot)]
        against = [one for one in against if one.session in case.came and one.at > case.since]
        if against:
            spans = tuple(one.span for one in against[-MOST_SHOWN:])
            return Refutation(case.change, _heard(case.now, against[-1]), spans)
    return None


def _sentences(texts: tuple[str, ...]) -> Iterator[str]:
    return (statement.text for text in texts[:MOST_SAID] for statement in statements(text))


def _heard(now: Considered, said: Saying) -> str:
    words = gist(now.signals.text(said.span.row)[said.span.start : said.span.end], 140)
    return f"A person has said otherwise since, on {said.at.date().isoformat()}: “{words}”"


def _turned(case: _Case) -> Refutation | None:
    """The same two values, and by now the one that the change takes out is the one to keep."""
    tidying, removed = case.now.by_fingerprint.get(case.change.fingerprint), case.removed
    if tidying is None or tidying.kind != "contradiction" or tidying.keep is None:
        return None
    if tidying.keep.digest not in removed or tidying.remove[0].digest in removed:
        return None
    session_of = case.now.snapshot.events.session_of
    spans = tuple(span for span in tidying.spans if span.stance == "for" and session_of(span.row) in case.came)
    reason = f"By what was read since, “{gist(tidying.keep.text, 140)}” is the one to keep."
    return Refutation(case.change, reason, spans, is_turned=True) if spans else None


def _fails(case: _Case, policy: Curation) -> Refutation | None:
    """Sessions did what the lesson says before the call, and met the very error that it should spare them."""
    finding = case.now.by_pattern.get(case.change.pattern)
    if finding is None or finding.key[0] != "tool_error":
        return None
    _, tool, error = finding.key[:3]
    taught = " ".join(case.change.adds)
    steps = {name for name in case.now.snapshot.events.tools if name and name != tool and code(name) in taught}
    if code(tool) not in taught:
        return None
    if steps:
        calls = [_after(trace, tool, steps) for trace in case.newer]
    else:
        calls = [_retried(case.now, trace, tool, error, taught) for trace in case.newer]
    met = [call for call in calls if call]
    failed = [call for call in met if call.error == error]
    worked = sum(not call.error for call in met)
    if len(failed) < policy.min_sessions or len(failed) <= worked:
        return None
    reason = (
        f"{counted(len(failed), 'session')} since did what it says before {code(tool)}, and met the same error;"
        f" {worked} did so without an error."
    )
    return Refutation(case.change, reason, quotes.kept(*(quotes.error(case.now.signals, one) for one in failed)))


def _after(trace: Trace, tool: str, steps: set[str]) -> Call | None:
    """The first call of the tool after all steps worked."""
    left = set(steps)
    for call in trace.calls:
        if call.tool == tool and not left:
            return call
        if not call.error:
            left.discard(call.tool)
    return None


def _retried(now: Considered, trace: Trace, tool: str, error: str, taught: str) -> Call | None:
    """The first call that follows one with the error and differs from it as the lesson says."""
    own = [call for call in trace.calls if call.tool == tool]
    for before, after in pairwise(own):
        if before.error == error and any(how in taught for how in retries.clauses(now.signals, before, after)):
            return after
    return None


class _Rerun:
    """The stages over the snapshot without the newer sessions, once for each set of them."""

    def __init__(self, snapshot: Snapshot, again: Again) -> None:
        self._snapshot = snapshot
        self._again = again
        self._made: dict[frozenset[int], Considered] = {}

    def without(self, came: frozenset[int]) -> Considered | None:
        """None where that was asked for too often."""
        if came not in self._made:
            if len(self._made) == MOST_AGAIN:
                return None
            marks = enumerate(self._snapshot.sessions)
            left = tuple(replace(mark, taint=True) if at in came else mark for at, mark in marks)
            self._made[came] = self._again(replace(self._snapshot, sessions=left, open_changes=()))
        return self._made[came]


def _gone(case: _Case, rerun: _Rerun) -> Refutation | None:
    """What it was proposed for is found without the newer sessions, and is not found with them."""
    change, came = case.change, case.came
    mark = change.pattern or change.fingerprint
    if mark in _found(case.now, change) or not change.sessions or len(case.own) < len(change.sessions):
        return None
    if not change.pattern and not _stands(case):
        return None
    other = came & set(case.own)
    if other:
        return Refutation(change, f"{counted(len(other), 'session')} behind it ended otherwise than was known then.")
    before = rerun.without(came)
    past = _found(before, change).get(mark) if before else None
    if not past or _told_elsewhere(case.now, past):
        return None
    spans = _contrary(case, past) if isinstance(past, Finding) else ()
    reason = f"With {counted(len(came), 'session')} read since, what it was proposed for does not hold any more."
    return Refutation(change, reason, spans)


def _found(of: Considered, change: OpenChange) -> dict[str, Finding] | dict[str, Tidying]:
    return of.by_pattern if change.pattern else of.by_fingerprint


def _stands(case: _Case) -> bool:
    """Memory still says what the change takes out; where it moved, others tell."""
    own = [one for one in case.now.snapshot.memories if one.id in case.change.memory_ids]
    return case.removed <= {digest(row) for memory in own for row in lines.split(memory.text)}


def _told_elsewhere(now: Considered, past: Finding | Tidying) -> bool:
    """A wider pattern of its kind tells it by now."""
    own = set(past.sessions)
    return isinstance(past, Finding) and any(
        own <= set(one.sessions) for one in now.findings if (one.kind, one.key[0]) == (past.kind, past.key[0])
    )


def _contrary(case: _Case, past: Finding) -> tuple[Span, ...]:
    """How newer sessions ended that took the steps of the pattern and failed."""
    steps, signals = set(past.steps), case.now.signals
    failed = [trace for trace in case.newer if steps and signals.mark(trace.session).failed]
    failed = [trace for trace in failed if steps <= set(trace.steps)]
    return quotes.kept(*(quotes.ending(signals, trace) for trace in failed))
