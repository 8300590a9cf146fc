"""Where a stream may go besides a web address: a host for syslog, or a file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.reaching import BadAddress, Place, host_of

SYSLOG_PORT = 6514  # RFC 5425
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def syslog(address: str) -> Place:
    """`host` or `host:port`, an IPv6 address in brackets. Raises BadAddress."""
    try:
        found = urlsplit(f"//{address}")
        port = found.port
    except ValueError:
        raise BadAddress(_("Give a host, or a host:port.")) from None
    if found.netloc != address or "@" in address:
        raise BadAddress(_("Give a host, or a host:port."))
    return Place(host_of(found.hostname or ""), port or SYSLOG_PORT)


def file(address: str) -> str:
    """The name of a file in the folder that the installation allows. Raises BadAddress."""
    folder()
    if not _FILE.fullmatch(address):
        raise BadAddress(_("A file name has letters, digits, dots and dashes, and no folder."))
    return address


def folder() -> Path:
    """Raises BadAddress."""
    if settings.STREAM_FOLDER is None:
        raise BadAddress(_("This installation allows no files: its setting STREAM_FOLDER names no folder."))
    return settings.STREAM_FOLDER
