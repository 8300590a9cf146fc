"""The engine: start dreams, follow them, and turn what they wrote into operations that people decide one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.snapshot import Snapshot
from agents.text.statements import statements
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import policy_of
from dreaming.engines.managed import account as accounts
from dreaming.engines.managed import clearing, comparing, drawing, following, narrating, reading, stores, weighing
from dreaming.engines.managed.account import Account, Book, Part
from dreaming.engines.managed.answers import patient
from dreaming.engines.managed.drawing import Draft
from dreaming.engines.managed.narrating import Notes
from dreaming.engines.managed.quoting import Quoter
from dreaming.engines.managed.reading import Reading
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.protocol import Decline, DreamResult, Journal, Operation, Report, Request, Revision

UNSAID = "Nothing in the sessions that the dream read says it in so many words."
DECLINES = (
    "A dream of the platform reworks a whole store, and cannot be asked about one change. Edit its text, or reject it."
)
UNSURE, SURE, SURER, SUREST = 0.3, 0.55, 0.65, 0.75  # by the sessions quoted: none, one, two, more


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one dream wrote: texts of the paths that differ, before and after, and what it says of its own work."""

    part: Part
    before: dict[str, str]
    after: dict[str, str]
    skipped: Counter[str]
    notes: Notes


class ManagedEngine:
    """`open_workspace` is asked when a dream begins: it raises EngineFailed where something is missing."""

    name = "managed"

    def __init__(self, open_workspace: Callable[[Snapshot], Workspace]) -> None:
        self._open = open_workspace

    def dream(self, snapshot: Snapshot, curation: Mapping[str, Any], report: Report, journal: Journal) -> DreamResult:
        """Raises EngineFailed and OverBudget, and EngineWaits while a dream is dreamt."""
        policy = policy_of(curation)
        snapshot = snapshot.zoned()
        workspace = self._open(snapshot)
        given = reading.read(snapshot, workspace)
        if not given.sessions:
            unread = frozenset(mark.id for mark in snapshot.sessions if mark.is_new)
            return DreamResult((), (), funnel=_counts(snapshot, given), usage={}, unread=unread)
        book, given = _book(journal, workspace, given)
        unread = frozenset(mark.id for mark in snapshot.sessions if mark.is_new) - {mark.id for mark in given.sessions}
        stores.open_input(book, workspace, given, report)
        report("dreaming", sum(part.state == accounts.DONE for part in book.account.parts), len(book.account.parts))
        following.follow(book, workspace, snapshot, given)
        outcomes = [_read(book, workspace, given, part, report) for part in _done(book.account)]
        report("changes", 0, 1)
        return replace(
            _propose(snapshot, workspace, given, outcomes, policy), usage=workspace.budget.usage(), unread=unread
        )

    def answer(self, snapshot: Snapshot, request: Request, report: Report, journal: Journal) -> Revision | Decline:
        return Decline(DECLINES)


def _done(account: Account) -> list[Part]:
    return [part for part in account.parts if part.state == accounts.DONE]


def _book(journal: Journal, workspace: Workspace, given: Reading) -> tuple[Book, Reading]:
    """The account that the run is at. Where it started over and only has more sessions by now, it goes on with those
    that its dreams read: the others are for the next run.
    """
    current = journal.get(accounts.CURRENT)
    if current is not None:
        book = Book(journal, accounts.of(journal.get(accounts.KEY + current)))
        known = book.account.sizes
        if book.account.base == given.base and known.items() <= given.sizes.items():
            return book, given.only(known)
        with patient(book, workspace.clock):
            clearing.stop(book, workspace)
    account = Account(workspace.connection, given.digest, workspace.model, given.base, dict(given.sizes))
    account.parts = [Part(sessions) for sessions in given.parts()]
    book = Book(journal, account)
    if journal.get(accounts.KEY + given.digest) is None:
        book.save()
    else:
        book.account = accounts.of(journal.get(accounts.KEY + given.digest))
    journal.put(accounts.CURRENT, given.digest)
    return book, given


