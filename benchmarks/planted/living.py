"""A store that lives: statements come, age and are replaced; sessions show errors and wishes; the truth is known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from agents.snapshot import MemoryText
from agents.text import lines as text_lines
from agents.text.lines import Edit
from agents.text.normalise import digest
from benchmarks.planted import store, wording, worlds
from benchmarks.planted.effects import Effect, held
from benchmarks.planted.gold import Case, Line, Planted, Want
from benchmarks.planted.memories import literals
from benchmarks.planted.pools import ERRORS, THINGS, Pool
from benchmarks.planted.sessions import called, ids, person, session

FIRST_LINES = 60
WINDOW = timedelta(days=90)


@dataclass(slots=True)
class Family:
    """An error that keeps coming back, until memory says how to avoid it."""

    tool: str
    remedy: str
    error: str
    sessions: list[Planted] = field(default_factory=list)
    is_known: bool = False


@dataclass(slots=True)
class Due:
    """A line that should leave memory, and the moment from which that can be known."""

    line: Line
    since: datetime
    want: Want


class Living:
    """`due` is what should be retired, `retired` how long after its evidence each was; `lost` true statements."""

    def __init__(self, seed: int, at: datetime) -> None:
        self.chance = random.Random(f"year/{seed}")
        numbers = count(5000)
        self.pools = [Pool(name, random.Random(f"{seed}/{name}/year"), False, numbers) for name in THINGS]
        self.at = at
        self.lines: list[Line] = []
        self.memories: tuple[MemoryText, ...] = ()
        self.due: list[Due] = []
        self.ending: list[Due] = []
        self.families = [self._family() for _ in range(8)]
        self.wishes: list[Want] = []
        self.sessions: list[Planted] = []
        self.retired: list[timedelta] = []
        self.lost: list[str] = []
        self.slots: dict[str, tuple[str, str, list[str]]] = {}
        for _ in range(FIRST_LINES):
            self.add_true(back=timedelta(days=self.chance.randint(10, 200)))

    def _pool(self) -> Pool:
        return self.chance.choice(self.pools)

    def _family(self) -> Family:
        pool = self._pool()
        return Family(pool.tool(), pool.tool(), pool.one(ERRORS))

    def write(
        self, text: str, fact: str = "", *, since: datetime | None = None, path: str = "", **kept: object
    ) -> Line:
        """The agent writes a line into a file of its memory; nobody reviewed it."""
        at = since or self.at
        pool = self._pool()
        path = path or f"/{pool.domain}/{self.chance.choice(worlds.FILES)}.md"
        line = Line(fact or pool.name(), text, at, at, path=path, **kept)  # type: ignore[arg-type]
        old = next((one for one in self.memories if one.path == path), None)
        if old is None:
            new = store.memory(path, f"# {path.rpartition('/')[2][:-3].title()}\n\n- {text}\n", at)
            self.memories = (*self.memories, new)
        else:
            end = len(text_lines.split(old.text))
            edits = (Edit(end, end, (f"- {text}\n",)),)
            now = old.text + f"- {text}\n"
            marks = store.carried(old, now, edits, at)
            changed = replace(old, text=now, statements=marks, number=old.number + 1, at=max(at, old.at))
            changed = replace(changed, version_id=f"ver_{old.id}_{changed.number}")
            self.memories = tuple(changed if one is old else one for one in self.memories)
        self.lines.append(line)
        return line

    def add_true(self, back: timedelta = timedelta()) -> None:
        pool = self._pool()
        if self.chance.random() < 0.6 and pool.pairs:
            thing, attribute, values = pool.attribute()
            text = wording.stated(pool, thing, attribute, values[0])
            line = self.write(text, since=self.at - back, specifics=(values[0],))
            self.slots[line.fact] = (thing, attribute, values)
        else:
            parts = pool.rule()
            self.write(wording.rule(pool, *parts), since=self.at - back, specifics=literals(parts))

    def add_copy(self) -> None:
        """Another file says the same, word for word."""
        of = self.chance.choice([line for line in self.lines if line.holds])
        if sum(line.fact == of.fact for line in self.lines) > 1:
            return
        paths = [one.path for one in self.memories if one.path != of.path and not one.path.startswith("/learned/")]
        line = self.write(of.text, of.fact, path=self.chance.choice(paths), specifics=of.specifics)
        self.due.append(Due(line, self.at, Want("copy", (line, of), retires=False)))

    def add_update(self, *, by_a_person: bool) -> None:
        """An attribute gets another value: memory says so itself, or a person does."""
        known = [line for line in self.lines if line.fact in self.slots and line.holds]
        known = [line for line in known if sum(one.fact == line.fact for one in self.lines) == 1]
        if not known:
            return
        old = self.chance.choice(known)
        thing, attribute, (value, new, other) = self.slots.pop(old.fact)
        pool = self._pool()
        gone = self._replaced(old, replace(old, holds=False))
        if by_a_person:
            said = self.converse(person(wording.said(pool, thing, attribute, new)))
            want = Want("said", (gone,), said=((new,),), sessions=ids([said]), asks=True)
        else:
            date = self.at.date().isoformat()
            line = self.write(
                wording.updated(pool, thing, attribute, value, new, date), path=old.path, specifics=(new,)
            )
            self.slots[line.fact] = (thing, attribute, [new, other, value])
            want = Want("updated", (gone,), asks=True)
        self.due.append(Due(gone, self.at, want))

    def add_ending(self) -> None:
        """A rule with its last day in it."""
        pool, day = self._pool(), self.at + timedelta(days=self.chance.randint(5, 40))
        text = wording.expiring(pool, wording.rule(pool, *pool.rule()), day.date().isoformat())
        line = self.write(text)
        since = day.replace(hour=0) + timedelta(days=1)
        self.ending.append(Due(line, since, Want("ended", (line,))))

    def end_what_is_over(self) -> None:
        for one in [one for one in self.ending if one.since <= self.at]:
            self.ending.remove(one)
            if any(line is one.line for line in self.lines):
                gone = self._replaced(one.line, replace(one.line, holds=False))
                self.due.append(Due(gone, one.since, Want("ended", (gone,))))

    def _replaced(self, old: Line, new: Line) -> Line:
        self.lines = [new if line is old else line for line in self.lines]
        return new

    def meet_an_error(self) -> None:
        family, pool = self.chance.choice(self.families), self._pool()
        if family.is_known:
            self.converse(*called(family.remedy, ref=pool.id()), *called(family.tool, ref=pool.id()))
            return
        said = pool.about(family.error, family.tool.partition("_")[2])
        given = pool.id()
        events = (
            *called(family.tool, said, failed=True, ref=given),
            *called(family.remedy, ref=given),
            *called(family.tool, ref=given),
        )
        family.sessions.append(self.converse(*events))

    def wish(self) -> None:
        pool = self._pool()
        deed, words = wording.deed(pool)
        said = self.converse(person(f"{pool.one(wording.WISHES).format(deed=deed).capitalize()}"))
        self.wishes.append(Want("wish", said=tuple((word,) for word in words), sessions=ids([said])))

    def converse(self, *events: object) -> Planted:
        one = session(self._pool(), self.at - timedelta(hours=1), events)  # type: ignore[arg-type]
        self.sessions.append(one)
        return one

    def pass_time(self, at: datetime) -> None:
        """One cycle of life: what is written, said, met and over since the last."""
        self.at = at
        self.sessions = [one for one in self.sessions if at - (one.mark.started_at or at) < WINDOW]
        self.end_what_is_over()
        for likely, happens in (
            (0.10, self.add_true), (0.10, self.add_copy), (0.08, lambda: self.add_update(by_a_person=False)),
            (0.04, lambda: self.add_update(by_a_person=True)), (0.08, self.add_ending), (0.6, self.meet_an_error),
            (0.03, self.wish), (0.5, self.meet_an_error),
        ):  # fmt: skip
            if self.chance.random() < likely:
                happens()
        if self.chance.random() < 0.02:
            self.families[self.chance.randrange(len(self.families))] = self._family()

    def cases(self) -> Iterator[Case]:
        """What is known now, as cases for a judge."""
        wanted = {id(one.line): one.want for one in self.due}
        for line in self.lines:
            want = wanted.get(id(line))
            yield Case("line", (line,), wants=(want,) if want else ())
        for family in self.families:
            recent = [one for one in family.sessions if any(one is other for other in self.sessions)]
            want = Want("lesson", said=((family.tool,), (family.remedy,)), sessions=ids(recent))
            yield Case("family", sessions=tuple(recent), wants=() if family.is_known else (want,))
        yield Case("wishes", wants=tuple(self.wishes))

    def settle(self, memories: tuple[MemoryText, ...], effects: list[Effect]) -> None:
        """What memory is after the approved changes were applied: which lines are left, what was learned."""
        for effect in effects:
            for text in effect.added:
                self._learn(text, memories)
        self.memories = memories
        left = {key: len(marks) for key, marks in held(memories).items()}
        before = {line.fact: line for line in self.lines if line.holds}
        kept = []
        for line in self.lines:
            key = next((key for key in ((line.path, digest(line.text)),) if left.get(key)), None) or next(
                (key for key, n in left.items() if n and key[1] == digest(line.text)), None
            )
            if key is not None:
                left[key] -= 1
                kept.append(line if key[0] == line.path else self._moved(line, key[0]))
        self.lines = kept
        said = {line.fact for line in kept}
        self.lost += [line.text for fact, line in before.items() if fact not in said]
        facts = [line.fact for line in kept]
        for one in list(self.due):
            is_copy = not one.want.retires
            if (facts.count(one.line.fact) <= 1) if is_copy else not any(line is one.line for line in kept):
                self.due.remove(one)
                self.retired.append(self.at - one.since)

    def _moved(self, line: Line, path: str) -> Line:
        now = replace(line, path=path)
        for one in self.due:
            if one.line is line:
                one.line, one.want = now, replace(one.want, gone=tuple(now if g is line else g for g in one.want.gone))
        return now

    def _learn(self, text: str, memories: tuple[MemoryText, ...]) -> None:
        for family in self.families:
            if family.tool in text and family.remedy in text:
                family.is_known = True
        self.wishes = [want for want in self.wishes if not all(any(word in text for word in g) for g in want.said)]
        path = next(key[0] for key in held(memories) if key[1] == digest(text)) if text else ""
        self.lines.append(Line(f"learned-{digest(text)[:12]}", text, self.at, self.at, path=path))
