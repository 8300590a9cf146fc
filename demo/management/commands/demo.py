from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from agents.search import indexing
from demo import loading
from reviews.reading import searching


class Command(BaseCommand):
    help = "Loads the sample team and dreams once for each of its agents. A team that is there already stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="set the present sample team aside and make a new one")
        parser.add_argument("--as-of", metavar="DATE", help="the day on which the four weeks of sessions end (today)")

    def handle(self, *args, reset, as_of, **options):
        now = timezone.now()
        loaded = loading.load(as_of=_moment(as_of, now), now=now, reset=reset)
        if not loaded.fresh:
            self.stdout.write(f"The sample team {loaded.team.name} is there already (--reset makes a new one).")
            return
        self.stdout.write(f"Loaded the sample team {loaded.team.name}.")
        for run in loaded.runs:
            self.stdout.write(f"  dreamed for {run.agent.name}: {run.get_state_display().lower()}")
        indexing.index_due(now=now)  # the ticks would do it a few seconds after somebody has searched in vain
        searching.index_due(now=now)


def _moment(as_of, now):
    if as_of is None:
        return now
    day = _day(as_of)
    if day > now.date():
        raise CommandError(f"--as-of {as_of} is in the future", returncode=2)
    return min(now, datetime(day.year, day.month, day.day, 18, tzinfo=UTC))


def _day(text):
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"--as-of {text!r} is no date like 2026-11-20", returncode=2)
    return day
