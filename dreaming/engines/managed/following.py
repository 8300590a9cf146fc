"""One dream from its start to its end: each call goes on from what the journal holds, and waits by raising."""

from __future__ import annotations

from datetime import datetime, timedelta

import anthropic
from anthropic.types.beta import BetaDream

from agents.connections.retrying import retry_after
from agents.snapshot import Snapshot
from dreaming.engines.managed import account as states
from dreaming.engines.managed import answers, spending
from dreaming.engines.managed.account import Book, Part
from dreaming.engines.managed.answers import patient
from dreaming.engines.managed.reading import Reading
from dreaming.engines.managed.stores import AT_ONCE, SKEW
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.protocol import EngineFailed, EngineWaits
from dreaming.engines.spending import OverBudget

FIRST, LATER = timedelta(seconds=30), timedelta(seconds=120)
LAST_READS = timedelta(seconds=5)  # between two looks at the usage of a dream that was stopped
LONGEST = timedelta(hours=8)  # a dream that takes more is stuck
NONE_YET = -1  # reads of the usage since a dream was stopped
FINAL = ("completed", "failed", "canceled")


def follow(book: Book, workspace: Workspace, snapshot: Snapshot, reading: Reading) -> None:
    """All dreams of the account, one after the other. Raises EngineWaits, EngineFailed and OverBudget."""
    while part := next((one for one in book.account.parts if one.state not in (states.DONE, states.SPLIT)), None):
        if part.state == states.PLANNED:
            _ask(book, workspace, snapshot, reading, part)
        if part.state == states.ASKED:
            _start(book, workspace, part)
        with patient(book, workspace.clock):
            dream = workspace.client.beta.dreams.retrieve(part.dream)
        if part.state == states.FOLLOWED:
            _look(book, workspace, part, dream)
        elif part.state == states.STOPPING:
            _stopped(book, workspace, part, dream)


def _ask(book: Book, workspace: Workspace, snapshot: Snapshot, reading: Reading, part: Part) -> None:
    if not part.held:
        spending.reserve(book, workspace, part, spending.estimate(snapshot, reading, part.sessions))
    part.asked_at = workspace.clock().isoformat()
    part.state = states.ASKED
    book.save()


def _start(book: Book, workspace: Workspace, part: Part) -> None:
    """Ask for the dream, unless it was asked for before and is there already: a POST that got no answer may count."""
    with patient(book, workspace.clock):
        dream = found(book, workspace, part) if part.tries else None
    part.tries += 1
    book.save()
    if dream is None:
        try:
            dream = _create(book, workspace, part)
        except anthropic.APIStatusError as error:
            if error.status_code in answers.PASSING or error.status_code >= 500:
                raise answers.wait(book, workspace.clock, asked=retry_after(error, workspace.clock())) from error
            part.state = states.SPLIT  # nothing came of it
            spending.release(book, workspace, part)
            raise EngineFailed(answers.told(error)) from error
        except anthropic.APIError as error:
            raise answers.wait(book, workspace.clock) from error
    part.dream, part.state, part.polls = dream.id, states.FOLLOWED, 0
    book.account.failures = 0
    book.save()


def _create(book: Book, workspace: Workspace, part: Part) -> BetaDream:
    return workspace.client.with_options(max_retries=0).beta.dreams.create(
        inputs=[
            {"type": "memory_store", "memory_store_id": book.account.store},
            {"type": "sessions", "session_ids": part.sessions},
        ],
        model=workspace.model,
        instructions=workspace.instructions or anthropic.omit,
        output_behavior={"type": "create_new"},
    )


def found(book: Book, workspace: Workspace, part: Part) -> BetaDream | None:
    """A dream over this store and these sessions that was asked for since, and is none that we know of."""
    since = datetime.fromisoformat(part.asked_at) - SKEW
    known = {name for one in book.account.parts for name in (one.dream, *one.known)}
    for dream in workspace.client.beta.dreams.list(created_at_gt=since, include_archived=True, limit=AT_ONCE):
        if dream.id not in known and _inputs(dream) == (book.account.store, frozenset(part.sessions)):
            return dream
    return None


