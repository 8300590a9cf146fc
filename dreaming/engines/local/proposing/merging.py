"""Whole memories that say mostly the same, and lessons about one thing: one takes the others in, word for word.

What only the sources say is carried over as whole lines, then they are archived. Which statements are twins is not
decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agents.snapshot import Snapshot
from agents.text import lines
from agents.text.lines import Edit
from agents.text.normalise import normalise
from agents.text.specifics import lost
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying, counted, gist
from dreaming.engines.local.proposing.carrying import carried
from dreaming.engines.local.proposing.operations import FROM_MEMORY, Draft, fingerprint, rows_of
from dreaming.engines.local.proposing.shelf import Shared, Shelf
from dreaming.engines.local.reading.claims import Claim, Place, words
from dreaming.engines.protocol import Operation, Target

MOSTLY = 0.6  # of the source's statements stand in the target
SOME = 0.3  # the same, where both have one folder and one title
FEWEST = 3  # statements in common, and lessons about one thing
WITH_ONE_TITLE, MOSTLY_SAME, LESSONS = 0.75, 0.65, 0.7
UNSURE = 0.2  # taken off where a name or a number does not come along
MOST_NAMED = 12
LEARNED = "/learned/"


@dataclass(frozen=True, slots=True)
class Merge:
    """Memories (by index) that one of them takes in.

    `twins` are the statements of the sources that it holds already, by their places, each with the one that stays.
    """

    key: tuple[str, ...]
    target: int
    sources: tuple[int, ...]
    twins: Mapping[Place, Claim]
    confidence: float
    why: str


def find(snapshot: Snapshot, known: Sequence[Claim], tidyings: Sequence[Tidying], curation: Curation) -> list[Draft]:
    """At most one merge a memory, the surest first."""
    if "merge" not in curation.propose:
        return []
    shelf = Shelf(snapshot, known, tidyings, curation)
    merges = [*_lessons(shelf)]
    merges += [merge for pair, shared in sorted(shelf.shared().items()) for merge in _alike(shelf, pair, shared)]
    busy: set[int] = set()
    drafts = []
    for merge in sorted(merges, key=lambda merge: (-merge.confidence, -len(merge.twins), merge.key)):
        members = {merge.target, *merge.sources}
        if busy & members or not shelf.may_merge(merge.target, merge.sources):
            continue
        draft = _draft(shelf, merge)
        if draft is not None:
            busy |= members
            drafts.append(draft)
    return drafts


def _alike(shelf: Shelf, pair: tuple[int, int], shared: Shared) -> Iterator[Merge]:
    """Two memories with most statements in common, or with some of them under one title in one folder."""
    target, source = sorted(pair, key=lambda one: (-len(shelf.held[one]), shelf.held[one][0].first_seen, one))
    both = [(one, other) if one.memory == source else (other, one) for one, other in shared]
    twins = {gone.place: keep for gone, keep in both if _may_go(gone)}
    size = len(shelf.held[source])
    titles = [normalise(shelf.title(one)) for one in (target, source)]
    if any(shelf.memory(one).path.startswith(LEARNED) for one in pair):
        return  # lessons of one kind share a title, whatever they are about
    is_one = bool(titles[0]) and titles[0] == titles[1] and shelf.folder(target) == shelf.folder(source)
    if len(twins) < max(1 if is_one else FEWEST, size * (SOME if is_one else MOSTLY)):
        return
    if is_one or _within(*titles):
        yield Merge(
            key=tuple(sorted(shelf.memory(one).id for one in pair)),
            target=target,
            sources=(source,),
            twins=twins,
            confidence=WITH_ONE_TITLE if is_one else MOSTLY_SAME,
            why=f"{len(twins)} of the {counted(size, 'statement')} in {shelf.memory(source).path} also"
            f" {'stands' if len(twins) == 1 else 'stand'} in {shelf.memory(target).path}"
            f"{', under the same title' if is_one else ''}.",
        )


def _may_go(claim: Claim) -> bool:
    return not claim.fixed and not claim.shared


def _within(title: str, other: str) -> bool:
    """One title says no word that the other does not: "Acme" and "Globex" are two things, whatever is said of them."""
    one, two = set(words(title)), set(words(other))
    return one <= two or two <= one


def _lessons(shelf: Shelf) -> Iterator[Merge]:
    """Files of lessons about one tool: each lesson came at a path of its own, and none of them is new any more."""
    settled = shelf.snapshot.taken_at - timedelta(days=shelf.curation.cool_down_days)
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index in shelf.held:
        memory, title = shelf.memory(index), shelf.title(index)
        if "`" in title and memory.path.startswith(LEARNED) and memory.at <= settled:
            groups[memory.namespace, shelf.folder(index), normalise(title)].append(index)
    for (_, folder, title), group in sorted(groups.items()):
        if len(group) < FEWEST:
            continue
        target, *sources = sorted(group, key=lambda one: (shelf.held[one][0].first_seen, shelf.memory(one).path))
        said = {claim.digest: claim for claim in shelf.held[target]}
        gone = [claim for one in sources for claim in shelf.held[one] if claim.digest in said and _may_go(claim)]
        yield Merge(
            key=("lessons", folder, title),
            target=target,
            sources=tuple(sources),
            twins={claim.place: said[claim.digest] for claim in gone},
            confidence=LESSONS,
            why=f"{len(group)} files in {folder} hold lessons on one thing, “{gist(shelf.title(target), 80)}”.",
        )


def _draft(shelf: Shelf, merge: Merge) -> Draft | None:
    """None where the lines of the sources cannot simply stand in the target."""
    target, sources = shelf.memory(merge.target), [shelf.memory(index) for index in merge.sources]
    gone = [[place[1:] for place in merge.twins if place[0] == index] for index in merge.sources]
    edits = carried(target.text, [(one.text, frozenset(own)) for one, own in zip(sources, gone, strict=True)])
    if edits is None:
        return None
    after = "".join(lines.apply(lines.split(target.text), edits))
    missing = sorted({one.value for one in lost([source.text for source in sources], after)})
    claims = [claim for index in merge.sources for claim in shelf.held[index] if claim.place in merge.twins]
    reworded = tuple(claim for claim in claims if merge.twins[claim.place].digest != claim.digest)
    operation = Operation(
        kind="merge" if edits else "archive",
        title=_title([source.path for source in sources], target.path, edits),
        rationale=" ".join(_rationale(merge, edits, claims, missing)),
        reason_code="same_topic",
        confidence=round(merge.confidence - UNSURE * bool(missing), 2),
        fingerprint=fingerprint("merge", target.namespace, merge.key),
        targets=_targets(shelf, merge, edits),
        quotes=(),
    )
    rows = {index: len(lines.split(shelf.memory(index).text)) for index in merge.sources}
    return Draft(
        operation=operation,
        source=None,
        lines=frozenset((index, row) for index, count in rows.items() for row in range(count)),
        keeps=frozenset(line for claim in merge.twins.values() for line in rows_of(claim)),
        folds=True,
        lost=reworded,
    )


def _targets(shelf: Shelf, merge: Merge, edits: tuple[Edit, ...]) -> tuple[Target, ...]:
    """The target where it is written to, then the sources, which go to the archive."""
    found = []
    for index in (merge.target, *merge.sources):
        memory, stays = shelf.memory(index), index == merge.target
        if edits or not stays:
            path = memory.path if stays else None
            own = edits if stays else ()
            found.append(Target(memory.namespace, memory.id, memory.version_id, memory.path, path, own))
    return tuple(found)


def _title(sources: Sequence[str], target: str, edits: tuple[Edit, ...]) -> str:
    named = sources[0] if len(sources) == 1 else f"{len(sources)} files"
    return f"Merge {named} into {target}" if edits else f"Archive {named}: all of it stands in {target}"


def _rationale(merge: Merge, edits: tuple[Edit, ...], gone: Sequence[Claim], missing: Sequence[str]) -> Iterator[str]:
    """What is left out is named: every statement of the sources that the target holds already, and what gets lost."""
    yield merge.why
    archived = "the other is archived" if len(merge.sources) == 1 else "the others are archived"
    if edits:
        yield f"What is said only there is taken over word for word; then {archived}."
    else:
        yield f"Nothing else is left, so {archived}."
    if gone:
        yield f"Left out, because it stands there already: {'; '.join(_twin(merge, claim) for claim in gone)}."
    if missing:
        named = ", ".join(f"“{gist(value, 60)}”" for value in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        yield f"Not taken over: {named}{more}. Please look whether something is missing."
    yield FROM_MEMORY


def _twin(merge: Merge, claim: Claim) -> str:
    keep = merge.twins[claim.place]
    said = f"“{gist(claim.text, 140)}”"
    return said if keep.digest == claim.digest else f"{said}, as “{gist(keep.text, 140)}”"
