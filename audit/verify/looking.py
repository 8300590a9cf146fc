"""Looking at a piece of a pack's events: what one worker does, with nothing but the bytes and the rules."""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from audit.verify import canonical, chain, commitments, merkle, packs
from audit.verify.chain import Fault
from audit.verify.verdicts import LISTED_FAULTS

# The end of a canonical event, from `private` on. No string can feign it: an unescaped quote would end the string, and
# an object within the event would leave a brace open behind it.
_ENTRY = rb'"[a-z0-9_]{1,40}":"sha256:[0-9a-f]{64}"'
_END = re.compile(
    rb',"private":\{(|' + _ENTRY + rb"(?:," + _ENTRY + rb')*)\},"seq":([1-9][0-9]{0,15}),'
    rb'"target":\{"id":"[^"\\]*","type":"[^"\\]*"\},"time":"[^"\\]*","type":"[^"\\]*","v":1\}'
)

UNLINKED = "the body does not name the leaf of the event before it"


@dataclass(frozen=True)
class Rules:
    """What holds for every event. `cuts` are the sizes at which a root is asked for, in order.

    `redacted` has, in order, the events whose value of a name was erased, as the events say that are `copied` and of
    which `copies` has the leaves.
    """

    log: str
    strict: bool
    cuts: Sequence[int]
    withheld: Set[str]
    redacted: Mapping[str, Sequence[int]]
    copies: Mapping[int, bytes]
    copied: Sequence[int]

    def is_redacted(self, seq: int, name: str) -> bool:
        seqs = self.redacted.get(name, ())
        at = bisect_left(seqs, seq)
        return at < len(seqs) and seqs[at] == seq

    def is_withheld(self, name: str) -> bool:
        return name in self.withheld or packs.ALL_NAMES in self.withheld


@dataclass(frozen=True)
class Piece:
    """Whole lines of events, the places they take, and the lines of disclosures up to the last of them."""

    runs: Sequence[tuple[int, int]]  # first event, how many
    lines: bytes
    disclosures: bytes


@dataclass
class Run:
    """`parts` are the nodes that cover the run, cut where a root is asked for: (last event, nodes)."""

    first: int
    parts: list[tuple[int, list[bytes]]]
    first_prev: str | None
    last_leaf: bytes


@dataclass
class Found:
    runs: list[Run] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    def add(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < LISTED_FAULTS:
            self.faults.append(fault)


def look(piece: Piece, rules: Rules) -> Found:
    found = Found()
    values = _disclosed(piece.disclosures, found)
    lines = piece.lines.split(b"\n")
    at = 0
    for first, count in piece.runs:
        found.runs.append(_look_at_run(first, lines[at : at + count], rules, values, found))
        at += count
    found.counts["events"] += at
    for seq, name in values:
        found.add(Fault(seq, "private", f"no shown event commits to this value of {name}"))
    return found


Values = dict[tuple[int, str], packs.Disclosure]


def _disclosed(lines: bytes, found: Found) -> Values:
    values: Values = {}
    last = (0, "")
    for line in lines.split(b"\n")[:-1]:
        try:
            one = packs.Disclosure.parse(line)
        except packs.BadPack as error:
            found.add(Fault(None, "private", f"a line of disclosures {error}"))
            continue
        if (one.seq, one.name) <= last:
            found.add(Fault(one.seq, "private", f"the value of {one.name} is there twice or out of order"))
            continue
        last = one.seq, one.name
        values[one.seq, one.name] = one
    return values


def _look_at_run(first: int, lines: Sequence[bytes], rules: Rules, values: Values, found: Found) -> Run:
    sha256 = hashlib.sha256
    leaves = [sha256(b"\x00" + line).digest() for line in lines]
    prevs = _read_strictly(first, lines, rules, values, found) if rules.strict else None
    if prevs is None:
        _read_fast(first, lines, rules, values, found)
    else:
        for at, (prev, leaf) in enumerate(zip(prevs[1:], leaves, strict=False), start=1):
            if prev is not None and prev != leaf.hex():
                found.add(Fault(first + at, "prev", UNLINKED))
    copied = rules.copied[bisect_left(rules.copied, first) : bisect_left(rules.copied, first + len(leaves))]
    found.copies += [seq for seq in copied if leaves[seq - first] == rules.copies[seq]]
    return Run(first, list(_parts(first, leaves, rules.cuts)), prevs[0] if prevs else None, leaves[-1])


def _parts(first: int, leaves: Sequence[bytes], cuts: Sequence[int]) -> Iterator[tuple[int, list[bytes]]]:
    start, stop = first - 1, first - 1 + len(leaves)
    for cut in [*cuts[bisect_right(cuts, start) : bisect_left(cuts, stop)], stop]:
        yield cut, merkle.covering_nodes(start, leaves[start - first + 1 : cut - first + 1])
        start = cut


def _read_strictly(first: int, lines: Sequence[bytes], rules: Rules, values: Values, found: Found) -> list[str | None]:
    """Everything that an event says of itself; returns its `prev` for each, None where it cannot be read."""
    prevs: list[str | None] = []
    for seq, line in enumerate(lines, start=first):
        content, faults = chain.read(seq, line)
        for fault in faults:
            found.add(fault)
        prevs.append(None if content is None else content["prev"])
        if content is not None:
            if content["log"] != rules.log:
                found.add(Fault(seq, "log", "the body belongs to another log"))
            if content["seq"] != seq:
                found.add(Fault(seq, "seq", f"the body is event {content['seq']}"))
            _check_values(seq, content["private"], rules, values, found)
    return prevs


def _read_fast(first: int, lines: Sequence[bytes], rules: Rules, values: Values, found: Found) -> None:
    """Number and commitments alone, from the end of the line; what ends otherwise is read as a whole."""
    for seq, line in enumerate(lines, start=first):
        end = _END.fullmatch(line, max(0, line.rfind(b',"private":{')))
        if end is None or len(line) > canonical.MAX_BYTES:
            _read_strictly(seq, [line], rules, values, found)
            continue
        if int(end[2]) != seq:
            found.add(Fault(seq, "seq", f"the body is event {int(end[2])}"))
        if end[1]:
            _check_values(seq, _pairs(end[1]), rules, values, found)


def _pairs(entries: bytes) -> dict[str, str]:
    """Names and commitments, of which neither can hold a quote, a comma or an escape."""
    parts = entries.decode().split('"')
    return dict(zip(parts[1::4], parts[3::4], strict=True))


def _check_values(seq: int, private: Mapping[str, object], rules: Rules, values: Values, found: Found) -> None:
    for name, commitment in private.items():
        value = values.pop((seq, name), None)
        if value is not None:
            found.counts["disclosed values"] += 1
            if not commitments.is_kept(commitment=str(commitment), name=name, value=value.value, salt=value.salt):
                found.add(Fault(seq, "private", f"the value of {name} is not what was committed to"))
        elif rules.is_redacted(seq, name):
            found.counts["redacted values"] += 1
        elif rules.is_withheld(name):
            found.counts["withheld values"] += 1
        else:
            found.add(Fault(seq, "missing-value", f"the value of {name} is neither here nor erased nor withheld"))
