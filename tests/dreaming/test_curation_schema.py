"""The published schema of curation policies: committed, served to everybody, and the one that the code keeps to."""

from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from dreaming.engines.local import curation

COMMITTED = settings.BASE_DIR / "docs" / "curation.schema.json"
RENEW = "manage.py curation_schema > docs/curation.schema.json"


def test_committed_schema_is_the_one_that_the_command_prints():
    out = StringIO()
    call_command("curation_schema", stdout=out)

    assert COMMITTED.read_text() == out.getvalue(), f"renew it: {RENEW}"


def test_schema_is_served_to_everybody(client):
    answer = client.get(reverse("curation_schema"))

    assert answer["Content-Type"] == "application/schema+json"
    assert answer.json() == curation.schema()
