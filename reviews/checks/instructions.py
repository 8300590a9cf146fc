"""Text that speaks to the model or to the reviewer instead of saying what is known. It warns, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from reviews.checks.base import Finding, Proposed
from reviews.enums import Severity

RULE, VERSION = "instructions", 1

_FLAGS = re.IGNORECASE | re.MULTILINE
PHRASES = (
    (
        _("It tells the reader to set other instructions aside."),
        re.compile(
            r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}"
            r"\b(?:previous|prior|earlier|above|preceding|all|any|other|your|system|existing)\b[^.\n]{0,30}"
            r"\b(?:instructions?|rules?|guidelines?|prompts?|directions?|polic(?:y|ies)|safeguards?)\b",
            _FLAGS,
        ),
    ),
    (
        _("It asks to keep something from people."),
        re.compile(
            r"\b(?:do not|don['’]t|never|without)\s+(?:tell|telling|inform|informing|mention|reveal|disclose|notify"
            r"|notifying|alert|alerting|show)(?:ing)?\b[^.\n]{0,60}"
            r"\b(?:users?|customers?|humans?|reviewers?|operators?|anyone|anybody|admins?|owners?|developers?|people)\b",
            _FLAGS,
        ),
    ),
    (
        _("It asks to send something to an address."),
        re.compile(
            r"\b(?:send|forward|upload|exfiltrate|transmit|post|submit|leak)\b[^\n]{0,100}?"
            r"\bto\s{1,3}[\"'`<(]{0,2}(?:https?://|ftp://|www\.)",
            _FLAGS,
        ),
    ),
    (
        _("It speaks to the reviewer."),
        re.compile(
            r"\b(?:approve|accept|merge)\s+(?:this|these|all|every|the)\s+(?:\w+\s+)?"
            r"(?:changes?|proposals?|revisions?|edits?)\s+(?:now|at once|immediately|without|automatically)\b"
            r"|\b(?:dear|note to|attention,?|to the)\s+(?:the\s+)?reviewers?\s*[:,]",
            _FLAGS,
        ),
    ),
    (
        _("It gives the model another role or poses as its system prompt."),
        re.compile(
            r"\byou are now\s+(?:an?|the|in|no longer)\b|\bnew system (?:prompt|instructions?)\b"
            r"|\b(?:pretend|act)\s+as\s+if\s+you\b|<\|(?:im_start|system|endoftext)\|>|\[/?INST\]|<</?SYS>>"
            r"|^\s{0,4}#{0,4}\s?system\s?(?:prompt|message)\s?:",
            _FLAGS,
        ),
    ),
)


def find(proposed: Proposed) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        text = "".join(target.after)
        for says, pattern in PHRASES:
            for match in pattern.finditer(text):
                yield Finding(RULE, VERSION, Severity.WARNING, str(says), number, *match.span())
