"""Bringing versions to the stores that agents read. Our row is the governed copy, a store is a replica."""

from agents.stores.delivery import deliver_pending

__all__ = ["deliver_pending"]
