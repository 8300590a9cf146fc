"""Where this installation may send to on behalf of a team: public hosts over TLS, or networks that it allows."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

HTTPS_PORT = 443
LONGEST = 500
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last four bytes

Address = IPv4Address | IPv6Address


class BadAddress(ValueError):
    """Nothing may be sent there. Says why, in words."""


@dataclass(frozen=True)
class Place:
    """`path` is what a webhook is asked for."""

    host: str
    port: int
    path: str = ""

    @property
    def named(self) -> str:
        """As a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def web(address: str) -> Place:
    """Raises BadAddress."""
    if not address.isascii() or not address.isprintable() or " " in address or len(address) > LONGEST:
        raise BadAddress(_("A web address has no spaces and no letters beyond ASCII, and at most 500 characters."))
    try:
        found = urlsplit(address)
        port = found.port
    except ValueError:
        raise BadAddress(_("This is no web address.")) from None
    if found.scheme != "https":
        raise BadAddress(_("The address has to start with https://"))
    if found.username is not None or found.password is not None or found.fragment:
        raise BadAddress(_("The address may not hold a user, a password or a fragment."))
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    return Place(host_of(found.hostname or ""), port or HTTPS_PORT, path)


def resolve(place: Place) -> list[Address]:
    """The addresses of a host, to connect to these very ones. Raises BadAddress where one of them is not allowed."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadAddress(_("The host %(host)s is not known.") % {"host": place.host}) from None
    addresses = list(dict.fromkeys(ip_address(str(known[0]).partition("%")[0]) for *_rest, known in found))
    for address in addresses:
        if not is_allowed(address):
            words = _("%(host)s is %(address)s, which this installation does not send to.")
            raise BadAddress(words % {"host": place.host, "address": address})
    return addresses


def is_allowed(address: Address) -> bool:
    """Public, or in one of the networks of the setting. An address that carries another is judged by that one."""
    address = _inner(address)
    if any(address in network for network in settings.STREAM_NETWORKS):
        return True
    tunnels = isinstance(address, IPv6Address) and (address.sixtofour or address.teredo)
    return address.is_global and not address.is_multicast and not tunnels


def _inner(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def host_of(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        if not _HOST.fullmatch(host):
            raise BadAddress(_("This is no name of a host.")) from None
        return host.lower()
