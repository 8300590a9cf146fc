"""The sums by which numbers of people, cards and accounts prove that they were not just typed.

Each takes digits (or letters) without spaces or signs.
"""

from __future__ import annotations

from collections.abc import Sequence

_LETTERS = {letter: str(ord(letter) - 55) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_TIMES = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_SHIFTED = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: every second digit from the right doubled."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        double = digit * 2 if place % 2 else digit
        total += double - 9 if double > 9 else double
    return total % 10 == 0


def mod97(account: str) -> bool:
    """ISO 13616, of an IBAN: the first four behind the rest, letters as numbers, leaves 1."""
    turned = account[4:] + account[:4]
    return int("".join(_LETTERS.get(one, one) for one in turned)) % 97 == 1


def verhoeff(digits: str) -> bool:
    """Verhoeff's sum over the dihedral group, as Aadhaar numbers end with it."""
    check = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        check = int(_TIMES[check][int(_SHIFTED[place % 8][digit])])
    return check == 0


def iso7064_11_10(digits: str) -> bool:
    """ISO 7064, modulus 11,10: of German tax numbers and Croatian personal ones."""
    rest = 10
    for digit in map(int, digits[:-1]):
        rest = ((rest + digit) % 10 or 10) * 2 % 11
    return (11 - rest) % 10 == int(digits[-1])


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of the digits times their weights; digits beyond the weights do not count."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
