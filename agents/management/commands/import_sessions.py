import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agents import naming, transcript_files
from agents.importers.detect import FORMATS
from agents.importers.records import BadTranscript
from agents.transcript_files import FileResult
from audit import trail


class Command(BaseCommand):
    help = "Take in session transcripts of an agent from files and folders. Taking the same in again stores nothing."

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--agent", required=True, metavar="SLUG")
        parser.add_argument("--source", default="", metavar="NAME", help="where they come from (default: their format)")
        parser.add_argument("--format", default="auto", choices=("auto", *FORMATS))
        parser.add_argument("--team", default="", metavar="SLUG", help="needed where several teams have such an agent")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, paths, agent, source, format, team, **options):
        try:
            chosen = naming.find_agent(agent, team)
        except naming.NotNamed as unknown:
            raise CommandError(str(unknown), returncode=2) from unknown
        results = []
        for path, reason in transcript_files.find(paths):
            if reason:
                self.stderr.write(f"{path}: left alone: {reason}")
                continue
            result = self._import(path, chosen, source, format)
            results.append(result)
            self._tell(result, quiet=options["json"])
        if options["json"]:
            document = {"version": 1, "files": [result.as_json() for result in results]}
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        self._end(results)

    def _import(self, path, agent, source, format):
        try:
            data = transcript_files.read_bytes(path)
        except BadTranscript as bad:
            return FileResult(path=str(path), error=str(bad))
        return transcript_files.import_file(
            agent=agent,
            name=str(path),
            data=data,
            source=source,
            format=format,
            by=trail.SYSTEM,
            at=timezone.now(),
            door="command",
        )

    def _tell(self, result, *, quiet):
        if result.error:
            self.stderr.write(result.error)
        elif not quiet:
            events = sum(result.events.values())
            self.stdout.write(
                f"{result.path}: {result.format}, {result.sessions} sessions ({result.new} new, "
                f"{result.unchanged} unchanged), {events} events"
            )
        if result.replaced_characters:
            self.stderr.write(
                f"{result.path}: {result.replaced_characters} characters that no database stores became U+FFFD"
            )

    def _end(self, results):
        if not results:
            raise CommandError("no transcript file was found", returncode=1)
        bad = sum(result.error is not None for result in results)
        if bad:
            raise CommandError(f"{bad} of {len(results)} files were not taken in", returncode=1)
