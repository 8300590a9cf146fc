"""A worker process for test_kill: `python -m tests.compliance.packs.worker ACT ...` on the database of DATABASE_URL."""

import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

import django

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=61)  # a lease lasts 60


def prepare():
    from audit import trail
    from compliance.packs import jobs
    from compliance.packs.scopes import Scope
    from tests import recipes

    people = recipes.people_of_a_team("killed")
    for number in range(30):
        with trail.unit_of_work(at=AT) as unit:
            unit.record("team.changed", target=people.row, by=people.admin, private={"reason": f"reason {number}"})
    asked = {"scope": Scope(), "disclosure": "all", "by": people.auditor, "at": AT}
    jobs.ask(team=people.row, teams=[people.row], **asked)


def work(dies_at, leases):
    """Try to make the pack, as many leases from now. The clock is asked at every step: at one of them it kills."""
    from compliance.packs import jobs

    at, asked = AT + LEASE * leases, 0

    def clock():
        nonlocal asked
        asked += 1
        if asked == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return at

    jobs.perform(export_id=_row().pk, now=at, clock=clock)


def look():
    from audit.models import Event
    from compliance.packs import files
    from tests.compliance.packs import scenes

    row = _row()
    is_ready = row.state == "ready"
    print(
        json.dumps(
            {
                "state": row.state,
                "fence": row.fence,
                "plan": row.plan.get("made_at", ""),
                "sha256": files.sha256_of(row.public_id)[0] if is_ready else "",
                "faults": scenes.faults(row) if is_ready else [],
                "events": Event.objects.filter(type="export.made").count(),
                "left": sorted(path.suffix for path in files.folder().iterdir()) if files.folder().exists() else [],
            }
        )
    )


def again():
    """Make it once more from the same plan."""
    from tests.compliance.packs import scenes

    scenes.made_again(_row())


def _row():
    from compliance.models import Export

    return Export.objects.across_teams().select_related("team").get()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    name, *arguments = sys.argv[1:]
    {"prepare": prepare, "work": work, "look": look, "again": again}[name](*map(int, arguments))
