"""Keeping texts by their hash."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from audit.models import Blob

_LOOK_UP = 500  # hashes in one query; SQLite takes 999 parameters


class Erased(Exception):
    """This very text was erased from this log; keeping it would bring it back into what was redacted."""

    def __init__(self, blob: Blob) -> None:
        super().__init__(f"the text {blob.sha256} was erased at {blob.erased_at}")
        self.blob = blob


def name_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keep(*, log: str, texts: Iterable[str], at: datetime) -> dict[str, Blob]:
    """Store texts that are not there yet; returns the blob of every text by its sha256. Raises Erased."""
    wanted = {name_of(text): text for text in texts}
    found = _find(log, wanted)
    missing = {sha256: text for sha256, text in wanted.items() if sha256 not in found}
    if missing:
        rows = [
            Blob(log=log, sha256=sha256, text=text, size=len(text.encode()), created_at=at)
            for sha256, text in sorted(missing.items())  # in one order for all writers, against deadlocks
        ]
        Blob.objects.bulk_create(rows, ignore_conflicts=True)
        found |= _find(log, missing)
    for blob in found.values():
        if blob.erased_at is not None:
            raise Erased(blob)
    return {sha256: found[sha256] for sha256 in wanted}


def keep_one(*, log: str, text: str, at: datetime) -> Blob:
    return keep(log=log, texts=[text], at=at)[name_of(text)]


def _find(log: str, hashes: Iterable[str]) -> dict[str, Blob]:
    found: dict[str, Blob] = {}
    names = iter(hashes)
    while some := list(islice(names, _LOOK_UP)):
        found |= {blob.sha256: blob for blob in Blob.objects.filter(log=log, sha256__in=some)}
    return found
