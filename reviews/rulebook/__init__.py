"""The team's own rules: what memory must not say, and what it must say as well where it says something.

Officers write them, each save is a version, each version is tried on all live memory before it is switched on, and
from then on every change is held against it (`reviews.checks.rulebook`). A rule warns or blocks; it never writes.
"""
