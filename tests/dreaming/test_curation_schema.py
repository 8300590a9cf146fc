"""The published schema of curation policies: committed, served to everybody, and the one that the code keeps to."""

import json
import re
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from dreaming.engines.local import curation
from dreaming.engines.local.curation import Curation
from dreaming.presets import PRESETS

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


def test_handbook_tells_every_field_and_its_example_is_read():
    text = (settings.BASE_DIR / "docs" / "curation.md").read_text()
    example = re.search(r"## The document\n\n(    \{.*?\n    \})\n", text, re.DOTALL)

    assert json.loads(example[1])["version"] == curation.VERSION
    assert Curation.read(json.loads(example[1])) != Curation()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(curation.settings())
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", text, re.MULTILINE))
    assert told == {name: str(one) for name, one in Curation().document().items() if name in told}
    assert len(told) == 13


def test_handbook_tells_every_preset():
    text = (settings.BASE_DIR / "docs" / "curation.md").read_text()

    assert re.findall(r"^\| ([A-Z][\w ]+) \| [^|]+ \|$", text, re.MULTILINE) == [str(one.name) for one in PRESETS]
