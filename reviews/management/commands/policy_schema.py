import json

from django.core.management.base import BaseCommand

from reviews.policy import schema


class Command(BaseCommand):
    help = "Print the JSON Schema of policies; docs/policy.schema.json is this."

    def handle(self, **options):
        self.stdout.write(json.dumps(schema.of_documents(), indent=2))
