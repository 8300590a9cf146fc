from dreaming.models.costs import Price, Spend, SpendCap, SpendQuerySet
from dreaming.models.dreams import (
    Answer,
    AnswerQuerySet,
    DreamSettings,
    JournalEntry,
    Pattern,
    Run,
    RunQuerySet,
    Schedule,
    SessionRead,
)

__all__ = [
    "Answer",
    "AnswerQuerySet",
    "DreamSettings",
    "JournalEntry",
    "Pattern",
    "Price",
    "Run",
    "RunQuerySet",
    "Schedule",
    "SessionRead",
    "Spend",
    "SpendCap",
    "SpendQuerySet",
]
