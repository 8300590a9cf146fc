from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agents import exporting, naming, reading
from audit import trail


class Command(BaseCommand):
    help = "Write what an agent reads into a folder, one file a memory: DIR/<namespace>/<path>."

    def add_arguments(self, parser):
        parser.add_argument("agent", metavar="AGENT")
        parser.add_argument("--to", required=True, type=Path, metavar="DIR")
        parser.add_argument("--team", default="", metavar="SLUG", help="needed where several teams have such an agent")

    def handle(self, *, agent, to, team, **options):
        try:
            chosen = naming.find_agent(agent, team)
        except naming.NotNamed as unknown:
            raise CommandError(str(unknown), returncode=2) from unknown
        given = reading.read(agent=chosen, by=trail.SYSTEM, at=timezone.now(), record=True)
        faults = 0
        for memory in given.memories:
            try:
                exporting.write(memory, to)
            except exporting.NotWritten as fault:
                faults += 1
                self.stderr.write(str(fault))
        self.stdout.write(f"{len(given.memories) - faults} memories, about {given.tokens} tokens, in {to}")
        if faults:
            raise CommandError(f"{faults} of {len(given.memories)} memories were not written", returncode=1)
