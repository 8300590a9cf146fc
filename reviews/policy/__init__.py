"""Who must approve what. The newest version of the team's document holds; a change's requirement follows from it."""

from reviews.policy.documents import DEFAULT, apply_after, current, document_of, wants_resolved
from reviews.policy.facts import proposer
from reviews.policy.requirements import graded, requirement
from reviews.policy.tallying import Members, Tally, bound_of, members_of, tally
from reviews.policy.tiers import gravest, is_protected

__all__ = [
    "DEFAULT",
    "Members",
    "Tally",
    "apply_after",
    "bound_of",
    "current",
    "document_of",
    "graded",
    "gravest",
    "is_protected",
    "members_of",
    "proposer",
    "requirement",
    "tally",
    "wants_resolved",
]
