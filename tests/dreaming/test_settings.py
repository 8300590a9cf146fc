import json

import pytest

from audit import trail
from audit.models import Event
from dreaming import settings
from dreaming.engines.local.curation import Curation
from dreaming.models import DreamSettings, Schedule
from dreaming.settings import BadSettings
from tests import agent_recipes
from tests.dreaming import scenes


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row)


def test_settings_nobody_set_are_not_stored(agent):
    chosen = settings.of(agent)

    assert (chosen.version, chosen.frequency, chosen.engine, chosen.pk) == (0, "off", "local", None)


def test_settings_make_a_version_a_history_row_and_an_event(agent, team, at):
    first = settings.set_(agent=agent, values={"hour": 4, "max_minutes": 20}, by=team.admin, at=at)
    second = settings.set_(agent=agent, values={"curation": {"false_discovery_rate": 0.05}}, by=team.admin, at=at)

    assert (first.version, second.version) == (1, 2)
    assert list(DreamSettings.history.order_by("version").values_list("version", "hour", "history_user")) == [
        (1, 4, team.admin.pk),
        (2, 4, team.admin.pk),
    ]
    assert settings.as_of(agent=agent, version=1).curation == {"version": 1}
    assert settings.as_of(agent=agent, version=2).curation == {"version": 1, "false_discovery_rate": 0.05}
    told = [json.loads(event.body)["data"] for event in Event.objects.filter(type="dream.settings_set").order_by("seq")]
    assert [one["changed"] for one in told] == [["hour", "max_minutes"], ["curation"]]
    assert told[1]["before"] == {"curation": {"false_discovery_rate": {"ppm": 100_000}}}
    assert told[1]["after"] == {"curation": {"false_discovery_rate": {"ppm": 50_000}}}


def test_same_settings_again_change_nothing(agent, team, at):
    first = settings.set_(agent=agent, values={"hour": 4}, by=team.admin, at=at)

    again = settings.set_(agent=agent, values={"hour": 4}, by=team.admin, at=at)

    assert again.version == first.version == DreamSettings.history.count()


def test_documents_that_are_read_as_one_policy_are_the_same(agent, team, at):
    first = settings.set_(agent=agent, values={"curation": {"max_changes": 12}}, by=team.admin, at=at)

    again = settings.set_(agent=agent, values={"curation": Curation(max_changes=12).document()}, by=team.admin, at=at)

    assert again.version == first.version
    assert again.curation == {"version": 1, "max_changes": 12}


def test_protected_phrases_are_only_committed_to(agent, team, at):
    document = {"protected_phrases": ["Mrs. Smith"], "protected_paths": ["/people"], "weights": {"human": 0.5}}

    settings.set_(agent=agent, values={"curation": document}, by=team.admin, at=at)

    body = Event.objects.get(type="dream.settings_set").body
    told = json.loads(body)["data"]
    weights = {"test": 10**6, "downstream": 10**6, "human": 5 * 10**5, "survey": 5 * 10**5, "self-report": 2 * 10**5}
    assert b"Smith" not in body
    assert told["after"] == {
        "curation": {
            "protected_paths": ["/people"],
            "protected_phrases": {"count": 1},
            "weights": {name: {"ppm": share} for name, share in weights.items()},
        }
    }
    assert told["before"]["curation"]["protected_phrases"] == {"count": 0}


def test_a_stored_document_that_cannot_be_read_can_be_replaced(agent, team, at):
    settings.set_(agent=agent, values={}, by=team.admin, at=at)
    DreamSettings.objects.of(team.row).update(curation={"max_changes": "many", "min_sessions": 3})

    with pytest.raises(BadSettings, match="curation: max_changes: must be a whole number"):
        settings.set_(agent=agent, values={"hour": 5}, by=team.admin, at=at)
    kept = settings.set_(agent=agent, values={"curation": {"min_sessions": 3}}, by=team.admin, at=at)

    assert kept.curation == {"version": 1, "min_sessions": 3}


def test_settings_move_the_schedule(agent, team, at):
    settings.set_(agent=agent, values={"frequency": "hourly", "minute": 15}, by=trail.SYSTEM, at=at)
    assert Schedule.objects.of(team.row).get(agent=agent).next_at == at.replace(minute=15)

    settings.set_(agent=agent, values={"frequency": "off"}, by=team.admin, at=at)
    assert Schedule.objects.of(team.row).get(agent=agent).next_at is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"curation": {"max_changes": -1}}, "curation"),
        ({"curation": {"no_such": 1}}, "curation"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"frequency": "yearly"}, "frequency"),
        ({"engine": "crystal"}, "engine"),
        ({"hour": 24}, "hour"),
        ({"day": 31}, "day"),
        ({"day": 0}, "day"),
        ({"window_days": 0}, "window_days"),
        ({"namespaces": ["nsp_unknown"]}, "namespaces"),
        ({"version": 7}, "version"),
    ],
)
def test_settings_refuse_what_cannot_be(agent, team, at, values, field):
    with pytest.raises(BadSettings) as refused:
        settings.set_(agent=agent, values=values, by=team.admin, at=at)

    assert refused.value.field == field
    assert settings.of(agent).version == 0


def test_settings_refuse_memory_that_the_agent_may_not_use(agent, team, at):
    foreign = agent_recipes.namespace(team.row)

    with pytest.raises(BadSettings):
        settings.set_(agent=agent, values={"namespaces": [foreign.public_id]}, by=team.admin, at=at)

    kept = settings.set_(agent=agent, values={"namespaces": [agent.space.public_id]}, by=team.admin, at=at)
    assert kept.namespaces == [agent.space.public_id]
