"""Answers to requests for changes: the next other way to say what the engine proposed, in the order of what is asked.

What is offered comes from the same stages over what stands there now, so that an answer is never older than memory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agents.snapshot import Snapshot
from agents.text import hidden, lines
from agents.text.normalise import normalise
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.findings import Choice, Finding, Tidying, code, counted, cut
from dreaming.engines.local.lexicon import ASKS_BOTH, ASKS_DATES, ASKS_LESS, ASKS_NARROWER, ASKS_OTHER, ASKS_WORDS
from dreaming.engines.local.memory import choices
from dreaming.engines.local.proposing import operations
from dreaming.engines.local.proposing.operations import Draft, Quoter
from dreaming.engines.local.reading.claims import Claim
from dreaming.engines.protocol import Decline, Operation, Request, Revision, mark_of

MOST_ROUNDS = 3
SHORTEST, LONGEST = 12, 300  # of a person's words that are to stand in memory
QUOTED = re.compile(r"[“\"]([^“”\"\n]{12,300})[”\"]")
NARROWER, OTHER = ("narrower",), ("other_value", "keep_other")
BOTH, DATED, LESS = ("both_scoped", "both_dated"), ("both_dated",), ("split", "narrower")
REWRITE = ("rewrite",)
WISHES = (
    (ASKS_DATES, DATED),
    (ASKS_BOTH, BOTH),
    (ASKS_LESS, LESS),
    (ASKS_NARROWER, (*NARROWER, "both_scoped")),
    (ASKS_OTHER, OTHER),
)
BY_CODE = {"false": OTHER, "stale": (*DATED, *OTHER), "out_of_scope": NARROWER, "unsupported": LESS, "duplicate": LESS}
IN_GENERAL = (*NARROWER, *OTHER, *BOTH, *LESS, *REWRITE)
TITLES = {
    "keep_other": "Keep the other statement",
    "both_scoped": "Keep both, each with what it holds for",
    "both_dated": "Keep both, each with its date",
}
SAID = {
    "keep_other": "Keeps the other statement instead.",
    "both_scoped": "Keeps both, each with what it holds for.",
    "both_dated": "Keeps both, each with its date.",
    "other_value": "The other way round, by what was read since.",
    "rewrite": "In the words of a person.",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One other way, by its choice; `said` in words for the person who asked."""

    choice: str
    operation: Operation
    said: str
    is_askers: bool = False


def answer(now: Considered, drafts: Sequence[Draft], request: Request, quoter: Quoter) -> Revision | Decline:
    """The first offer that fits the request and was not tried yet."""
    if request.round > MOST_ROUNDS:
        return Decline(f"It was answered {MOST_ROUNDS} times. Please edit it, or decide on it as it is.")
    draft = next((one for one in drafts if _is_asked(one, request)), None)
    if draft is None:
        return Decline("What it was proposed for is not found any more in what was read.")
    tried = {one.mark for one in request.tried}
    untried = [one for one in _offers(now, draft, request, quoter) if _mark(now.snapshot, one) not in tried]
    if not untried:
        return Decline("Nothing else fits what was read. Please edit it, or decide on it as it is.")
    order = _order(request)
    best = min(untried, key=lambda one: (not one.is_askers, order.index(one.choice)))
    return Revision(_told(best), best.said, best.is_askers)


def _told(offer: Offer) -> Operation:
    """A title that says which way round it is now, and why."""
    operation = offer.operation
    before = TITLES.get(offer.choice, "")
    title = cut(f"{before} (was: {operation.title})", 200) if before else operation.title
    return replace(
        operation, choice=offer.choice, title=title, rationale=f"{offer.said} First proposed so: {operation.rationale}"
    )


def _is_asked(draft: Draft, request: Request) -> bool:
    operation = draft.operation
    return (operation.targets[0].namespace, operation.fingerprint) == (request.namespace, request.fingerprint)


def _order(request: Request) -> list[str]:
    """What is asked for in words, then by the reason given, then from the narrowest to the widest."""
    worded = [choice for asks, wanted in WISHES if asks.search(request.text) for choice in wanted]
    return list(dict.fromkeys([*worded, *BY_CODE.get(request.reason_code, ()), *IN_GENERAL]))


def _offers(now: Considered, draft: Draft, request: Request, quoter: Quoter) -> Iterator[Offer]:
    words = _words(draft, request, now.snapshot)
    if isinstance(draft.source, Finding):
        yield from _lessons(now, draft.source, request.namespace, words, quoter)
    elif isinstance(draft.source, Tidying):
        yield from _removals(now, draft, draft.source, words)


def _lessons(now: Considered, finding: Finding, namespace: str, words: str, quoter: Quoter) -> Iterator[Offer]:
    """The same lesson where it was seen only; or in the words of the person who asked."""
    files = operations.lesson_files(now.snapshot)
    for place in _places(now, finding, namespace):
        lesson = replace(finding, lesson=f"{place}: {_inner(finding.lesson)}")
        operation = operations.lesson(files, lesson, namespace, quoter).operation
        yield Offer("narrower", operation, f"{place}, where it was seen.")
    if words:
        operation = operations.lesson(files, replace(finding, lesson=words), namespace, quoter).operation
        yield Offer("rewrite", operation, "In your words.", is_askers=True)


