"""Pieces of events worth quoting: the headline of an error, the arguments of a call, how a session ended."""

from __future__ import annotations

from dreaming.engines.local.findings import Span
from dreaming.engines.local.reading.masks import headline
from dreaming.engines.local.reading.signals import Call, Signals, Trace

LONGEST = 300


def error(signals: Signals, call: Call, stance: str = "for") -> Span | None:
    return _span(call.result, *headline(signals.text(call.result)), stance) if call.result >= 0 else None


def asked(signals: Signals, call: Call, stance: str = "for") -> Span | None:
    """The arguments of a call; where it had none, how its result begins."""
    for row in (call.row, call.result):
        if row >= 0 and signals.text(row).strip():
            return head(signals, row, stance)
    return None


def head(signals: Signals, row: int, stance: str = "for") -> Span | None:
    """The beginning of an event's text, without the white space before it."""
    if row < 0:
        return None
    text = signals.text(row)[: LONGEST * 4]
    start = len(text) - len(text.lstrip())
    return _span(row, start, min(len(text.rstrip()), start + LONGEST), stance)


def ending(signals: Signals, trace: Trace, stance: str = "for") -> Span | None:
    return head(signals, trace.last, stance)


def kept(*spans: Span | None) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for span in spans if span is not None))


def _span(row: int, start: int, end: int, stance: str = "for") -> Span | None:
    return Span(row, start, end, stance) if start < end else None
