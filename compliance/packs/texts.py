"""The texts that events are about: what memory said before and after, what was voted on, quotes and policies.

Each lies in the pack under its own hash. Where an event names that hash, the event proves the text: `sha256` of a
version of memory or of a policy, `proposed` of a vote. `texts.jsonl` says which text belongs to which event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Team
from agents.models import MemoryVersion
from audit.verify import canonical
from compliance.packs.shown import Shown
from reviews import bounds
from reviews.models import Change, Evidence, Policy, RevisionTarget
from reviews.policy import versions

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """One text and what it is of an event: before, after, proposed, quote or policy."""

    event: int
    what: str
    text: str
    more: Mapping[str, Any] = field(default_factory=dict)


def write(shown: Shown, add_blob: Callable[[bytes], str]) -> Iterator[bytes]:
    """Put every text into the pack, and yield the lines of `texts.jsonl`, which have to wait until that is done."""
    for page in shown.pages("texts"):
        for one in _texts(shown.team, page):
            sha256 = add_blob(one.text.encode())
            yield _line({"event": one.event, "what": one.what, "sha256": sha256, **one.more})


def _line(content: Content) -> bytes:
    return canonical.dumps(dict(content), limit=None) + b"\n"


def _texts(team: Team, page: Sequence[Content]) -> Iterator[Text]:
    yield from _of_memory(team, [one for one in page if one["type"].startswith("memory.") and "number" in one["data"]])
    yield from _of_changes(team, [one for one in page if one["target"]["type"] == "change"])
    yield from _of_policies(team, [one for one in page if one["type"] == "policy.changed"])


def _of_memory(team: Team, page: Sequence[Content]) -> Iterator[Text]:
    """What a memory said after the event, and before it."""
    wanted = {one["target"]["id"] for one in page}
    numbers = {one["data"]["number"] - back for one in page for back in (0, 1)}
    rows = MemoryVersion.objects.of(team).filter(memory__public_id__in=wanted, number__in=numbers)
    known = {(row.memory.public_id, row.number): row for row in rows.select_related("memory", "blob")}
    for one in page:
        number = one["data"]["number"]
        for what, at in (("before", number - 1), ("after", number)):
            row = known.get((one["target"]["id"], at))
            if row is not None and row.blob.erased_at is None:
                yield Text(one["seq"], what, row.text, {"path": row.path, "version": row.number})


def _of_changes(team: Team, page: Sequence[Content]) -> Iterator[Text]:
    """What was put forward or voted on, where the event names its hash, and each quote once, with the opening."""
    ids = {one["target"]["id"] for one in page}
    proposed = _proposed(team, {one["target"]["id"] for one in page if "proposed" in one["data"]})
    quotes: dict[str, list[Evidence]] = defaultdict(list)
    opened = {one["target"]["id"] for one in page if one["type"] == "change.opened"}
    rows = Evidence.objects.of(team).filter(change__public_id__in=opened & ids).select_related("change", "session")
    for row in rows.order_by("pk"):
        quotes[row.change.public_id].append(row)
    for one in page:
        text = proposed.get(one["data"].get("proposed", ""))
        if text is not None:
            yield Text(one["seq"], "proposed", text)
        if one["type"] == "change.opened":
            yield from (_quote(one["seq"], row) for row in quotes[one["target"]["id"]] if row.quote)


def _proposed(team: Team, ids: set[str]) -> dict[str, str]:
    """By its hash, what each revision of these changes proposes, in the very form that votes are bound to."""
    changes = Change.objects.of(team).filter(public_id__in=ids)
    operations = dict(changes.values_list("pk", "operation"))
    rows = RevisionTarget.objects.of(team).filter(revision__change__in=changes).select_related("revision")
    by_revision: dict[int, list[RevisionTarget]] = defaultdict(list)
    for row in rows.order_by("revision", "position"):
        by_revision[row.revision_id].append(row)
    texts = [bounds.proposed_text(operations[own[0].revision.change_id], own) for own in by_revision.values()]
    return {bounds.sha256(text): text for text in texts}


def _quote(seq: int, row: Evidence) -> Text:
    place = {"session": row.session.public_id, "position": row.position, "start": row.start, "end": row.end}
    return Text(seq, "quote", row.quote, place | {"stance": row.stance, "of": row.event_sha256})


def _of_policies(team: Team, page: Sequence[Content]) -> Iterator[Text]:
    ids = [one["target"]["id"] for one in page]
    documents = dict(Policy.objects.of(team).filter(public_id__in=ids).values_list("public_id", "document"))
    for one in page:
        if one["target"]["id"] in documents:
            text = versions.text_of(documents[one["target"]["id"]])
            yield Text(one["seq"], "policy", text, {"version": one["data"].get("number", 0)})
