import json

import jsonschema_rs
import pytest

from dreaming import presets
from dreaming.engines.local import curation
from dreaming.engines.local.curation import Curation

USES = {
    "document-review",
    "code-review",
    "support-triage",
    "contract-analysis",
    "compliance-evidence",
    "it-helpdesk",
}


def test_each_use_has_its_document_and_each_document_its_use():
    assert {preset.slug for preset in presets.PRESETS} == USES | {"defaults"}
    assert {path.stem for path in presets.HERE.glob("*.json")} == USES | {"defaults"}


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.slug)
def test_presets_are_documents_of_the_published_schema(preset):
    document = json.loads((presets.HERE / f"{preset.slug}.json").read_text())

    assert document["version"] == curation.VERSION
    assert jsonschema_rs.Draft202012Validator(curation.schema()).is_valid(document)
    assert Curation.read(document) == preset.policy


def test_presets_differ_from_each_other():
    policies = [preset.policy for preset in presets.PRESETS]

    assert policies[0] == Curation()
    assert all(one != other for at, one in enumerate(policies) for other in policies[:at])


def test_where_terms_bind_nothing_is_archived():
    kept = {preset.slug: preset.policy for preset in presets.PRESETS}

    for slug in ("contract-analysis", "compliance-evidence"):
        assert "archive" not in kept[slug].propose
        assert {"must", "shall"} <= set(kept[slug].protected_phrases)
        assert "/" in kept[slug].review_after_days
    assert kept["compliance-evidence"].stale_after_days == 0
