"""What tells of one person: addresses, numbers and accounts that have a shape. Names are not looked for.

Numbers have to prove themselves by their sum, or by the words before them; addresses that no person has (an example's,
a machine's own network) are left out.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator

from agents.text import national_ids
from agents.text.checksums import luhn, mod97
from agents.text.detectors import Found, Text, together

MAIL, PHONE, CARD, IBAN, IP = "mail address", "phone number", "card number", "IBAN", "IP address"
URL, BIRTH, DOCUMENT = "address of a person's page", "date of birth", "document number"
BEFORE = 50  # letters in which words say what a number is
_EXAMPLES = ("example", "invalid", "localhost", "test", "domain", "yourdomain", "yourcompany", "email")
_NOBODY = re.compile(
    r"(?i)^(?:no-?reply|do-?not-?reply|noreply.*|git|root|postmaster|mailer-daemon|user(?:name)?|name|email"
    r"|you|foo|.*example.*)$"
)
_MAIL = re.compile(
    r"(?<![\w.+%/-])(?P<name>[^\W_][\w.+%'-]{0,63})@(?P<host>(?:[^\W_]"
    r"(?:[\w-]{0,61}[^\W_])?\.){1,6}[A-Za-z]{2,24})(?![\w@]|-\w|\.[A-Za-z]{2})"
)
_LOGIN = re.compile(r"://\S*:$")  # what stands before the @ of an address with a password
_FILES = ("py", "md", "js", "json", "ts", "txt", "yml", "yaml", "html", "png", "svg", "toml", "sh", "local", "service")

_PHONE = re.compile(
    r"(?<![\w@#/.=&+(-])\+?(?:\(\+?\d{1,5}\)[ .-]?)?\d{1,15}"
    r"(?:(?:[ .\u00a0-]?\(\d{0,4}\)[ .-]?|[ .\u00a0-])\d{1,11}){0,6}(?![\w@/]|[.,:-]\d)"
)
_PHONE_WORDS = re.compile(
    r"\b(?:tele|mobile ?|cell ?)?phones?\b|\btel\b|\bmobile\b|\bcell\b|\bcall(?:ing|ed)?\b|\bfax\b|whatsapp"
    r"|\bsms\b|\btext me\b"
    r"|\bdial\b|hotline|\btelefon|\bhandy|contact (?:no|num)|\bring\b"
)
_NOT_PHONE = re.compile(
    r"\b(?:order|invoice|ticket|tracking|account|card|isbn|issue|port|version|reservation|ref|id|iban|date"
    r"|born|zip|postal)\W{0,3}(?:number|no\.?|code|is|of birth|#)?\W{0,4}$"
)
_NATIONAL = re.compile(
    r"\(\d{2,5}\)[ .-]?\d{2,4}(?:[ .-]?\d{2,5}){1,3}|0\d{1,4}(?P<sign>[ .-])\d{2,4}(?:(?P=sign)\d{2,4}){1,4}"
    r"|\d{3}(?P<us>[ .-])\d{3}(?P=us)\d{4}"
    r"|1[ .-]\d{3}[ .-]\d{3}[ .-]\d{4}"
)
_DAY = re.compile(
    r"(?:19|20)\d\d[.-](?:0?[1-9]|1[0-2])[.-](?:0?[1-9]|[12]\d|3[01])\b|(?:0?[1-9]|[12]\d|3[01])[.-](?:0?[1-9]"
    r"|1[0-2])[.-](?:19|20)\d\d\b"
)

_CARD = re.compile(
    r"(?<![\w.+-])\d{12,19}(?![\w-]|\.\d)|(?<![\w.+-])\d{4}(?P<sign>[ -])\d{4,6}(?:(?P=sign)\d{2,7}){1,3}(?![\w-]|\.\d)"
)
_CARD_WORDS = re.compile(r"card|credit|debit|visa|master|maestro|amex|american express|jcb|diners|\bcc\b|\bpan\b")
_ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"6011|64[4-9]|65|62|60|81|82"), (16, 17, 18, 19)),
    (re.compile(r"30[0-5]|309|36|38|39"), (14, 16, 19)),
    (re.compile(r"35(?:2[89]|[3-8])"), (16, 17, 18, 19)),
    (re.compile(r"1800|2131"), (15,)),
    (re.compile(r"220[0-4]"), (16, 17, 18, 19)),
)

_IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24,
    "XK": 20,
}  # fmt: skip
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}")
_IBAN_BODY = re.compile(r"[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){14,33}")

_IPV4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{4,40}(?![\w:])")
_VERSION = re.compile(r"(?i)(?:version|release|build|\bv|[=<>~^]=?)\s{0,2}$")
_EVERYBODYS = frozenset(("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "1.2.3.4"))

_PERSONS_URL = re.compile(
    r"(?i)(?:https?://|(?<![\w.@/]))(?:[a-z]{2,3}\.|www\.)?(?:"
    r"linkedin\.com/(?:in|pub)/|xing\.com/profile/|(?:facebook|instagram|twitter|tiktok|threads)\.(?:com"
    r"|net)/@?(?!(?:pages|groups|events|p|explore|share|sharer|intent|search|hashtag|i|home|login|help|watch"
    r"|reel|tr)\b)"
    r"|x\.com/(?!(?:i|home|search|intent|share|hashtag)\b)|t\.me/|wa\.me/|orcid\.org/|keybase\.io/|about\.me/"
    r"|venmo\.com/u?/?|paypal\.me/|calendly\.com/"
    r"|[\w.-]{3,80}/~)[\w.%@+-]{2,60}"
)
_OWN_URL = re.compile(
    r"(?i)\b(?:my|his|her|their)\s(?:own\s|personal\s|private\s)?(?:web ?site|web ?page|home ?page|blog"
    r"|portfolio|profile|site)\s?(?:\sis|\sat|:)\s"
    r"(?:at\s)?(?P<value>(?:https?://|www\.)[^\s<>\"']{4,200})"
)
_QUERY = re.compile(
    r"(?i)https?://[^\s\"'<>]{3,200}?[?&](?:e-?mail|user_?name|first_?name|last_?name|phone|ssn)="
    r"(?P<value>[^\s&#\"'<>]{3,100})"
)
_BIRTH = re.compile(
    r"(?i)(?:\bborn(?: on)?|\bd\.?o\.?b\.?|\bbirth ?(?:day|date)|\bdate of birth|\bgeburtsdatum|\bgeboren"
    r"(?: am)?)(?:\sis|\swas)?\s?[:=]?\s{0,2}"
    r"(?P<value>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}(?:st|nd|rd|th|\.)? [A-Z][a-z]{2,8},? \d{4}"
    r"|[A-Z][a-z]{2,8} \d{1,2},? \d{4})(?!\d)"
)
_DOCUMENT = re.compile(
    r"(?i)\b(?:passport|driv(?:er['’]?s?|ing) licen[cs]e|reisepass|personalausweis|id card|visa)(?: (?:number"
    r"|no\.?|nr\.?|#))?(?:\sis|\swas)?\s?[:#]?\s{0,2}"
    r"(?P<value>(?=[A-Z]{0,8}\d)(?-i:[A-Z0-9]){6,16})(?![\w-])"
)
_DIGITS = re.compile(r"\D")


def find(text: str) -> Iterator[Found]:
    """Personal data in the order of the text; what overlaps is one, called by the kind that proves itself best."""
    known = Text.of(text)
    found: list[Found] = []
    if "@" in text:
        found += _mails(text)
    if any(map(str.isdigit, text)):
        found += [*_ibans(text), *_cards(known), *national_ids.find(known), *_addresses(text)]
        found += _told(text, BIRTH, _BIRTH, ("born", "birth", "dob", "d.o.b", "gebor", "geburt"), known)
        found += _told(text, DOCUMENT, _DOCUMENT, ("passport", "licen", "pass", "ausweis", "id card", "visa"), known)
        taken = {place for one in found for place in range(one.start, one.end)}
        found += [one for one in _phones(known) if taken.isdisjoint(range(one.start, one.end))]
    if "/" in text or "www." in text:
        found += _pages(text, known)
    yield from together(found)


def _told(text: str, name: str, pattern: re.Pattern[str], pieces: Iterable[str], known: Text) -> Iterator[Found]:
    if any(piece in known.small for piece in pieces):
        for match in pattern.finditer(text):
            yield Found(name, *match.span("value"))


def _mails(text: str) -> Iterator[Found]:
    for match in _MAIL.finditer(text):
        host = match["host"].lower()
        labels = host.split(".")
        if labels[-1] in _FILES or labels[-1] in _EXAMPLES or labels[-2] in _EXAMPLES or _NOBODY.match(match["name"]):
            continue
        if not _LOGIN.search(text, max(0, match.start() - BEFORE), match.start()):
            yield Found(MAIL, *match.span())


def _ibans(text: str) -> Iterator[Found]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTH.get(match.group()[:2].upper())
        if length is None:
            continue
        window = _IBAN_BODY.match(text, match.start())
        places = [place for place in range(*window.span()) if text[place] not in " -"][:length] if window else []
        if len(places) == length and mod97("".join(text[place] for place in places).upper()):
            yield Found(IBAN, places[0], places[-1] + 1)


def _cards(text: Text) -> Iterator[Found]:
    for match in _CARD.finditer(text.plain):
        digits = _DIGITS.sub("", match.group())
        if not 12 <= len(digits) <= 19 or len(set(digits)) < 2 or not luhn(digits):
            continue
        issued = any(len(digits) in lengths and start.match(digits) for start, lengths in _ISSUERS)
        near = text.small[max(0, match.start() - BEFORE) : match.end() + BEFORE]
        if issued or (digits[0] in "23456" and _CARD_WORDS.search(near)):
            yield Found(CARD, *match.span())


def _addresses(text: str) -> Iterator[Found]:
    """IP addresses that somebody may be reached at: none of a private network, of examples, or that all know."""
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 12) : match.start()]
            if _is_somebodys(match.group()) and not _VERSION.search(before):
                yield Found(IP, *match.span())


def _is_somebodys(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global and address not in _EVERYBODYS
    except ValueError:
        return False


def _phones(text: Text) -> Iterator[Found]:
    for match in _PHONE.finditer(text.plain):
        number = match.group()
        digits = len(_DIGITS.sub("", number))
        before = text.small[max(0, match.start() - BEFORE) : match.start()]
        if not 7 <= digits <= 15 or _DAY.search(number) or _NOT_PHONE.search(before):
            continue
        is_abroad = number[0] == "+" and digits >= 8
        is_national = digits >= 8 and _NATIONAL.fullmatch(number)
        if is_abroad or is_national or _PHONE_WORDS.search(before):
            yield Found(PHONE, *match.span())


def _pages(text: str, known: Text) -> Iterator[Found]:
    for match in _PERSONS_URL.finditer(text):
        yield Found(URL, *match.span())
    yield from _told(text, URL, _OWN_URL, ("site", "page", "blog", "portfolio", "profile"), known)
    yield from _told(text, URL, _QUERY, ("?", "&"), known)
