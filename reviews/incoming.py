"""What a machine puts forward over the API, checked against what its agent may touch and turned into drafts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from accounts.api import Denied, Problem
from accounts.models import Team
from agents.enums import Access
from agents.memory import MAX_BYTES
from agents.models import Agent, MemoryVersion, Namespace, NamespaceAccess, Session
from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews.drafts import Draft, DraftQuote, DraftTarget
from reviews.enums import Operation, Stance

_LAST = 2**31 - 1
_TEXT = {"base_version", "text_after", "edits"}
_TAKES: dict[Operation, set[str]] = {
    Operation.ADD: {"text_after"},
    Operation.EDIT: _TEXT,
    Operation.MERGE: _TEXT | {"sources"},
    Operation.MOVE: _TEXT | {"path_after"},
    Operation.ARCHIVE: {"base_version"},
    Operation.RESTORE: _TEXT | {"path_after"},
}
_NEEDS: dict[Operation, set[str]] = {
    Operation.ADD: {"text_after"},
    Operation.EDIT: {"base_version"},
    Operation.MERGE: {"base_version", "sources"},
    Operation.MOVE: {"base_version", "path_after"},
    Operation.ARCHIVE: {"base_version"},
    Operation.RESTORE: {"base_version"},
}

Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]  # PostgreSQL stores no NUL
Name = Annotated[str, Field(pattern=r"^[^\x00]*$", min_length=1, max_length=200)]
Path = Annotated[str, Field(pattern=r"^/[^\x00]*$", max_length=1024)]
MemoryText = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=MAX_BYTES)]
Count = Annotated[int, Field(ge=0, le=_LAST)]


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class LinesIn(_Strict):
    """Lines [start, end), counted from 0, of the text after (of a memory that is archived, before). `source` counts the
    sources of a merge from 1; 0 is the memory at `path`.
    """

    source: Count = 0
    start: Count
    end: Count


class QuoteIn(_Strict):
    """Code points [start, end) of the text of one event. A quote that does not stand there counts as missing. `lines`
    are those that it is about, where that is known.
    """

    session: Name
    event: Count
    start: Count
    end: Count
    quote: Annotated[Text, Field(min_length=1)]
    stance: Stance = Stance.FOR
    lines: LinesIn | None = None


class EditIn(_Strict):
    """Lines [start, end) of the base version, counted from 0, become `text`; start = end inserts."""

    start: Count
    end: Count
    text: MemoryText


class SourceIn(_Strict):
    """A memory that a merge takes in and archives."""

    path: Path
    base_version: Name


class ChangeIn(_Strict):
    """One operation. `path` is where the memory stands now, of an added one where it shall stand."""

    operation: Operation
    namespace: Name
    path: Path
    path_after: Path | None = None
    base_version: Name | None = None
    text_after: MemoryText | None = None
    edits: Annotated[list[EditIn], Field(max_length=1000)] | None = None
    sources: Annotated[list[SourceIn], Field(min_length=1, max_length=20)] | None = None
    title: Annotated[Text, Field(max_length=200)] = ""
    rationale: Annotated[Text, Field(max_length=10_000)] = ""
    evidence: Annotated[list[QuoteIn], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _fits_its_operation(self) -> Self:
        given = {name for name in (*_TEXT, "path_after", "sources") if getattr(self, name) is not None}
        if unknown := sorted(given - _TAKES[self.operation]):
            raise ValueError(f"{self.operation.value} takes no {', '.join(unknown)}")
        if missing := sorted(_NEEDS[self.operation] - given):
            raise ValueError(f"{self.operation.value} needs {', '.join(missing)}")
        if {"text_after", "edits"} <= given:
            raise ValueError("give text_after or edits, not both")
        return self


class ProposalIn(_Strict):
    agent: Name
    title: Name
    summary: Annotated[Text, Field(max_length=10_000)] = ""
    changes: Annotated[list[ChangeIn], Field(min_length=1, max_length=200)]


def drafts(*, team: Team, agent: Agent, changes: Sequence[ChangeIn], only_its_sessions: bool) -> list[Draft]:
    """The drafts of what is proposed for an agent. Raises Problem, which names the field at fault."""
    spaces = _spaces(team, agent, changes)
    versions = _versions(team, changes)
    _refuse_unknown_sessions(team, changes, agent if only_its_sessions else None)
    made = []
    for number, change in enumerate(changes):
        where = f"changes[{number}]"
        made.append(_draft(change, spaces[change.namespace], versions, where))
    _refuse_twins(made)
    return made


def _spaces(team: Team, agent: Agent, changes: Sequence[ChangeIn]) -> dict[str, Namespace]:
    """The namespaces that are named, of those that the agent may write."""
    wanted = {change.namespace for change in changes}
    rows = NamespaceAccess.objects.of(team).filter(agent=agent, namespace__slug__in=wanted)
    found = {access.namespace.slug: access for access in rows.select_related("namespace")}
    for number, change in enumerate(changes):
        where = f"changes[{number}].namespace"
        if change.namespace not in found:
            raise Problem(404, "unknown_namespace", "the agent has no such namespace", where=where)
        if found[change.namespace].mode != Access.WRITE:
            raise Denied(403, "read_only", "the agent may read this namespace and not write it", where=where)
    return {slug: access.namespace for slug, access in found.items()}


def _versions(team: Team, changes: Sequence[ChangeIn]) -> dict[str, MemoryVersion]:
    wanted = {change.base_version for change in changes if change.base_version}
    wanted |= {source.base_version for change in changes for source in change.sources or ()}
    rows = MemoryVersion.objects.of(team).filter(public_id__in=wanted).select_related("memory", "blob")
    return {version.public_id: version for version in rows}


def _refuse_unknown_sessions(team: Team, changes: Sequence[ChangeIn], only_of: Agent | None) -> None:
    wanted = {quote.session for change in changes for quote in change.evidence}
    sessions = Session.objects.of(team).filter(public_id__in=wanted)
    if only_of is not None:
        sessions = sessions.filter(agent=only_of)
    known = set(sessions.values_list("public_id", flat=True))
    for number, change in enumerate(changes):
        for place, quote in enumerate(change.evidence):
            if quote.session not in known:
                where = f"changes[{number}].evidence[{place}].session"
                raise Problem(404, "unknown_session", "there is no such session", where=where)


def _draft(change: ChangeIn, space: Namespace, versions: dict[str, MemoryVersion], where: str) -> Draft:
    return Draft(
        operation=change.operation,
        namespace=space,
        title=change.title or f"{change.operation.label} {change.path}",
        targets=tuple(_targets(change, space, versions, where)),
        rationale=change.rationale,
        quotes=tuple(_quote(quote) for quote in change.evidence),
    )


def _quote(quote: QuoteIn) -> DraftQuote:
    place = quote.lines
    lines = (place.source, place.start, place.end) if place else None
    return DraftQuote(quote.session, quote.event, quote.start, quote.end, quote.quote, quote.stance, lines)


def _targets(
    change: ChangeIn, space: Namespace, versions: dict[str, MemoryVersion], where: str
) -> Iterable[DraftTarget]:
    if change.base_version is None:
        added = tuple(text_lines.split(change.text_after or ""))
        yield DraftTarget(None, change.path, (Edit(0, 0, added),) if added else ())
        return
    restores = change.operation == Operation.RESTORE
    base = _base(space, versions, change.path, change.base_version, where, archived=restores)
    if change.operation == Operation.ARCHIVE:
        yield DraftTarget(base, None)
        return
    yield DraftTarget(base, change.path_after or base.path, _edits(change, base, where))
    for number, source in enumerate(change.sources or ()):
        place = f"{where}.sources[{number}]"
        yield DraftTarget(_base(space, versions, source.path, source.base_version, place), None)


def _base(
    space: Namespace,
    versions: dict[str, MemoryVersion],
    path: str,
    version: str,
    where: str,
    *,
    archived: bool = False,
) -> MemoryVersion:
    """The version that a change starts from. Whether it is the newest one is asked when the proposal is stored."""
    base = versions.get(version)
    if base is None or base.memory.namespace_id != space.pk:
        raise Problem(404, "unknown_version", "the namespace has no such version", where=f"{where}.base_version")
    if base.path != path:
        raise Problem(422, "bad_draft", f"this version stands at {base.path}", where=f"{where}.path")
    if base.archived != archived:
        message = "this memory is archived" if base.archived else "only an archived memory can be restored"
        raise Problem(422, "bad_draft", message, where=f"{where}.base_version")
    return base


def _edits(change: ChangeIn, base: MemoryVersion, where: str) -> tuple[Edit, ...]:
    lines = text_lines.split(base.text)
    if change.text_after is not None:
        return text_lines.diff(lines, text_lines.split(change.text_after))
    edits = tuple(Edit(edit.start, edit.end, tuple(text_lines.split(edit.text))) for edit in change.edits or ())
    try:
        after = text_lines.apply(lines, edits)
    except ValueError as wrong:
        raise Problem(422, "bad_draft", str(wrong), where=f"{where}.edits") from None
    if text_lines.split("".join(after)) != after:
        message = "text that other lines follow must end with a line break"
        raise Problem(422, "bad_draft", message, where=f"{where}.edits")
    if any(tuple(lines[edit.start : edit.end]) == edit.lines for edit in edits):
        raise Problem(422, "bad_draft", "an edit changes nothing", where=f"{where}.edits")
    return edits


def _refuse_twins(made: Sequence[Draft]) -> None:
    seen: dict[tuple[int, str], int] = {}
    for number, draft in enumerate(made):
        first = seen.setdefault((draft.namespace.pk, draft.identity()), number)
        if first != number:
            raise Problem(422, "bad_draft", f"the same as changes[{first}]", where=f"changes[{number}]")
