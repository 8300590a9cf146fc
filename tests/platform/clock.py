"""Times as the platform writes them."""

from datetime import UTC, datetime


def moment(at):
    """A time as a string; such strings sort as times do."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
