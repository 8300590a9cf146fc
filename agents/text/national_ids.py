"""Numbers that states give to people, by the shape and the sum that each state publishes.

A number whose sum lets one in ten through is only believed where it is written as people write it, or where words near
it say what it is; one that holds a date of birth or a letter that fits is believed anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from agents.text.checksums import iso7064_11_10, luhn, verhoeff, weighted
from agents.text.detectors import Found, Text

BEFORE = 60  # letters in which words say what a number is
SIGNS = str.maketrans("", "", " .-/‐–\u00a0")
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FISCAL_MONTHS = "ABCDEHLMPRST"
_FISCAL_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21) * 2 + (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)
_ANY = (
    r"national (?:id|ident|number)|identity (?:number|card|document|no)|\bid (?:number|card|no\b|nr)|personal "
    r"(?:id|code|num)"
    r"|citizen|social (?:security|insurance)|tax(?:payer)? ?(?:id|no|num|file)|insurance (?:number|no)|resident"
)


@dataclass(frozen=True, slots=True)
class NationalId:
    """`sure` is how it has to be written where no word tells what it is; None where the words are always needed."""

    name: str
    pattern: re.Pattern[str]
    accepts: Callable[[str], bool]
    words: re.Pattern[str]
    sure: re.Pattern[str] | None

    def at(self, text: Text, place: int) -> Found | None:
        match = self.pattern.match(text.plain, place)
        if match is None or not self.accepts(match.group().translate(SIGNS).upper()):
            return None
        is_sure = self.sure is not None and self.sure.fullmatch(match.group())
        if is_sure or self.words.search(text.small, max(0, place - BEFORE), min(place, len(text.small))):
            return Found(self.name, *match.span())
        return None


def _id(name: str, shape: str, accepts: Callable[[str], bool], words: str, sure: str | None = None) -> NationalId:
    """`sure` "" stands for the whole shape."""
    return NationalId(
        name,
        re.compile(rf"{shape}(?![\w]|[.,-]\d)"),
        accepts,
        re.compile(rf"{words}|{_ANY}" if words else _ANY),
        re.compile(sure or shape) if sure is not None else None,
    )


def find(text: Text) -> Iterator[Found]:
    """The numbers at each place where one may begin."""
    for start in _STARTS.finditer(text.plain):
        for kind in ALL:
            found = kind.at(text, start.start())
            if found is not None:
                yield found
                break


def is_day(year: int, month: int, day: int) -> bool:
    """Whether somebody may have been born on that day."""
    try:
        return date(year, month, day) >= date(1880, 1, 1)
    except ValueError:
        return False


def _is_short_day(text: str, order: str = "ymd") -> bool:
    """Whether six digits are a day of some century; leap days of either."""
    parts = dict(zip(order, (int(text[0:2]), int(text[2:4]), int(text[4:6])), strict=True))
    return any(is_day(century + parts["y"], parts["m"], parts["d"]) for century in (1900, 2000))


def _ssn(text: str) -> bool:
    return text[:3] not in ("000", "666") and text[0] != "9" and text[3:5] != "00" and text[5:] != "0000"


def _nino(text: str) -> bool:
    return text[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def _nhs(text: str) -> bool:
    return len(set(text)) > 1 and (11 - weighted(text, range(10, 1, -1)) % 11) % 11 == int(text[9])


def _bsn(text: str) -> bool:
    text = text.zfill(9)
    return int(text) > 0 and (weighted(text, range(9, 1, -1)) - int(text[8])) % 11 == 0


def _steuer_id(text: str) -> bool:
    counts = sorted(map(text[:10].count, set(text[:10])))
    return text[0] != "0" and counts[-1] in (2, 3) and len(counts) in (8, 9) and iso7064_11_10(text)


def _insee(text: str) -> bool:
    number = text[:13].replace("2A", "19").replace("2B", "18")
    month = int(text[3:5])
    return (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and 97 - int(number) % 97 == int(text[13:])


def _cpf(text: str) -> bool:
    if len(set(text)) == 1:
        return False
    first = weighted(text, range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(text, range(11, 1, -1)) * 10 % 11 % 10
    return text[9:] == f"{first}{second}"


def _aadhaar(text: str) -> bool:
    return text[0] not in "01" and len(set(text)) > 2 and verhoeff(text)


def _pesel(text: str) -> bool:
    century, month = divmod(int(text[2:4]), 20)
    year = {4: 1800, 0: 1900, 1: 2000, 2: 2100, 3: 2200}[century] + int(text[:2])
    sums = weighted(text, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
    return sums and is_day(year, month, int(text[4:6]))


def _dni(text: str) -> bool:
    number = text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return _DNI[int(number) % 23] == text[-1]


def _fiscal(text: str) -> bool:
    day = int(text[9:11].translate(str.maketrans("LMNPQRSTUV", "0123456789")))
    odd = sum(_FISCAL_ODD[one] for one in text[:15:2])
    even = sum(int(one) if one.isdigit() else ord(one) - 65 for one in text[1:15:2])
    return (1 <= day <= 31 or 41 <= day <= 71) and chr((odd + even) % 26 + 65) == text[15]


def _personnummer(text: str) -> bool:
    text = text.replace("+", "")[-10:]
    day = int(text[4:6])
    return _is_short_day(text[:4] + f"{day - 60 if day > 60 else day:02}") and luhn(text)


def _hetu(text: str) -> bool:
    return _is_short_day(text[:6], "dmy") and _HETU[int(text[:6] + text[-4:-1]) % 31] == text[-1]


def _fodselsnummer(text: str) -> bool:
    day = int(text[:2])
    first = weighted(text, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
    second = weighted(text, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    return first and second and _is_short_day(f"{day - 40 if day > 40 else day:02}{text[2:6]}", "dmy")


def _cpr(text: str) -> bool:
    return _is_short_day(text[:6], "dmy")


def _rijksregister(text: str) -> bool:
    rest = int(text[9:])
    sums = rest in (97 - int(text[:9]) % 97, 97 - int("2" + text[:9]) % 97)
    return sums and int(text[2:4]) % 20 <= 12 and int(text[4:6]) <= 31


def _ahv(text: str) -> bool:
    return (10 - weighted(text, (1, 3) * 6) % 10) % 10 == int(text[12])


def _pps(text: str) -> bool:
    extra = (ord(text[8]) - 64) * 9 if len(text) == 9 and text[8] not in "WTX" else 0
    return "WABCDEFGHIJKLMNOPQRSTUV"[(weighted(text[:7], range(8, 1, -1)) + extra) % 23] == text[7]


def _nif(text: str) -> bool:
    rest = weighted(text[:8], range(9, 1, -1)) % 11
    return text[0] in "1235689" and int(text[8]) == (0 if rest < 2 else 11 - rest)


def _rodne_cislo(text: str) -> bool:
    month = int(text[2:4]) % 50 % 20 if int(text[2:4]) % 50 > 12 else int(text[2:4]) % 50
    return int(text) % 11 == 0 and _is_short_day(f"{text[:2]}{month:02}{text[4:6]}")


def _cnp(text: str) -> bool:
    check = weighted(text, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return _is_short_day(text[1:7]) and int(text[12]) == (1 if check == 10 else check)


def _egn(text: str) -> bool:
    month = int(text[2:4]) % 20
    check = weighted(text, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return _is_short_day(f"{text[:2]}{month:02}{text[4:6]}") and check == int(text[9])


def _isikukood(text: str) -> bool:
    check = weighted(text, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(text, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return _is_short_day(text[1:7]) and check == int(text[10])


def _tckn(text: str) -> bool:
    digits = list(map(int, text))
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return digits[0] > 0 and digits[9] == tenth and sum(digits[:10]) % 10 == digits[10]


def _amka(text: str) -> bool:
    return _is_short_day(text[:6], "dmy") and luhn(text)


def _chinese(text: str) -> bool:
    year, month, day = int(text[6:10]), int(text[10:12]), int(text[12:14])
    check = weighted(text[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return is_day(year, month, day) and "10X98765432"[check] == text[17]


def _rrn(text: str) -> bool:
    check = (11 - weighted(text, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return _is_short_day(text[:6]) and check == int(text[12])


def _nric(text: str) -> bool:
    total = weighted(text[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(text[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "KLJNPQRTUWX"}.get(text[0], "XWUTRQPNMLK")
    return letters[10 - total % 11 if text[0] == "M" else total % 11] == text[8]


def _taiwanese(text: str) -> bool:
    number = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(text[0]) + 10
    return (number // 10 + number % 10 * 9 + weighted(text[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def _hkid(text: str) -> bool:
    head, digits = text[:-9], text[-9:].replace("(", "").replace(")", "")
    first, second = ([36] + [ord(one) - 55 for one in head])[-2:]
    check = 10 if digits[6] == "A" else int(digits[6])
    return (first * 9 + second * 8 + weighted(digits[:6], (7, 6, 5, 4, 3, 2)) + check) % 11 == 0


def _south_african(text: str) -> bool:
    return _is_short_day(text[:6]) and text[10] in "01" and luhn(text)


def _sin(text: str) -> bool:
    return text[0] not in "08" and luhn(text)


def _tfn(text: str) -> bool:
    return weighted(text, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def _teudat_zehut(text: str) -> bool:
    return luhn(text) and len(set(text)) > 2


def _rut(text: str) -> bool:
    body = text[:-1][::-1]
    return "0123456789K0"[11 - weighted(body, (2, 3, 4, 5, 6, 7, 2, 3)) % 11] == text[-1]


def _curp(text: str) -> bool:
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(alphabet.index(one) * (18 - place) for place, one in enumerate(text[:17]))
    return _is_short_day(text[4:10]) and str((10 - total % 10) % 10) == text[17]


def _always(_text: str) -> bool:
    return True


_STARTS = re.compile(
    r"(?<!\w)(?<!\d[.,-])(?=\d[\dA-Z .-]{5}|[A-Z]{1,2} ?\d{2}|[XYZ]-?\d{3}|[A-Z]{4}\d\d|[A-Z]{5}\d{4}"
    r"|[A-Z]{6}[\dL-V]{2}|[a-z]{6}\d\d[a-z])"
)
_BELGIAN = "rijksregister|belg|registre|niss|insz"
ALL = (
    _id("codice fiscale", r"(?i:[A-Z]{6}[\dL-V]{2}[ABCDEHLMPRST][\dL-V]{2}[A-Z][\dL-V]{3}[A-Z])", _fiscal, "", ""),
    _id("CURP", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d", _curp, "", ""),
    _id("Chinese resident number", r"[1-8]\d{16}[\dX]", _chinese, "", ""),
    _id("INSEE number", r"[12] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", _insee, "", ""),
    _id("CNP", r"[1-8]\d{12}", _cnp, r"\bcnp\b|cod numeric", None),
    _id("resident registration number", r"\d{6}-?\d{7}", _rrn, "rrn|registration", r".*-.*"),
    _id("South African id", r"\d{6} ?\d{4} ?[01]\d{2}", _south_african, "south africa|rsa id", r".* .*"),
    _id("AHV number", r"756\.?\d{4}\.?\d{4}\.?\d\d", _ahv, "", ""),
    _id("CPF", r"\d{3}\.?\d{3}\.?\d{3}-?\d\d", _cpf, "cpf|cadastro", r".*\..*"),
    _id("rijksregister number", r"\d\d\.?\d\d\.?\d\d[- ]?\d{3}[. ]?\d\d", _rijksregister, _BELGIAN, r".*\..*"),
    _id("fødselsnummer", r"\d{6} ?\d{5}", _fodselsnummer, "", ""),
    _id("PESEL", r"\d{11}", _pesel, "", ""),
    _id("isikukood", r"[1-8]\d{10}", _isikukood, "", ""),
    _id("T.C. kimlik", r"[1-9]\d{10}", _tckn, "", ""),
    _id("AMKA", r"\d{11}", _amka, "amka|α\\.?μ\\.?κ\\.?α", None),
    _id("Steuer-ID", r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", _steuer_id, "steuer|idnr|tin\\b", r"\d\d \d{3} \d{3} \d{3}"),
    _id("OIB", r"\d{11}", iso7064_11_10, "oib", None),
    _id("Aadhaar", r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", _aadhaar, "aadhaa?r|uidai|uid\\b", r"\d{4} \d{4} \d{4}"),
    _id("personnummer", r"(?:19|20)?\d{6}[-+]?\d{4}", _personnummer, "personn", r".*[-+].*|(?:19|20)\d{10}"),
    _id("CPR number", r"\d{6}-?\d{4}", _cpr, "cpr|personnummer|dansk|danish", None),
    _id("rodné číslo", r"\d{6}/?\d{4}", _rodne_cislo, "rodn|birth number", r".*/.*"),
    _id("EGN", r"\d{10}", _egn, "egn|егн", None),
    _id("NHS number", r"\d{3}[ -]?\d{3}[ -]?\d{4}", _nhs, "nhs", None),
    _id("SSN", r"\d{3}-\d{2}-\d{4}", _ssn, "", ""),
    _id("SSN", r"\d{3} ?\d{2} ?\d{4}", _ssn, "ssn|social", None),
    _id("HETU", r"\d{6}[-+ABCDEFYXWVU]\d{3}[\dA-Y]", _hetu, "", ""),
    _id("DNI", r"\d{8}[- ]?[A-Z]", _dni, "", r"\d{8}-?[A-Z]"),
    _id("NIE", r"[XYZ][- ]?\d{7}[- ]?[A-Z]", _dni, "", ""),
    _id("PPS number", r"\d{7}[A-W][A-IWTX]?", _pps, "", ""),
    _id("NINO", r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]", _nino, "", ""),
    _id("NRIC", r"[STFGM]\d{7}[A-Z]", _nric, "", ""),
    _id("Taiwanese id", r"[A-Z][1289]\d{8}", _taiwanese, "taiwan|身分證", None),
    _id("HKID", r"[A-Z]{1,2}\d{6}\([\dA]\)", _hkid, "", ""),
    _id("PAN", r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]", _always, r"\bpan\b", None),
    _id("RUT", r"\d{1,2}\.?\d{3}\.?\d{3}-[\dkK]", _rut, r"\brut\b|\brun\b", r".*\..*"),
    _id("BSN", r"\d{9}|\d{4}\.\d{2}\.\d{3}", _bsn, "bsn|burgerservice|sofi", r".*\..*"),
    _id("NIF", r"\d{3} ?\d{3} ?\d{3}", _nif, r"\bnif\b|contribuinte", None),
    _id("SIN", r"\d{3}[ -]?\d{3}[ -]?\d{3}", _sin, r"\bsin\b", None),
    _id("TFN", r"\d{3} ?\d{3} ?\d{3}", _tfn, r"\btfn\b", None),
    _id("Israeli id", r"\d{9}", _teudat_zehut, "teudat|israel", None),
)  # fmt: skip
