"""What a verifier answers: a verdict, each reason for it by name, and what was and was not looked at."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from audit.verify.chain import Fault

VERIFIED, TAMPERED, UNVERIFIABLE, USAGE, UNSUPPORTED = range(5)
NAMES = ("verified", "tampered", "unverifiable", "usage", "unsupported")
LISTED_FAULTS = 100

REASONS = {
    "not-a-pack": UNVERIFIABLE,
    "zip": TAMPERED,
    "name": TAMPERED,
    "limit": UNVERIFIABLE,
    "version": UNSUPPORTED,
    "manifest": TAMPERED,
    "signature": TAMPERED,
    "note": TAMPERED,
    "key": UNVERIFIABLE,
    "file-missing": UNVERIFIABLE,
    "file-extra": TAMPERED,
    "file-hash": TAMPERED,
    "blob": TAMPERED,
    "checkpoint": TAMPERED,
    "no-checkpoint": UNVERIFIABLE,
    "gap": TAMPERED,
    "root": TAMPERED,
    "count": TAMPERED,
    "completeness": TAMPERED,
    "canonical": TAMPERED,
    "schema": TAMPERED,
    "log": TAMPERED,
    "seq": TAMPERED,
    "prev": TAMPERED,
    "private": TAMPERED,
    "missing-value": TAMPERED,
    "redaction": TAMPERED,
    "rollback": TAMPERED,
    "pin": TAMPERED,
    "pin-of-another-log": UNVERIFIABLE,
    "pin-out-of-reach": UNVERIFIABLE,
}


class Stop(Exception):
    """Nothing further can be checked; the fault is the last."""

    def __init__(self, reason: str, detail: str, seq: int | None = None) -> None:
        super().__init__(detail)
        self.fault = Fault(seq, reason, detail)


@dataclass
class Verdict:
    """`about` holds what the signed manifest says; it is empty where there is none to believe."""

    about: dict[str, Any] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    not_checked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    reasons: set[str] = field(default_factory=set)

    def add(self, faults: Iterable[Fault], count: int | None = None) -> None:
        """`count` where there are more than are listed."""
        listed = list(faults)
        self.fault_count += len(listed) if count is None else count
        self.reasons.update(fault.reason for fault in listed)
        self.faults += listed[: LISTED_FAULTS - len(self.faults)]

    @property
    def exit_code(self) -> int:
        codes = {REASONS[reason] for reason in self.reasons}
        return next((code for code in (UNSUPPORTED, TAMPERED, UNVERIFIABLE) if code in codes), VERIFIED)

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "verdict": NAMES[self.exit_code],
            "exit": self.exit_code,
            **self.about,
            "checked": dict(self.checked),
            "not_checked": self.not_checked,
            "reasons": sorted(self.reasons),
            "fault_count": self.fault_count,
            "faults": [{"seq": one.seq, "reason": one.reason, "detail": one.detail} for one in self.faults],
        }
