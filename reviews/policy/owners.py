"""Who owns what a change touches: the namespace's own rules and the policy's, together.

Within one set of rules the last that matches holds, as in a CODEOWNERS file; the sets add up. Where none matches,
the leads own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from accounts.enums import Role
from agents.models import Namespace

Group = Mapping[str, list[str]]
"""People (public ids) and roles any of which may speak as the owner of a path."""

LEADS: Group = {"people": [], "roles": [str(Role.LEAD)]}


def groups(document: Mapping[str, Any], namespace: Namespace, paths: Iterable[str]) -> list[Group]:
    """The owners of the paths, each group once: every group is asked for one approval."""
    found = {_key(group): group for group in (_of(document, namespace, path) for path in paths)}
    return [found[key] for key in sorted(found)]


def _of(document: Mapping[str, Any], namespace: Namespace, path: str) -> Group:
    own = [rule["users"] for rule in namespace.owners if fnmatchcase(path, rule["pattern"])]
    rules = [rule for rule in document["owners"] if _matches(rule, namespace, path)]
    people = set(own[-1] if own else ())
    roles: set[str] = set()
    if rules:
        people |= set(rules[-1].get("people", ()))
        roles |= set(rules[-1].get("roles", ()))
    return {"people": sorted(people), "roles": sorted(roles)} if people or roles else LEADS


def _matches(rule: Mapping[str, Any], namespace: Namespace, path: str) -> bool:
    return fnmatchcase(namespace.slug, rule.get("namespace", "*")) and fnmatchcase(path, rule.get("path", "*"))


def _key(group: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(group["people"]), tuple(group["roles"])
