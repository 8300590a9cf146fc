"""The effort that is asked of a model: chosen beside it, refused where it is not taken, sent, recorded and paid for."""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit import trail
from dreaming import runs, settings
from dreaming.costs import estimating
from dreaming.engines.claude import efforts
from dreaming.engines.claude.asking import Question, Voice
from dreaming.engines.claude.prompts import Prompt
from dreaming.enums import Effort, RunOrigin, RunState
from dreaming.models import DreamSettings
from reviews.models import Change
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.engines.claude.desk import FINDER, SAID, VERIFIER, Reader, dream, engine, history
from tests.dreaming.test_offering import CLAUDE

AT = scenes.AT
NOT_TAKEN = [
    ("claude-haiku-4-5", "low", "takes no effort, or it is not known which"),
    ("claude-unheard-of", "low", "takes no effort, or it is not known which"),
    ("claude-opus-4-6", "xhigh", "does not take it. It takes: Low, Medium, High, The most."),
    ("", "low", "Choose a model first"),
]


@pytest.fixture
def agent(team, platform):
    agent = scenes.agent_that_writes(team.row, memories={"/orders.md": "- Be kind to people on the phone.\n"})
    for number in range(3):
        agent_recipes.session(agent, texts=(f"Order {number}? {SAID}", "Noted."), at=AT - timedelta(days=number + 1))
    connection = agent_recipes.connection(team.row, base_url=platform.url, key=platform.key)
    choose(agent, engine="claude", connection=connection.public_id, model=FINDER, verifier=VERIFIER)
    platform.answering = Reader()
    return agent


def choose(agent, **values):
    return settings.set_(agent=agent, values=values, by=trail.SYSTEM, at=AT)


def perform(agent):
    return runs.perform_here(agent=agent, origin=RunOrigin.COMMAND, by=trail.SYSTEM, at=AT, clock=lambda: AT)


def asked(platform):
    return [(kind, body["model"], body["output_config"].get("effort")) for kind, body in platform.answering.bodies]


def test_every_model_gets_the_effort_that_is_set_for_it(agent, platform):
    choose(agent, effort="low", verifier_effort="xhigh")

    run = perform(agent)

    assert run.state == RunState.COMPLETED
    assert {("discover", FINDER, "low"), ("ground", FINDER, "low"), ("verify", VERIFIER, "xhigh")} <= set(
        asked(platform)
    )
    (change,) = Change.objects.of(agent.team)
    assert f"Found by {FINDER} (effort low) and verified by {VERIFIER} (effort xhigh)" in change.rationale
    assert settings.as_of(agent=agent, version=run.settings_version).effort == "low"


def test_without_one_none_is_sent(agent, platform):
    perform(agent)

    assert {effort for _kind, _model, effort in asked(platform)} == {None}


def test_the_same_model_verifies_with_the_same_effort_unless_it_has_its_own(agent, platform):
    choose(agent, verifier="", effort="high")
    perform(agent)
    assert ("verify", FINDER, "high") in asked(platform)

    choose(agent, verifier_effort="low")
    agent_recipes.session(agent, texts=(f"Order 8? {SAID} Again.", "Noted."), at=AT)
    platform.answering = Reader()
    perform(agent)

    assert ("verify", FINDER, "low") in asked(platform)


@pytest.mark.parametrize(("model", "effort", "said"), NOT_TAKEN)
def test_what_a_model_does_not_take_is_refused(agent, model, effort, said):
    with pytest.raises(settings.BadSettings, match=said.replace(".", "[.]")) as refused:
        choose(agent, model=model, verifier="", effort=effort)

    assert refused.value.field == "effort"


def test_another_model_that_does_not_take_it_is_refused_as_well(agent):
    choose(agent, verifier_effort="xhigh")

    with pytest.raises(settings.BadSettings) as refused:
        choose(agent, verifier="claude-sonnet-4-6")

    assert refused.value.field == "verifier_effort"


def test_dreams_of_the_platform_take_none(agent):
    with pytest.raises(settings.BadSettings, match="take no effort"):
        choose(agent, engine="managed", effort="low")


def test_ids_of_other_clouds_are_known(agent):
    assert choose(agent, model="eu.anthropic.claude-opus-5-5-20260901-v1:0", effort="max").effort == "max"


def test_what_is_no_longer_taken_is_never_sent(agent, platform):
    DreamSettings.objects.of(agent.team).update(model="claude-haiku-4-5", verifier="", effort="low")
    DreamSettings.history.update(model="claude-haiku-4-5", verifier="", effort="low")

    run = perform(agent)

    assert run.state == RunState.FAILED
    assert "effort" in run.error
    assert platform.asked("POST *") == []


def test_the_form_says_why(client, team, agent):
    connection = settings.of(agent).connection
    url = reverse("dreaming:settings", args=[team.slug, agent.slug])
    client.force_login(team.admin)
    page = client.get(url).content.decode()
    assert page.count("Very high") == 2
    form = {
        "frequency": "off", "time": "02:30", "weekday": "0", "day": "1", "time_zone": "UTC", "window_days": "90",
        "max_minutes": "30", "seen": settings.of(agent).version, "connection": connection, "instructions": "",
    }  # fmt: skip

    refused = client.post(url, form | CLAUDE | {"model": "claude-haiku-4-5", "effort": "high"})
    unknown = client.post(url, form | CLAUDE | {"effort": "extreme"})

    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert "claude-haiku-4-5 takes no effort" in refused.content.decode()
    assert settings.of(agent).effort == ""


def test_another_effort_is_another_question():
    one, other, bare = (
        Question("judge", Prompt("judge", 1, "Judge."), Voice("claude-opus-5-5", effort), "", "A or B?", {})
        for effort in ("low", "high", "")
    )

    assert len({one.digest, other.digest, bare.digest}) == 3
    assert bare.params["output_config"].keys() == {"format"}
    assert (bare.most.output, other.most.output) == (bare.params["max_tokens"], other.params["max_tokens"])
    assert bare.most.output < other.most.output < 21_333  # what is longer has to be streamed


def test_effort_makes_the_most_of_an_estimate_higher(agent):
    plain = estimating.estimate(agent=agent, at=AT)
    choose(agent, effort="max")

    assert estimating.estimate(agent=agent, at=AT).high > plain.high


def test_each_of_two_models_has_its_own(platform):
    platform.answering = reader = Reader()
    dream(engine(platform, effort="low", verifier_effort="high"), history())

    efforts_sent = {body["output_config"].get("effort") for kind, body in reader.bodies if kind == "verify"}
    assert efforts_sent == {"high"}


def test_levels_are_those_of_the_platform():
    assert set(efforts.LEVELS) == set(Effort.values) == {one for own in efforts.TAKES.values() for one in own}
