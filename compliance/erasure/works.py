"""What one erasure has to do, whether it comes from its row or from its tombstone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Team, User
from audit import trail
from compliance.erasure.needles import Finder


@dataclass(frozen=True)
class Work:
    """`subject` is the opaque id it is about; `keys` are the data keys to destroy, by (log, subject of the values).

    `sessions` are all versions of the session it is about, and `pulled` is what it is known by on the platform
    (`agents.pulling.erased`).
    """

    id: str
    team: Team
    kind: str
    subject: str
    basis: str
    finder: Finder
    subjects: tuple[str, ...]
    keys: dict[tuple[str, str], str]
    at: datetime
    sessions: tuple[str, ...] = ()
    pulled: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def log(self) -> str:
        return self.team.trail_log

    @property
    def target(self) -> trail.Target:
        return trail.Target("erasure", self.id)

    def count(self, what: str, number: int) -> None:
        if number:
            self.counts[what] = self.counts.get(what, 0) + number

    @property
    def counted(self) -> dict[str, int]:
        """As an event tells it, by words of the machine."""
        return {what.replace(" ", "_"): number for what, number in self.counts.items()}

    def person(self) -> User | None:
        """The person with an account, if that is whom it is about."""
        return User.objects.filter(public_id=self.subject).first() if self.subject.startswith("usr_") else None

    def logs(self) -> list[str]:
        """The logs whose private values it reaches: the installation's only where the account itself goes."""
        person = self.person()
        return [self.log, trail.INSTALLATION] if person is not None and not belongs_elsewhere(person) else [self.log]


def belongs_elsewhere(person: User) -> bool:
    """Whether some team still has this person as a member: then the account stays."""
    return person.memberships.filter(removed_at=None).exists()  # from a row: of any team
