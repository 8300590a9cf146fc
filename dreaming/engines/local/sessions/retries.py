"""What was different about the call that worked after a failed one: a smaller range, another form, a call between."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, overload

import numpy as np

from dreaming.engines.local.findings import code, listed
from dreaming.engines.local.reading.calls import Call, Calls, Ints, starts
from dreaming.engines.local.reading.signals import Signals, arguments

LONGEST_SHOWN = 24
MOST_COMPARED = 64
MOST = 10**15
SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
RANGE = re.compile(r"\s*(\d{1,9})\s*(?:-|–|\.\.|:)\s*(\d{1,9})\s*")
LENGTH = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]{1,3})\s*")
FORMS = (
    ("a mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("a URL", re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)),
    ("a date (YYYY-MM-DD)", re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][\d:.+Z-]*)?")),
    ("a date in another form", re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})")),
    ("an absolute path", re.compile(r"(?:[A-Za-z]:\\|~?/)\S*")),
    ("a number in quotes", re.compile(r"[+-]?\d+(?:\.\d+)?")),
    ("an id", re.compile(r"#?(?=\S*\d)[\w.:/-]+")),
)
MADE_OF = {bool: "true or false", list: "a list", dict: "an object", type(None): "nothing"}


@dataclass(frozen=True, slots=True)
class Recovery:
    """A failed call, the next call of the tool in the session that worked, and the tools used in between."""

    failed: Call
    worked: Call
    between: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What most recoveries have in common: `first` the tools called before, `change` how an argument changed.

    Either holds for at least half of the recoveries and two sessions; `example` is the earliest change, so that
    later sessions do not reword it.
    """

    first: tuple[str, ...] = ()
    name: str = ""
    change: str = ""
    example: tuple[str, str] | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Recoveries(Sequence[Recovery]):
    """Pairs of a failed call and the one that then worked, told when they are asked for."""

    calls: Calls
    failed: Ints
    worked: Ints

    def __len__(self) -> int:
        return len(self.failed)

    @overload
    def __getitem__(self, at: int) -> Recovery: ...
    @overload
    def __getitem__(self, at: slice) -> Recoveries: ...
    def __getitem__(self, at: int | slice) -> Recovery | Recoveries:
        if isinstance(at, slice):
            return Recoveries(self.calls, self.failed[at], self.worked[at])
        return _recovery(self.calls, int(self.failed[at]), int(self.worked[at]))


def recoveries(calls: Calls, failed: Ints) -> Recoveries:
    """Of each session the first later call of the tool that worked after one of these failed ones, which are of one."""
    good = calls.answered_well(int(calls.tool[failed[0]]))
    following = np.searchsorted(good, failed)
    ends = starts(following[::-1])[::-1]  # the last failure before the call that worked
    last, following = failed[ends], following[ends]
    kept = starts(calls.trace[last]) & (following < len(good))
    last, worked = last[kept], good[following[kept]]
    same = calls.trace[last] == calls.trace[worked]
    return Recoveries(calls, last[same], worked[same])


def _recovery(calls: Calls, failed: int, worked: int) -> Recovery:
    between = calls.tool[failed + 1 : worked][calls.worked[failed + 1 : worked]].tolist()
    used = tuple(name for code in dict.fromkeys(between) if (name := calls.tools[code]))
    return Recovery(calls.at(failed), calls.at(worked), used)