def _read(book: Book, workspace: Workspace, given: Reading, part: Part, report: Report) -> Outcome:
    """The output store against the input store: by path and hash, and only what differs is fetched."""
    odd = book.account.odd or {}
    held = {path: memory for path, memory in given.shelf.memories.items() if path not in odd}
    with patient(book, workspace.clock):
        listed = stores.listing(workspace.client, part.output)
        skipped = Counter(store_differs=sum(_sha(listed, path) != known for path, known in odd.items()))
        changed = {
            path: one
            for path, one in listed.items()
            if path not in odd and (path not in held or reading.sha256(held[path].text) != one.sha256)
        }
        after = stores.texts(workspace.client, part.output, changed, report)
    before = {path: memory.text for path, memory in held.items() if path in changed or path not in listed}
    notes = narrating.read(workspace.client, part.session, before.keys() | after.keys(), part.sessions)
    return Outcome(part, before, after, skipped, notes)


def _sha(listed: Mapping[str, stores.Listed], path: str) -> str:
    return listed[path].sha256 if path in listed else ""


def _propose(
    snapshot: Snapshot, workspace: Workspace, given: Reading, outcomes: Sequence[Outcome], policy: Curation
) -> DreamResult:
    funnel = Counter(_counts(snapshot, given))
    drafts: list[tuple[Draft, Operation]] = []
    kept = {path: memory.text for path, memory in given.shelf.memories.items()}
    for outcome in outcomes:
        differences = comparing.compare(outcome.before, outcome.after)
        drawn = list(drawing.draw(given.shelf, differences, outcome.after))
        quoter = _quoter(snapshot, given, outcome, drawn)
        drafts += [(draft, _operation(draft, outcome, quoter, policy)) for draft in drawn]
        funnel.update(skipped_store_differs=outcome.skipped["store_differs"], quotes_dropped=quoter.dropped)
        funnel["sessions_opened"] += outcome.notes.opened
        kept = {path: text for path, text in kept.items() if path not in outcome.before} | outcome.after
    weighed = weighing.Scales(snapshot, workspace, policy, weighing.stands(kept.values())).weigh(drafts)
    funnel.update(weighed.funnel)
    funnel.update(
        dreams=len(outcomes),
        drafts=len(drafts),
        proposed=len(weighed.operations),
        unquoted=sum(not operation.quotes for operation in weighed.operations),
        alternatives=len(weighed.alternatives),
    )
    return DreamResult(
        patterns=(),
        operations=tuple(weighed.operations),
        alternatives=tuple(weighed.alternatives),
        joins=weighed.joins,
        funnel={name: count for name, count in funnel.items() if count},
    )


def _quoter(snapshot: Snapshot, given: Reading, outcome: Outcome, drawn: Sequence[Draft]) -> Quoter:
    by_id = given.by_external_id
    known = [one.text for text in outcome.before.values() for one in statements(text)]
    wanted = [said for draft in drawn for said in draft.said]
    return Quoter(snapshot, {by_id[one].id for one in outcome.part.sessions}, known, wanted)


def _operation(draft: Draft, outcome: Outcome, quoter: Quoter, policy: Curation) -> Operation:
    quotes = quoter.of(draft.said, policy.max_quotes)
    sessions = len({quote.session for quote in quotes})
    read = len(outcome.part.sessions)
    said = [
        draft.why,
        f"It read {read} session{'' if read == 1 else 's'} of the Claude platform (dream {outcome.part.dream}).",
        outcome.notes.of(draft.paths),
        "" if quotes else UNSAID,
    ]
    return Operation(
        kind=draft.kind,
        title=draft.title,
        rationale=" ".join(filter(None, said)),
        reason_code=draft.reason_code,
        confidence=(UNSURE, SURE, SURER, SUREST)[min(sessions, 3)],
        fingerprint=draft.fingerprint,
        targets=draft.targets,
        quotes=quotes,
    )


def _counts(snapshot: Snapshot, given: Reading) -> dict[str, int]:
    return {
        "memories": len(given.shelf.memories),
        "sessions": len(snapshot.sessions),
        "sessions_dreamt": len(given.sessions),
    }
