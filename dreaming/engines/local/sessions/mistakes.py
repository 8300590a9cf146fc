"""Tool errors that come back over sessions: how often, out of how many calls, and what was done next that worked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, counted, cut, share_all, strength
from dreaming.engines.local.memory import answers, refused
from dreaming.engines.local.reading.calls import Call, Calls, Ints, Some, starts
from dreaming.engines.local.reading.masks import MASK, headline, is_error_shaped, shared
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.sessions import between, retries
from dreaming.engines.local.sessions.between import Shown
from dreaming.engines.local.sessions.retries import Recovery, Remedy

BROKEN = 5  # so many calls, or calls in
BROKEN_SESSIONS = 3  # so many sessions, none of which worked: the tool is broken, there is nothing to learn
MOST_TITLE = 130
SHORT = 40  # of an error, in a title
LOOKS_BROKEN = "No call of it ever worked: the tool or the check itself looks broken."


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do about one error of a tool: `without` counts sessions in which it worked with no step before it.

    Where there are such, the steps are for this error alone; `shown` is what a look-up among them answered each time.
    """

    name: str
    said: str
    remedy: Remedy
    without: int
    shown: Shown | None

    @property
    def quotable(self) -> bool:
        """A text that does not read as an error is not repeated: who writes it would write into memory."""
        return is_error_shaped(self.said)

    @property
    def only_then(self) -> bool:
        return self.without > 0 and self.quotable


def find(signals: Signals, curation: Curation) -> list[Finding]:
    """One finding for each tool and masked error that at least `min_sessions` sessions met.

    What the tool answers otherwise by now is no lesson any more.
    """
    calls = signals.calls
    often = (group for group in calls.by_error() if len(group) >= curation.min_sessions)
    groups = [group for group in often if len(_met(calls, group)) >= curation.min_sessions]
    named = {(calls.at(group[0]).tool, calls.at(group[0]).error): group for group in groups}
    found = [_finding(signals, *key, group, curation) for key, group in sorted(named.items()) if key[0]]
    left = {(one.tool, one.error) for one in answers.changes(signals, curation)}
    return [replace(one, lesson="") if one.key[1:] in left else one for one in found]


def _met(calls: Calls, group: Ints) -> Ints:
    """The sessions of these calls."""
    traces = calls.trace[group]
    return calls.sessions[traces[starts(traces)]]


def _finding(signals: Signals, tool: str, error: str, group: Ints, curation: Curation) -> Finding:
    failed = Some(signals.calls, group)
    met = tuple(_met(signals.calls, group).tolist())
    code_of_tool = signals.calls.tool[group[0]]
    calls, users = len(signals.calls.of_tool(code_of_tool)), int(signals.calls.traces_by_tool[code_of_tool])
    recoveries = retries.recoveries(signals.calls, group)
    never = len(failed) == calls and (calls >= BROKEN or len(met) >= BROKEN_SESSIONS)
    gone = "" if never else refused.only_value(signals, failed)
    remedy = retries.remedy(signals, recoveries)
    answer = Answer(
        code(tool),
        shared(_lines(signals, failed)) or error,
        remedy,
        between.without(signals.calls, tool, remedy.first) if remedy.first else 0,
        between.shown(signals, recoveries, remedy.first),
    )
    counts = (
        f"{code(tool)} answered {code(answer.said)} to {len(failed)} of {counted(calls, 'call')},"
        f" in {len(met)} of the {counted(users, 'session')} that called it."
        f" {LOOKS_BROKEN if never else _what_worked(recoveries, len(met), answer)}"
    )
    return Finding(
        kind="mistake",
        key=("tool_error", tool, error),
        statement=counts,
        sessions=met,
        opportunities=users,
        spans=_spans(signals, failed, recoveries, answer, curation.max_quotes),
        confidence=strength(len(met)),
        reason_code="broken_tool" if never else "refused_value" if gone else "recurring_error",
        title=_title(tool, answer),
        lesson="" if never or gone else _lesson(answer),
        heading=f"When calling {code(tool)}",
        rationale=counts,
        steps=(*remedy.first, tool),
        anchors=(tool, *pieces(error)),
        numbers={
            "errors": len(failed),
            "calls": calls,
            "rate_ppm": round(1_000_000 * len(failed) / calls),
            "sessions": len(met),
            "sessions_with_calls": users,
            "recovered": len(recoveries),
        },
    )


