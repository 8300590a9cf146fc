"""How fast the local engine dreams, stage by stage, over made-up memories and sessions, as JSON.

    python -m benchmarks.engine_speed [--size 10k|100k|both] [--seed 1] [--clock wall|cpu]

10k: 10,000 statements in 500 documents and 1,000 sessions (48,000 events). 100k: 100,000 statements in 5,000 documents
and 100,000 sessions (4.8 million events). Each size is built and dreamt in a process of its own, whose peak memory
counts building it, too. Parsing is told apart: `parse_cold` in the first dream, `parse_warm` where the same engine
dreams again; the stages are those of the second dream. Exponents compare the stages of memory and of sessions, each by
how much more of its input the larger size has.
"""

import argparse
import json
import math
import os
import platform
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from agents.snapshot import EventColumnsBuilder, MemoryText, OutcomeMark, SessionMark, Snapshot, StatementMark
from dreaming.engines.local.engine import LocalEngine

SIZES = {"10k": (500, 1_000), "100k": (5_000, 100_000)}  # documents, sessions
STATEMENTS = 20  # a document
EVENTS = 48  # a session
PARSE = ("parsing",)
OF_MEMORY = ("claims", "pairs", "stale", "operations")
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)

SYLLABLES = [
    a + b for a in ("b", "br", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "st", "t", "v") for b in "aeiou"
]
TOOLS = [f"{verb}_{noun}" for verb in ("get", "list", "find", "update", "create", "send", "close", "check")
         for noun in ("order", "ticket", "invoice", "customer", "contract")]  # fmt: skip
ERRORS = (
    "Error: {noun} {id} not found",
    "Error: value '{word}' of field {noun} is not allowed",
    "PermissionError: /srv/{noun}/{id}.json may not be read",
    'Traceback (most recent call last):\n  File "/srv/app/{noun}.py", line {id}\nTimeoutError: no answer in {id} ms',
    "409: {noun} {id} was changed by {word}@example.org meanwhile",
    "Error: {noun} must be closed before {word} {id}",
)
STATES = (
    "The {a} limit of {b} is {n} {unit}",
    "Use `{tool}` for {a} {b} before {c} {d} is due",
    "Never close a {a} while its {b} {c} is open for {d}",
    "{A} {b} is handled by the {c} team in {d}",
    "Answer {a} questions about {b} within {n} {unit} unless {c} applies",
    "When {a} fails with {b}, check the {c} of {d} first and write it to /srv/{a}/{b}.md",
    "The owner of {a} {b} is {C} {D}",
    "Keep {a} and {b} apart: {c} needs {n} {unit}, {d} does not",
    "{A} of version v{n}.2 reads {b} from https://example.org/{c}/{d}",
    "Every {a} with a {b} over {n} dollars needs a second look at its {c}",
)
WISHES = ("From now on, always put the {a} number into the {b} subject.", "Please never send {a} to {b} in future.")
CORRECTIONS = (
    "No, that is wrong: I meant the {a}, not the {b}.",
    "That is not correct, you misread the {a} of {b} {n}.",
)
ASKS = (
    "Hello, my {a} {n} has another {b} than I ordered. Can you look at the {c}?",
    "I would like to change {a} {n} to {b} {c}, please.",
    "The {a} is {n} days, as far as I know. What about {b}?",
    "Thank you. And what is the {a} of {b} {n}?",
    "Yes, {a} {n} please.",
)


