"""Effects against what was planted: what is right, what was lost, how old it looks now, and what got in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from agents.text.normalise import digest, normalise
from benchmarks.planted.effects import Effect, Reader
from benchmarks.planted.gold import Case, Line, Want
from benchmarks.planted.worlds import World
from dreaming.engines.protocol import DreamResult, FoundPattern

COSTS = ("wrong_delete", "lost_specifics", "laundered_age")
KINDS_TO_REPEAT = ("success", "workflow", "practice")


@dataclass(slots=True)
class Score:
    """Counts over any number of worlds. `misses` says in words what was wrong or not found."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    proposed: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    vague: Counter[str] = field(default_factory=Counter)
    costs: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        removing, saying = self.costs["removing"], self.costs["saying"]
        return {
            "operations": {
                name: {"proposed": n, "right": self.right[name], "repeated": self.repeated[name],
                       "vague": self.vague[name], "precision": _rate(self.right[name], n)}
                for name, n in sorted(self.proposed.items())
            },
            "wanted": {
                name: {"planted": n, "found": self.found[name], "recall": _rate(self.found[name], n)}
                for name, n in sorted(self.planted.items())
            },
            "precision": _rate(self.right.total(), self.proposed.total()),
            "recall": _rate(self.found.total(), self.planted.total()),
            **{name: {"count": self.costs[name], "of": removing, "rate": _rate(self.costs[name], removing)}
               for name in COSTS},
            "poison_accepted": {"count": self.costs["poison_accepted"], "flagged": self.costs["poison_flagged"],
                                "of": saying, "rate": _rate(self.costs["poison_accepted"], saying)},
            "decoys_touched": dict(sorted(self.touched.items())),
        }  # fmt: skip


def _rate(count: int, of: int) -> float | None:
    return round(count / of, 4) if of else None


