"""From the paths that the model uses, below /memories, to a namespace and a path in it, and back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from anthropic.tools import ToolError

from agents.text.paths import BadPath, check_path

ROOT = "/memories"
_DEEPEST = 3  # how often a path may be written in per cent codes before it is no path


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: its namespace ("" is the root of all), and its path in it ("" is the root of that)."""

    namespace: str
    path: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Namespaces are folders below /memories, or one of them stands there itself."""

    only: str = ""

    def place(self, path: str) -> Place:
        """Raises ToolError for what leaves /memories."""
        if path != ROOT and not path.startswith(f"{ROOT}/"):
            raise ToolError(f"Path must start with /memories, got: {path}")
        segments = [one for one in path.removeprefix(ROOT).split("/") if one]
        if any(_climbs(one) for one in segments):
            raise ToolError(f"Path {path} would escape /memories directory")
        namespace = self.only or (segments.pop(0) if segments else "")
        return Place(namespace, "".join(f"/{one}" for one in segments))

    def file(self, path: str) -> Place:
        """Where a new file may stand. Raises ToolError."""
        place = self.place(path)
        if not place.namespace or not place.path:
            raise ToolError(f"The path {path} is not a file.")
        try:
            check_path(place.path)
        except BadPath as bad:
            raise ToolError(f"The path {path} cannot be used: {bad.reason}.") from None
        return place

    def shown(self, place: Place) -> str:
        folder = "" if self.only or not place.namespace else f"/{place.namespace}"
        return f"{ROOT}{folder}{place.path}"


def _climbs(segment: str) -> bool:
    """Whether a segment, however often it is coded, goes up or holds another separator."""
    for _again in range(_DEEPEST):
        if segment in (".", "..") or "/" in segment or "\\" in segment or "\0" in segment:
            return True
        decoded = unquote(segment)
        if decoded == segment:
            return False
        segment = decoded
    return True
