"""Bringing versions to the stores: deletes, renames, updates, creates, each guarded by what was seen there last.

Every call is written down before it is made. Whoever resumes looks at what stands in the store first, so that nothing
is done twice; a refusal is looked into and never answered by trying again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import anthropic
from django.utils.translation import gettext as _

from agents import memory as memories
from agents.enums import Delivery, StoreAct, StoreKind
from agents.memory import BadMemory
from agents.models import Memory, StoreCall, StoredMemory, StoreLink, StorePush
from agents.pulling import patience
from agents.stores import absorbing, conflicts, journal, opening
from agents.stores.absorbing import Absorber, Left
from agents.stores.remote import Changed, Gone, Seen, Store, Taken, Unfit, Writer, hash_of
from agents.text.paths import BadPath, check_path
from audit import trail

BATCH = 200  # memories that one visit sends
ORDER = [StoreAct.DELETE, StoreAct.RENAME, StoreAct.UPDATE, StoreAct.CREATE]
ROOM_LOOKED_FOR = timedelta(minutes=5)  # as often as a store is read
OURS_ALONE = (400, 404, 409, 413, 422)  # what is wrong with one memory, and not with the store or the key
Clock = Callable[[], datetime]


def deliver_local(*, now: datetime) -> int:
    """What is written to a namespace that is kept here is delivered: agents read it over the API."""
    pending = StorePush.objects.across_teams().filter(
        state=Delivery.PENDING, version__memory__namespace__store=StoreKind.LOCAL
    )
    rows = pending.select_related("version__memory__namespace").order_by("pk")[:BATCH]
    return sum(_deliver_local(push, now) for push in rows)


def _deliver_local(push: StorePush, now: datetime) -> bool:
    with trail.unit_of_work(at=now) as unit:
        claimed = StorePush.objects.across_teams().filter(pk=push.pk, state=Delivery.PENDING)
        if not claimed.update(state=Delivery.DELIVERED, delivered_at=now, attempts=push.attempts + 1):
            return False
        data = {"number": push.version.number, "store": push.version.memory.namespace.store}
        unit.record("store.delivered", target=push.version.memory, by=trail.SYSTEM, data=data)
    return True


@dataclass(slots=True)
class _Load:
    """One memory on its way: its newest version, its push, and what the store was seen to hold of it."""

    memory: Memory
    push: StorePush
    held: StoredMemory | None

    @property
    def text(self) -> str:
        return self.memory.head.text if self.memory.head else ""

    @property
    def sha256(self) -> str:
        return hash_of(self.text)

    @property
    def act(self) -> StoreAct:
        if self.memory.archived:
            return StoreAct.DELETE
        if self.held is None:
            return StoreAct.CREATE
        return StoreAct.UPDATE if self.held.path_sha256 == hash_of(self.memory.path) else StoreAct.RENAME


@dataclass(slots=True)
class Saga:
    """One visit's worth of writing to one store."""

    link: StoreLink
    store: Store
    clock: Clock

    def run(self) -> int:
        """Returns how many memories were sent. Raises what stops the store as a whole."""
        loads = sorted(self._loads(), key=lambda one: (ORDER.index(one.act), one.push.pk))
        sent, left = 0, [load.memory.pk for load in loads]
        while left:
            later = [pk for pk in left if not self._send(pk, last=False)]
            sent += len(left) - len(later)
            if len(later) == len(left):  # they stand in each other's way
                return sent + sum(self._send(pk, last=True) for pk in later)
            left = later
        return sent

    def _loads(self) -> list[_Load]:
        now = self.clock()
        rows = StorePush.objects.of(self.link.team).filter(
            version__memory__namespace=self.link.namespace, state=Delivery.PENDING
        )
        due = rows.exclude(next_at__gt=now).order_by("pk").values_list("version__memory", flat=True)
        return [load for pk in list(dict.fromkeys(due))[:BATCH] if (load := self._load(pk))]

    def _load(self, memory_pk: int) -> _Load | None:
        memory = Memory.objects.of(self.link.team).with_text().get(pk=memory_pk)
        push = StorePush.objects.of(self.link.team).filter(version=memory.head).first()
        held = StoredMemory.objects.of(self.link.team).filter(link=self.link, memory=memory, gone_at=None)
        row = held.select_related("memory__namespace", "memory__head__blob").first()
        return _Load(memory, push, row) if push else None

    def _send(self, memory_pk: int, *, last: bool) -> bool:
        """Whether it is done with; a path that another one of ours leaves soon is waited for, but not at the last."""
        opening.keep(self.link, now=self.clock())
        load = self._load(memory_pk)
        if load is None:
            return True
        if load.held is not None and load.held.conflict:
            return self._hold_back(load, "")
        try:
            return self._attempt(load, last)
        except (Unfit, BadPath, BadMemory) as unfit:
            return self._hold_back(load, str(unfit))
        except anthropic.APIStatusError as error:
            if error.status_code not in OURS_ALONE:
                self._sleep(load, error)
                raise
            self._sleep(load, error)
        except anthropic.APIError as error:
            self._sleep(load, error)
            raise
        except OSError as error:
            self._sleep(load, error)
        return True

    def _attempt(self, load: _Load, last: bool) -> bool:
        if load.act != StoreAct.DELETE:
            check_path(load.memory.path)
            memories.check_text(load.text)
            self.store.check(load.memory.path, load.text)
        live = self._live(load)
        if load.act == StoreAct.DELETE and live is None:
            return self._agreed(load, None)
        if live is not None and load.memory.head and absorbing.is_as(load.memory.head, live):
            return self._agreed(load, live)
        if load.held is not None and (live is None or not _is_as_seen(load.held, live)):
            return self._outside(load, live)
        if load.act == StoreAct.CREATE and self._is_full():
            return self._wait_for_room(load)
        try:
            made = self._call(load, live)
        except (Changed, Gone):
            return self._outside(load, self.store.look(load.held.remote_id) if load.held else None)
        except Taken as taken:
            return self._taken(load, taken, last)
        return self._agreed(load, made)

    def _live(self, load: _Load) -> Seen | None:
        """What stands in the store of this memory, also where a call was cut short."""
        if load.held is not None:
            return self.store.look(load.held.remote_id)
        begun = journal.open_of(self.link, load.memory)
        if begun is None or begun.act != StoreAct.CREATE:
            return None
        made = self.store.created(path=begun.push.version.path, sha256=begun.sha256, since=begun.begun_at)
        if made is None or self._is_held(made.remote_id):
            return None
        load.held = self._adopt(load.memory, begun, made.remote_id)
        return made

    def _adopt(self, memory: Memory, begun: StoreCall, remote_id: str) -> StoredMemory:
        """What the call left there, whatever became of it since."""
        at, left = self.clock(), Seen(remote_id, begun.push.version.path, begun.sha256)
        with trail.unit_of_work(at=at):
            held = StoredMemory(team_id=memory.team_id, link=self.link, memory=memory, version=begun.push.version)
            conflicts.note(held, left, at=at)
            held.save()
        return held

    def _is_full(self) -> bool:
        held = StoredMemory.objects.of(self.link.team).filter(link=self.link, gone_at=None)
        return held.count() >= self.store.most

    def _is_held(self, remote_id: str) -> bool:
        rows = StoredMemory.objects.of(self.link.team).filter(link=self.link, gone_at=None, remote_id=remote_id)
        return rows.exists()

    def _call(self, load: _Load, live: Seen | None) -> Seen | None:
        gone = load.act == StoreAct.DELETE
        with journal.written(
            self.link, load.push, load.act, self.store, self.clock, live, "" if gone else load.sha256
        ) as entry:
            if live is None:
                made = self.store.create(path=load.memory.path, text=load.text)
            elif load.act == StoreAct.DELETE:
                self.store.delete(live)
                return None
            else:
                made = self.store.change(live, path=load.memory.path, text=load.text)
            entry.remote_id = made.remote_id
            return made

    def _agreed(self, load: _Load, seen: Seen | None) -> bool:
        """What we sent stands there. Where ours was written again meanwhile, that one is sent next."""
        at, memory = self.clock(), load.memory
        with trail.unit_of_work(at=at) as unit:
            memories.lock(self.link.namespace)
            sent, fresh = memory.head, Memory.objects.of(memory.team).with_text().get(pk=memory.pk)
            if seen is None:
                if fresh.head == sent:
                    absorbing.agree_gone(fresh, load.held, at=at, unit=unit)
                elif load.held is not None:
                    load.held.gone_at = at
                    load.held.save(update_fields=["gone_at"])
                return True
            held = load.held or StoredMemory(team_id=memory.team_id, link=self.link)
            held.memory = fresh
            if fresh.head == sent:
                absorbing.agree(held, seen, at=at, unit=unit)
            else:
                held.version = sent
                conflicts.note(held, seen, at=at)
                held.save()
        return True

    def _outside(self, load: _Load, live: Seen | None) -> bool:
        """Something else stands there: what a call of ours left that was cut short, or what somebody wrote, which is
        kept beside ours for a person.
        """
        absorber, came = Absorber(self.link), ""
        if live is None:
            came = absorber.absorb_gone(load.held, at=self.clock()) if load.held else ""
        else:
            for seen, text in self.store.texts([live]):
                try:
                    came = absorber.absorb(seen, text, Writer(), at=self.clock())
                except Left as left:
                    self._hold_back(load, str(left))
        return came != "ours" or self._send(load.memory.pk, last=True)

    def _taken(self, load: _Load, taken: Taken, last: bool) -> bool:
        there = self.store.look(taken.remote_id) if taken.remote_id else None
        if there is None:
            return last and self._sleep(load, taken)
        if self._is_held(there.remote_id):
            words = _("Another memory stands at %(path)s in the store.") % {"path": load.memory.path}
            return last and self._hold_back(load, words)
        if load.held is None:
            return self._outside(load, there)
        words = _("Somebody put another memory at %(path)s in the store.") % {"path": load.memory.path}
        return self._hold_back(load, words)

    def _hold_back(self, load: _Load, problem: str) -> bool:
        at = self.clock()
        with trail.unit_of_work(at=at) as unit:
            memories.lock(self.link.namespace)
            conflicts.hold_back(load.memory, problem=problem, at=at, unit=unit)
        return True

    def _wait_for_room(self, load: _Load) -> bool:
        words = _("The store is full: it holds %(most)s memories. This one waits until one there is archived.")
        push, most = load.push, f"{self.store.most:,}"
        push.problem, push.next_at = words % {"most": most}, self.clock() + ROOM_LOOKED_FOR
        push.save(update_fields=["problem", "next_at"])
        return True

    def _sleep(self, load: _Load, error: Exception) -> bool:
        push, now = load.push, self.clock()
        push.attempts += 1
        push.problem = _why(error)[:300]
        push.next_at = patience.next_try(error, attempts=push.attempts, now=now)
        push.save(update_fields=["attempts", "problem", "next_at"])
        return True


def _is_as_seen(held: StoredMemory, live: Seen) -> bool:
    return (held.sha256, held.path_sha256) == (live.sha256, hash_of(live.path))


def _why(error: Exception) -> str:
    if isinstance(error, anthropic.APIError):
        return patience.told(error)
    if isinstance(error, OSError):
        return _("The folder refuses: %(why)s.") % {"why": error.strerror}
    return _("Another memory stands there and cannot be looked at.")
