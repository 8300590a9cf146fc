import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agents import memory, naming
from agents.importers.memory_files import BadMemory, read_memory
from audit import trail


class Command(BaseCommand):
    help = (
        "First import of memory: a folder of Markdown, a CLAUDE.md or AGENTS.md file, or Claude Code's memory folder."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, metavar="PATH")
        parser.add_argument("--namespace", required=True, metavar="SLUG")
        parser.add_argument(
            "--team", default="", metavar="SLUG", help="needed where several teams have such a namespace"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, path, namespace, team, **options):
        try:
            chosen = naming.find_namespace(namespace, team)
        except naming.NotNamed as unknown:
            raise CommandError(str(unknown), returncode=2) from unknown
        found = read_memory(path)
        files = [(file.path, file.text) for file in found if not isinstance(file, BadMemory)]
        report = memory.import_first(
            team=chosen.team, namespace=chosen, files=files, by=trail.SYSTEM, at=timezone.now()
        )
        refused = [(file.path, file.reason) for file in found if isinstance(file, BadMemory)] + report.refused
        for where, reason in refused:
            self.stderr.write(str(BadMemory(where, reason)))
        if options["json"]:
            self.stdout.write(json.dumps(_document(chosen, report, refused), ensure_ascii=False))
        else:
            self.stdout.write(f"{len(report.new)} new, {len(report.unchanged)} unchanged")
        if refused:
            raise CommandError(f"{len(refused)} of {len(found)} files were not taken in", returncode=1)


def _document(namespace, report, refused):
    new = [{"path": row.path, "memory": row.public_id, "error": None} for row in report.new]
    same = [{"path": path, "memory": None, "error": None} for path in report.unchanged]
    bad = [{"path": path, "memory": None, "error": reason} for path, reason in refused]
    return {
        "version": 1,
        "namespace": namespace.slug,
        "new": len(new),
        "unchanged": len(same),
        "files": sorted(new + same + bad, key=lambda file: file["path"]),
    }
