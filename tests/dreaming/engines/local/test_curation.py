import pytest

from dreaming.engines.local.curation import BadCuration, Curation


def test_curation_defaults_hold_for_an_empty_document():
    assert Curation.read({}) == Curation()
    assert Curation.read({"version": 1, "max_changes": 3, "propose": ["add"]}) == Curation(
        max_changes=3, propose=("add",)
    )


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"max_change": 3}, "max_change: no such field"),
        ({"max_changes": "3"}, "max_changes: must be a whole number"),
        ({"max_changes": True}, "max_changes: must be a whole number"),
        ({"false_discovery_rate": 2}, "false_discovery_rate: must be a number from 0 to 1"),
        ({"min_sessions": 1}, "min_sessions: must be a whole number from 2"),
        ({"propose": ["purge"]}, "propose: purge is not one of"),
        ({"protected_paths": "/a"}, "protected_paths: must be a list of texts"),
    ],
)
def test_curation_names_the_field_that_is_wrong(document, field):
    with pytest.raises(BadCuration, match=field):
        Curation.read(document)
