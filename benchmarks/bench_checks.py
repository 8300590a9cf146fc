"""How long the checks of a change take, by rule, and those of a dream together, as JSON; and how often some are right.

    python -m benchmarks.bench_checks DIR [--statements 10000] [--changes 200] [--rounds 60] [--pairs-only]

DIR is `$LUCID_DATA/dev`. The namespace holds lines of real memory files, all of them approved, in memories of 100
lines, indexed; 500 changes were turned down in it. A change of 8 KB adds a piece of a real memory file, of which most
lines have near doubles in the namespace; a change of the dream rewrites a line and quotes two sessions. `context` is
what is read for a change before its rules run. Times are of the processor, in milliseconds, on the database that the
benchmark makes for itself (SQLite). `namespace_read_once` is what the first change of a namespace pays beside them.

`pairs` reads labelled pairs of statements: the first stands and is approved, or was turned down; the second is written.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from pathlib import Path

from benchmarks import scratch  # isort: skip  first: it makes the database of its own

from django.utils import timezone

from accounts.models import Team
from agents import memory, roster, sessions
from agents.importers.records import EventRecord, Transcript
from agents.models import Memory, Session, StatementRecord
from agents.search import indexing
from agents.text import lines as text_lines
from audit import trail
from reviews import checks, evidence, examining, proposals
from reviews.checks import RULES, Context, Proposed, ProposedTarget, contradiction, rejected_before
from reviews.checks.context import Rejected, Standing
from reviews.drafts import Draft, DraftQuote, DraftTarget
from reviews.enums import Operation, OriginKind, State
from reviews.examining import Library
from reviews.models import Change
from reviews.proposals import Origin

KB8 = 8_192
LINES = 100  # of a memory
REJECTED = 500
SAID = "It came after fourteen days, and the rule you told me says thirty."


def texts(directory):
    for path in sorted(directory.joinpath("memory_file_histories").glob("*.jsonl")):
        for line in path.read_text().splitlines()[::10]:
            yield from (value for value in json.loads(line).values() if isinstance(value, str) and len(value) > 500)


def scene(directory, statements):
    at = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench", created_at=at)
    agent = roster.create_agent(team=team, slug="agent", name="Agent", by=trail.SYSTEM, at=at)
    space = roster.create_namespace(team=team, slug="space", name="Space", by=trail.SYSTEM, at=at)
    told = [
        Transcript(str(n), [EventRecord("message", "user", SAID, "user_input", at=at) for _ in range(4)])
        for n in range(40)
    ]
    sessions.store(team=team, agent=agent, source="b", transcripts=told, format="lucid", by=trail.SYSTEM, at=at)
    real = dict.fromkeys(
        line.strip().lstrip("-*# ") for text in texts(directory) for line in text.splitlines() if len(line) > 30
    )
    said = list(real)
    said = [f"- {said[n % len(said)][:300]} ({n // len(said)})\n" for n in range(statements)]
    files = [(f"/{at}.md", "".join(said[at : at + LINES])) for at in range(0, statements, LINES)]
    memory.import_first(team=team, namespace=space, files=files, by=trail.SYSTEM, at=at)
    StatementRecord.objects.of(team).update(introduced_by="chg_bench")
    indexing.index_due(now=at)
    turn_down(team, agent, space, said, at)
    return team, agent, space


def turn_down(team, agent, space, said, at):
    drafts = [
        added(space, f"/no/{n}.md", said[n * 7 % len(said)].replace(" the ", " that ").replace(" is ", " was "))
        for n in range(REJECTED)
    ]
    proposals.open_(team=team, agent=agent, title="No", origin=origin(), drafts=drafts, at=at)
    Change.objects.of(team).update(state=State.REJECTED)


def origin():
    return Origin(OriginKind.DREAM, "run_1", trail.SYSTEM)


def added(space, path, text):
    target = DraftTarget(base=None, path_after=path, edits=(text_lines.Edit(0, 0, tuple(text_lines.split(text))),))
    return Draft(Operation.ADD, space, f"Add {path}", (target,))


def dream(team, space, changes):
    heads = [row.head for row in Memory.objects.of(team).live().with_text().select_related("head__memory__namespace")]
    heard = list(Session.objects.of(team).order_by("pk"))
    for number in range(changes):
        head = heads[number % len(heads)]
        line = number // len(heads)
        old = text_lines.split(head.text)[line]
        edit = text_lines.Edit(line, line + 1, (old.replace("\n", ", counted from the day of delivery\n"),))
        quotes = tuple(DraftQuote(heard[(number + n) % 40].public_id, n, 0, len(SAID), SAID) for n in range(2))
        target = DraftTarget(base=head, path_after=head.path, edits=(edit,))
        yield Draft(Operation.EDIT, space, f"Line {line} of {head.path}", (target,), quotes=quotes)


def clocked(act, *given):
    began = time.process_time()
    result = act(*given)
    return result, 1000 * (time.process_time() - began)


def spread(times):
    return {"p50": round(statistics.median(times), 2), "p95": round(statistics.quantiles(times, n=20)[-1], 2)}


def of_8kb(directory, team, space, rounds):
    pieces = [text[at : at + KB8] for text in texts(directory) for at in range(0, len(text) - KB8 + 1, KB8 // 2)]
    random.Random(2026).shuffle(pieces)
    times = {name: [] for name in ("context", *(rule.RULE for rule in RULES), "together")}
    library = Library(team)
    small = Proposed("add", (ProposedTarget("", "/small.md", (), (SAID,), SAID, False),))
    _, namespace_read = clocked(library.context, space, small)
    for number, piece in enumerate(pieces[:rounds]):
        lines = tuple(text_lines.split(piece))
        proposed = Proposed("add", (ProposedTarget("", f"/new/{number}.md", (), lines, piece, False),))
        context, took = clocked(library.context, space, proposed)
        times["context"].append(took)
        for rule in RULES:
            times[rule.RULE].append(clocked(checks.run, proposed, context, [rule])[1])
        times["together"].append(sum(own[-1] for name, own in times.items() if name != "together"))
    spreads = {name: spread(own) for name, own in times.items()}
    return {"changes": len(times["together"]), "namespace_read_once": round(namespace_read, 1), **spreads}


def of_a_dream(team, space, changes):
    drafts = list(dream(team, space, changes))
    book = evidence.Book(team, [quote for draft in drafts for quote in draft.quotes])

    def examine():
        library = Library(team, opening=drafts)
        return [
            examining.examine(draft, draft.targets, book.quoted(draft.quotes), library, by="system") for draft in drafts
        ]

    found, took = clocked(examine)
    seconds = took / 1000
    warned = sum(any(one.severity != "note" for one in each.findings) for each in found)
    rules = sorted({one.rule for each in found for one in each.findings})
    return {"changes": len(drafts), "seconds": round(seconds, 2), "goal": 2, "warned": warned, "rules": rules}


def of_pairs(directory):
    """Of the pairs for which a rule warns, how many are labelled as what it warns of, and how many there are."""
    rows = [json.loads(line) for line in (directory / "consolidation_pairs" / "pairs.jsonl").read_text().splitlines()]
    wanted = {contradiction.RULE: ("superseded",), rejected_before.RULE: ("duplicate", "refines")}
    warned = {rule: [] for rule in wanted}
    for row in rows:
        text = f"{row['b']}\n"
        proposed = Proposed("add", (ProposedTarget("", "/b.md", (), tuple(text_lines.split(text)), text, False),))
        contexts = {
            contradiction: Context(approved=(Standing("/a.md", 1, row["a"]),)),
            rejected_before: Context(rejected=(Rejected(1, "", row["a"]),)),
        }
        for rule, context in contexts.items():
            if any(one.severity == "warning" for one in checks.run(proposed, context, [rule])):
                warned[rule.RULE].append(row["label"])
    return {
        rule: {
            "warned": len(labels),
            "right": sum(label in wanted[rule] for label in labels),
            "there": sum(row["label"] in wanted[rule] for row in rows),
        }
        for rule, labels in warned.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--statements", type=int, default=10_000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--pairs-only", action="store_true")
    given = parser.parse_args()
    figures = {"pairs": of_pairs(given.directory)}
    if not given.pairs_only:
        scratch.database()
        team, _agent, space = scene(given.directory, given.statements)
        figures["dream"] = of_a_dream(team, space, given.changes)
        figures["change_of_8KB_ms"] = of_8kb(given.directory, team, space, given.rounds)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
