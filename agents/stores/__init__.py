"""Bringing versions to the stores that agents read. Our row is the governed copy, a store is a replica."""

from agents.stores.delivery import deliver_local
from agents.stores.visiting import due, visit

__all__ = ["deliver_local", "due", "visit"]
