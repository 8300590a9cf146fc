"""What 20 changes of one CLAUDE.md cost to write, together and one by one, as JSON: seconds and queries.

    python benchmarks/bench_apply.py [--changes 20] [--rounds 3]

The text is made up, as long as a CLAUDE.md usually is. The database is a new one beside that of DATABASE_URL. Votes are
cast before the clock starts; one by one includes the tick that follows each write.
"""

import argparse
import json
import os
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import Team, User  # noqa: E402
from agents import memory as memories  # noqa: E402
from agents.models import Memory, Namespace  # noqa: E402
from agents.text.lines import Edit  # noqa: E402
from audit import trail  # noqa: E402
from reviews import applying, decisions, desk, proposals, rebasing  # noqa: E402
from reviews.decisions import Word  # noqa: E402
from reviews.drafts import Draft, DraftTarget  # noqa: E402
from reviews.enums import Operation, OriginKind, Verdict  # noqa: E402
from reviews.models import Change  # noqa: E402
from reviews.proposals import Origin  # noqa: E402

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def claude_md(sections=12, bullets=14):
    lines = ["# CLAUDE.md\n", "\n"]
    for section in range(sections):
        lines += [f"## Section {section}\n", "\n"]
        lines += [
            f"- Rule {section}.{n}: run `make step-{n}` before step {n + 1} and read its report.\n"
            for n in range(bullets)
        ]
        lines.append("\n")
    return lines


def approved(team, reviewer, number, count):
    """A proposal of `count` changes of a new memory, all approved and due."""
    lines = claude_md()
    space = Namespace.objects.create(team=team, slug=f"space-{number}", name="Space", created_at=AT)
    files = [("/CLAUDE.md", "".join(lines))]
    report = memories.import_first(team=team, namespace=space, files=files, by=trail.SYSTEM, at=AT)
    memory = Memory.objects.of(team).with_text().get(pk=report.new[0].pk)
    step = len(lines) // count
    drafts = [Draft(Operation.EDIT, space, f"Change {n}", (edit_of(memory, n * step, n),)) for n in range(count)]
    origin = Origin(OriginKind.AGENT, "bench", trail.Actor("machine", "bench"))
    opened = proposals.open_(team=team, agent=None, title="Bench", origin=origin, drafts=drafts, at=AT)
    rows = list(desk.rows(team).filter(proposal=opened).order_by("position"))
    seats = desk.read(rows, team=team)
    for change in rows:
        given = {"change_id": change.public_id, "bound": seats[change.pk].bound, "word": Word(Verdict.APPROVE)}
        decisions.decide(team=team, by=reviewer, at=AT, **given)
    return space, rows


def edit_of(memory, line, number):
    base = memory.head
    base.memory = memory
    return DraftTarget(base=base, path_after=base.path, edits=(Edit(line, line + 1, (f"- new rule {number}\n",)),))


def measured(act):
    with CaptureQueriesContext(connection) as queries:
        start = time.perf_counter()
        act()
        return time.perf_counter() - start, len(queries)


def together(team, space, rows):
    return measured(lambda: applying.apply_due(team=team, namespace=space, now=LATER))


def one_by_one(team, space, rows):
    def act():
        for change in rows:
            applying.apply_now(team=team, change_id=change.public_id, by=trail.SYSTEM, at=LATER)
            rebasing.follow_versions(team=team, at=LATER)

    return measured(act)


def run(count, rounds):
    team = Team.objects.create(slug="bench", name="Bench", created_at=AT)
    reviewer = User.objects.create_user("reviewer@bench.example")
    figures, number = {"together": [], "one_by_one": []}, 0
    for _ in range(rounds):
        for name, way in (("together", together), ("one_by_one", one_by_one)):
            number += 1
            space, rows = approved(team, reviewer, number, count)
            rebasing.follow_versions(team=team, at=AT)
            figures[name].append(way(team, space, rows))
            states = set(Change.objects.of(team).filter(namespace=space).values_list("state", flat=True))
            if states != {"applied"}:
                raise SystemExit(f"{name}: {states}")
    return {
        name: {
            "seconds": round(statistics.median(seconds for seconds, _ in taken), 4),
            "queries": statistics.median_low([queries for _, queries in taken]),
        }
        for name, taken in figures.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        figures = run(given.changes, given.rounds)
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)
    size = sum(len(line) for line in claude_md())
    print(json.dumps({"database": connection.vendor, "changes": given.changes, "bytes": size, **figures}, indent=2))


if __name__ == "__main__":
    main()
