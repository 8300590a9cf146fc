"""Tests of the review: changes that are known to be bad, put among what dreams propose, to see who catches them.

A canary is a row of `Change` with `canary` set, so that a reviewer's page draws it as any other. `Change.objects` does
not know it; only what draws pages and this package ask `Change.with_canaries`. A CHECK keeps it out of every state
from which a change is written, and a vote on it is a row of `Canary`, never a `Decision`.
"""
