"""Lucid's API as the memory tool needs it, and its refusals as texts that a model can act upon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from anthropic.tools import ToolError

TIMEOUT = 30.0
_LATER = {
    "too_many_proposals": "Lucid takes no more changes from this agent for the moment. Go on with the work, and save "
    "again in {wait} seconds, several notes in one file.",
    "too_many_open_proposals": "So many changes of this agent wait for people that no more are taken. Nothing was "
    "saved. Go on without saving.",
    "too_many_open": "So many changes of this agent wait for people that no more are taken. Nothing was saved. Go on "
    "without saving.",
    "too_many_calls": "Memory was asked too often. Go on with the work, and try again in {wait} seconds.",
    "read_only": "This part of memory can be read and not changed. Nothing was saved.",
    "base_moved": "The file was changed by somebody else meanwhile. Nothing was saved: view it and try again.",
    "unknown_namespace": "There is no such part of memory. View /memories to see which there are.",
}


class AlreadyProposed(Exception):
    """The very same change waits for people; `change` is its id."""

    def __init__(self, change: str) -> None:
        super().__init__(change)
        self.change = change


class Refused(ToolError):
    """Lucid said no; `code` says why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Stands:
    """A file of approved memory, without its text."""

    namespace: str
    path: str
    version: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Listing:
    """All files of the agent, and its namespaces with whether it may propose changes to them."""

    files: tuple[Stands, ...]
    namespaces: dict[str, bool]


class Lucid:
    """One agent at one Lucid."""

    def __init__(self, *, url: str, token: str, agent: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.Client(base_url=url.rstrip("/"), headers=headers, timeout=TIMEOUT)
        self._agent = agent

    def close(self) -> None:
        self._http.close()

    def listing(self) -> Listing:
        told = self._ask("GET", f"/agents/{self._agent}/files")
        return Listing(
            tuple(Stands(one["namespace"], one["path"], one["version"], one["bytes"]) for one in told["files"]),
            {one["namespace"]: one["writes"] for one in told["namespaces"]},
        )

    def text(self, namespace: str, path: str) -> tuple[str, str] | None:
        """Version and text of a file. Lucid keeps that this agent read it."""
        told = self._ask("GET", f"/agents/{self._agent}/memory", params={"namespace": namespace, "path": path})
        return next(((one["version"], one["text"]) for one in told["memories"]), None)

    def propose(self, *, title: str, summary: str, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The changes as they were taken, in order. Raises AlreadyProposed."""
        body = {"agent": self._agent, "title": title, "summary": summary, "changes": list(changes)}
        return list(self._ask("POST", "/proposals", json=body)["changes"])

    def change(self, id: str) -> dict[str, Any]:
        return self._ask("GET", f"/changes/{id}")

    def withdraw(self, id: str) -> None:
        """Harmless where it is withdrawn; Refused (`decided`) where somebody decided."""
        self._ask("POST", f"/changes/{id}/withdraw")

    def _ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, path, **sent)
        except httpx2.HTTPError as broken:
            message = f"Memory cannot be reached now ({type(broken).__name__}). Go on without it and try again later."
            raise Refused(message, "unreachable") from None
        if answer.is_success:
            return answer.json()  # type: ignore[no-any-return]
        raise _refusal(answer)


def _refusal(answer: httpx2.Response) -> Exception:
    try:
        error = answer.json()["error"]
        code, message, details = str(error["code"]), str(error["message"]), error.get("details", {})
    except (ValueError, KeyError, TypeError):
        code, message, details = "", f"Lucid answered {answer.status_code}", {}
    if code == "already_proposed":
        return AlreadyProposed(str(details.get("change", "")))
    wait = answer.headers.get("Retry-After", "60")
    said = _LATER[code].format(wait=wait) if code in _LATER else f"Memory refused this: {message}."
    return Refused(said, code)
