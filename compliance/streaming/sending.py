"""One batch to one destination, whichever kind it is."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from audit import keys, trail
from compliance.enums import StreamKind
from compliance.models import Destination
from compliance.streaming import appending, batches, credentials, syslog, webhook
from compliance.streaming.batches import Batch
from compliance.streaming.wires import NotDelivered


def send(destination: Destination, batch: Batch, *, at: datetime) -> None:
    """Returns once the destination confirmed it; never within a unit of work. Raises NotDelivered."""
    if destination.kind == StreamKind.FILE:
        appending.send(destination.address, batch)
    elif destination.kind == StreamKind.SYSLOG:
        syslog.send(destination.address, batch, ca=destination.ca)
    else:
        known = _credentials(destination)
        webhook.send(destination.address, batch, ca=destination.ca, credentials=known, at=at)


def test(destination: Destination, *, by: trail.HasActor, at: datetime) -> str:
    """Send a line that is no event, and record that. Returns why it did not arrive; empty where it did."""
    problem = ""
    try:
        send(destination, batches.test(destination, at=at), at=at)
    except NotDelivered as failure:
        problem = str(failure)
    with trail.unit_of_work(at=at) as unit:
        outcome: trail.Outcome = "failure" if problem else "success"
        unit.record("stream.tested", target=destination, by=by, data={"ok": not problem}, outcome=outcome)
    return problem


def _credentials(destination: Destination) -> credentials.Credentials:
    try:
        return credentials.open(destination)
    except (credentials.Lost, keys.BadKey, keys.NoKey) as closed:
        words = _("Its credentials cannot be opened (%(error)s). Remove it and add it again.")
        raise NotDelivered(words % {"error": type(closed).__name__}) from closed
