"""How far live memory is from what was signed off, and what was written to it without a decision.

A baseline belongs to a namespace and not to an agent: a text is signed off once however many agents read it, and
giving an agent another namespace changes nobody's baseline. What an agent drifts is the sum over the namespaces that
it reads.
"""

from reviews.drift.suspending import Reason, suspended, suspended_agents, suspended_changes

__all__ = ["Reason", "suspended", "suspended_agents", "suspended_changes"]
