"""Machine findings on a revision: one file a rule, pure functions over a change, its evidence and a named context.

Detectors advise: what they find is shown, raises the tier or blocks; people and provenance decide.
"""

from reviews.checks.base import Finding, Proposed, ProposedTarget, Quoted
from reviews.checks.context import NOTHING, Context
from reviews.checks.registry import RULES, run

__all__ = ["NOTHING", "RULES", "Context", "Finding", "Proposed", "ProposedTarget", "Quoted", "run"]
