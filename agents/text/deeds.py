"""What the name of a tool says that it does: look, change something, or hand the work over to a person."""

from __future__ import annotations

import re
from functools import lru_cache

_READS = (
    "get fetch read list search find lookup look query view show describe check inspect browse grep cat count scan"
    " calculate compute compare convert translate summarize analyze think reason plan verify validate preview"
)
READS = frozenset(_READS.split())
_CHANGES = (
    "create add insert new make open book reserve buy purchase register enroll submit post put write save upload update"
    " edit modify change set reset rename move merge replace patch fix apply cancel delete remove drop clear close"
    " archive revoke disable enable activate deactivate lock unlock release restart start stop run deploy rollback"
    " publish send notify reply respond refund return exchange redeem pay transfer approve reject accept decline assign"
    " grant schedule propose sign void waive swap commit push"
)
CHANGES = frozenset(_CHANGES.split())
HANDS_OVER = frozenset(("escalate", "escalates", "escalated", "escalation", "handover", "handoff"))
PASSES_ON = frozenset(["transfer", "hand", "forward", "route", "refer", "page", "connect", "delegate", "contact"])
_PEOPLE = (
    "human humans person people agent agents operator operators supervisor manager specialist representative staff"
    " support team oncall engineer expert reviewer"
)
PEOPLE = frozenset(_PEOPLE.split())

_AIMS = (
    "account accounts iban bic amount payee recipient recipients beneficiary to cc bcc mail email address phone url uri"
    " link host domain endpoint webhook path command cmd script sql password token secret role roles permission"
    " permissions"
)
AIMS = frozenset(_AIMS.split())

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
LONGEST = 200
HANDING_OVER, CHANGING, READING, UNKNOWN = "hands_over", "changes", "reads", ""


@lru_cache(maxsize=4096)
def deed(tool: str) -> str:
    """By the first word of its name that is known; a name that says nothing is not guessed at."""
    words = [word.lower() for word in WORD.findall(tool[:LONGEST])]
    for at, word in enumerate(words):
        if word in HANDS_OVER or (word in PASSES_ON and not PEOPLE.isdisjoint(words[at + 1 :])):
            return HANDING_OVER
        if word in READS:
            return READING
        if word in CHANGES:
            return CHANGING
    return UNKNOWN


def changes(tool: str) -> bool:
    return deed(tool) == CHANGING


def aims(argument: str) -> bool:
    """Whether an argument says where something goes, how much of it, what is run or who may: by any of its words."""
    return any(word.lower() in AIMS for word in WORD.findall(argument[:LONGEST]))


def hands_over(tool: str) -> bool:
    return deed(tool) == HANDING_OVER


def only_reads(tool: str) -> bool:
    return deed(tool) == READING
