"""Walking a log from its first event to its last over what a pack shows and what it leaves out.

One process unpacks and assigns places, others look at the events, and their subtrees are joined in order: memory stays
that of a few pieces, whatever the size of the pack.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from audit.verify import canonical, looking, merkle, packs
from audit.verify.chain import NO_LEAF, Fault
from audit.verify.verdicts import Stop, Verdict

PARALLEL_FROM = 16 * 1024 * 1024  # bytes of events; below, other processes cost more than they save
MAX_VALUES = 32 * 1024 * 1024  # bytes of disclosures beside one piece of events
_DISCLOSED = re.compile(rb'\{"event":([1-9][0-9]{0,15}),')

GAPS_AT_ONCE = 1000
MAX_PLAN = 50_000  # gaps in a row are cut at checkpoints alone, and a piece has far fewer lines
Plan = list[packs.Gap | Stop | None]  # None: the next run
Look = Callable[[looking.Piece], "Future[looking.Found]"]


@dataclass(frozen=True)
class Root:
    """A root that the tree must have at a size."""

    size: int
    root: bytes
    reason: str
    what: str


@dataclass
class Walk:
    """`sealed` is the size of the newest checkpoint that was verified, `covered` where the events and gaps end."""

    about: packs.About
    roots: Sequence[Root]
    sealed: int
    verdict: Verdict
    tree: merkle.Range = field(default_factory=merkle.Range)
    covered: int = 0
    last_leaf: bytes | None = NO_LEAF  # None: not known, after a gap
    copies_found: set[int] = field(default_factory=set)
    wanted: dict[int, list[Root]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for root in self.roots:
            self.wanted.setdefault(root.size, []).append(root)
        self.sizes = sorted(root.size for root in self.roots if root.reason == "root")
        self.proven = max((root.size for root in self.roots), default=0)
        self._compare()

    def join(self, plan: Plan, found: looking.Found) -> None:
        """Append what a piece brought. Raises Stop where a gap does not fit."""
        self.verdict.add(found.faults, found.fault_count)
        self.verdict.checked.update(found.counts)
        self.copies_found.update(found.copies)
        runs = iter(found.runs)
        for gap in plan:
            if gap is None:
                self._join_run(next(runs))
            elif isinstance(gap, Stop):
                raise gap
            else:
                self._join_gap(gap)

    def _join_run(self, run: looking.Run) -> None:
        if run.first_prev is not None and self.last_leaf is not None and run.first_prev != self.last_leaf.hex():
            self.verdict.add([Fault(run.first, "prev", looking.UNLINKED)])
        for last, nodes in run.parts:
            self._append(last, nodes)
            self.verdict.checked["unsealed events"] += max(0, last - max(self.sealed, self.covered))
            self.covered = last
        self.last_leaf = run.last_leaf

    def _join_gap(self, gap: packs.Gap) -> None:
        at = bisect_right(self.sizes, self.covered)
        is_cut = at > 0 and self.sizes[at - 1] == self.covered
        if self.last_leaf is None and not is_cut:
            raise Stop("gap", "it follows another gap without a checkpoint between them", gap.first)
        if self.sizes[at : at + 1] and self.sizes[at] < gap.last:
            raise Stop("gap", "it goes over the size of a checkpoint", gap.first)
        is_proven = gap.last <= self.proven
        if len(gap.nodes) != (len(gap.levels()) if is_proven else 0):
            raise Stop("gap", "its nodes do not cover it", gap.first)
        if self.about.completeness == packs.CONTIGUOUS and self._is_within(gap):
            self.verdict.add([Fault(gap.first, "completeness", f"events up to {gap.last} are not shown")])
        self._append(gap.last, gap.nodes)
        self.verdict.checked["omitted events"] += gap.last - gap.first + 1
        self.covered, self.last_leaf = gap.last, None

    def _is_within(self, gap: packs.Gap) -> bool:
        return gap.first <= self.about.last and gap.last >= self.about.first

    def _append(self, last: int, nodes: Sequence[bytes]) -> None:
        if last <= self.proven:
            for level, node in zip(list(merkle.cover(self.tree.stop, last)), nodes, strict=True):
                self.tree.add(node, level)
            self._compare()

    def _compare(self) -> None:
        for wanted in self.wanted.pop(self.tree.stop, ()):
            self.verdict.checked["roots"] += 1
            if self.tree.root != wanted.root:
                detail = f"{wanted.what} knows another tree of {wanted.size} events"
                self.verdict.add([Fault(None, wanted.reason, detail)])

    def finish(self, shown: int) -> None:
        about = self.about
        if self.covered < self.proven:
            detail = f"events and gaps end at {self.covered}, the newest checkpoint at {self.proven}"
            self.verdict.add([Fault(None, "gap", detail)])
        elif about.last > self.covered:
            detail = f"the range goes to {about.last}, events and gaps to {self.covered}"
            self.verdict.add([Fault(None, "completeness", detail)])
        else:
            out_of_reach = [root for roots in self.wanted.values() for root in roots]
            self.verdict.add(
                Fault(None, "pin-out-of-reach", f"the pack does not show the tree of {root.size} events")
                for root in out_of_reach
            )
        if self.verdict.checked["events"] != shown:
            found = self.verdict.checked["events"]
            self.verdict.add([Fault(None, "count", f"the manifest counts {shown} events, there are {found}")])


def pieces(
    events: Iterable[bytes], gaps: Iterable[bytes], disclosures: Iterable[bytes]
) -> Iterator[tuple[Plan, looking.Piece]]:
    """Whole lines of events with the places that the gaps leave them; the last plan may end with why it stopped."""
    place = 1
    plan: Plan = []
    runs: list[tuple[int, int]] = []
    held = b""
    try:
        values, coming = _Values(disclosures), _Gaps(gaps)
        for held in _whole_lines(events):
            for first, count in _places(place, held.count(b"\n"), coming, plan):
                runs.append((first, count))
                place = first + count
            yield plan, looking.Piece(runs, held, values.up_to(place - 1))
            plan, runs = [], []
        held = b""
        for gap in coming.rest(place):
            plan.append(gap)
            if len(plan) >= GAPS_AT_ONCE:
                yield plan, looking.Piece((), b"", b"")
                plan = []
        yield plan, looking.Piece((), b"", values.up_to(packs.MAX_SEQ))
    except Stop as stop:
        yield [*plan, stop], looking.Piece(runs, held, b"")


def _places(place: int, left: int, coming: _Gaps, plan: Plan) -> Iterator[tuple[int, int]]:
    """The runs that so many lines make from a place on; `plan` gets them and the gaps between them."""
    while left:
        if coming.gap is not None and coming.starts_at(place):
            if len(plan) > MAX_PLAN:
                raise Stop("gap", "more gaps in a row than there can be checkpoints", place)
            plan.append(coming.gap)
            place = coming.take() + 1
            continue
        count = left if coming.gap is None else min(left, coming.gap.first - place)
        if place + count > packs.MAX_SEQ:
            raise Stop("limit", "more events than can be numbered")
        plan.append(None)
        yield place, count
        place, left = place + count, left - count


class _Gaps:
    """The gaps one by one, with the next in sight."""

    def __init__(self, content: Iterable[bytes]) -> None:
        self._lines = lines(content)
        self.gap = self._next()

    def starts_at(self, place: int) -> bool:
        if self.gap is not None and self.gap.first < place:
            raise Stop("gap", "it begins where there is an event or another gap", self.gap.first)
        return self.gap is not None and self.gap.first == place

    def take(self) -> int:
        """Go on to the next gap; the last event of this one."""
        last = self.gap.last if self.gap is not None else 0
        self.gap = self._next()
        return last

    def rest(self, place: int) -> Iterator[packs.Gap]:
        """All that are left, where the events have ended."""
        while (gap := self.gap) is not None:
            if not self.starts_at(place):
                raise Stop("gap", f"it begins at {gap.first}, events end at {place - 1}", gap.first)
            place = self.take() + 1
            yield gap

    def _next(self) -> packs.Gap | None:
        line = next(self._lines, None)
        try:
            return None if line is None else packs.Gap.parse(line)
        except packs.BadPack as error:
            raise Stop("gap", f"a line of gaps {error}") from None


class _Values:
    """The lines of disclosures, handed out up to an event."""

    def __init__(self, content: Iterable[bytes]) -> None:
        self._lines = lines(content)
        self._line = next(self._lines, None)

    def up_to(self, seq: int) -> bytes:
        taken, size = [], 0
        while self._line is not None:
            found = _DISCLOSED.match(self._line)
            if found is not None and int(found[1]) > seq:
                break
            taken.append(self._line + b"\n")
            size += len(self._line)
            if size > MAX_VALUES:
                raise Stop("limit", "too many private values beside some events")
            self._line = next(self._lines, None)
        return b"".join(taken)


def _whole_lines(content: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in content:
        whole, newline, after = piece.rpartition(b"\n")
        if newline:
            yield rest + whole + newline
            rest = after
        else:
            rest += piece
        if len(rest) > canonical.MAX_BYTES:
            raise Stop("canonical", f"a line of events has more than {canonical.MAX_BYTES} bytes")
    if rest:
        raise Stop("canonical", "the last line of events does not end")


def lines(content: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in content:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > packs.MAX_LINE:
            raise Stop("limit", f"a line has more than {packs.MAX_LINE} bytes")
    if rest:
        yield rest


_rules: looking.Rules | None = None


def _begin(rules: looking.Rules) -> None:
    global _rules  # noqa: PLW0603 - set once in each worker, so that a piece need not carry it
    _rules = rules


def _look(piece: looking.Piece) -> looking.Found:
    if _rules is None:
        raise RuntimeError("a worker has no rules")
    return looking.look(piece, _rules)


@contextmanager
def lookers(rules: looking.Rules, *, events_size: int) -> Iterator[tuple[Look, int]]:
    """A way to have pieces looked at, and how many may be under way."""
    cores = os.cpu_count() or 1
    if events_size < PARALLEL_FROM or cores == 1:
        yield lambda piece: _done(looking.look(piece, rules)), 1
        return
    with ProcessPoolExecutor(cores, initializer=_begin, initargs=(rules,)) as pool:
        yield lambda piece: pool.submit(_look, piece), 2 * cores


def _done(found: looking.Found) -> Future[looking.Found]:
    future: Future[looking.Found] = Future()
    future.set_result(found)
    return future


def go(walk: Walk, parts: Iterator[tuple[Plan, looking.Piece]], rules: looking.Rules, *, events_size: int) -> None:
    """Look at everything in order. Raises Stop."""
    with lookers(rules, events_size=events_size) as (look, most):
        waiting: deque[tuple[Plan, Future[looking.Found]]] = deque()
        for plan, piece in parts:
            waiting.append((plan, look(piece)))
            if len(waiting) >= most:
                plan, future = waiting.popleft()
                walk.join(plan, future.result())
        while waiting:
            plan, future = waiting.popleft()
            walk.join(plan, future.result())
