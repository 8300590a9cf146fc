"""A trial of the review desk: one dream's low-risk changes, some of them wrong, for somebody who does not know which.

    python -m benchmarks.deciding DIR [--serve PORT]     make the database in DIR where there is none; serve it
    python -m benchmarks.deciding DIR --score            what was decided, what of it rightly, and in how many seconds

DIR/truth.json says what is right: whoever decides must not have read it. Benchmarks and tests know it, too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

TRUTH = "truth.json"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.deciding", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--serve", type=int, metavar="PORT", help="serve on 127.0.0.1 until Ctrl+C")
    what.add_argument("--score", action="store_true", help="print what was decided, as JSON")
    given = parser.parse_args()
    _set_up(given.folder.resolve())
    from benchmarks.deciding import scoring
    from demo import loading

    truth = given.folder / TRUTH
    if given.score:
        team = loading.current()
        if team is None or not truth.exists():
            parser.error(f"{given.folder} holds no trial: make one first")
        print(json.dumps(scoring.score(team, json.loads(truth.read_text("utf-8"))), indent=2, ensure_ascii=False))
        return 0
    if not truth.exists():
        _make(truth)
    if given.serve:
        _serve(given.serve)
    return 0


def _set_up(folder: Path) -> None:
    """The environment that the settings read: a database of its own, and the one-click sign-in of the demo."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "LUCID_VAR": str(folder / "var"),
        "DATABASE_URL": f"sqlite:///{folder / 'trial.sqlite3'}",
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django

    django.setup()


def _make(truth: Path) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.deciding import trial
    from benchmarks.deciding.truth import of

    call_command("migrate", verbosity=0)
    now = timezone.now()
    changes = trial.changes(trial.make(as_of=now, now=now))
    truth.write_text(json.dumps(of(changes), indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(changes)} changes wait for a decision.")


def _serve(port: int) -> None:
    from django.core.management import call_command

    from benchmarks.deciding import world

    print(f"Sign in at http://127.0.0.1:{port}/ with one click as {world.people()[0].name}, and open the inbox.")
    sys.stdout.flush()
    call_command("up", port=port)


if __name__ == "__main__":
    sys.exit(main())
