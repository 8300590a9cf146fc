"""A batch as syslog messages (RFC 5424) over TLS (RFC 5425), each in a frame that starts with its length.

Syslog confirms nothing by itself. What comes near it: the connection is closed with close_notify, which the receiver
has to answer (RFC 5425, 4.4), and that it does after all that came before.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from accounts import reaching
from audit.entries import time_text
from compliance.streaming import addresses, wires
from compliance.streaming.batches import Batch, Line
from compliance.streaming.wires import NotDelivered

_AUDIT = 13  # the facility "log audit"
_SEVERITIES = {"success": 6, "failure": 4, "denied": 5}
_MOST_IDS = 2**31 - 1  # sequenceId of RFC 5424, 7.3.1


def send(address: str, batch: Batch, *, ca: str) -> None:
    """Raises NotDelivered."""
    try:
        place = addresses.syslog(address)
    except reaching.BadAddress as refused:
        raise NotDelivered(str(refused)) from refused
    with wires.tls(place, ca=ca) as wire:
        wire.sendall(b"".join(frame(line) for line in batch.lines))
        wire.unwrap().close()


def frame(line: Line) -> bytes:
    text = message(line)
    return b"%d %b" % (len(text), text)


def message(line: Line) -> bytes:
    priority = _AUDIT * 8 + _SEVERITIES.get(line.outcome, 5)
    host = urlsplit(settings.SITE_URL).hostname or "-"
    data = f'[meta sequenceId="{(line.seq - 1) % _MOST_IDS + 1}"]' if line.seq else "-"
    head = f"<{priority}>1 {time_text(line.at)} {host[:255]} lucid - {line.type[:32]} {data} "
    return head.encode("ascii", "replace") + line.text
