"""Dates, times, money and numbers with units, each in one spelling so that equal values compare equal."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_UNITS = {
    "second": ("s", "sec", "secs", "second", "seconds"),
    "millisecond": ("ms", "millisecond", "milliseconds"),
    "minute": ("min", "mins", "minute", "minutes"),
    "hour": ("h", "hr", "hrs", "hour", "hours"),
    "day": ("d", "day", "days"),
    "business day": ("business day", "business days", "working day", "working days"),
    "week": ("week", "weeks", "wk", "wks"),
    "month": ("month", "months"),
    "year": ("year", "years", "yr", "yrs"),
    "percent": ("%", "percent", "per cent"),
    **{unit.lower(): (unit.lower(),) for unit in ("B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB")},
    **{unit: (unit,) for unit in ("km", "cm", "mm", "kg", "px", "hz", "khz", "mhz", "ghz", "rpm", "qps", "rps")},
}
_UNIT_OF = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_LARGER = {"second": (60, "minute"), "minute": (60, "hour"), "hour": (24, "day")}
_CURRENCY = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₹": "inr"}
_CODES = r"usd|eur|gbp|jpy|inr|chf|dollars?|euros?|pounds?"
_CODE_OF = {"dollar": "usd", "dollars": "usd", "euro": "eur", "euros": "eur", "pound": "gbp", "pounds": "gbp"}
_AMOUNT = r"\d++(?:[,.]\d++)*+"
_SPELT = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS = {word: str(number) for number, word in enumerate(_SPELT)}

_PATTERN = re.compile(
    rf"""
    (?<![\w./-])(?:
    (?P<date>(?P<y>\d{{4}})[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}})(?=\b|T)
      | (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\.?\s{{1,3}}(?:of\s)?(?P<m2>{_MONTH})(?:,?\s{{1,3}}(?P<y2>\d{{4}})\b)?
      | (?P<m3>{_MONTH})\s{{1,3}}(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s{{1,3}}(?P<y3>\d{{4}})\b)?
      | (?P<m4>{_MONTH}),?\s{{1,3}}(?P<y4>\d{{4}})\b
      | (?P<d5>\d{{1,2}})\.(?P<m5>\d{{1,2}})\.(?P<y5>\d{{4}})\b
      | (?P<slashed>\d{{1,2}}/\d{{1,2}}/\d{{4}})\b)
  | (?P<time>(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?P<second>:\d{{2}})?(?:\s?(?P<half>[ap])\.?m\b)?
      | (?P<hour2>\d{{1,2}})\s?(?P<half2>[ap])\.?m\b)
  | (?P<money>(?P<sign>[$€£¥₹])\s?(?P<sum>{_AMOUNT})\s?(?P<scale>k|m|bn|million|billion|thousand)?\b
      | (?P<sum2>{_AMOUNT})\s?(?:(?P<sign2>[$€£¥₹])|(?P<code>{_CODES})\b))
  | (?P<number>(?P<amount>[-+]?{_AMOUNT})(?:[\s-]?(?P<unit>{_UNIT})(?!\w))?(?![\w]|[./:-]\w)))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_STAMPED = re.compile(r"T(?P<hour>\d{2}):(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """[start, end) of the text; `value` in the one spelling: 2026-11-03, --11-03, 15:30, usd 5000, 30 day."""

    kind: str  # date, time, money, number
    value: str
    start: int
    end: int


def find(text: str) -> list[Quantity]:
    """The quantities of a text, in order, without overlap."""
    found: list[Quantity] = []
    for match in _PATTERN.finditer(text) if _DIGIT.search(text) else ():
        kind = next(name for name in ("date", "time", "money", "number") if match[name] is not None)
        value = _READERS[kind](match)
        if value:
            found.append(Quantity(kind, value, match.start(), match.end()))
        if kind == "date" and (clock := _STAMPED.match(text, match.end())):
            found.append(Quantity("time", f"{clock['hour']}:{clock['minute']}", clock.start(), clock.end()))
    return found


def _date(match: re.Match[str]) -> str:
    if match["slashed"]:
        return match["slashed"]  # the day or the month may stand first: not ours to guess
    year, month, day = (
        next((part for part in map(match.__getitem__, names) if part), "")
        for names in (("y", "y2", "y3", "y4", "y5"), ("m", "m2", "m3", "m4", "m5"), ("d", "d2", "d3", "d5"))
    )
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    if not 1 <= number <= 12 or (day and not 1 <= int(day) <= 31):
        return ""
    return f"{year or '-'}-{number:02}" + (f"-{int(day):02}" if day else "")


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"] or match["hour2"]), match["minute"] or "00"
    half = (match["half"] or match["half2"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute}{match['second'] or ''}" if hour < 25 and int(minute) < 60 else ""


def _money(match: re.Match[str]) -> str:
    sign, code = match["sign"] or match["sign2"], (match["code"] or "").lower()
    scale = {"k": "000", "t": "000", "m": "000000", "b": "000000000"}.get((match["scale"] or " ")[0].lower(), "")
    amount = plain(match["sum"] or match["sum2"])
    if scale and "." in amount:
        whole, part = amount.split(".")
        amount, scale = plain(whole + part[: len(scale)]), scale[len(part) :]
    return f"{_CURRENCY.get(sign) or _CODE_OF.get(code, code)} {amount}{scale}"


def _number(match: re.Match[str]) -> str:
    unit = _UNIT_OF.get((match["unit"] or "").lower(), "")
    return _reduced(plain(match["amount"]), unit)


def plain(amount: str) -> str:
    """A number without group signs and idle zeros: 1,000.50 is 1000.5."""
    amount = re.sub(r",(?=\d{3}(?!\d))", "", amount.lstrip("+"))
    if re.fullmatch(r"-?\d+\.\d+", amount):
        amount = amount.rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0+(?=\d)", r"\1", amount)


def _reduced(amount: str, unit: str) -> str:
    """Whole hours are not minutes, and weeks are days: 48 h and 2 days are one value."""
    if unit == "week" and amount.isdigit() and len(amount) < 10:
        return f"{int(amount) * 7} day"
    while unit in _LARGER and amount.isdigit() and len(amount) < 10:
        size, larger = _LARGER[unit]
        if int(amount) == 0 or int(amount) % size:
            break
        amount, unit = str(int(amount) // size), larger
    return f"{amount} {unit}".rstrip()


_READERS = {"date": _date, "time": _time, "money": _money, "number": _number}


def as_written(value: str, *texts: str) -> str:
    """A value whose quantities stand as these texts write them: "48 hours" for "2 day", "350 euros" for "eur 350"."""
    for text in texts:
        for one in find(text):
            own = re.search(rf"(?<!\S){re.escape(one.value)}(?!\S)", value)
            if own:
                return f"{value[: own.start()]}{text[one.start : one.end]}{value[own.end() :]}"
    return value
