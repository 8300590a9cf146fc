"""Lists of 50 rows that go on after the last key seen: no offsets, so a long list costs what a short one costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Field, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.formats import number_format

M = TypeVar("M", bound=Model)

SIZE = 50
COUNT_CAP = 1000


@dataclass(frozen=True)
class Page(Generic[M]):
    """What a list page shows; `next_url` and `first_url` are empty where there is nothing to go to."""

    rows: list[M]
    next_url: str
    first_url: str
    count_label: str


def page(
    queryset: QuerySet[M],
    request: HttpRequest,
    keys: Sequence[str] = ("-pk",),
    size: int = SIZE,
    *,
    counted: bool = True,
) -> Page[M]:
    """The rows after `?after=`, ordered by the keys, none of which may be null; together they name one row.

    Where they are not to be counted, the label is of this page alone. Raises Http404 for a cursor that was not made
    here for these keys.
    """
    cursor = after(request, keys)
    found = queryset.order_by(*keys)
    if cursor:
        found = found.filter(_beyond(queryset, keys, cursor))
    rows = list(found[: size + 1])
    has_more = len(rows) > size
    rows = rows[:size]
    return Page(
        rows=rows,
        next_url=url_after(request, keys, [str(_value(rows[-1], key.lstrip("-"))) for key in keys]) if has_more else "",
        first_url=_url(request, "") if cursor else "",
        count_label=_count(queryset, keys, rows, is_first=not cursor)
        if counted and (has_more or cursor)
        else number_format(len(rows)),
    )


def _count(queryset: QuerySet[M], keys: Sequence[str], rows: Sequence[M], *, is_first: bool) -> str:
    """Nothing comes before the first page, so the count begins where it does: what was skipped is not skipped twice."""
    if is_first and len(keys) == 1:
        name = keys[0].lstrip("-")
        queryset = queryset.filter(**{f"{name}__{'lte' if keys[0].startswith('-') else 'gte'}": _value(rows[0], name)})
    return count_label(queryset)


def after(request: HttpRequest, keys: Sequence[str]) -> list[str]:
    """The keys of the row that this page comes after, none on the first. Raises Http404."""
    cursor = request.GET.get("after", "")
    return _read(cursor, keys) if cursor else []


def url_after(request: HttpRequest, keys: Sequence[str], values: Sequence[str]) -> str:
    """The page after a row of these keys, whether there is such a row or not."""
    return _url(request, signing.dumps(list(values), salt=_salt(keys)))


def count_label(queryset: QuerySet[Any]) -> str:
    """How many there are, counted no further than the cap."""
    count = queryset.order_by()[: COUNT_CAP + 1].count()
    capped = number_format(min(count, COUNT_CAP), force_grouping=True)
    return f"{capped}+" if count > COUNT_CAP else capped


def _url(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    if cursor:
        query["after"] = cursor
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _read(cursor: str, keys: Sequence[str]) -> list[str]:
    try:
        values: list[str] = signing.loads(cursor, salt=_salt(keys))
    except signing.BadSignature as forged:
        raise Http404 from forged
    return values


def _salt(keys: Sequence[str]) -> str:
    return "accounts.paging:" + ",".join(keys)


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _beyond(queryset: QuerySet[Any], keys: Sequence[str], values: Sequence[str]) -> Q:
    """Rows whose keys come after these values: equal in the first few keys, beyond in the next."""
    beyond, same = Q(), Q()
    for key, text in zip(keys, values, strict=True):
        name = key.lstrip("-")
        value = _field(queryset, name).to_python(text)
        beyond |= same & Q(**{f"{name}__{'lt' if key.startswith('-') else 'gt'}": value})
        same &= Q(**{name: value})
    return beyond


def _field(queryset: QuerySet[Any], name: str) -> Field[Any, Any]:
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    model: Any = queryset.model
    *path, last = name.split("__")
    for part in path:
        model = model._meta.get_field(part).related_model
    return model._meta.pk if last == "pk" else model._meta.get_field(last)  # type: ignore[no-any-return]