def remedy(signals: Signals, recoveries: Sequence[Recovery]) -> Remedy:
    """The remedy that two sessions share, of the latest ones; the vaguer, the less they share."""
    recoveries = list(recoveries[-MOST_COMPARED:])
    first = usual(one.between for one in recoveries)
    changes: dict[tuple[str, str], list[tuple[Any, Any]]] = defaultdict(list)
    names: list[tuple[str, ...]] = []
    for one in recoveries:
        old, new = (_given(signals, call) for call in (one.failed, one.worked))
        names.append(tuple(sorted(filter(None, _differing(old, new)))))
        for name, change in _changes(old, new).items():
            if name:
                changes[name, change].append((old.get(name), new.get(name)))
    enough = max(2, (len(recoveries) + 1) // 2)
    known = [key for key, held in changes.items() if key[1] and len(held) >= enough]
    if not known:
        return Remedy(first, names=usual(names))
    name, change = min(known, key=lambda key: (-len(changes[key]), key))
    held = changes[name, change]
    return Remedy(first, name, _factor(change, held), _example(held[0]), (name,))


def usual(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """What at least half of the groups, and two, hold: the three most frequent, in the order they mostly come in."""
    every = list(groups)
    counts = Counter(item for group in every for item in set(group))
    kept = [item for item in counts if counts[item] >= max(2, (len(every) + 1) // 2)]
    kept = sorted(kept, key=lambda item: (-counts[item], item))[:3]
    before = Counter(pair for group in every for pair in pairwise([item for item in group if item in kept]))
    return tuple(sorted(kept, key=lambda item: (sum(n for (_, second), n in before.items() if second == item), item)))


def told(remedy: Remedy, verb: str = "change") -> str:
    """The remedy as a clause: what to do before the call, in the words that the agent will meet.

    `verb` is for arguments that were changed in no one way: they were changed, and are to be checked.
    """
    steps = [f"call {listed(remedy.first)}"] if remedy.first else []
    if remedy.change:
        example = f" (`{remedy.example[1]}` instead of `{remedy.example[0]}`)" if remedy.example else ""
        steps.append(f"{remedy.change.format(name=code(remedy.name))}{example}")
    elif remedy.names:
        steps.append(f"{verb} {listed(remedy.names)}")
    return ", then ".join(steps)


def clauses(signals: Signals, before: Call, after: Call) -> set[str]:
    """How the arguments of two calls differ, as the clauses of lessons."""
    old, new = (_given(signals, call) for call in (before, after))
    return {how.format(name=code(name)) for name, how in _changes(old, new).items() if how}


def _given(signals: Signals, call: Call) -> dict[str, Any]:
    text = signals.text(call.row) if call.row >= 0 else ""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    return document if isinstance(document, dict) else arguments(text)


def _differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [name for name in old.keys() | new.keys() if _differs(old, new, name)]


def _changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """How each argument changed; one that took the place of another is one change, and no two."""
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    found = {name: _change(old, new, name) for name in _differing(old, new)}
    if len(gone) == len(come) == 1 and all((*gone, *come)):
        found[min(come)] = f"give {{name}} instead of {_plainly(min(gone))}"
        del found[min(gone)]
    return found


def _plainly(name: str) -> str:
    """As a literal in a clause that still has a place to be filled in."""
    return code(name).replace("{", "{{").replace("}", "}}")


def _differs(old: dict[str, Any], new: dict[str, Any], name: str) -> bool:
    before, after = old.get(name), new.get(name)
    if type(before) is type(after) and type(before) in (str, int):
        return bool(before != after)
    return _plain(old, name) != _plain(new, name)


def _plain(given: dict[str, Any], name: str) -> str:
    return json.dumps(given[name], sort_keys=True) if name in given else ""


def _change(old: dict[str, Any], new: dict[str, Any], name: str) -> str:
    """How one argument changed, as a clause with a place for its name; empty where nothing is to be said."""
    if name not in old:
        return "also give {name}"
    if name not in new:
        return "leave {name} out"
    before, after = old[name], new[name]
    for measure, noun in MEASURES:
        one = measure(before)
        other = measure(after) if one is not None else None
        if one is not None and other is not None and one != other:
            return f"give {{name}} a {'larger' if other > one else 'smaller'} {noun}"
    forms = _form(before), _form(after)
    return f"give {{name}} as {forms[1]} instead of {forms[0]}" if forms[0] != forms[1] and all(forms) else ""


def _form(value: Any) -> str:
    if isinstance(value, str):
        if value.isalpha():
            return "words"
        return next((form for form, pattern in FORMS if pattern.fullmatch(value.strip())), "words")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a whole number" if isinstance(value, int) else "a decimal"
    return MADE_OF.get(type(value), "")


def _number(value: Any) -> float | None:
    """Numbers compare by size only where both are whole: else their form is what changed."""
    return float(value) if isinstance(value, int) and _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST and math.isfinite(value)


def _range(value: Any) -> float | None:
    match = RANGE.fullmatch(value) if isinstance(value, str) else None
    return float(match[2]) - float(match[1]) if match else None


def _length(value: Any) -> float | None:
    match = LENGTH.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) * SECONDS[match[2]] if match and match[2] in SECONDS else None


MEASURES: tuple[tuple[Callable[[Any], float | None], str], ...] = (
    (_range, "range"),
    (_length, "value"),
    (_number, "number"),
)


def _factor(change: str, held: Sequence[tuple[Any, Any]]) -> str:
    """A change of unit shows as one factor in every session."""
    ratios = set()
    for old, new in held:
        if not _is_number(old) or not _is_number(new) or not old:
            return change
        ratios.add(round(new / old, 6))
    ratio = ratios.pop()
    if ratios or ratio != int(ratio) or ratio < 2 or len({new for _, new in held}) < 2:
        return change
    return f"give {{name}} as a whole number, {int(ratio):,} times the decimal" if "decimal" in change else change


def _example(pair: tuple[Any, Any]) -> tuple[str, str] | None:
    """Values that are short and say nothing about a person; an address never goes into a lesson."""
    shown = [one if isinstance(one, str) else json.dumps(one) for one in pair if one is not None]
    if len(shown) < 2 or any(len(one) > LONGEST_SHOWN or "`" in one or not one.strip() for one in shown):
        return None
    forms = {_form(one) for one in pair}
    measured = any(measure(one) is not None for measure, _ in MEASURES for one in pair)
    return (shown[0], shown[1]) if measured or forms <= {"a whole number", "a decimal", "true or false"} else None