def _places(now: Considered, finding: Finding, namespace: str) -> Iterator[str]:
    """What all sessions behind a lesson share and not all others do: a tool, the task, the agent."""
    signals, marks = now.signals, [now.snapshot.sessions[session] for session in finding.sessions]
    traces = [signals.trace(session) for session in finding.sessions if session in signals.places]
    used = [{call.tool for call in trace.calls if call.tool and not call.error} for trace in traces]
    over_all = dict(zip(signals.calls.tools, signals.calls.traces_by_tool.tolist(), strict=True))
    shared = set.intersection(*used) if used else set()
    told = [tool for tool in shared if code(tool) not in finding.lesson and over_all[tool] < len(signals.sessions)]
    if told:
        yield f"Only where the work also calls {code(min(told, key=lambda tool: (over_all[tool], tool)))}"
    tasks, agents = {mark.task for mark in marks}, {mark.agent for mark in marks}
    if len(tasks) == 1 and (task := tasks.pop()):
        yield f"Only in the task {code(task)}"
    if len(agents) == 1 and namespace in now.snapshot.shared:
        yield f"Only for the agent {code(agents.pop())}"


def _removals(now: Considered, draft: Draft, source: Tidying, words: str) -> Iterator[Offer]:
    sizes = Counter(claim.memory for claim in now.known)
    for operation in draft.alternatives:
        yield Offer(operation.choice, operation, SAID.get(operation.choice, SAID["rewrite"]))
    if source.kind == "contradiction":
        yield Offer("other_value", draft.operation, SAID["other_value"])
    own = [*_fewer(now.snapshot, source)]
    if source.kind == "contradiction" and source.keep is not None and not draft.alternatives:
        own += [(choice, SAID[choice.kind]) for choice in choices.of(source.keep, source.remove[0])]
    for choice, said in own:
        yield Offer(choice.kind, operations.chosen(now.snapshot, draft.operation, choice, sizes), said)
    if words:
        choice = Choice("rewrite", source.remove, (words,))
        operation = operations.chosen(now.snapshot, draft.operation, choice, sizes)
        yield Offer("rewrite", operation, "In your words.", is_askers=True)


def _fewer(snapshot: Snapshot, source: Tidying) -> Iterator[tuple[Choice, str]]:
    """Of several statements only the surest one, or only those of one memory."""
    if len(source.remove) < 2:
        return
    first = min(source.remove, key=lambda claim: _sureness(source, claim))
    yield (
        Choice("narrower", (first,), _puts(source, (first,))),
        f"Only the surest of {counted(len(source.remove), 'statement')}.",
    )
    here = tuple(claim for claim in source.remove if claim.memory == first.memory)
    if 1 < len(here) < len(source.remove):
        yield Choice("split", here, _puts(source, here)), f"Only what stands in {snapshot.memories[first.memory].path}."


def _puts(source: Tidying, claims: Sequence[Claim]) -> tuple[str, ...]:
    """What is left of each, or stands in its place: the new words come in place of the first one, whichever it is."""
    left = dict(zip((claim.place for claim in source.remove), (source.put, *source.rests), strict=False))
    first, *others = (left.get(claim.place, "") for claim in claims)
    return (source.put or first, *others)


def _sureness(source: Tidying, claim: Claim) -> tuple[object, ...]:
    """Beside the one that stays, in lines of its own, and longest known."""
    keep = source.keep
    apart = keep is not None and (keep.memory, keep.heading) != (claim.memory, claim.heading)
    return (apart, claim.shared, claim.first_seen, claim.place)


def _words(draft: Draft, request: Request, snapshot: Snapshot) -> str:
    """What the person who asked wants it to say: the longest quoted words that stand neither in memory nor in what
    was proposed. Empty where nothing is said, or hides something."""
    if not ASKS_WORDS.search(request.text):
        return ""
    known = normalise(
        " ".join(text for target in draft.operation.targets for edit in target.edits for text in edit.lines)
    )
    own = {target.memory for target in draft.operation.targets}
    known += " ".join(normalise(memory.text) for memory in snapshot.memories if memory.id in own)
    said = [" ".join(match[1].split()) for match in QUOTED.finditer(request.text)]
    fresh = [words for words in said if SHORTEST <= len(words) <= LONGEST and normalise(words) not in known]
    words = max(fresh, key=len, default="")
    return "" if any(not piece.benign for piece in hidden.find(words)) else words


def _inner(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _mark(snapshot: Snapshot, offer: Offer) -> str:
    texts = {memory.id: memory.text for memory in snapshot.memories}
    parts = []
    for target in offer.operation.targets:
        rows = lines.split(texts.get(target.memory, ""))
        edits = [(rows[edit.start : edit.end], edit.lines) for edit in target.edits]
        parts.append((target.path_before if target.memory else "", target.path_after, edits))
    return mark_of(parts)
