"""Addresses in a text: URLs with what a browser makes of them, mail addresses, and host names that stand alone."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

# A slot that is to be filled in belongs to the address: {{email}}, <customer id>, ${TOKEN}, [name].
_SLOT = (
    r"\{\{[^{}\n]{0,80}\}\}|\$?\{[^{}\n]{0,80}\}|<[^<>\n]{1,80}>|\$\([^()\n]{1,80}\)|\[[^\[\]\n]{1,60}\]"
    r"|\([^()\s]{0,80}\)"
)
_URL = re.compile(
    rf"(?<![\w/])(?P<scheme>(?:https?|ftps?|sftp|wss?|ldaps?):)?//(?P<rest>(?:[^\s<>\"'`(){{}}\[\]|]++|{_SLOT}){{1,200}})"
    r"|(?<![\w.@/-])www\.(?P<www>[\w-][^\s<>\"'`(){}\[\]|]{3,2000})"
    r"|\bmailto:(?P<mailto>[^\s<>\"'`()\[\]|]{3,2000})",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-zA-Z]{2,24}(?![\w-])")
# Endings that a host name has where it stands alone; others are too often files, methods and measures.
_ENDINGS = (
    "com|net|org|io|dev|app|xyz|info|biz|example|cloud|site|online|shop|club|website|icu|edu|gov|int"
    "|a[cdeimtu]|b[egory]|c[acdhilnoyz]|d[ek]|e[esu]|f[ir]|g[gr]|h[kru]|i[delnrst]|j[eop]|k[erz]|l[ituvy]|m[aextyz]|n[gloz]"
    "|p[ehklt]|r[ou]|s[aegiku]|t[hkortvw]|u[ak]|us|v[cn]|ws|z[am]"
)
_HOST = re.compile(
    rf"(?<![\w.@/:-])(?:[a-zA-Z\d-]{{1,63}}\.){{1,5}}(?:(?:{_ENDINGS})|[a-z]{{2,24}}(?=[\"'],\s?\d{{2,5}}\b))"
    r"(?![\w-]|\.\w|\()(?:[/?][^\s<>\"'`()|]{0,500})?",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?:^|\.)(?:localhost|local|internal|intranet|lan|test|invalid|svc|corp|home|localdomain)$")
# Mail hosts where anybody gets an address: that one of theirs is known says nothing of the next.
_MAILBOXES = frozenset((
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "proton.me",
    "protonmail.com", "gmx.com", "gmx.de", "gmx.net", "web.de", "aol.com", "mail.ru", "yandex.ru", "qq.com", "163.com",
    "tutanota.com", "zoho.com", "fastmail.com", "mail.com",
))  # fmt: skip
# Hosts where anybody has a place: by the first part of the path, or by all of it.
_BY_OWNER = frozenset((
    "github.com", "gist.github.com", "raw.githubusercontent.com", "gitlab.com", "bitbucket.org", "codeberg.org",
    "huggingface.co", "medium.com", "discord.com", "t.me", "s3.amazonaws.com", "storage.googleapis.com", "x.com",
    "linkedin.com",
))  # fmt: skip
_BY_PATH = frozenset((
    "docs.google.com", "drive.google.com", "script.google.com", "forms.gle", "sites.google.com", "dropbox.com",
    "onedrive.live.com", "1drv.ms", "hooks.slack.com", "notion.so", "airtable.com", "hooks.zapier.com", "bit.ly",
    "tinyurl.com", "t.co", "youtube.com", "forms.office.com", "wetransfer.com", "hook.eu1.make.com",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """[start, end) of an address; `host` in small letters, `login` what stands before an @ in front of a URL's host.

    `kind` is url, mail or host; `path` and `query` are as written.
    """

    kind: str
    start: int
    end: int
    host: str
    login: str = ""
    path: str = ""
    query: str = ""

    @property
    def is_local(self) -> bool:
        """Whether nobody outside of the reader's own network answers there."""
        if ip := self.ip:
            return (ip.is_private or ip.is_loopback) and not ip.is_link_local
        return "." not in self.host or bool(_LOCAL.search(self.host))

    @property
    def ip(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The number that the host is, also where it is one number, decimal or hexadecimal."""
        host = self.host.strip("[]")
        try:
            if re.fullmatch(r"0x[\da-f]{1,8}|\d{8,10}", host):
                return ipaddress.ip_address(int(host, 0) if host.startswith("0x") else int(host))
            return ipaddress.ip_address(host)
        except ValueError:
            return None

    @property
    def is_number(self) -> bool:
        """Also where it is written as no program should: 127.1, 0177.0.0.1."""
        last = self.host.rpartition(".")[2]
        return self.ip is not None or last.isdigit() or last.startswith("0x")

    @property
    def name(self) -> str:
        """What it is known by: a mail address, a host, or on a shared host what tells whose place there it is."""
        if self.kind == "mail":
            return f"{self.login}@{self.host}"
        host = self.host.removeprefix("www.")
        if host in _BY_OWNER:
            return f"{host}/{self.path.strip('/').split('/')[0].lower()}"
        return f"{host}{self.path.rstrip('/')}" if host in _BY_PATH else self.host

    @property
    def names(self) -> frozenset[str]:
        """All that it may be known by: its name, its host and the domains above; on a shared host its name alone."""
        if self.kind != "mail" and self.name != self.host:
            return frozenset((self.name,))
        labels = self.host.split(".")
        return frozenset((self.name, *(".".join(labels[at:]) for at in range(max(1, len(labels) - 1)))))

    def is_known(self, known: Collection[str]) -> bool:
        return any(name in known for name in self.names)


def find(text: str) -> list[Address]:
    """The addresses of a text, in order, without overlap."""
    found = list(_urls(text))
    for kind, pattern in (("mail", _MAIL), ("host", _HOST)):
        rest = _without(text, found)
        found += [one for match in pattern.finditer(rest) for one in _plain(kind, match)]
        found.sort(key=lambda one: one.start)
    return found


def _without(text: str, found: list[Address]) -> str:
    """The text, as long as it was, with spaces where addresses stood."""
    parts: list[str] = []
    done = 0
    for one in found:
        parts += (text[done : one.start], " " * (one.end - one.start))
        done = one.end
    return "".join([*parts, text[done:]])


def known(text: str) -> frozenset[str]:
    """What a text makes known: hosts, places on shared hosts, mail addresses, and their hosts if not for everybody."""
    found = find(text)
    hosts = {one.host for one in found if one.kind == "mail" and one.host not in _MAILBOXES}
    return frozenset(hosts | {one.name for one in found})


def _urls(text: str) -> Iterator[Address]:
    for match in _URL.finditer(text) if "//" in text or "www." in text.lower() or "mailto:" in text.lower() else ():
        whole = match.group().rstrip(".,;:!?*_")
        end = match.start() + len(whole)
        if match["mailto"]:
            place, _, query = whole[7:].partition("?")
            login, _, host = place.rpartition("@")
            yield Address("mail", match.start(), end, host.lower(), login.lower(), query=query)
        elif match["scheme"] or match["www"] or text[match.start() - 1 : match.start()] in ('"', "'", "(", "<", "="):
            rest = whole if match["www"] else whole.partition("//")[2]
            yield _url(match.start(), end, rest)


def _url(start: int, end: int, rest: str) -> Address:
    cut = re.match(r"(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?", rest)
    assert cut is not None  # noqa: S101  each part may be empty
    login, _, host = cut["authority"].replace("\\", "@").rpartition("@")
    host = _host(re.sub(r":\d*$", "", host))
    return Address("url", start, end, host, login, cut["path"], cut["query"] or "")


def _host(written: str) -> str:
    """The host that a browser asks for: wide letters, other full stops and percent signs as what they stand for."""
    return unicodedata.normalize("NFKC", unquote(written)).replace("\u3002", ".").rstrip(".").lower()


def _plain(kind: str, match: re.Match[str]) -> Iterator[Address]:
    whole = match.group().rstrip(".,;:!?")
    login, _, rest = whole.rpartition("@") if kind == "mail" else ("", "", whole)
    host = re.split("[/?]", rest, maxsplit=1)[0]
    path, _, query = rest[len(host) :].partition("?")
    ending = host.rpartition(".")[2]
    if ending.islower() or host.isupper():  # "by mail.If so" is no host
        yield Address(kind, match.start(), match.start() + len(whole), host.lower(), login.lower(), path, query)
