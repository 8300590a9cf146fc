"""What a dream does not repeat: secrets that stand in sessions, in what it finds as in what it quotes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agents.text import secrets
from dreaming.engines.local.findings import Finding, Tidying

APART = "\n" * 4  # more white space than any secret has in it: texts that are looked through at once stay apart


def discreet(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with secrets masked; a wish that holds one teaches nothing, for the secret is what it says."""
    return [_masked(finding) for finding in findings]


def _masked(finding: Finding) -> Finding:
    said = (finding.statement, finding.title, finding.lesson, finding.heading, finding.rationale)
    if not is_secret(APART.join(dict.fromkeys(said))):
        return finding
    statement, title, lesson, heading, rationale = map(secrets.masked, said)
    return replace(
        finding,
        statement=statement,
        title=title,
        lesson="" if finding.kind == "preference" else lesson,
        heading=heading,
        rationale=rationale,
    )


def speakable(tidyings: Iterable[Tidying]) -> list[Tidying]:
    """Those that would not write a secret into memory."""
    return [tidying for tidying in tidyings if not is_secret(tidying.put)]


def is_secret(text: str) -> bool:
    return next(secrets.find(text), None) is not None
