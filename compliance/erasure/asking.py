"""Preparing an erasure, looking at what it would reach, and having a second person agree to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, Invitation, Membership, Team, User
from agents.models import MemoryVersion, Session
from audit import subjects, trail
from audit.models import Event
from compliance import holding, sentences, tasks
from compliance.enums import Basis, ErasureKind, ErasureState
from compliance.erasure import looking, needles, performing
from compliance.models import Erasure

KIND = "erasure"
VERSION = 1  # of the payload


class CannotErase(ValueError):
    """There is no such thing to erase, or it must not be erased; the message says why."""


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("An erasure"),
        asks=roles.ERASE,
        permission=roles.CONFIRM_ERASURE,
        perform=_perform,
        check=_check,
        place=_place,
        fresh=True,
    )


def prepare(
    *, team: Team, kind: ErasureKind, subject: str, words: Sequence[str], basis: Basis, by: User, at: datetime
) -> Erasure:
    """Look at what an erasure would reach, and keep that as a row; nothing is erased. Raises CannotErase."""
    row = Erasure(team=team, kind=kind, subject_id=subject.strip(), basis=basis, asked_by=by, at=at)
    row.needles = _needles(row, [word.strip() for word in words if word.strip()])
    row.subjects = _subjects(row)
    row.found = looking.look(performing.work_of(row))
    with trail.unit_of_work(at=at) as unit:
        row.save()
        unit.record("erasure.prepared", target=row, by=by, data={"kind": row.kind, "basis": row.basis})
    return row


def ask(*, erasure: Erasure, by: User, at: datetime) -> Confirmation:
    """Ask a second person. Raises CannotErase where a legal hold stands in the way, and what confirming.ask raises."""
    with trail.unit_of_work(at=at):
        row = Erasure.objects.of(erasure.team).select_for_update().get(pk=erasure.pk)
        row.team = erasure.team
        if row.state != ErasureState.PREPARED:
            raise CannotErase(_("This was asked for already."))
        _check_holds(row)
        row.state, row.asked_by = ErasureState.WAITING, by
        row.save(update_fields=["state", "asked_by"])
        held = confirming.ask(
            team=row.team,
            kind=KIND,
            target=row.public_id,
            title=_("Erase: %(kind)s") % {"kind": row.get_kind_display().lower()},
            diff=_lines(row),
            payload={"version": VERSION},
            by=by,
            at=at,
        )
        Erasure.objects.of(row.team).filter(pk=row.pk).update(confirmation_id=held.public_id)
    return held


def drop_settled(*, now: datetime) -> int:
    """Forget the words of what nobody agreed to, and of previews that led nowhere for a week; how many."""
    waiting = Erasure.objects.across_teams().filter(state=ErasureState.WAITING)
    ended = Confirmation.objects.across_teams().exclude(state="waiting").values("public_id")
    old = Erasure.objects.across_teams().filter(state=ErasureState.PREPARED, at__lt=now - confirming.LASTS)
    gone = {"state": ErasureState.DROPPED, "needles": []}
    return waiting.filter(confirmation_id__in=ended).update(**gone) + old.update(**gone)


def _needles(row: Erasure, words: list[str]) -> list[str]:
    if row.kind == ErasureKind.PERSON and row.subject_id:
        person = _person(row)
        words = [*words, person.email, person.name]
    if row.kind == ErasureKind.PERSON and not words:
        raise CannotErase(_("Say who it is: the id of a member of before, or words that name the person."))
    try:
        needles.read(words)
    except needles.TooShort as short:
        raise CannotErase(_("“%(words)s” is too short: it would be found everywhere.") % {"words": short}) from short
    return list(dict.fromkeys(word for word in words if word)) if row.kind == ErasureKind.PERSON else []


def _person(row: Erasure) -> User:
    member = Membership.objects.of(row.team).select_related("user").filter(user__public_id=row.subject_id).first()
    if member is None:
        raise CannotErase(_("Nobody of this team ever had this id."))
    if member.removed_at is None:
        raise CannotErase(_("%(name)s is a member of this team. Remove them first.") % {"name": member.user})
    return member.user


def _subjects(row: Erasure) -> list[dict[str, str]]:
    """Whose private values go, with the keys that they are under at this moment."""
    ids, team = [], row.team
    if row.kind == ErasureKind.PERSON and row.subject_id:
        person = _person(row)
        invitations = Invitation.objects.of(team).filter(email__iexact=person.email)
        ids = [person.public_id, *invitations.values_list("public_id", flat=True)]
    elif row.kind == ErasureKind.SESSION:
        _exists(Session.objects.of(team).filter(public_id=row.subject_id).exists(), row)
    elif row.kind == ErasureKind.TEXT:
        version = MemoryVersion.objects.of(team).select_related("blob").filter(public_id=row.subject_id).first()
        _exists(version is not None and version.blob.erased_at is None, row)
        row.subject_id = version.blob.sha256 if version else ""
    elif row.kind == ErasureKind.VALUE:
        event = Event.objects.of_log(team.trail_log).filter(public_id=row.subject_id.partition(":")[0]).first()
        _exists(event is not None and row.subject_id.partition(":")[2] in event.content()["private"], row)
    logs = performing.work_of(row).logs()
    found = [{"log": log, "subject": id, "key": subjects.current(log=log, subject=id)} for id in ids for log in logs]
    return [one for one in found if one["key"]]


def _exists(there: bool, row: Erasure) -> None:
    if not there:
        raise CannotErase(_("There is nothing with the id %(id)s to erase.") % {"id": row.subject_id})


def _check_holds(row: Erasure) -> None:
    if held := holding.on_erasure(row):
        names = ", ".join(f"{hold.get_scope_display()} {hold.target_id}".strip() for hold in held)
        raise CannotErase(_("A legal hold stands in the way: %(holds)s") % {"holds": names})


def _lines(row: Erasure) -> list[dict[str, str]]:
    lines = [confirming.line(_("Basis"), "", row.get_basis_display())]
    if row.subject_id:
        lines.append(confirming.line(_("About"), _about(row), _("erased")))
    for what, count in sorted(row.found.get("tables", {}).items()):
        lines.append(confirming.line(what, count, _("erased")))
    return lines


def _about(row: Erasure) -> str:
    """What the second person agrees to, in words where an id alone would not tell it."""
    if row.kind != ErasureKind.VALUE:
        return row.subject_id
    id, _colon, name = row.subject_id.partition(":")
    told = sentences.tell(row.team, list(Event.objects.of_log(row.team.trail_log).filter(public_id=id)))
    about = {"value": name, "number": told[0].event.seq, "event": told[0].text, "id": id} if told else {}
    said = _("“%(value)s” of event %(number)s, %(event)s (%(id)s)")
    return said % about if about else row.subject_id


def _check(confirmation: Confirmation) -> None:
    row = _row(confirmation)
    if row.state != ErasureState.WAITING:
        raise confirming.NoLongerHolds(_("This erasure waits no more."))
    try:
        _check_holds(row)
    except CannotErase as held:
        raise confirming.NoLongerHolds(str(held)) from held


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    row = _row(confirmation)
    row.state, row.agreed_by, row.agreed_at = ErasureState.AGREED, by, at
    row.confirmation_id = confirmation.public_id
    row.save(update_fields=["state", "agreed_by", "agreed_at", "confirmation_id"])
    with trail.unit_of_work(at=at) as unit:
        data = {"kind": row.kind, "basis": row.basis, "confirmation": confirmation.public_id}
        unit.record("erasure.agreed", target=row, by=by, data=data)
        transaction.on_commit(partial(tasks.wake_erasure, erasure_id=row.pk))


def _place(confirmation: Confirmation) -> str:
    return reverse("compliance:erasure", args=[confirmation.team.slug, confirmation.target_id])


def _row(confirmation: Confirmation) -> Erasure:
    row = Erasure.objects.of(confirmation.team).get(public_id=confirmation.target_id)
    row.team = confirmation.team
    return row
