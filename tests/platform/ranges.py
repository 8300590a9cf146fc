"""Whether a time lies within the bounds of a query."""

import operator

from tests.platform.clock import moment
from tests.platform.errors import invalid

BOUNDS = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
LATEST = "9999"  # what has no time yet comes after all that has


def within(at, query):
    for name, holds in BOUNDS.items():
        if bound := query.get(f"created_at_{name}"):
            try:
                bound = moment(bound)
            except ValueError as error:
                raise invalid(f"created_at[{name}]: not a time") from error
            if not holds(at or LATEST, bound):
                return False
    return True
