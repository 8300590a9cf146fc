"""Links that would carry data out of a conversation, and addresses that are not what they seem."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from agents.text import addresses, encodings, scripts
from agents.text.addresses import Address

NEAR = 300  # code points around an address that are looked at
MOST = 500  # addresses that are looked at; where there are more, that is told
LONG = 160  # code points of a query that is long


@dataclass(frozen=True, slots=True)
class Link:
    """What sort of trick stands at [start, end), and the host, place or mail address that it leads to."""

    kind: str
    start: int
    end: int
    host: str = ""


_COLON = r"(?::|&colon;|&\#0{0,4}58;?|&\#x0{0,4}3a;?)"
_SCRIPT = re.compile(
    rf"(?<!\w)(?:j\s?a\s?v\s?a\s?s\s?c\s?r\s?i\s?p\s?t|v\s?b\s?s\s?c\s?r\s?i\s?p\s?t)\s?{_COLON}(?=[^\s`*])"
    r"|(?<!\w)data:(?!image/(?:png|jpe?g|gif|webp)[;,])[a-z]{1,20}/[\w.+-]{1,60}(?:;[\w=-]{1,40}){0,3},",
    re.IGNORECASE,
)
_SLOT = re.compile(
    r"\{\{[^{}]{1,80}\}\}|\$?\{[^{}]{1,80}\}|<[^<>]{1,80}>|\$\([^()]{1,80}\)|\$[A-Za-z_]\w{1,40}"
    r"|%(?:s\b|\(\w{1,40}\)s)|\[[^\[\]\d][^\[\]]{1,60}\]|%7[Bb]|\bYOUR_[A-Z_]+|\b[A-Z]{2,}_[A-Z_]{2,}\b"
)
# Letters and signs of an address spelt as a page would spell them: a reader of the text does not see where it leads.
_SPELT = re.compile(
    r"(?:&(?:\#\d{1,7}|\#[xX][\da-fA-F]{1,6}|colon|sol|period|commat|Tab|NewLine);|[^\s&<>\"']){6,2000}"
)
_VALUE = re.compile(r"[A-Za-z\d+/_=%-]{16,}")
_IMAGE = re.compile(
    r"!\[[^\]\n]{0,300}\]\(\s{0,3}<?$|<(?:img|source|iframe|embed|object|link|video|audio)\b[^<>]{0,300}$",
    re.IGNORECASE,
)
_IMAGE_LABEL = re.compile(r"!\[(?P<alt>[^\]\n]{0,300})\](?:\[(?P<label>[^\]\n]{0,100})\])?(?!\()")
_DEFINED = re.compile(r"(?:^|\n) {0,3}\[(?P<label>[^\]\n]{1,100})\]:\s{0,3}<?$")
_LABELLED = re.compile(
    r"\[\s{0,3}(?:https?://)?(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})[^\]\n]{0,300}\]\(\s{0,3}<?$", re.IGNORECASE
)
_SENDS = re.compile(
    r"\b(?:sen[dt](?:ing|s)?|forward(?:ed|ing|s)?|upload(?:ed|ing|s)?|exfiltrate[ds]?|transmit(?:ted|s)?|post(?:ed|ing|s)?"
    r"|submit(?:ted|s)?|leak(?:ed|s)?|copy|copied|copies|deliver(?:ed)?|pay|paid|transfer(?:red)?|wire[ds]?|share[ds]?"
    r"|redirect(?:ed|s)?|push(?:ed)?|sync(?:ed|hroni[sz]ed?)?|back(?:ed)? up|report(?:ed)?|disclose[ds]?|export(?:ed)?"
    r"|dump(?:ed)?|writ(?:e|ten)|log(?:ged)?|e-?mailed)\b(?! (?:us|me)\b)"
    r"|(?:^|[-,;:*] |\bthen |\band |\bplease |\balways )e?-?mail\b(?! (?:us|me)\b)",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\b(?:to|via|into|through|with)\b[\s\"'`(<\[*_:]{0,5}(?:[\w'’-]{1,20}[ :]{1,2}[\"'`(<\[*_]{0,3}){0,4}$"
    r"|\[[^\]\n]{1,80}\]\(<?$",
    re.IGNORECASE,
)
_COPIES = re.compile(r"\b(?:b?cc|(?:blind )?copy(?: in)?)\b[\s:\"'`(<\[*_]{0,5}$", re.IGNORECASE)
_ADDS = re.compile(r"\b(?:add|include)\b[\s\"'`(<\[*_]{1,5}$", re.IGNORECASE)
_AS_RECIPIENT = re.compile(
    r"[\"'`)>\]*_]{0,3} (?:as |to |in )(?:an? |the )?(?:\w+ )?(?:recipients?|cc|bcc|copy|mails?|e-?mails?)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\n|(?<=[.!?])(?: |(?=[A-Z]))")
# A program's way to the network, in Python, JavaScript or a shell.
_CLIENT = re.compile(
    r"\b(?:requests|httpx|aiohttp|aiosmtplib|urllib\d?|urlopen|urlretrieve|axios|smtplib|ftplib|paramiko|telnetlib|sock(?:et)?"
    r"|XMLHttpRequest|WebSocket|EventSource)\s{0,2}[.(,]|\bhttp\.client\b|\bfetch\(|\bsendBeacon\(|\bimport wget\b"
    r"|\b(?:curl|wget|Invoke-WebRequest|iwr)\b[\"',]? {0,3}(?:-|https?:|[\"',$])|\b(?:nc|ncat|netcat) -?\w",
)
_RUNS = re.compile(
    r"\b(?:download(?:ed|ing)?|install(?:ed|ing)?|execute[ds]?|sideload)\b[^\n]{0,80}$"
    r"|\bpip3? install\b[^\n]{0,80}$",
    re.IGNORECASE,
)
_PIPED = re.compile(
    r"[^\n]{0,200}\|\s{0,3}(?:sudo )?(?:ba|z|da|k)?sh\b|[^\n]{0,80}\|\s{0,3}(?:sudo )?(?:python|perl|node|ruby)\d?\b"
)
# Where anybody gets an address that takes what is sent there and shows it to him.
_COLLECTORS = frozenset((
    "webhook.site", "requestbin.com", "requestbin.net", "pipedream.net", "hookbin.com", "beeceptor.com", "mockbin.org",
    "requestcatcher.com", "postb.in", "ptsv2.com", "ptsv3.com", "burpcollaborator.net", "oastify.com", "interact.sh",
    "oast.pro", "oast.live", "oast.site", "oast.online", "oast.fun", "oast.me", "dnslog.cn", "ceye.io",
    "canarytokens.com", "ngrok.io", "ngrok.app", "ngrok-free.app", "trycloudflare.com", "loca.lt", "serveo.net",
    "localhost.run", "pastebin.com", "paste.ee", "transfer.sh", "file.io", "0x0.st", "termbin.com", "ix.io",
    "hastebin.com", "discord.com/api/webhooks", "discordapp.com/api/webhooks", "api.telegram.org",
))  # fmt: skip


def find(text: str, known: Collection[str] = frozenset()) -> list[Link]:
    """What of a text would carry data out or hides where it leads, in order.

    `known` are hosts and mail addresses (`addresses.known` of live memory): what is sent there is no news.
    """
    found = [Link("script", *match.span()) for match in _SCRIPT.finditer(text)]
    found += _spelt(text)
    shown = _images_by_label(text)
    for number, one in enumerate(addresses.find(text)):
        kind = next(_kinds(one, text, known, shown), "") if number < MOST else "crowd"
        if kind:
            found.append(Link(kind, one.start, one.end, one.name))
        if number == MOST:
            break
    return sorted(found, key=lambda link: link.start)


def _spelt(text: str) -> Iterator[Link]:
    for match in _SPELT.finditer(text) if "&" in text else ():
        piece = match.group()
        if "&" in piece and (read := addresses.find(html.unescape(piece))) and not addresses.find(piece):
            yield Link("spelt", *match.span(), read[0].name)


def _kinds(one: Address, text: str, known: Collection[str], shown: Collection[str]) -> Iterator[str]:
    """What is wrong with an address, the gravest first; that a host is known excuses no disguise."""
    before, after = text[max(0, one.start - NEAR) : one.start], text[one.end : one.end + NEAR]
    if one.kind == "url" and ("." in one.login or (one.login and one.is_number)):
        yield "hidden_host"
    if _is_odd(one.host):
        yield "odd_host"
    if (label := _label(before)) and not _is_near(label, one.host):
        yield "mislabelled"
    if not one.is_local and not one.is_known(known):
        if one.is_number:
            yield "number"
        if _collects(one):
            yield "collector"
        if _carries(one):
            yield "carries"
        if one.query and (_IMAGE.search(before) or _name(before) in shown):
            yield "image"
        yield from _uses(one, before, after)


def _uses(one: Address, before: str, after: str) -> Iterator[str]:
    """What the words around an address do with it."""
    if _is_sent_to(before, after):
        yield "sends"
    if _is_run(before, after):
        yield "runs"
    if one.kind != "mail" and _CLIENT.search(before):
        yield "program"
    if one.kind == "url" or (one.kind == "host" and not before.endswith("`")):
        yield "new"


def _is_odd(host: str) -> bool:
    """Whether a host is spelt in punycode or looks like another one."""
    return host.startswith("xn--") or ".xn--" in host or any(word.deceives for word in scripts.mixed(host))


def _label(before: str) -> str:
    """The host that a Markdown link shows, where its target is about to begin."""
    match = _LABELLED.search(before) if before.rstrip("<").endswith("(") else None
    return match["host"].lower() if match else ""


def _is_near(label: str, host: str) -> bool:
    """Whether two hosts end in the same domain."""
    return label.split(".")[-2:] == host.split(".")[-2:]


def _collects(one: Address) -> bool:
    labels = one.host.split(".")
    domains = {".".join(labels[at:]) for at in range(len(labels))}
    return any(domain in _COLLECTORS or f"{domain}{one.path[:13]}" in _COLLECTORS for domain in domains)


def _carries(one: Address) -> bool:
    """Slots to be filled in, data that somebody encoded, or a long query."""
    if len(one.query) >= LONG or any(map(_SLOT.search, (one.host, one.path, one.query))):
        return True
    values = re.split(r"[=&;]", one.query)
    return any(map(_is_encoded, values)) or any(map(_spells, one.path.split("/")))


def _is_encoded(value: str) -> bool:
    return bool(_VALUE.fullmatch(value)) and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _spells(segment: str) -> bool:
    """Whether a part of a path is base64 or hexadecimal of readable text."""
    if not re.fullmatch(r"[A-Za-z\d+_=-]{16,2000}", segment):
        return False
    readings = [*islice(encodings.from_base64(segment), 1), *encodings.from_hex(segment)]
    return any(said.isascii() and said.isprintable() for said in readings)


def _images_by_label(text: str) -> frozenset[str]:
    """The labels of links that images use."""
    if "![" not in text:
        return frozenset()
    return frozenset((match["label"] or match["alt"]).casefold() for match in _IMAGE_LABEL.finditer(text))


def _name(before: str) -> str | None:
    """The label whose address is about to be defined."""
    match = _DEFINED.search(before)
    return match["label"].casefold() if match else None


def _is_sent_to(before: str, after: str) -> bool:
    said = _SENTENCE.split(before)[-1]
    if to := _TO.search(said):
        return bool(_SENDS.search(said, 0, to.start()))
    return bool(_COPIES.search(said) or (_ADDS.search(said) and _AS_RECIPIENT.match(after)))


def _is_run(before: str, after: str) -> bool:
    return bool(_RUNS.search(_SENTENCE.split(before)[-1])) or bool(_PIPED.match(after))
