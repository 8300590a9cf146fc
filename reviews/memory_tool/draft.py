"""What this session wants memory to be: approved files, with its own writings over them that wait for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reviews.memory_tool.client import Listing
from reviews.memory_tool.paths import Place


@dataclass(frozen=True, slots=True)
class Base:
    """An approved file that something is proposed about: where it stands, its version, and its text."""

    place: Place
    version: str
    text: str


@dataclass(slots=True)
class Written:
    """A file as this session wrote it. `base` is the approved file that it came from; None where it is new."""

    text: str
    base: Base | None


@dataclass(slots=True)
class Draft:
    """`written` are files by where they stand now, `gone` approved files by where they stand that are to go."""

    written: dict[Place, Written] = field(default_factory=dict)
    gone: dict[Place, Base] = field(default_factory=dict)
    pending: dict[Place, str] = field(default_factory=dict)  # ids of changes, by the file that they are about

    def sizes(self, listing: Listing) -> dict[Place, int]:
        """All files that there would be, with their bytes."""
        taken = self._taken()
        sizes = {place: one.bytes for one in listing.files if (place := Place(one.namespace, one.path)) not in taken}
        return sizes | {place: len(own.text.encode()) for place, own in self.written.items()}

    def _taken(self) -> set[Place]:
        return set(self.gone) | {own.base.place for own in self.written.values() if own.base}

    def is_kept(self, place: Place) -> bool:
        """Whether an approved file stands there until what is proposed about it is approved."""
        return place not in self.written and place in self._taken()

    def write(self, place: Place, text: str, base: Base | None) -> Place:
        """Returns the file that the change is about."""
        base = self.gone.pop(place, None) if base is None else base
        self.written[place] = Written(text, base)
        return base.place if base else place

    def remove(self, place: Place, base: Base | None) -> Place:
        own = self.written.pop(place, None)
        base = own.base if own else base
        if base is not None:
            self.gone[base.place] = base
        return base.place if base else place

    def change(self, about: Place) -> dict[str, Any] | None:
        """What is to be proposed about a file; None where it would stay as it is."""
        if about in self.gone:
            base = self.gone[about]
            return _about(base.place) | {"operation": "archive", "base_version": base.version}
        for place, own in self.written.items():
            if own.base is not None and own.base.place == about:
                return _written_over(place, own, own.base)
            if own.base is None and place == about:
                return _about(place) | {"operation": "add", "text_after": own.text}
        return None

    def forget(self, about: Iterable[Place]) -> None:
        """Let go of what was decided: approved memory holds there again."""
        for one in about:
            self.pending.pop(one, None)
            self.gone.pop(one, None)
            for place, own in list(self.written.items()):
                if (own.base.place if own.base else place) == one:
                    del self.written[place]


def _about(place: Place) -> dict[str, Any]:
    return {"namespace": place.namespace, "path": place.path}


def _written_over(place: Place, own: Written, base: Base) -> dict[str, Any] | None:
    differs = {"text_after": own.text} if own.text != base.text else {}
    change = _about(base.place) | {"base_version": base.version} | differs
    if place != base.place:
        return change | {"operation": "move", "path_after": place.path}
    return change | {"operation": "edit"} if differs else None
