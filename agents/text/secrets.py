"""Credentials in a text, by the shapes that kinds of them have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MASK = "…"


@dataclass(frozen=True, slots=True)
class Secret:
    """Code points [start, end) of what looks like a secret, and the detector that says so."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Detector:
    """A shape that a kind of credential has; `secret`, where it is named, is the part that has to look like one."""

    name: str
    pattern: re.Pattern[str]
    mixed: bool = False  # letters and digits both, as nobody writes them in prose

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        for match in self.pattern.finditer(text):
            value = match["secret"] if "secret" in self.pattern.groupindex else match.group()
            if not _is_placeholder(value) and (not self.mixed or _is_mixed(value)):
                yield match.span()


DETECTORS = (
    Detector("AWS access key", re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])")),
    Detector(
        "AWS secret key",
        re.compile(r"(?i:aws)[\w .-]{0,20}(?i:secret)[\w .-]{0,20}[=:]\s{0,3}[\"']?(?P<secret>[A-Za-z0-9/+]{40})\b"),
        mixed=True,
    ),
    Detector("GitHub token", re.compile(r"\b(?:gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255})\b")),
    Detector("GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,64}\b")),
    Detector("Slack token", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,250}")),
    Detector("Slack webhook", re.compile(r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{30,120}")),
    Detector("JWT", re.compile(r"\beyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{10,4000}")),
    Detector("private key", re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")),
    Detector(
        "password in a URL",
        re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'`]{1,100}:(?P<secret>[^\s/@\"'`]{3,200})@\w"),
    ),
    Detector(
        "assigned password",
        re.compile(
            r"(?i:\b[\w-]{0,40}(?:password|passwd|passphrase|pwd|secret[_-]?key|client[_-]?secret|api[_-]?secret))"
            r"[\"']?\s{0,3}(?:=>|:=|[:=])\s{0,3}(?P<quote>[\"'])(?P<secret>[^\"'\s]{6,200})(?P=quote)"
        ),
    ),
    Detector(
        "API key",
        re.compile(
            r"\b(?:sk-[A-Za-z0-9_-]{20,250}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}"
            r"|SG\.[\w-]{16,32}\.[\w-]{32,64}|hf_[A-Za-z]{30,40}|pypi-[\w-]{50,250}|dop_v1_[a-f0-9]{64})"
        ),
        mixed=True,
    ),
)
# One look for all detectors: none matches a text without one of these, and most texts have none. Looking for one piece
# after the other takes a fraction of the time of one pattern.
_PIECES = (
    "AKIA", "ASIA", "ABIA", "ACCA", "gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat-", "xox", "slack.com",
    "eyJ", "PRIVATE KEY", "sk-", "sk_", "rk_", "AIza", "npm_", "SG.", "hf_", "pypi-", "dop_v1_",
)  # fmt: skip
_FOLDED = ("aws", "passw", "passphrase", "pwd", "secret")
_LOGIN = re.compile(r"://[^\s/]*:")
_PLACEHOLDER = re.compile(
    r"(?i)example|placeholder|changeme|redacted|your[_-]|^(?:password|passwd|secret|pass|pwd|\*+)$"
    r"|\$\{|\{\{|%\(|^[<{].*[>}]$|^\$[A-Z_]+$|\.\.\.|…"
)
_RUN = re.compile(r"(.)\1{5}")


def find(text: str) -> Iterator[Secret]:
    """What looks like a secret, detector by detector."""
    for detector in DETECTORS if _may_hold(text) else ():
        for start, end in detector.find(text):
            yield Secret(detector.name, start, end)


def _may_hold(text: str) -> bool:
    folded = text.casefold()
    return (
        any(map(text.__contains__, _PIECES))
        or any(map(folded.__contains__, _FOLDED))
        or ("://" in text and bool(_LOGIN.search(text)))
    )


def masked(text: str) -> str:
    """The text with each secret replaced by the sign that stands for what is left out."""
    for secret in sorted(find(text), key=lambda one: one.start, reverse=True):
        text = text[: secret.start] + MASK + text[secret.end :]
    return text


def _is_placeholder(value: str) -> bool:
    return bool(_PLACEHOLDER.search(value) or _RUN.search(value))


def _is_mixed(value: str) -> bool:
    return any(letter.isdigit() for letter in value) and any(letter.isalpha() for letter in value)
