"""Reading new versions against the trail, and raising the alarm once for each that came without a decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, QuerySet

from accounts import roles
from accounts.enums import Role
from accounts.models import Membership, Team, User
from agents import memory as memories
from agents.models import Memory, MemoryVersion, Namespace
from audit import pruning, trail
from audit.trail import SYSTEM
from reviews.drift import origins, restoring
from reviews.drift.origins import Origin
from reviews.enums import UNREVIEWED, Came, NoticeKind, Settled
from reviews.models import Provenance, Watch
from reviews.talking import noticing

AT_ONCE = 500
ALARMED = (Role.LEAD, Role.SECURITY)


def read_new(*, team: Team, at: datetime, all_of_them: bool = False) -> list[Provenance]:
    """Say of the versions after the last known one how they came to be; with `all_of_them` also of those that were
    stored later with a smaller key. Takes up to 500 at once and returns what it wrote.
    """
    with trail.unit_of_work(at=at) as unit:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # look only after locking
        rows = _unknown(team) if all_of_them else _after_the_last(team)
        versions = list(rows.select_related("memory__namespace", "blob").order_by("pk")[:AT_ONCE])
        read = origins.read(versions, team=team)
        made = [_row(version, read[version.pk], at) for version in versions]
        Provenance.objects.bulk_create(made)
        _settle(made, at)
        alarm([one for one in made if one.came in UNREVIEWED], team=team, at=at, unit=unit)
    return made


def read_all(*, team: Team, at: datetime) -> None:
    """Leave no version unknown."""
    while read_new(team=team, at=at, all_of_them=True):
        pass


def compare(*, namespace: Namespace, at: datetime) -> list[Provenance]:
    """Hold the heads of a namespace against the trail again: rows may be altered long after they were read.

    Returns the versions that turned out to be other than the trail says.
    """
    team = namespace.team
    altered: list[Provenance] = []
    if list(_altered(namespace)):
        with trail.unit_of_work(at=at) as unit:
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)
            memories.lock(namespace)  # nobody writes between the heads and their events: look only after locking
            altered = list(_altered(namespace))
            for row in altered:
                row.came, row.found_at, row.settled_at, row.settled_as = Came.ALTERED, at, None, ""
                row.save(update_fields=["came", "found_at", "settled_at", "settled_as"])
            alarm(altered, team=team, at=at, unit=unit)
    Watch.objects.of(team).update_or_create(team=team, namespace=namespace, defaults={"compared_at": at})
    return altered


def _altered(namespace: Namespace) -> QuerySet[Provenance]:
    """The heads that are not as the trail tells, and of which nobody knows that yet. Of what was read before its event
    was pruned, the trail tells nothing any more: its row and its text have to agree with each other.
    """
    rows = Memory.objects.of(namespace.team).filter(namespace=namespace, head__isnull=False)
    heads = {memory.public_id: memory for memory in rows.select_related("head__blob")}
    last = {told["memory"]: told for told in origins.written_of(namespace.team, heads).values()}
    pruned = _pruned(namespace, [one.head_id for public_id, one in heads.items() if public_id not in last])
    wrong = [
        one.head_id
        for public_id, one in heads.items()
        if not (_is_sound(one) if one.head_id in pruned else _is_as_told(one, last.get(public_id)))
    ]
    known = Provenance.objects.of(namespace.team).filter(version__in=wrong)
    unknown = known.exclude(came__in=(Came.ALTERED, Came.UNTOLD)).order_by("pk")
    return unknown.select_related("version__memory__namespace", "version__blob", "namespace")


def alarm(rows: Sequence[Provenance], *, team: Team, at: datetime, unit: trail.Unit) -> None:
    """An event for each, a proposal that would take it back, and one notice for each person and namespace."""
    for row in rows:
        version = row.version
        data = {"version": version.public_id, "number": version.number, "came": str(row.came), "change": row.change}
        unit.record("drift.found", target=version.memory, by=SYSTEM, data=data)
    for row in _newest_of_each(rows):
        restoring.offer(row, at=at)
    people = members(team, ALARMED) if rows else []
    for namespace in {row.namespace for row in rows}:
        noticing.tell(people=people, kind=NoticeKind.UNREVIEWED, namespace=namespace, at=at)


def members(team: Team, wanted: Collection[str]) -> list[User]:
    """The members with one of these roles."""
    active = Membership.objects.of(team).active().with_people()
    return [member.user for member in active if set(member.roles) & set(wanted)]


def signers(team: Team) -> list[User]:
    active = Membership.objects.of(team).active().with_people()
    return [member.user for member in active if member.may(roles.SIGN_BASELINE)]


def _after_the_last(team: Team) -> QuerySet[MemoryVersion]:
    last = Provenance.objects.of(team).aggregate(last=Max("version"))["last"] or 0
    return MemoryVersion.objects.of(team).filter(pk__gt=last)


def _unknown(team: Team) -> QuerySet[MemoryVersion]:
    return MemoryVersion.objects.of(team).filter(~Exists(Provenance.objects.of(team).filter(version=OuterRef("pk"))))


def _row(version: MemoryVersion, origin: Origin, at: datetime) -> Provenance:
    return Provenance(
        team_id=version.team_id,
        version=version,
        namespace=version.memory.namespace,
        came=origin.came,
        change=origin.change,
        found_at=at,
    )


def _settle(made: Sequence[Provenance], at: datetime) -> None:
    """A decision to take an unreviewed write back settles all that was written to the memory before."""
    for row in (one for one in made if one.came == Came.DECIDED):
        memory = row.version.memory
        open_writes = Provenance.objects.of(memory.team).open().filter(version__memory=memory)
        before = open_writes.filter(version__number__lt=row.version.number)
        if before.filter(proposal__changes__public_id=row.change).exists():
            before.update(settled_at=at, settled_as=Settled.RESTORED)


def _newest_of_each(rows: Sequence[Provenance]) -> list[Provenance]:
    return list({row.version.memory_id: row for row in sorted(rows, key=lambda row: row.version.number)}.values())


def _pruned(namespace: Namespace, untold: Collection[int | None]) -> set[int]:
    """Of versions that the trail does not tell of, those written and read before it was pruned."""
    newest = pruning.newest(namespace.team.trail_log) if untold else None
    if newest is None:
        return set()
    rows = Provenance.objects.of(namespace.team).filter(version__in=untold, found_at__lte=newest.event.at)
    return set(rows.filter(version__at__lte=newest.event.at).values_list("version", flat=True))


def _is_sound(memory: Memory) -> bool:
    """Whether the row of a memory and that of its head say the same, and the text is the one that was named."""
    head = memory.head
    assert head is not None  # noqa: S101  asked for
    return memory.path == head.path and memory.archived == head.archived and origins.has_its_text(head)


def _is_as_told(memory: Memory, told: dict[str, object] | None) -> bool:
    """Whether the head is the version that the trail tells of last, with its text, its path and its state."""
    head = memory.head
    assert head is not None  # noqa: S101  asked for
    head.memory = memory
    is_last = told is not None and told["version"] == head.public_id
    return is_last and _is_sound(memory) and origins.is_as_told(head, told)  # type: ignore[arg-type]
