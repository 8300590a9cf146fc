"""The address of a provider, where a connection has one of its own: the rule of streams, and plain HTTP at home."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts import reaching
from accounts.reaching import Address, BadAddress, Place

HTTP_PORT = 80


def check(address: str) -> None:
    """Look at an address that somebody typed, without looking its name up. Raises BadAddress."""
    place = _place(address)
    if (literal := _literal(place.host)) is not None and not reaching.is_allowed(literal):
        words = _("This installation does not send to %(host)s. Its setting STREAM_NETWORKS may allow it.")
        raise BadAddress(words % {"host": place.host})


def look_up(address: str) -> None:
    """Before it is sent to: where a name leads now has to be allowed, too. Raises BadAddress."""
    place = _place(address)
    if _literal(place.host) is None:  # numbers were looked at when they were typed
        reaching.resolve(place)


def _place(address: str) -> Place:
    plain = address.startswith("http://")
    place = reaching.web(address.replace("http://", "https://", 1) if plain else address)
    if "?" in place.path:
        raise BadAddress(_("The address may not hold a query."))
    if not plain:
        return place
    if not _is_at_home(place.host):
        raise BadAddress(_("The address has to start with https://, unless it is that of this machine."))
    return Place(place.host, urlsplit(address).port or HTTP_PORT, place.path)


def _is_at_home(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
