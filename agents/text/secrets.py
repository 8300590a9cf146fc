"""Credentials in a text: tokens of a known shape, and what a name or a sentence says to be a password.

Nothing is guessed from how random a string looks alone: the identifiers of commits and things look random, too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from agents.text import secret_tokens, secret_words
from agents.text.detectors import Found, Text, together

MASK = "…"
DOT = "•"
MOST_SHOWN = 4  # letters of a secret, and never more than a quarter of it
DETECTORS = secret_tokens.DETECTORS + secret_words.DETECTORS
# No token stands in a text without a long piece, and no detector finds anything in one that has none of these words
# either. Most lines that are drawn have neither.
_LONG = re.compile(r"\S{14}")
_WORDS = (
    "pass", "pwd", "secret", "token", "key", "://", "login", "creden", "curl", "wget", " pin", "code", "account",
    "log in", "sign in", "seed", "recovery", "mnemonic",
)  # fmt: skip
_SHORT = secret_tokens.KEYS + secret_words.DETECTORS


def find(text: str) -> Iterator[Found]:
    """What looks like a secret, in the order of the text; what overlaps is one."""
    has_long = _LONG.search(text) is not None
    known = Text.of(text)
    if has_long or any(map(known.small.__contains__, _WORDS)):
        detectors = DETECTORS if has_long else _SHORT
        yield from together(found for detector in detectors for found in detector.find(known))


def masked(text: str) -> str:
    """The text with each secret replaced by the sign that stands for what is left out."""
    for secret in reversed(list(find(text))):
        text = text[: secret.start] + MASK + text[secret.end :]
    return text


def covered(text: str) -> str:
    """The text with dots over each secret but its first letters: as long as before, with its line ends."""
    for secret in find(text):
        text = text[: secret.start] + cover(text[secret.start : secret.end]) + text[secret.end :]
    return text


def cover(secret: str) -> str:
    shown = min(MOST_SHOWN, len(secret) // 4)
    return secret[:shown] + "".join(one if one in "\r\n" else DOT for one in secret[shown:])


def restored(text: str, original: str) -> str:
    """What was typed into a covered text, with the secrets that were left as they were.

    Where some of several that look alike under their dots were taken out, only lines that are as they were tell which
    ones are left; of others the dots stay, for a wrong secret would be worse.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for secret in find(original):
        whole = original[secret.start : secret.end]
        alike[cover(whole)].append(whole)
    for dots, wholes in alike.items():
        shape = f"(?<!{DOT}){re.escape(dots)}(?!{DOT})".replace("\\\n", "\r?\n")  # browsers send their own line ends
        places = re.compile(shape)
        left = len(places.findall(text))
        if left == len(wholes) or len(set(wholes)) == 1:
            text = _put_back(places, text, wholes * max(1, left))
    return _known_lines(text, original) if DOT in text else text


def _put_back(places: re.Pattern[str], text: str, wholes: Iterable[str]) -> str:
    """The text with these secrets, one after the other, at these places."""
    given = iter(wholes)

    def whole(match: re.Match[str]) -> str:
        secret = next(given)
        return secret.replace("\n", "\r\n") if "\r\n" in match.group() else secret

    return places.sub(whole, text)


def _known_lines(text: str, original: str) -> str:
    """The text with its lines that are lines of the covered original, uncovered."""
    plain, dotted = ([line.rstrip("\r") for line in one.split("\n")] for one in (original, covered(original)))
    known = {
        under: line for under, line in zip(dotted, plain, strict=True) if under != line and dotted.count(under) == 1
    }
    lines = [(line, line.rstrip("\r")) for line in text.split("\n")]
    return "\n".join(known.get(bare, bare) + line[len(bare) :] for line, bare in lines)
