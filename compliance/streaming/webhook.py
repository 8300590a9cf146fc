"""A batch as one POST over HTTPS, signed as Standard Webhooks are (https://www.standardwebhooks.com): the receiver
checks `webhook-signature` with its secret, and may forget a `webhook-id` that it has taken before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from http.client import HTTPConnection, HTTPException

from django.utils.translation import gettext as _

from accounts import reaching
from compliance.streaming import wires
from compliance.streaming.batches import Batch
from compliance.streaming.credentials import Credentials
from compliance.streaming.wires import NotDelivered

PREFIX = "whsec_"
_SECRET_BYTES = 32
_SAID = 100  # characters of an answer's reason that are kept


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, *, id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b"%b.%d.%b" % (id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def send(address: str, batch: Batch, *, ca: str, credentials: Credentials, at: datetime) -> None:
    """Taken is what is answered with 2xx; no redirect is followed. Raises NotDelivered."""
    try:
        place = reaching.web(address)
    except reaching.BadAddress as refused:
        raise NotDelivered(str(refused)) from refused
    body = batch.body()
    with wires.tls(place, ca=ca) as wire:
        http = HTTPConnection(place.host, place.port)
        http.sock, http.auto_open = wire, 0
        try:
            http.request("POST", place.path, body, _headers(place, batch, body, credentials, at))
            answer = http.getresponse()
        except HTTPException as broken:
            raise NotDelivered(f"{type(broken).__name__}: {broken}"[:_SAID]) from broken
    if 300 <= answer.status < 400:
        raise NotDelivered(_("It answered %(status)s: redirects are not followed.") % {"status": answer.status})
    if not 200 <= answer.status < 300:
        said = f"{answer.status} {answer.reason}"[:_SAID]
        raise NotDelivered(_("It answered %(status)s.") % {"status": said})


def _headers(
    place: reaching.Place, batch: Batch, body: bytes, credentials: Credentials, at: datetime
) -> dict[str, str]:
    timestamp = int(at.timestamp())
    found = {
        "Host": place.named,
        "User-Agent": "Lucid",
        "Content-Type": "application/x-ndjson",
        "webhook-id": batch.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(credentials.secret, id=batch.id, timestamp=timestamp, body=body),
        "Connection": "close",
    }
    if credentials.authorization:
        found["Authorization"] = credentials.authorization
    return found
