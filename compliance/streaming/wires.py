"""One connection over TLS to an address that was looked at before, with an end to how long it may take."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from accounts import reaching
from accounts.reaching import Place

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 40.0
_TRIED = 3  # addresses of one host


class NotDelivered(Exception):
    """The destination did not confirm what was sent. Says why, in words; trying again may help."""


def context(ca: str) -> ssl.SSLContext:
    """What is believed: the certificates of `ca` (PEM) where given, else those of this machine. Raises ssl.SSLError."""
    made = ssl.create_default_context(cadata=ca or None)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


@contextmanager
def tls(place: Place, *, ca: str, seconds: float = TOTAL_SECONDS) -> Iterator[ssl.SSLSocket]:
    """A connection whose certificate names the host, cut off after so many seconds whatever the other end does.

    The host is looked up once, and the address that was allowed is the one connected to. Raises NotDelivered, also
    for what goes wrong on the connection within.
    """
    try:
        ends = time.monotonic() + seconds
        with _connected(place) as plain, _ended(plain, ends):
            plain.settimeout(max(0.1, ends - time.monotonic()))
            with context(ca).wrap_socket(plain, server_hostname=place.host) as wire:
                yield wire
    except reaching.BadAddress as refused:
        raise NotDelivered(str(refused)) from refused
    except OSError as failure:  # ssl.SSLError and time-outs are some of these
        raise NotDelivered(f"{type(failure).__name__}: {failure}") from failure


def _connected(place: Place) -> socket.socket:
    failure: OSError = OSError(f"{place.host} has no address")
    for address in reaching.resolve(place)[:_TRIED]:
        try:
            return socket.create_connection((str(address), place.port), timeout=CONNECT_SECONDS)
        except OSError as refused:
            failure = refused
    raise failure


@contextmanager
def _ended(plain: socket.socket, ends: float) -> Iterator[None]:
    """Shut the connection when its time is over: a time-out of its own has each single read, and reads can trickle."""
    handle = plain.dup()  # the first one is taken over by TLS
    watch = threading.Timer(max(0.1, ends - time.monotonic()), _shut, [handle])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        handle.close()


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