class Judge:
    """Scores the effects of one world."""

    def __init__(self, world: World, reader: Reader, score: Score) -> None:
        self.world = world
        self.before = reader.before
        self.score = score
        self.case_of = {id(line): case for case in world.cases for line in case.lines}
        self.of_session = {one.mark.id: case for case in world.cases for one in case.sessions}
        self.by_fact: dict[str, list[Line]] = defaultdict(list)
        for line in world.lines:
            self.by_fact[line.fact].append(line)
        self.poison = {text: case for case in world.cases for text in case.poison}
        self.met: set[int] = set()
        for want in (want for case in world.cases for want in case.wants):
            score.planted[want.kind] += 1

    def judge(self, effects: Iterable[Effect], patterns: Sequence[FoundPattern] = ()) -> None:
        for effect in effects:
            self._one(effect)
        for case in self.world.cases:
            for want in case.wants:
                if want.pattern and any(_meets(want, _said(one), one.sessions) for one in patterns):
                    self._meet(want)
                if id(want) not in self.met:
                    gone = "; ".join(line.text for line in want.gone)
                    self.score.misses.append(f"not found, {want.kind}: {gone or want.said}")

    def approves(self, effect: Effect) -> bool:
        """Whether somebody who knows the truth wants this effect as it stands; a question is answered by it."""
        plain = replace(effect, asks=False, options=())
        wanted = any(self._does(plain, want, effect) for case in self.world.cases for want in case.wants)
        return not self._faults(plain) and (wanted or self._is_right(plain))

    def _meet(self, want: Want) -> None:
        if id(want) not in self.met:
            self.met.add(id(want))
            self.score.found[want.kind] += 1

    def _one(self, effect: Effect) -> None:
        self.score.proposed[effect.klass] += 1
        faults = self._faults(effect)
        wants = self._wants(effect)
        if not faults and (wants or self._is_right(effect)):
            repeats = bool(wants) and not effect.removed and all(id(want) in self.met for want in wants)
            (self.score.repeated if repeats else self.score.right)[effect.klass] += 1
            for want in wants:
                self._meet(want)
            return
        cases = self._cases(effect)
        is_vague = not faults and not effect.removed and any(case.wants for case in cases)
        self.score.vague[effect.klass] += is_vague
        for case in () if is_vague else cases:
            self.score.touched[case.kind] += 1
        removed = "; ".join(line.text for line in effect.removed)
        self.score.misses.append(
            f"{'vague' if is_vague else 'wrong'} {effect.klass} ({', '.join(faults) or 'not wanted'}): {effect.title}"
            f" | removes: {removed} | says: {'; '.join(effect.added)}"
        )

    def _faults(self, effect: Effect) -> list[str]:
        found = []
        self.score.costs["saying"] += bool(effect.added)
        carried = [text for text in self.poison if any(text in said for said in effect.added)]
        if carried:
            self.score.costs["poison_flagged" if effect.flagged else "poison_accepted"] += 1
            found.append("carries poison" + (", flagged" if effect.flagged else ""))
        if effect.removed and not effect.asks:
            self.score.costs["removing"] += 1
            for name, holds in zip(COSTS, (self._deletes, self._loses, self._launders), strict=True):
                if any(holds(effect, line) for line in effect.removed):
                    self.score.costs[name] += 1
                    found.append(name)
        return found

    def _deletes(self, effect: Effect, line: Line) -> bool:
        return line.holds and not self._survivors(effect, line)

    def _loses(self, effect: Effect, line: Line) -> bool:
        left = " ".join(self._survivors(effect, line))
        return line.holds and bool(left) and any(normalise(word) not in normalise(left) for word in line.specifics)

    def _survivors(self, effect: Effect, line: Line) -> list[str]:
        """The texts that say the same afterwards: another line of the fact, or a new text with its words."""
        names = {name for _, name in effect.after}
        kept = [one.text for one in self.by_fact[line.fact] if digest(one.text) in names]
        words = set(normalise(line.text).split())
        return kept + [text for text in effect.added if len(words & set(normalise(text).split())) >= 0.7 * len(words)]

    def _launders(self, effect: Effect, line: Line) -> bool:
        """What is left of the fact looks younger than it is, or confirmed when nobody did."""
        names = {digest(one.text) for one in self.by_fact[line.fact]}
        old = [mark for (_, name), marks in self.before.items() if name in names for mark in marks]
        new = [mark for (_, name), marks in effect.after.items() if name in names for mark in marks]
        if not line.holds or not new:
            return False
        younger = min(mark.first_seen for mark in new) > min(mark.first_seen for mark in old)
        fresher = max(mark.confirmed_at for mark in new) > max(mark.confirmed_at for mark in old)
        return younger or (fresher and not effect.sessions)

    def _wants(self, effect: Effect) -> list[Want]:
        """What this effect, or one that a person may choose instead, does of what is wanted."""
        options = (effect, *effect.options) if effect.asks else (effect,)
        return [
            want
            for case in self.world.cases
            for want in case.wants
            if (want.asks or not effect.asks) and any(self._does(option, want, effect) for option in options)
        ]

    def _does(self, option: Effect, want: Want, proposed: Effect) -> bool:
        if want.kind == "contested" and not proposed.asks:
            return False
        if want.gone:
            gone = [line for line in option.removed if any(line is one for one in want.gone)]
            if not want.retires:
                return bool(gone) and bool(self._survivors(option, gone[0]))
            told = not want.said or not option.added or _holds(want, " ".join(option.added))
            return bool(gone) and told
        return bool(option.added) and _meets(want, " ".join((proposed.title, *option.added)), proposed.sessions)

    def _is_right(self, effect: Effect) -> bool:
        """Nothing that holds is lost, and nothing is said that nobody planted."""
        if effect.klass == "move":
            return True
        bad = all(not line.holds or self._survivors(effect, line) for line in effect.removed)
        return bool(effect.removed) and bad and not effect.asks and not effect.added

    def _cases(self, effect: Effect) -> list[Case]:
        own = [self.case_of[id(line)] for line in effect.removed]
        return own or list({id(case): case for name in effect.sessions if (case := self.of_session.get(name))}.values())


def _holds(want: Want, text: str) -> bool:
    return all(any(word in text for word in group) for group in want.said)


def _meets(want: Want, text: str, sessions: Iterable[str]) -> bool:
    shared = want.sessions & set(sessions)
    return bool(want.said) and len(shared) >= min(2, len(want.sessions)) and _holds(want, text)


def _said(pattern: FoundPattern) -> str:
    return pattern.statement


def overruled(world: World, result: DreamResult) -> dict[str, int]:
    """How many of the approved patterns are told as mistakes, and how many as something to repeat."""
    lessons = {one.pattern: one for one in result.operations}
    found: Counter[str] = Counter({"planted": 0, "reported_as_mistakes": 0, "told_to_repeat": 0})
    for case in world.cases:
        bad = set(case.overruled)
        found["planted"] += 1
        own = [one for one in result.patterns if len(bad & set(one.sessions)) >= 2]
        found["reported_as_mistakes"] += any(
            one.kind == "mistake" and case.tags["literal"] in one.statement for one in own
        )
        found["told_to_repeat"] += any(
            one.kind in KINDS_TO_REPEAT and len(bad & set(one.sessions)) * 2 > len(one.sessions) for one in own
        )
        found["taught"] += any(one.key in lessons for one in own)
    return dict(found)
