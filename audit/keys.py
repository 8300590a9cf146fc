"""Secret keys, which never stand in the database: given by the environment, or kept in files of their owner's only.

A key has a name and generations, numbered from 1; the newest is in use, older ones still open what they closed. Where
the environment gives a key, its files are not looked at.
"""

from __future__ import annotations

import base64
import binascii
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from audit import files

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FILE = re.compile(r"(?P<name>[a-z][a-z0-9_]*)\.(?P<generation>[1-9][0-9]{0,8})\.key")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class NoKey(LookupError):
    """There is no key of this name, or none of this generation."""


class BadKey(RuntimeError):
    """A key must not be used: others can read it, or it is not written as a key is. Says how to mend it."""


@dataclass(frozen=True)
class Key:
    name: str
    generation: int
    material: bytes = field(repr=False)


def generations(name: str) -> list[Key]:
    """All generations of a key that are here, oldest first. Raises BadKey."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a key")
    given = settings.KEYS_GIVEN.get(name, "")
    found = _from_text(name, given) if given else _from_files(name)
    return sorted(found, key=lambda key: key.generation)


def newest(name: str) -> Key:
    """Raises NoKey, BadKey."""
    found = generations(name)
    if not found:
        raise NoKey(f"there is no key {name}: neither {_variable(name)} nor {folder() / name}.1.key")
    return found[-1]


def of_generation(name: str, generation: int) -> Key:
    """Raises NoKey, BadKey."""
    for key in generations(name):
        if key.generation == generation:
            return key
    raise NoKey(f"there is no generation {generation} of the key {name}")


def ensure(name: str, make: Callable[[], bytes]) -> Key:
    """The newest generation, made where there is none: of several processes one makes it. Raises BadKey."""
    try:
        return newest(name)
    except NoKey:
        return _keep(name, 1, make())


def add(name: str, material: bytes) -> Key:
    """Keep the next generation in a file. Raises BadKey where the environment gives this key."""
    if settings.KEYS_GIVEN.get(name):
        raise BadKey(f"{_variable(name)} gives the key {name}: add the next generation there")
    found = generations(name)
    return _keep(name, found[-1].generation + 1 if found else 1, material)


def folder() -> Path:
    return Path(settings.KEY_FOLDER)


def _keep(name: str, generation: int, material: bytes) -> Key:
    path = folder() / f"{name}.{generation}.key"
    with suppress(FileExistsError):  # the first of several processes wins, the others read its key
        files.create(path, base64.b64encode(material) + b"\n")
    return of_generation(name, generation)


def _from_text(name: str, given: str) -> list[Key]:
    """Generations as the environment gives them: `1:base64`, several with commas."""
    found = {}
    for part in given.split(","):
        number, _, text = part.strip().partition(":")
        if not number.isascii() or not number.isdigit() or int(number) < 1 or int(number) in found:
            raise BadKey(f"{_variable(name)} has to be generations as number:base64, each once, with commas between")
        found[int(number)] = Key(name, int(number), _decoded(text.encode(), _variable(name)))
    return list(found.values())


def _from_files(name: str) -> list[Key]:
    place = folder()
    if not place.is_dir():
        return []
    if place.stat().st_mode & _OTHERS_WRITE:
        raise BadKey(f"others can write to the folder of keys: chmod 700 {place}")
    found = []
    for path in place.iterdir():
        named = _FILE.fullmatch(path.name)
        if named and named["name"] == name:
            found.append(Key(name, int(named["generation"]), _read(path)))
    return found


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if path.is_symlink() or stat.S_IMODE(path.stat().st_mode) & _OTHERS:
                raise BadKey(f"others can read the key, or it is a link: replace it, then chmod 600 {path}")
            return _decoded(file.read(), str(path))
    except OSError as error:
        raise BadKey(f"{path} cannot be read: {error.strerror}") from error


def _decoded(text: bytes, place: str) -> bytes:
    try:
        material = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        material = b""
    if not material:
        raise BadKey(f"{place} holds no base64")
    return material


def _variable(name: str) -> str:
    return f"{name.upper()}_KEYS"
