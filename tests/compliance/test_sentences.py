import pytest

from accounts.models import Membership
from audit import catalogue
from audit.models import Event
from compliance import controls, sentences
from compliance.forms import FAMILIES
from compliance.patterns import PATTERNS


@pytest.mark.parametrize("type", sorted(catalogue.EVENTS))
def test_every_type_of_event_has_its_own_sentence(type):
    assert type in {name.split(" ")[0] for name in PATTERNS[type.split(".")[0]]}


def test_patterns_ask_only_for_what_their_type_may_carry():
    for family in PATTERNS.values():
        for name, pattern in family.items():
            asked = set(sentences._PART.findall(pattern)) - {"who", "what"}
            assert asked <= catalogue.EVENTS[name.split(" ")[0]].keys.keys(), name


def test_every_type_of_a_team_can_be_filtered_by_family():
    filtered = {type for _label, kinds in FAMILIES.values() for type in kinds}

    assert filtered == set(catalogue.EVENTS) - set(catalogue.AUTH)


def test_every_type_supports_evidence_for_some_control_besides_logging():
    assert all(len(controls.supported_by(type)) > 1 for type in catalogue.EVENTS)


def told(team):
    return [row.text for row in sentences.tell(team.row, Event.objects.of_log(team.row.trail_log).oldest_first())]


def test_roles_are_told_by_their_labels(team, happen):
    member = Membership.objects.of(team.row).get(user=team.lead)
    happen("member.roles_set", target=member, data={"before": ["reviewer"], "after": ["lead", "auditor"]})

    assert told(team) == ["Admin set the roles of Lead to Lead and Auditor (before: Reviewer)"]


def test_state_of_a_run_is_told_by_its_label(team, happen):
    happen("dream.finished", data={"state": "no_change", "changes": 0})

    assert told(team)[0].endswith("ended: No change, changes: 0")


def test_missing_data_leaves_a_gap_and_not_an_error(team, happen):
    happen("team.changed")

    assert told(team) == ["Admin changed settings of the team: …"]


def test_unknown_type_falls_back_to_its_name(team, happen):
    happen("team.created")
    event = Event.objects.of_log(team.row.trail_log).get()
    event.type = "moon.landed"

    assert sentences.tell(team.row, [event])[0].text == "Admin: moon.landed"
