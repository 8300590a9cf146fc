"""What live memory of a namespace names already: hosts and addresses, and names that a look-alike could stand for.

A text is named by its hash, so what was read of it stays true: each is read once for as long as the process lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from accounts.models import Team
from agents.models import Memory, MemoryVersion, Namespace
from agents.text import addresses, scripts
from reviews.checks import Proposed

KEPT = 20_000  # texts
AT_ONCE = 500

_read: dict[str, tuple[frozenset[str], frozenset[str]]] = {}


def hosts(team: Team, namespace: Namespace) -> frozenset[str]:
    """Hosts and mail addresses."""
    return frozenset().union(*(hosts for hosts, _ in _of(team, _texts(team, namespace).values())))


def names(team: Team, namespace: Namespace) -> dict[str, frozenset[str]]:
    """Names, also those of the paths, by what they look like."""
    texts = _texts(team, namespace)
    return scripts.skeletons(frozenset(texts).union(*(names for _, names in _of(team, texts.values()))))


def hosts_met(known: frozenset[str], proposed: Proposed) -> frozenset[str]:
    """Those of the known that an address of the change goes by."""
    found = (one.names for target in proposed.targets for one in addresses.find("".join(target.after)))
    return known.intersection(frozenset().union(*found))


def names_met(known: Mapping[str, frozenset[str]], proposed: Proposed) -> frozenset[str]:
    """Those of the known that a word of the change is or looks like."""
    texts = (text for target in proposed.targets for text in (*target.after, target.path_after or ""))
    return scripts.met("\n".join(texts), known)


def _texts(team: Team, namespace: Namespace) -> dict[str, str]:
    """The hash of each live text by its path; what came in unreviewed makes nothing known."""
    rows = Memory.objects.of(team).live().filter(namespace=namespace, head__reviewed=True)
    return dict(rows.values_list("path", "head__blob__sha256"))


def _of(team: Team, hashes: Iterable[str]) -> list[tuple[frozenset[str], frozenset[str]]]:
    wanted = list(dict.fromkeys(hashes))
    if len(_read) > KEPT:
        _read.clear()
    missing = [sha for sha in wanted if sha not in _read]
    for at in range(0, len(missing), AT_ONCE):
        rows = MemoryVersion.objects.of(team).filter(blob__sha256__in=missing[at : at + AT_ONCE])
        for sha, text in rows.values_list("blob__sha256", "blob__text"):
            _read[sha] = (addresses.known(text), scripts.names(text))
    return [_read[sha] for sha in wanted if sha in _read]
