"""Signing the head of a log: only as the continuation of what was signed before, and at one size never two ways.

The order makes a kill harmless: a note is signed, remembered in a file, stored as a row, then delivered. Whoever comes
after a kill first stores what is remembered; what was not remembered was told to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError

from audit import pruning, storing, trail
from audit.checkpoints import delivering, memory, signing_keys
from audit.checkpoints.memory import Signed
from audit.checkpoints.signing_keys import Signer
from audit.entries import time_text
from audit.models import Checkpoint, Event, LogHead
from audit.verify import notes, signing
from audit.verify.chain import Chain

logger = structlog.get_logger(__name__)

PAGE = 2_000


class Refused(Exception):
    """The log is not what was signed before, continued. `reason` is one word for it; the text says what was found."""

    def __init__(self, log: str, reason: str, found: str) -> None:
        super().__init__(f"{log}: {found}")
        self.log = log
        self.reason = reason
        self.found = found


def sign(log: str, *, at: datetime) -> Checkpoint | None:
    """Sign and store a checkpoint of the log as it is now; None where it is empty.

    Raises Refused, which is an event as well, keys.NoKey, keys.BadKey and memory.Unreadable.
    """
    with memory.alone():
        try:
            return _sign(log, at=at)
        except Refused as refusal:
            _tell(refusal, at=at)
            raise


def sign_each(logs: Iterable[str], *, at: datetime) -> list[Refused]:
    """Sign each of these logs; one that is refused holds up no other. Returns the refusals; raises as `sign` else."""
    refusals = []
    for log in logs:
        try:
            sign(log, at=at)
        except Refused as refusal:
            logger.error("checkpoint.refused", log=log, reason=refusal.reason)  # noqa: TRY400  (no traceback is needed)
            refusals.append(refusal)
    return refusals


def continued(log: str, before: Signed | None) -> Chain:
    """The log as it is now, read on from where it was signed last. Raises Refused."""
    head = LogHead.objects.filter(log=log).first()
    chain = before.chain() if before else Chain(log)
    size = head.size if head else 0
    if size < chain.size:
        raise Refused(log, "smaller", f"{chain.size} events were signed, and the log has {size}")
    pruning.skip(chain)
    while chain.size < size:
        page = Event.objects.of_log(log).after(chain.size).filter(seq__lte=size).oldest_first()[:PAGE]
        if not _take(chain, page):
            raise Refused(log, "gap", f"the events after {chain.size} are not there, and the head says {size}")
    if head and (chain.frontier, chain.leaf) != (bytes(head.frontier), bytes(head.leaf)):
        raise Refused(log, "inconsistent", f"the head at {size} does not continue what was signed")
    return chain


def seal(chain: Chain, signers: Sequence[Signer], *, at: datetime) -> Checkpoint:
    """Sign what was read of a log, remember it, and store it. The caller is alone and has held it against before."""
    storing.flush()
    signed = _signed(chain, signers, at=at)
    memory.keep(signed)
    return _store(signed)


def _sign(log: str, *, at: datetime) -> Checkpoint | None:
    before = memory.of(log)
    if before is not None:
        _check_key(before)
        _store(before)  # a kill may have come between
    elif Checkpoint.objects.filter(log=log).exclude(note="").exists():
        raise Refused(log, "forgotten", "it has signed checkpoints, and the signer's own file about them is gone")
    signers = signing_keys.of(log, signed_by=before.generation if before else None, at=at)
    chain = continued(log, before)
    return seal(chain, signers, at=max(at, before.at) if before else at) if chain.size else None


def _check_key(before: Signed) -> None:
    """The key of that generation has to be the one that signed: a key is replaced by rotation only."""
    secret = signing_keys.of_generation(before.generation).secret
    try:
        notes.verified(before.note.encode(), [secret.public])
    except (notes.Unsigned, notes.Forged):
        raise Refused(before.log, "other_key", f"generation {before.generation} of the key is another one") from None


def _take(chain: Chain, page: Iterable[Event]) -> int:
    took = 0
    for event in page:
        _content, faults = chain.take(seq=event.seq, body=bytes(event.body), leaf=bytes(event.leaf))
        if faults:
            raise Refused(chain.log, faults[0].reason, f"event {event.seq}: {faults[0].detail}")
        took += 1
    return took


def _signed(chain: Chain, signers: Sequence[Signer], *, at: datetime) -> Signed:
    checkpoint = notes.Checkpoint(chain.log, chain.size, chain.root)
    # The format lets lines follow: this one tells two checkpoints of an idle log apart.
    text = f"{checkpoint.text}time {time_text(at)}\n"
    return Signed(
        log=chain.log,
        size=chain.size,
        root=chain.root,
        leaf=chain.leaf or b"",
        frontier=chain.frontier,
        generation=signers[-1].generation,
        at=at,
        note=signing.signed_note(text, [one.secret for one in signers]).decode(),
    )


def _store(signed: Signed) -> Checkpoint:
    """The row of what was signed, with its deliveries ahead, made where it is not there yet."""
    found = Checkpoint.objects.filter(log=signed.log, size=signed.size, note=signed.note).first()
    if found is not None:
        return found
    values = {"log": signed.log, "size": signed.size, "root": signed.root, "note": signed.note, "at": signed.at}
    with trail.unit_of_work(at=signed.at):
        row = Checkpoint.objects.create(**values)
        delivering.plan(row)
    return row


def _tell(refusal: Refused, *, at: datetime) -> None:
    """As an event of that log, once for each reason until a checkpoint is signed again."""
    signed = Checkpoint.objects.filter(log=refusal.log).order_by("-pk").first()
    told = Event.objects.of_log(refusal.log).matching(types=["checkpoint.refused"], since=signed.at if signed else None)
    if any(event.content()["data"]["reason_code"] == refusal.reason for event in told):
        return
    before = memory.of(refusal.log)
    data = {"reason_code": refusal.reason, "signed": before.size if before else 0}
    try:
        with trail.unit_of_work(at=at) as unit:
            target = trail.Target("log", refusal.log)
            unit.record(
                "checkpoint.refused",
                target=target,
                by=trail.SYSTEM,
                log=refusal.log,
                data=data,
                private={"found": refusal.found},
                outcome="failure",
            )
    except DatabaseError as error:  # what was done to the log may be such that nothing continues it
        logger.error("checkpoint.refusal_not_recorded", log=refusal.log, error=type(error).__name__)  # noqa: TRY400
