"""Packs of a scene that other tests look at: asked for, made, and read back."""

import json
import zipfile
from datetime import timedelta

from audit.checkpoints import signing_keys
from audit.models import Private
from audit.verify import verifying
from compliance.enums import Disclosure
from compliance.models import Export
from compliance.packs import files, jobs
from compliance.packs.scopes import Scope
from tests.recipes import AT


def made(team, scope=None, *, disclosure=Disclosure.ALL, by=None, at=AT):
    Export.objects.of(team.row).update(asked_at=AT.replace(year=2000))  # of six an hour other tests know
    export = jobs.ask(
        team=team.row, teams=[team.row], scope=scope or Scope(), disclosure=disclosure, by=by or team.auditor, at=at
    )
    return jobs.perform(export_id=export.pk, now=at, clock=lambda: at)


def made_again(export):
    """As by another worker after the first was lost, much later."""
    Export.objects.of(export.team).filter(pk=export.pk).update(
        state="running", lease_until=AT, sha256="", size=None, attempts=0
    )
    files.remove(export.public_id)
    later = AT + timedelta(days=3)
    return jobs.perform(export_id=export.pk, now=later, clock=lambda: later)


def private_of(event):
    return Private.objects.filter(event=event.public_id)


def archive(export):
    return zipfile.ZipFile(files.path_of(export.public_id))


def read(export, name):
    return archive(export).read(name)


def lines(export, name):
    return [json.loads(line) for line in read(export, name).splitlines()]


def manifest(export):
    return json.loads(read(export, "manifest.json"))


def verdict(export, *, strict=True, pin=None):
    keys = [one.secret.public for one in signing_keys.held()]
    with files.path_of(export.public_id).open("rb") as file:
        return verifying.verify(file, verifying.Trust(keys=keys, pin=pin), strict=strict)


def faults(export, **how):
    return [(fault.reason, fault.detail) for fault in verdict(export, **how).faults]
