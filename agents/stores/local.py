"""The store that is Lucid's own rows: what was written is delivered already."""

from agents.models import StorePush


def push(pending: StorePush) -> None:
    """Nothing has to travel: agents read these rows over the API."""