class Words:
    """A Zipf vocabulary, drawn in blocks."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.vocabulary = list(
            dict.fromkeys("".join(rng.choices(SYLLABLES, k=rng.choice((2, 3, 3, 4)))) for _ in range(8000))
        )
        share = 1 / (np.arange(len(self.vocabulary)) + 2.7)
        self.share = share / share.sum()
        self.rng = np.random.default_rng(seed)
        self.drawn = iter(())
        self.numbers = iter(())

    def word(self):
        word = next(self.drawn, None)
        if word is None:
            ranks = self.rng.choice(len(self.vocabulary), 200_000, p=self.share)
            self.drawn = iter([self.vocabulary[rank] for rank in ranks.tolist()])
            word = next(self.drawn)
        return word

    def number(self):
        number = next(self.numbers, None)
        if number is None:
            self.numbers = iter(self.rng.integers(0, 10**6, 200_000).tolist())
            number = next(self.numbers)
        return number

    def fill(self, template, noun=""):
        a, b, c, d = self.word(), self.word(), self.word(), self.word()
        n = self.number()
        return template.format(
            a=a, b=b, c=c, d=d, A=a.title(), C=c.title(), D=d.title(), n=n % 400 + 1, id=n, noun=noun, word=b,
            unit=("days", "hours", "minutes", "MB")[n % 4], tool=TOOLS[n % len(TOOLS)],
        )  # fmt: skip


def memories(documents, rng, words):
    """Documents of bullets under headings; of each hundred statements some repeat, reword or change an older one."""
    known, found = [], []
    for number in range(documents):
        rows, marks = [f"# {words.word().title()} {words.word()}\n", "\n"], []
        for at in range(STATEMENTS):
            if at in (7, 14):
                rows += ["\n", f"## {words.word().title()}\n", "\n"]
            text = statement(rng, words, known)
            since = NOW - timedelta(days=rng.randrange(1, 330), minutes=rng.randrange(1440))
            marks.append(StatementMark(len(rows), len(rows) + 1, since, since, helpful=rng.randrange(3)))
            rows.append(f"- {text}.\n")
        path = f"/topic{number % 60}/notes{number}.md"
        found.append(
            MemoryText(
                f"mem_{number}",
                f"ver_{number}",
                1,
                f"space{number % 4}",
                path,
                "".join(rows),
                NOW,
                statements=tuple(marks),
            )
        )
    return tuple(found)


def statement(rng, words, known):
    kind = rng.random()
    if known and kind < 0.06:
        text = known[rng.randrange(len(known))]
        parts = text.split(" ")
        if kind > 0.045:
            parts[-1], parts[0] = words.word(), parts[0]
        elif kind > 0.03:
            at = rng.randrange(1, len(parts) - 1)
            parts[at], parts[at + 1] = parts[at + 1], parts[at]
        return " ".join(parts)
    text = words.fill(rng.choice(STATES))
    known.append(text)
    return text


def sessions(count, rng, words):
    builder = EventColumnsBuilder()
    marks = []
    for number in range(count):
        good = rng.random() < 0.7
        task = f"task {number // 12}" if number % 3 == 0 else ""
        ended = OutcomeMark("completed" if good else "failed", "test")
        marks.append(
            SessionMark(
                f"ses_{number:06}",
                f"{number:06}",
                "made up",
                f"agent{number % 7}",
                number % 10 == 0,
                task,
                started_at=NOW - timedelta(days=80 * rng.random()),
                outcomes=(ended,) if number % 5 else (),
            )
        )
        one_session(builder, rng, words, good)
    return tuple(marks), builder.build()


def one_session(builder, rng, words, good):
    """An ask, then rounds of thought, call and result with people speaking now and then."""
    position, at = 0, NOW

    def add(kind, source, text, tool="", *, call_id="", is_error=False):
        nonlocal position, at
        at += timedelta(seconds=len(builder.texts) * 7919 % 61)  # as good as by chance
        builder.add(
            position=position, kind=kind, source_class=source, tool=tool, speaker=source,
            is_error=is_error, call_id=call_id, text=text, at=at,
        )  # fmt: skip
        position += 1

    add("message", "user_input", words.fill(ASKS[0]))
    while position < EVENTS - 1:
        add("reasoning", "agent_authored", f"The {words.word()} {words.word()} of {words.number()} comes first.")
        tool, number = TOOLS[min(int(rng.paretovariate(1)), len(TOOLS)) - 1], words.number()
        is_error = rng.random() < (0.05 if good else 0.1)
        answer = f'{{"ok": true, "{words.word()}": {number}, "rows": [{number % 97}]}}'
        given = f'{{"id": "{number}", "field": "{words.word()}", "limit": {number % 50}, "note": "{words.word()}"}}'
        add("tool_call", "agent_authored", given, tool, call_id=f"c{position}")
        add(
            "tool_result", "external_tool",
            words.fill(rng.choice(ERRORS), tool.partition("_")[2]) if is_error else answer,
            tool, call_id=f"c{position - 1}", is_error=is_error,
        )  # fmt: skip
        if rng.random() < 0.25:
            say(add, rng, words)
    while position < EVENTS:
        add("message", "agent_authored", f"Done: {words.word()} {words.number()} is {words.word()} now.")
    builder.end_session()


def say(add, rng, words):
    kind = rng.random()
    templates = WISHES if kind < 0.003 else CORRECTIONS if kind < 0.02 else ASKS
    add("message", "agent_authored", f"Your {words.word()} {words.number()} has been looked at. What else?")
    add("message", "user_input", words.fill(rng.choice(templates)))


def snapshot(size, seed):
    documents, count = SIZES[size]
    rng, words = random.Random(seed), Words(seed)
    marks, events = sessions(count, rng, words)
    spaces = tuple(f"space{number}" for number in range(4))
    return Snapshot("agent0", NOW, spaces, memories(documents, rng, words), marks, events, shared=("space3",))


def dream(engine, held, clock):
    """The result, and the seconds between one report and the next."""
    seconds = {}
    last = clock()

    def report(stage, _done, _total):
        nonlocal last
        now = clock()
        seconds[stage] = seconds.get(stage, 0.0) + now - last
        last = now

    result = engine.dream(held, {}, report, None)
    return result, seconds


def measure(size, seed, clock):
    started = time.perf_counter()
    held = snapshot(size, seed)
    built = time.perf_counter() - started
    hashes = np.sort(np.fromiter(map(hash, held.events.text), dtype=np.int64, count=len(held.events)))
    distinct = int(np.count_nonzero(np.diff(hashes))) + 1
    engine = LocalEngine()
    _, cold = dream(engine, held, clock)
    result, warm = dream(engine, held, clock)
    parse_cold, parse_warm = (sum(some.get(stage, 0.0) for stage in PARSE) for some in (cold, warm))
    stages = {stage: spent for stage, spent in warm.items() if stage not in PARSE}
    return {
        "documents": len(held.memories),
        "statements": result.funnel["statements"],
        "sessions": len(held.sessions),
        "events": len(held.events),
        "distinct_texts": distinct,
        "build_seconds": round(built, 2),
        "parse_cold": round(parse_cold, 3),
        "parse_warm": round(parse_warm, 3),
        "stages": {stage: round(spent, 3) for stage, spent in stages.items()},
        "seconds": round(sum(warm.values()), 3),
        "seconds_cold": round(sum(cold.values()), 3),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "patterns": len(result.patterns),
        "operations": len(result.operations),
    }


def exponents(small, large):
    """How fast the time of memory's stages grows with statements, and that of the others with sessions."""
    found = {}
    for name, unit in (("statements", "statements"), ("sessions", "events")):
        spent = [
            sum(value for stage, value in one["stages"].items() if (stage in OF_MEMORY) == (name == "statements"))
            for one in (small, large)
        ]
        found[name] = round(math.log(spent[1] / spent[0]) / math.log(large[unit] / small[unit]), 2)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", choices=(*SIZES, "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu where the machine is busy with other work")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        print(json.dumps(measure(given.size, given.seed, CLOCKS[given.clock])))
        return
    found = {}
    for size in SIZES if given.size == "both" else (given.size,):
        command = [sys.executable, "-m", "benchmarks.engine_speed", "--here", "--size", size, "--seed", str(given.seed)]
        command += ["--clock", given.clock]
        found[size] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    answer = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "seed": given.seed,
        "clock": given.clock,
        "sizes": found,
    }
    if given.size == "both":
        answer["exponents"] = exponents(*found.values())
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
