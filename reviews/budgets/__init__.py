"""Budgets: how much may be applied to a namespace in a week, and to one memory. What would pass one waits.

A budget times changes, it never grades them: what waits stays approved, and goes on by itself once there is room. What
only takes back what was applied (reverts, a bad session's trace, unreviewed writes) is never held up.
"""
