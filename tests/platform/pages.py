"""Lists in pages. A cursor is opaque, made for one path and one order, and can die."""

import base64
import json

from tests.platform.errors import invalid


def listed(call, rows, *, draw=lambda item: item, order="asc", default=20, most=100, **more):
    """One page of `rows`, pairs of a key (strings) and an item that `draw` makes JSON of, in the order of the keys."""
    limit = call.query.get("limit", default)
    if not 1 <= limit <= most:
        raise invalid(f"limit: must be between 1 and {most}")
    rows = sorted(rows, key=lambda row: row[0], reverse=order == "desc")
    if page := call.query.get("page"):
        last = _read(call, page, order)
        rows = [row for row in rows if (row[0] > last if order == "asc" else row[0] < last)]
    shown = rows[: min(limit, call.platform.most_per_page)]
    following = _cursor(call, shown[-1][0], order) if len(rows) > len(shown) else None
    return {"data": [draw(item) for _key, item in shown], "next_page": following, **more}


def by_id(call, rows, *, default=20, most=100):
    """One page of the older kind: pairs of id and item in order, moved through by after_id and before_id."""
    limit, ids = call.query.get("limit", default), [row[0] for row in rows]
    if not 1 <= limit <= most:
        raise invalid(f"limit: must be between 1 and {most}")
    start, end = 0, len(rows)
    if after := call.query.get("after_id"):
        start = _place(ids, after) + 1
    if before := call.query.get("before_id"):
        end = _place(ids, before)
        start = max(0, end - limit)
    shown = rows[start:end][:limit]
    return {
        "data": [item for _id, item in shown],
        "has_more": start + limit < end,
        "first_id": shown[0][0] if shown else None,
        "last_id": shown[-1][0] if shown else None,
    }


def _place(ids, one):
    if one not in ids:
        raise invalid(f"no such id to page from: {one}")
    return ids.index(one)


def _cursor(call, key, order):
    held = json.dumps([call.platform.cursor_age, call.path, order, list(key)])
    return base64.urlsafe_b64encode(held.encode()).decode()


def _read(call, page, order):
    try:
        age, path, held_order, key = json.loads(base64.urlsafe_b64decode(page))
    except ValueError as error:
        raise invalid("page: not a cursor of this list") from error
    if (age, path) != (call.platform.cursor_age, call.path):
        raise invalid("page: the cursor is no longer valid")
    if held_order != order:
        raise invalid("page: the cursor was made for another order")
    return tuple(key)
