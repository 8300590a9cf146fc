"""The memory tool: the six commands of `memory_20250818`, each carried out on Lucid's API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from types import TracebackType
from typing import Any, Self

from anthropic.tools import BetaAbstractMemoryTool, ToolError
from anthropic.types.beta import (
    BetaMemoryTool20250818CreateCommand,
    BetaMemoryTool20250818DeleteCommand,
    BetaMemoryTool20250818InsertCommand,
    BetaMemoryTool20250818RenameCommand,
    BetaMemoryTool20250818StrReplaceCommand,
    BetaMemoryTool20250818ViewCommand,
)

from reviews.memory_tool import showing
from reviews.memory_tool.client import AlreadyProposed, Listing, Lucid, Refused
from reviews.memory_tool.draft import Base, Draft
from reviews.memory_tool.paths import Layout, Place

Evidence = Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]]
PROPOSED = "proposed, not approved"
_WAITS = "Proposed, and waits for review by people; it is not in memory before they approve it"
_STATES = {"applied": "Stored", "approved": "Approved, and not in memory yet"}
_STANDING = ("open", "changes_requested", "stale", "conflict", "approved")  # what may still come into memory


class LucidMemoryTool(BetaAbstractMemoryTool):
    """Memory of one agent. `url` ends in /api/v1; the token needs the scopes memory:read and propose.

    With `namespace`, that one stands at /memories itself; else each is a folder there. With `shows_pending` this
    session reads its own writings before they are approved, marked as such. With `grouped` (which shows them, too)
    they are kept, and proposed together by `propose()`, or at the end of a `with` block. `evidence` is asked for quotes
    of sessions that Lucid has, as its API takes them, with each change as it is about to be proposed.
    """

    def __init__(
        self,
        *,
        url: str,
        token: str,
        agent: str,
        namespace: str = "",
        session: str = "",
        shows_pending: bool = False,
        grouped: bool = False,
        evidence: Evidence | None = None,
    ) -> None:
        super().__init__()
        self._lucid = Lucid(url=url, token=token, agent=agent)
        self._layout = Layout(namespace)
        self._session = session
        self._shows_pending, self._grouped = shows_pending or grouped, grouped
        self._evidence = evidence
        self._draft = Draft()
        self._listing = Listing((), {})
        self._touched: dict[Place, None] = {}
        self._proposed: dict[Place, str] = {}  # the last change of this session, by where its file would stand

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _traceback: TracebackType | None) -> None:
        try:
            if kind is None:
                self.propose()
        finally:
            self._lucid.close()

    def view(self, command: BetaMemoryTool20250818ViewCommand) -> str:
        with self._command():
            place = self._layout.place(command.path)
            if self._is_folder(place):
                return self._folder(place)
            text, _base = self._read(place, command.path)
            note = f" ({PROPOSED})" if place in self._draft.written else ""
            return showing.content(self._layout.shown(place), text, command.view_range, note=note)

    def create(self, command: BetaMemoryTool20250818CreateCommand) -> str:
        with self._command():
            place = self._layout.file(command.path)
            if place in self._sizes() or self._is_folder(place):
                raise ToolError(f"File {command.path} already exists")
            if self._waits(place):
                raise ToolError(f"File {command.path} already exists: it was proposed, and waits for review")
            self._refuse_below_file(place, command.path)
            if place not in self._draft.gone:
                self._refuse_kept(place, command.path)
            about = self._draft.write(place, command.file_text, None)
            return self._save([about], f"Write {place.path}", f"File created successfully at: {command.path}")

    def str_replace(self, command: BetaMemoryTool20250818StrReplaceCommand) -> str:
        with self._command():
            place, text, base = self._file(command.path)
            try:
                after, piece = showing.replaced(command.path, text, command.old_str, command.new_str)
            except ToolError as none:
                raise ToolError(f"{none}{self._earlier(place)}") from None
            about = self._draft.write(place, after, base)
            done = (
                f"The memory file has been edited. Here is the snippet showing the change (with line numbers):\n{piece}"
            )
            return self._save([about], f"Edit {place.path}", done)

    def insert(self, command: BetaMemoryTool20250818InsertCommand) -> str:
        with self._command():
            place, text, base = self._file(command.path)
            after = showing.inserted(text, command.insert_line, command.insert_text)
            about = self._draft.write(place, after, base)
            return self._save([about], f"Edit {place.path}", f"The file {command.path} has been edited.")

    def delete(self, command: BetaMemoryTool20250818DeleteCommand) -> str:
        with self._command():
            place = self._layout.place(command.path)
            if not place.path:
                raise ToolError("Cannot delete the /memories directory itself")
            places = self._below(place)
            if not places:
                raise ToolError(f"The path {command.path} does not exist{self._earlier(place)}")
            abouts = [self._draft.remove(one, self._base(one)) for one in places]
            return self._save(abouts, f"Put away {place.path}", f"Successfully deleted {command.path}")

    def rename(self, command: BetaMemoryTool20250818RenameCommand) -> str:
        with self._command():
            old, new = self._layout.place(command.old_path), self._layout.file(command.new_path)
            if not old.path:
                raise ToolError("Cannot rename the /memories directory itself")
            if new in self._sizes() or self._is_folder(new):
                raise ToolError(f"The destination {command.new_path} already exists")
            places = self._below(old)
            if not places:
                raise ToolError(f"The path {command.old_path} does not exist{self._earlier(old)}")
            if new.namespace == old.namespace and new.path.startswith(f"{old.path}/"):
                raise ToolError(f"The destination {command.new_path} lies in {command.old_path}")
            self._refuse_below_file(new, command.new_path)
            abouts: dict[Place, None] = {}
            for one in places:
                abouts |= dict.fromkeys(self._move(one, Place(new.namespace, new.path + one.path[len(old.path) :])))
            done = f"Successfully renamed {command.old_path} to {command.new_path}"
            return self._save(list(abouts), f"Move {old.path} to {new.path}", done)

    def propose(self) -> str:
        """Propose what was kept (`grouped`), as one proposal; what was proposed, in words."""
        touched = list(self._touched)
        said = self._send(touched, f"What a session wrote: {len(touched)} files", "") if touched else ""
        self._touched.clear()
        return said

    @contextmanager
    def _command(self) -> Iterator[None]:
        """One command: begins with what is approved now, and leaves nothing where it is refused."""
        self._listing = self._lucid.listing()
        if self._shows_pending:
            self._settle()
        else:
            self._draft = Draft()
        before = deepcopy((self._draft, self._touched))
        try:
            yield
        except ToolError:
            self._draft, self._touched = before
            raise

    def _settle(self) -> None:
        """Let go of what was decided meanwhile."""
        for about, id in list(self._draft.pending.items()):
            if self._lucid.change(id)["state"] not in _STANDING:
                self._draft.forget([about])

    def _sizes(self) -> dict[Place, int]:
        return self._draft.sizes(self._listing)

    def _is_folder(self, place: Place) -> bool:
        if not place.path:
            return not place.namespace or place.namespace in self._listing.namespaces
        return any(one.namespace == place.namespace and one.path.startswith(f"{place.path}/") for one in self._sizes())

    def _below(self, place: Place) -> list[Place]:
        """The file there, or all files of the folder."""
        known = sorted(self._sizes())
        return [one for one in known if one == place] or [
            one for one in known if one.namespace == place.namespace and one.path.startswith(f"{place.path}/")
        ]

    def _folder(self, place: Place) -> str:
        shown = self._layout.shown(place)
        rows = [
            (self._layout.shown(one)[len(shown) + 1 :], size, f" ({PROPOSED})" if one in self._draft.written else "")
            for one, size in self._sizes().items()
            if not place.namespace or (one.namespace == place.namespace and one.path.startswith(f"{place.path}/"))
        ]
        folders = () if place.namespace else self._listing.namespaces
        return showing.folder(shown, rows, folders=folders)

    def _read(self, place: Place, path: str) -> tuple[str, Base | None]:
        """Text of a file, and the approved file that it came from. Raises ToolError."""
        if own := self._draft.written.get(place):
            return own.text, own.base
        if place not in self._sizes():
            raise showing.missing(path)
        base = self._base(place)
        if base is None:
            raise showing.missing(path)
        return base.text, base

    def _base(self, place: Place) -> Base | None:
        if own := self._draft.written.get(place):
            return own.base
        found = self._lucid.text(place.namespace, place.path)
        return Base(place, *found) if found else None

    def _file(self, path: str) -> tuple[Place, str, Base | None]:
        place = self._layout.place(path)
        if self._is_folder(place):
            raise ToolError(f"The path {path} is not a file.")
        if place not in self._sizes() and self._waits(place):
            raise ToolError(f"The file {path} was proposed and waits for review. It can be edited once it is approved.")
        return place, *self._read(place, path)

    def _move(self, old: Place, new: Place) -> Iterable[Place]:
        """The files that changes are about once a file stands elsewhere."""
        text, base = self._read(old, self._layout.shown(old))
        if base is None or base.place != new:
            self._refuse_kept(new, self._layout.shown(new))
        stays = base if base is not None and base.place.namespace == new.namespace else None
        first = self._draft.remove(old, base)
        if stays is not None:
            self._draft.gone.pop(stays.place, None)
        return first, self._draft.write(new, text, stays)

    def _refuse_kept(self, place: Place, path: str) -> None:
        if self._draft.is_kept(place):
            raise ToolError(f"{path} is free only once what was proposed about the file there is approved.")

    def _refuse_below_file(self, place: Place, path: str) -> None:
        parts = place.path.split("/")
        above = {Place(place.namespace, "/".join(parts[:depth])) for depth in range(2, len(parts))}
        if in_way := sorted(above & self._sizes().keys()):
            raise ToolError(f"{path} cannot be used: {self._layout.shown(in_way[0])} is a file.")

    def _earlier(self, place: Place) -> str:
        """For a model that looks for what it wrote itself."""
        return " An earlier change of this file waits for review." if self._waits(place) else ""

    def _waits(self, place: Place) -> bool:
        """Whether what this session proposed for a file, and cannot see, is still to be decided."""
        id = "" if self._shows_pending else self._proposed.get(place, "")
        return id != "" and self._lucid.change(id)["state"] in _STANDING

    def _save(self, abouts: list[Place], title: str, done: str) -> str:
        if self._grouped:
            self._touched |= dict.fromkeys(abouts)
            return f"{done}\n(Kept, and proposed to people together with the rest of this session.)"
        return self._send(abouts, title, done)

    def _send(self, abouts: list[Place], title: str, done: str) -> str:
        draft = self._draft
        changes = {about: self._quoting(change) for about in abouts if (change := draft.change(about)) is not None}
        states, ids = self._propose(changes, title)
        for about in abouts:
            if replaced := draft.pending.pop(about, ""):
                self._take_back(replaced)
            if id := ids.get(about, ""):
                draft.pending[about] = id
        self._proposed |= {_where(change): ids.get(about, "") for about, change in changes.items()}
        if not changes:
            return f"{done}\n(As in approved memory: nothing is proposed any more.)"
        if all(state == "applied" for state in states):
            return f"{done}\n(Stored.)"
        said = sorted({_STATES.get(state, _WAITS) for state in states})
        return f"{'; '.join(said)}: {', '.join(filter(None, ids.values())) or 'as before'}.\n{done}".rstrip()

    def _quoting(self, change: dict[str, Any]) -> dict[str, Any]:
        quotes = list(self._evidence(change)) if self._evidence else []
        return change | {"evidence": quotes} if quotes else change

    def _propose(self, changes: dict[Place, dict[str, object]], title: str) -> tuple[list[str], dict[Place, str]]:
        if not changes:
            return [], {}
        said = f" in session {self._session}" if self._session else ""
        summary = f"Written by the agent itself{said}, with the memory tool."
        try:
            taken = self._lucid.propose(title=title[:200], summary=summary, changes=list(changes.values()))
        except AlreadyProposed:
            return ["open"], {}
        return [one["state"] for one in taken], {about: one["id"] for about, one in zip(changes, taken, strict=True)}

    def _take_back(self, id: str) -> None:
        try:
            self._lucid.withdraw(id)
        except Refused as refused:
            if refused.code not in ("decided", "unknown_change"):
                raise


def _where(change: dict[str, object]) -> Place:
    return Place(str(change["namespace"]), str(change.get("path_after") or change["path"]))
