"""Reading a store: what came to stand there, what was changed, what went."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from agents.enums import StoreKind
from agents.models import Memory, StoredMemory, StoreLink
from agents.stores import conflicts, opening
from agents.stores.absorbing import Absorber, Left
from agents.stores.remote import News, Seen, Store, Writer, hash_of
from audit import trail

EVERY = timedelta(minutes=5)
WHOLE_EVERY = timedelta(hours=1)  # listed whole though the platform tells of nothing new
Clock = Callable[[], datetime]


@dataclass(slots=True)
class Pulled:
    """How many memories came to what; `left` says what stays in the store alone, and why."""

    counts: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    is_news: bool = False

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def pull(*, link: StoreLink, store: Store, clock: Clock) -> Pulled:
    """Take over what the store holds. A second one brings nothing. Raises what the store raises."""
    held = {row.remote_id: row for row in _held(link)}
    known = {*link.seen, *(row.remote_version for row in held.values())}
    news = store.news(since=link.seen_through, known=known)
    result = Pulled(is_news=news.is_any)
    whole = link.looked_whole_at is None or clock() - link.looked_whole_at >= WHOLE_EVERY
    if news.is_any or whole:
        result.is_news = _compare(link, store, held, news, result, clock)
        link.looked_whole_at = clock()
    link.seen_through, link.seen, link.synced_at = news.through, news.seen, clock()
    link.save(update_fields=["seen_through", "seen", "synced_at", "looked_whole_at"])
    if result.is_news:
        conflicts.try_again(link.namespace)
    return result


def _compare(
    link: StoreLink, store: Store, held: dict[str, StoredMemory], news: News, result: Pulled, clock: Clock
) -> bool:
    """Returns whether anything was other than it was known to be."""
    listing = store.listing()
    result.left += [f"{path}: {why}" for path, why in store.refused]
    listed = {one.remote_id: one for one in listing}
    gone = [row for id, row in held.items() if id not in listed]
    _follow_moves(link, gone, [one for one in listing if one.remote_id not in held])
    moved = {row.remote_id: row for row in gone}
    fresh = [one for one in listing if _is_news(one, held.get(one.remote_id) or moved.get(one.remote_id))]
    fresh.sort(key=lambda one: (one.remote_id not in held, one.path))  # what moved away makes room for what came
    live = Memory.objects.of(link.team).live().filter(namespace=link.namespace)
    first = link.synced_at is None
    absorber = Absorber(link, first, first and not live.exists(), frozenset(listed))
    for one, text in store.texts(fresh):
        opening.keep(link, now=clock())
        _absorb(absorber, one, text, news.writers.get(one.version, Writer()), result, clock())
    for row in gone:
        if row.remote_id not in listed:
            result.count(absorber.absorb_gone(row, at=clock()))
    if first:
        _send_missing(link)
    _tell_imported(link, result, absorber.into_nothing, clock())
    return bool(fresh or gone)


def _absorb(absorber: Absorber, one: Seen, text: str, writer: Writer, result: Pulled, at: datetime) -> None:
    try:
        result.count(absorber.absorb(one, text, writer, at=at))
    except Left as left:
        result.left.append(str(left))


def _held(link: StoreLink) -> Iterable[StoredMemory]:
    return StoredMemory.objects.of(link.team).filter(link=link, gone_at=None).select_related("memory")


def _is_news(seen: Seen, row: StoredMemory | None) -> bool:
    return row is None or (row.sha256, row.path_sha256) != (seen.sha256, hash_of(seen.path))


def _follow_moves(link: StoreLink, gone: list[StoredMemory], new: list[Seen]) -> None:
    """A file has no id but its path: one that went and one that came with the same text are one that moved."""
    if link.kind != StoreKind.FOLDER:
        return
    for row in gone:
        same = [one for one in new if one.sha256 == row.sha256]
        alike = [one for one in gone if one.sha256 == row.sha256]
        if len(same) == len(alike) == 1:
            StoredMemory.objects.of(link.team).filter(pk=row.pk).update(remote_id=same[0].remote_id)
            row.remote_id = same[0].remote_id


def _send_missing(link: StoreLink) -> None:
    """What the store lacks of ours is on its way to it, though another store had it."""
    held = StoredMemory.objects.of(link.team).filter(link=link, gone_at=None)
    rows = Memory.objects.of(link.team).live().filter(namespace=link.namespace).exclude(pk__in=held.values("memory"))
    conflicts.send_heads(rows)


def _tell_imported(link: StoreLink, result: Pulled, into_nothing: bool, at: datetime) -> None:
    if into_nothing and result.counts.get("new"):
        with trail.unit_of_work(at=at) as unit:
            data = {"memories": result.counts["new"]}
            unit.record("memory.imported", target=link.namespace, by=trail.SYSTEM, data=data)


def words_for(left: list[str]) -> str:
    """What a page says of what stays in the store alone."""
    if not left:
        return ""
    more = len(left) - 1
    if not more:
        return _("Not taken: %(first)s") % {"first": left[0]}
    return _("Not taken: %(first)s, and %(more)d more") % {"first": left[0], "more": more}