def _lines(signals: Signals, failed: Sequence[Call]) -> Iterator[str]:
    for call in failed:
        text = signals.text(call.result)
        yield text[slice(*headline(text))]


def _what_worked(recoveries: Sequence[Recovery], met: int, answer: Answer) -> str:
    if not recoveries:
        return f"In none of these sessions did a later call of {answer.name} work."
    those = f"{len(recoveries)} of these {met}" if len(recoveries) < met else f"{share_all(met)} of these"
    after = f"In {those} sessions a later call of {answer.name} worked"
    how = retries.told(answer.remedy)
    if not how:
        return f"{after}."
    whom = f"the latest {retries.MOST_COMPARED}" if len(recoveries) > retries.MOST_COMPARED else "them"
    did = "did this first" if answer.remedy.first else "changed this"
    return f"{after}; at least half of {whom} {did}: {how}.{_when(answer)}"


def _when(answer: Answer) -> str:
    """Why the steps are no step before every call."""
    seen = f" Each time {answer.shown.words.replace(' answers ', ' answered ')}." if answer.shown else ""
    if not answer.only_then:
        return seen
    worked = f"In {counted(answer.without, 'session')} the call worked without these steps"
    return f"{seen} {worked}: they are for this error only."


def _lesson(answer: Answer) -> str:
    """When and what to do, in words that the agent will meet: the tool and the error as they are written."""
    how, name = retries.told(answer.remedy, "check"), answer.name
    if how and answer.only_then:
        only = f", but only where {answer.shown.words}" if answer.shown else ""
        return f"When {name} answers {code(answer.said)}, {how}, then call {name} again{only}."
    if how:
        otherwise = f"answer {code(answer.said)}" if answer.quotable else "fail"
        return f"Before calling {name}, {how}: otherwise it may {otherwise}."
    if not answer.quotable:
        return ""
    return f"Before calling {name}, check what its error {code(answer.said)} names, and do not repeat the same call."


def _title(tool: str, answer: Answer) -> str:
    how = retries.told(answer.remedy, "check").replace("`", "")
    if how and answer.only_then:
        named = answer.said.partition(":")[0]
        error = named if named.isidentifier() else cut(answer.said, SHORT)
        only = f" if {answer.shown.name} = {answer.shown.value}" if answer.shown else ""
        return cut(f"When {tool} answers {error}, {how}{only}", MOST_TITLE)
    told = f": {answer.said}" if answer.quotable else ""
    return cut(f"Before calling {tool}, {how}" if how else f"{tool} refuses calls{told}", MOST_TITLE)


def _spans(
    signals: Signals, failed: Sequence[Call], recoveries: Sequence[Recovery], answer: Answer, most: int
) -> tuple[Span, ...]:
    """The first error of each of the latest sessions, what worked, and what was looked up; more need no quote."""
    once: dict[int, Call] = {}
    for call in reversed(failed):
        if call.session not in once and len(once) == most:
            break
        once[call.session] = call
    spans = [quotes.error(signals, call) for call in once.values()]
    looked = answer.shown.calls[-3:] if answer.shown else ()
    return quotes.kept(
        *spans,
        *(quotes.asked(signals, recovery.worked) for recovery in recoveries[-3:]),
        *(quotes.head(signals, call.result) for call in looked),
    )


def pieces(error: str) -> tuple[str, ...]:
    """The constant pieces of a masked text that are long enough to recognise it by."""
    parts = [part.strip(" .,:;") for part in error.split(MASK)]
    return tuple(part for part in parts if len(part) >= 8) or (error,)
