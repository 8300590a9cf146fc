"""What a proposal page draws, one card for each change: read in the same number of queries for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from accounts import naming, roles
from accounts.models import Team
from agents.models import MemoryVersion, Namespace
from agents.text import diffs
from reviews import desk
from reviews.bounds import TargetGround
from reviews.desk import Seat
from reviews.enums import RevisionOrigin, State
from reviews.inbox import duplicates
from reviews.models import Canary, Change, DraftVote, Inverse, Proposal
from reviews.places import Ground
from reviews.reading import findings, quoting, requirements, talks
from reviews.reading.card import Card, Reader, Typed, drawn


def rows(proposal: Proposal, *, start: int = 0, most: int | None = None) -> list[Change]:
    """The changes of a proposal at `most` positions from one on, as `desk.rows` gives them; what they all share is
    read once. Parts of one change share its position.
    """
    team = proposal.team
    found = Change.with_canaries.of(team).filter(proposal=proposal, position__gte=start).select_related("head")
    changes = list((found if most is None else found.filter(position__lt=start + most)).in_order())
    namespaces = Namespace.objects.of(team).in_bulk({change.namespace_id for change in changes})
    for change in changes:
        change.team, change.proposal, change.namespace = team, proposal, namespaces[change.namespace_id]
    return changes


def read(
    changes: Sequence[Change],
    *,
    team: Team,
    reader: Reader,
    typed: Mapping[str, Typed] | None = None,
    seats: Mapping[int, Seat] | None = None,
) -> list[Card]:
    """The cards of changes that come from `desk.rows`, in their order. `seats` are given by who has just read them."""
    seats = seats or desk.read(changes, team=team)
    quotes = quoting.read(changes, team=team)
    versions = _versions(changes, team)
    said = talks.read(changes, team=team, person=reader.person, permissions=reader.permissions)
    editors = _editors(changes, team)
    same = duplicates.counts({change.alike for change in changes if change.is_undecided}, team=team)
    drafts = _drafts(changes, team, reader)
    tests = _tests(changes, team)
    measured = findings.measured(seats.values(), team=team)
    council = requirements.council([change for change in changes if change.is_votable], team=team)
    typed = typed or {}
    cards = [
        Card(
            seat=seats[change.pk],
            reader=reader,
            targets=[drawn(one.target, now(one.target.rows, one, change)) for one in seats[change.pk].standing.targets],
            quotes=quotes.get(change.pk, []),
            versions=versions.get(change.pk, []),
            editor=editors.get(seats[change.pk].head.made_by_id, ""),
            talks=said.get(change.pk, []),
            typed=typed.get(change.public_id, Typed()),
            draft=drafts.get(change.pk),
            council=council,
            findings=findings.ranked(seats[change.pk].checks, measured, is_quoted=change.pk in quotes),
            alike=same.get(change.alike, 0) if change.is_undecided else 0,
            test=tests.get(change.pk),
        )
        for change in changes
    ]
    first = _first(cards)
    if first is not None:
        first.is_current = True
    return cards


def now(rows: list[diffs.Row], target: TargetGround, change: Change) -> list[diffs.Row]:
    """Rows of a target; of a change that waits, unchanged lines read as they stand now, under their old numbers."""
    if not change.is_undecided or not target.held or target.binds_all or target.target.base is None:
        return rows
    return [one for row in rows for one in (_row_now(row, target.ground) if row[0] == diffs.EQUAL else [row])]


def _row_now(row: diffs.Row, ground: Ground) -> list[diffs.Row]:
    now = ground.line_now(row[1] - 1)
    equal = diffs.between(now, (), 1, len(now))
    if [one[3] for one in equal] == [row[3]]:
        return [row]
    return [[diffs.EQUAL, row[1], row[2], one[3], one[4]] for one in equal]


def _first(cards: Sequence[Card]) -> Card | None:
    """Where the reader goes on: at what could not be taken, else at what waits for them, else at what waits at all."""
    undecided = [card for card in cards if not card.is_decided]
    waiting = [card for card in undecided if not card.is_own]
    return next((card for card in cards if card.typed.alert), next(iter(waiting + undecided), None))


def _drafts(changes: Sequence[Change], team: Team, reader: Reader) -> dict[int, DraftVote]:
    """What the reader has prepared."""
    if not reader.may(roles.DECIDE):
        return {}
    rows = DraftVote.objects.of(team).filter(change__in=changes, by=reader.person)
    return {row.change_id: row for row in rows}


def _tests(changes: Sequence[Change], team: Team) -> dict[int, Canary]:
    """The tests of the review that are over; of one that waits nothing is read, so that it takes no longer."""
    over = [change.pk for change in changes if change.canary and not change.is_undecided]
    return {one.change_id: one for one in Canary.objects.of(team).filter(change__in=over)} if over else {}


def _editors(changes: Sequence[Change], team: Team) -> dict[str, str]:
    """The names of those who wrote the revisions that are edits."""
    heads = [change.head for change in changes if change.head is not None]
    ids = {head.made_by_id for head in heads if head.origin == RevisionOrigin.EDITED}
    return naming.names(ids, team=team) if ids else {}


def _versions(changes: Sequence[Change], team: Team) -> dict[int, list[MemoryVersion]]:
    """The memory versions that applied changes wrote."""
    applied = [change.pk for change in changes if change.state in (State.APPLIED, State.REVERTED)]
    if not applied:
        return {}
    wrote: dict[str, list[int]] = defaultdict(list)
    for change_id, targets in Inverse.objects.of(team).filter(change__in=applied).values_list("change", "targets"):
        for target in targets:
            wrote[target["version"]].append(change_id)
    found: dict[int, list[MemoryVersion]] = defaultdict(list)
    rows = MemoryVersion.objects.of(team).filter(public_id__in=wrote).select_related("memory").order_by("pk")
    for version in rows.defer("edits"):
        for change_id in wrote[version.public_id]:
            found[change_id].append(version)
    return found
