"""Memory that grows past what can be read: a text near its limit, one entry that is an essay, a namespace too long."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agents.memory import MAX_BYTES
from reviews.checks.base import Finding, Proposed, ProposedTarget
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "size", 1
NEEDS: tuple[str, ...] = ("namespace_tokens",)

NEAR, VERY_NEAR = 0.5, 0.9  # of the bytes that a memory may have
ENTRY = 2_000  # code points of one line
TOKENS = 50_000  # of a namespace: an agent that reads it all has little room for its work

FULL = _("The memory takes %(share)d %% of the %(most)d bytes that one may have.")
ENTRY_SAYS = _("One entry of %(length)d characters; an entry should say one thing.")
SPACE_SAYS = _("Its namespace takes about %(tokens)d tokens, and agents are given it as a whole.")


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        yield from _of_memory(number, target)
        start = 0
        for line in target.after:
            if len(line) > ENTRY:
                reason = str(ENTRY_SAYS % {"length": len(line)})
                yield Finding(RULE, VERSION, Severity.NOTE, reason, number, start, start + len(line.rstrip("\n")))
            start += len(line)
    grows = sum(len(target.text_after) - len(target.text_before) for target in proposed.targets) > 0
    if grows and context.namespace_tokens > TOKENS:
        yield Finding(RULE, VERSION, Severity.NOTE, str(SPACE_SAYS % {"tokens": context.namespace_tokens}))


def _of_memory(number: int, target: ProposedTarget) -> Iterator[Finding]:
    size, before = len(target.text_after.encode()), len(target.text_before.encode())
    if size > before and size > NEAR * MAX_BYTES:
        severity = Severity.WARNING if size > VERY_NEAR * MAX_BYTES else Severity.NOTE
        reason = str(FULL % {"share": round(100 * size / MAX_BYTES), "most": MAX_BYTES})
        yield Finding(RULE, VERSION, severity, reason, number)
