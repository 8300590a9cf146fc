from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit import trail
from compliance import backups

NOTE = """Keep with it, apart from it and as safe: SECRET_KEY (where the environment sets none: secret_key in {var}), \
and the environment itself. Without the folder of keys ({keys}) \
no private value can be read, and no connection to a provider signs in. Files of the broker and the cache need none.
How to restore: docs/backup.md"""


class Command(BaseCommand):
    help = "Copy the database to a new file, consistently and while it is in use."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="file to write; it must not be there yet")

    def handle(self, *args, path, **options):
        try:
            made = backups.make(path=path, by=trail.SYSTEM, at=timezone.now())
        except backups.NotMade as reason:
            raise CommandError(str(reason), returncode=1) from reason
        self.stdout.write(f"{made.path}: {made.bytes} bytes of {made.database}, sha256 {made.sha256}")
        self.stdout.write(NOTE.format(var=settings.VAR_DIR, keys=settings.KEY_FOLDER))
