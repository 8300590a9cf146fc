"""Machine findings on a revision: one file a rule, pure functions over what is proposed. Detectors advise."""

from reviews.checks.base import Finding, Proposed, ProposedTarget
from reviews.checks.registry import run

__all__ = ["Finding", "Proposed", "ProposedTarget", "run"]
