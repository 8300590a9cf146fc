"""Whether a value could be a secret at all, or only stands in the place of one."""

from __future__ import annotations

import re

LOOKED_AT = 100  # letters of a long value
LEAST_DIFFERENT = 7  # letters of a random value
_PLACEHOLDER = re.compile(
    r"(?i)example|placeholder|change[_-]?me|redacted|dummy|sample|your[_-]|my[_-]?(?:secret|token|key|api)"
    r"|^(?:password|passwd|passphrase|secret|pass|pwd|token|null|none|true|false|undefined|string|\*+)$"
    r"|\$\{|\{\{|%\(|^[<{\[].*[>}\]]$|^\$\w+$|^%\w+%$|\.\.\.|…|•|\*{3}"
)
_RUN = re.compile(r"(.)\1{5}|(.{2,8}?)\2{3}")
_UUID = re.compile(r"(?i)[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}")
# What code and prose write where a secret could stand: calls, paths, names with dots, versions, measures, key names.
_NAMED = re.compile(
    r"(?i)[(){}<>\[]|^[\w-]+(?:\.[a-z_][\w-]*)+$|^\.{0,2}/|^~/|^[a-z]:\\|^(?:https?|file|s3|gs|env|vault|op|arn|urn):|\$"
    r"|^\d+-?(?:char|digit|letter|word|bit|byte|step|day|week|month|year|hour|minute|min|factor|time)"
    r"|^(?:base|sha|md|utf|aes|rsa|ed|x|rc|argon|bcrypt|oauth|pbkdf|v|http|mp|h|es|hs|rs|log4|i1|k)-?\d[\w.]{0,4}(?:-|$)"
    r"|^[a-z]+(?:[-_][a-z]+)*[-_:]v?\d+(?:\.\d[\w.]*)+$|^[\d.,:/%+-]+$|:latest$"
)
_KEY_NAME = re.compile(r"^[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+$")


def is_real(value: str) -> bool:
    """Not a sign for a secret that is left out."""
    start = value[:LOOKED_AT]
    return not (_PLACEHOLDER.search(start) or _RUN.search(start))


def is_random(value: str) -> bool:
    """What a machine made: letters that differ, with digits among them or in both cases."""
    return is_real(value) and len(set(value)) >= LEAST_DIFFERENT and (_has_digit(value) or _has_both_cases(value))


def is_made(value: str) -> bool:
    """What a machine made and gave no prefix: letters and digits both, and neither a name nor an identifier."""
    return (
        is_random(value)
        and sum(map(str.isdigit, value)) >= 2
        and any(map(str.isalpha, value))
        and not _UUID.fullmatch(value)
        and not is_named(value)
    )


def is_thought_up(value: str) -> bool:
    """A password as people make them: letters with digits or signs, as no word is spelt."""
    value = value.strip("*_.!?():#")
    has_letters = any(map(str.isalpha, value))
    signs = sum(not one.isalnum() for one in value if one not in "-_.,:'’/+&")
    odd = signs or (_has_digit(value) and len(value) >= 6)
    return bool(has_letters and odd and is_real(value) and not is_named(value) and not _UUID.fullmatch(value))


def is_named(value: str) -> bool:
    """A name, a path, an address, a call or a measure."""
    return bool(_NAMED.search(value[:LOOKED_AT]) or _KEY_NAME.match(value))


def _has_digit(value: str) -> bool:
    return any(map(str.isdigit, value))


def _has_both_cases(value: str) -> bool:
    return any(map(str.isupper, value)) and any(map(str.islower, value))
