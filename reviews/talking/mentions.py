"""People named in a text: @ and the name, the beginning of the address, or a first name that only one member has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from accounts import roles
from accounts.models import Membership, Team, User


@dataclass(frozen=True, slots=True)
class People:
    """Who can be named: the members who may see what is talked about, by what they are called in small letters."""

    members: Sequence[User]
    handles: dict[str, User]
    pattern: re.Pattern[str] | None

    def named(self, text: str) -> list[User]:
        """The people that a text names, in its order and each once."""
        found = self.pattern.finditer(text) if self.pattern else ()
        return list({one.pk: one for one in (self.handles[match[1].casefold()] for match in found)}.values())

    def parts(self, text: str) -> list[tuple[str, bool]]:
        """The text cut at its mentions: each piece, and whether it is one. Joining the pieces gives the text."""
        parts, at = [], 0
        for match in self.pattern.finditer(text) if self.pattern else ():
            parts += [(text[at : match.start()], False), (match[0], True)]
            at = match.end()
        return [one for one in (*parts, (text[at:], False)) if one[0]]


def people(team: Team) -> People:
    """In one query."""
    rows = Membership.objects.of(team).active().with_people()
    members = [one.user for one in rows if one.may(roles.VIEW)]
    handles = _handles(members)
    by_length = sorted(handles, key=len, reverse=True)
    spelt = "|".join(map(re.escape, by_length))
    pattern = re.compile(rf"(?<![\w@])@({spelt})(?!\w)", re.IGNORECASE) if handles else None
    return People(members, handles, pattern)


def _handles(members: Sequence[User]) -> dict[str, User]:
    """What names exactly one of them. What several are called, names nobody."""
    called: dict[str, set[int]] = defaultdict(set)
    firsts = Counter(str(one).split(maxsplit=1)[0].casefold() for one in members if str(one).split())
    for index, one in enumerate(members):
        words = str(one).split()
        names = {str(one), one.email.split("@")[0]}
        names |= {words[0]} if words and firsts[words[0].casefold()] == 1 else set()
        for name in names:
            if name.strip() and name.casefold() == name.lower():
                called[name.casefold()].add(index)
    return {name: members[next(iter(indexes))] for name, indexes in called.items() if len(indexes) == 1}