def _inputs(dream: BetaDream) -> tuple[str, frozenset[str]]:
    """Sessions come back sorted, so they are compared as a set."""
    store, sessions = "", frozenset[str]()
    for one in dream.inputs:
        if one.type == "memory_store":
            store = one.memory_store_id
        elif one.type == "sessions":
            sessions = frozenset(one.session_ids)
    return store, sessions


def _look(book: Book, workspace: Workspace, part: Part, dream: BetaDream) -> None:
    _note(book, part, dream)
    if dream.status == "completed":
        _completed(book, workspace, part, dream)
    elif dream.status == "failed":
        _failed(book, workspace, part, dream)
    elif dream.status == "canceled":
        part.state, part.reads = states.STOPPING, NONE_YET
        part.why = part.why or "The dream was canceled on the platform."
        book.save()
    else:
        _keep_watch(book, workspace, part)


def _note(book: Book, part: Part, dream: BetaDream) -> bool:
    """Keep what the dream says of itself; whether its usage is as it was."""
    usage = {name: int(count) for name, count in dream.usage.to_dict().items() if isinstance(count, int)}
    is_same = usage == part.usage
    part.usage, part.session = usage, dream.session_id or part.session
    output = next((one.memory_store_id for one in dream.outputs if one.type == "memory_store"), "")
    part.output = output or part.output
    book.leave(part.output)
    return is_same


def _completed(book: Book, workspace: Workspace, part: Part, dream: BetaDream) -> None:
    spending.settle(book, workspace, part, dream._request_id or "")
    if not part.output or part.output == book.account.store:
        raise EngineFailed("The dream ended without an output store of its own.")
    part.state = states.DONE
    book.save()


def _failed(book: Book, workspace: Workspace, part: Part, dream: BetaDream) -> None:
    """What a failed dream left is never read; some failures are tried again in another way."""
    spending.settle(book, workspace, part, dream._request_id or "")
    reason = dream.error.type if dream.error else ""
    if reason == "timeout" and len(part.sessions) > 1:
        half = len(part.sessions) // 2
        book.account.parts += [Part(part.sessions[:half]), Part(part.sessions[half:])]
    elif reason == "internal_error" and not part.known:
        book.account.parts.append(Part(part.sessions, known=[part.dream]))
    else:
        unknown = f"The dream failed on the platform: {''.join(c for c in reason if c.isalnum() or c == '_')[:80]}."
        raise EngineFailed(answers.OF_A_DREAM.get(reason, unknown))
    part.state = states.SPLIT
    book.save()


def _keep_watch(book: Book, workspace: Workspace, part: Part) -> None:
    now = workspace.clock()
    try:
        spending.keep_up(book, workspace, part)
    except OverBudget as over:
        part.why, part.is_over_budget = str(over), True
    if not part.why and now - datetime.fromisoformat(part.asked_at) > LONGEST:
        part.why = f"The dream was stuck: it took more than {LONGEST // timedelta(hours=1)} hours, and was canceled."
    if part.why:
        with patient(book, workspace.clock):
            stop(workspace.client, part.dream)
        part.state, part.reads = states.STOPPING, NONE_YET
        book.save()
        return
    part.polls += 1
    book.save()
    raise EngineWaits(now + min(FIRST * 2 ** min(part.polls - 1, 4), LATER))


def stop(client: anthropic.Anthropic, dream: str) -> None:
    """Cancel a dream; one that ended meanwhile cannot be, and need not."""
    try:
        client.beta.dreams.cancel(dream)
    except (anthropic.BadRequestError, anthropic.NotFoundError):
        return


def book_stopped(book: Book, workspace: Workspace, part: Part, dream: BetaDream) -> bool:
    """Book the usage of a dream that was stopped; False where it may still move."""
    is_same = _note(book, part, dream)
    part.reads = part.reads + 1 if is_same or part.reads == NONE_YET else 0
    book.save()
    if dream.status not in FINAL or part.reads < 1:
        return False
    spending.settle(book, workspace, part, dream._request_id or "")
    return True


def _stopped(book: Book, workspace: Workspace, part: Part, dream: BetaDream) -> None:
    """The usage of a stopped dream moves on for some seconds: it is booked when two reads are equal."""
    if not book_stopped(book, workspace, part, dream):
        raise EngineWaits(workspace.clock() + LAST_READS)
    raise OverBudget(part.why) if part.is_over_budget else EngineFailed(part.why)
