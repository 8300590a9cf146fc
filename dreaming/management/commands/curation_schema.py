import json

from django.core.management.base import BaseCommand

from dreaming.engines.local import curation


class Command(BaseCommand):
    help = "Print the JSON Schema of curation policies; docs/curation.schema.json is this."

    def handle(self, **options):
        self.stdout.write(json.dumps(curation.schema(), indent=2))
