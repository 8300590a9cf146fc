"""Beginning anew with a log that the signer refuses, as a recorded act of a person: after a restored backup, say."""

from __future__ import annotations

from datetime import datetime

from audit import trail
from audit.checkpoints import memory, signer, signing_keys
from audit.models import Checkpoint


def restart(log: str, *, reason_code: str, by: trail.Actor, account: str, at: datetime) -> Checkpoint:
    """Sign a log as it is, whatever was signed before. The log says so itself, with the size and root it had.

    `by` is who answers for it, and `account` the one on the machine that it was done with: nobody signed in there.
    It hides nothing: whoever holds a checkpoint from before sees that the log does not continue it. What the signer
    remembered is kept beside. Raises signer.Refused where the log does not add up by itself, keys.NoKey, keys.BadKey.
    """
    with memory.alone():
        try:
            before = memory.of(log)
        except memory.Unreadable:
            before = None
        key = signing_keys.of(log, signed_by=None, at=at)
        data = {
            "reason_code": reason_code,
            "signed": before.size if before else 0,
            "signed_root": before.root.hex() if before else "",
            "public": key[-1].secret.public.encode(),
        }
        with trail.unit_of_work(at=at) as unit:
            unit.record(
                "checkpoint.restarted",
                target=trail.Target("log", log),
                by=by,
                log=log,
                data=data,
                private={"account": account},
                subject=by.id,
            )
        chain = signer.continued(log, None)
        memory.set_aside(log, at=at)
        return signer.seal(chain, key, at=at)
