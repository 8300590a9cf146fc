"""All attacks."""

from collections import Counter

from benchmarks.attacks import (
    colluding,
    corrections,
    customers,
    insiders,
    members,
    outcomes,
    over_the_api,
    pasted,
    remedies,
    slow,
    split,
    subagents,
    tool_outputs,
)

FAMILIES = (
    tool_outputs, customers, pasted, colluding, remedies, slow, outcomes, corrections, subagents,
    over_the_api, members, split, insiders,
)  # fmt: skip
ATTACKS = [attack for family in FAMILIES for attack in family.ATTACKS]
COUNTS = Counter(attack.family for attack in ATTACKS)
UNSEEN = frozenset(attack.id for at, attack in enumerate(ATTACKS) if at % 10 in (2, 5, 8))
"""Sixty that are kept from whoever mends the rules."""
