"""A worker process for test_kill: `python -m tests.dreaming.worker ACT ...` on the database of DATABASE_URL."""

import json
import os
import signal
import sys
from datetime import timedelta

import django
from django.utils import timezone

LEASE = timedelta(seconds=61)  # a lease lasts 60


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(dict):
    """Kills the worker while the result is being stored: the proposal is written, and nothing is committed."""

    def __iter__(self):
        die()


def prepare():
    from dreaming import runs
    from tests import recipes
    from tests.dreaming import scenes

    people = recipes.people_of_a_team("killed")
    agent = scenes.agent_that_writes(people.row, slug="killed")
    scenes.agent_recipes.session(agent)
    runs.queue(agent=agent, origin="person", by=people.lead, at=timezone.now(), wake=False)


def work(dies, leases):
    """Try to work on the run, as many leases from now."""
    from dreaming import runs, ticking
    from tests.dreaming import scenes

    agent, run = _rows()
    found = scenes.adds(agent.access.get().namespace, "/new.md", "- new\n")
    engine = scenes.finds(found, joins=Deadly(any=()) if dies == "storing" else None)
    if dies == "dreaming":
        engine = scenes.Engine(lambda *_: die())
    late = LEASE * leases
    if not leases or run.pk in ticking.forgotten(now=timezone.now() + late):
        runs.perform(run_id=run.pk, now=timezone.now() + late, engine=engine, clock=lambda: timezone.now() + late)


def look():
    from dreaming.models import SessionRead
    from reviews.models import Change

    _, run = _rows()
    print(
        json.dumps(
            {
                "state": run.state,
                "fence": run.fence,
                "attempts": run.attempts,
                "error": run.error,
                "changes": Change.objects.of(run.team).count(),
                "reads": SessionRead.objects.of(run.team).count(),
            }
        )
    )


def _rows():
    from agents.models import Agent
    from dreaming.models import Run

    agent = Agent.objects.across_teams().select_related("team").get(slug="killed")
    return agent, Run.objects.of(agent.team).get(agent=agent)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    name, *arguments = sys.argv[1:]
    if name == "work":
        work(dies=arguments[0], leases=int(arguments[1]))
    else:
        {"prepare": prepare, "look": look}[name]()
