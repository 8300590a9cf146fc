"""Proposals as people read them: cards, diffs, evidence, impact, and what happened. Nothing here writes."""
