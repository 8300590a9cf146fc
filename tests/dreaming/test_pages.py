import pytest
from django.urls import reverse

from dreaming import holding, runs, settings
from dreaming.engines.protocol import EngineFailed
from dreaming.enums import RunOrigin, RunState
from dreaming.models import Run
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, adds, dream, finds, pattern, raises

HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row, memories={"/terms/a.md": "- one\n"})


def url(team, name, *args):
    return reverse(f"dreaming:{name}", args=[team.slug, *args])


@pytest.mark.parametrize("count", [1, 3])
def test_agents_are_listed_in_the_same_number_of_queries(client, team, count, django_assert_num_queries):
    for _ in range(count):
        agent = scenes.agent_that_writes(team.row)
        dream(agent, engine=finds(adds(agent.space, "/new.md", "- new\n")))
    client.force_login(team.member)

    with django_assert_num_queries(6):
        page = client.get(url(team, "agents"))

    assert page.content.count(b"1 open proposal") == count
    assert page.content.count(b"chip--completed") == count


@pytest.mark.parametrize("count", [1, 3])
def test_runs_are_listed_in_the_same_number_of_queries(client, team, agent, count, django_assert_num_queries):
    for n in range(count):
        dream(agent, engine=finds(adds(agent.space, f"/{n}.md", "- new\n")))
    client.force_login(team.member)

    with django_assert_num_queries(7):
        page = client.get(url(team, "runs"), {"agent": agent.slug, "state": "completed"})

    assert page.content.count(b"1 change proposed") == count


@pytest.mark.parametrize("count", [1, 3])
def test_agent_shows_its_memory_sessions_and_runs(client, team, agent, count, django_assert_num_queries):
    for n in range(count):
        agent_recipes.session(agent, external_id=f"call {n}")
        dream(agent, engine=finds())
    agent_recipes.memories(agent.space, {f"/more/{n}.md": "- x\n" for n in range(count)})
    client.force_login(team.member)

    with django_assert_num_queries(19):
        page = client.get(url(team, "agent", agent.slug)).content.decode()

    assert page.count("call ") == page.count("chip--no_change") == count
    assert "a.md" in page
    assert "Dream now" not in page


def test_lead_starts_a_dream_and_watches_it(client, team, agent):
    client.force_login(team.lead)
    assert b"Dream now" in client.get(url(team, "agent", agent.slug)).content

    started = client.post(url(team, "run_now", agent.slug))
    again = client.post(url(team, "run_now", agent.slug))

    run = Run.objects.of(team.row).get()
    assert started.url == again.url == run.get_absolute_url()
    assert (run.origin, run.asked_by_id) == (RunOrigin.PERSON, team.lead.public_id)
    assert b'hx-trigger="every 2s"' in client.get(started.url).content


def test_run_that_has_ended_asks_no_more(client, team, agent):
    session = agent_recipes.session(agent)
    found = pattern(session, statement="<b>locked</b>")
    run = dream(agent, engine=finds(adds(agent.space, "/new.md", "- n\n"), patterns=[found]))
    client.force_login(team.member)

    part = client.get(run.get_absolute_url(), headers=HTMX)
    page = client.get(run.get_absolute_url())

    assert b"hx-trigger" not in part.content
    assert b"<html" not in part.content
    assert b"<html" in page.content
    assert "HX-Request" in page.headers["Vary"]
    assert b"Look at 1 change" in page.content
    assert b"&lt;b&gt;locked" in page.content
    assert reverse("agents:session", args=[team.slug, session.public_id]).encode() in page.content


def test_run_keeps_its_patterns_when_a_later_run_sees_them_too(client, team, agent):
    found = pattern(agent_recipes.session(agent))
    first = dream(agent, engine=finds(patterns=[found]))
    dream(agent, engine=finds(patterns=[found]))
    client.force_login(team.member)

    assert b"The ledger is often locked" in client.get(first.get_absolute_url()).content


def test_failed_run_says_why_and_offers_another(client, team, agent):
    run = dream(agent, engine=raises(EngineFailed("the <budget> is spent")))
    client.force_login(team.lead)

    page = client.get(run.get_absolute_url()).content

    assert b"the &lt;budget&gt; is spent" in page
    assert b"Dream again" in page


@pytest.mark.parametrize("count", [1, 3])
def test_run_takes_the_same_queries_for_any_number_of_patterns(client, team, agent, count, django_assert_num_queries):
    found = [pattern(agent_recipes.session(agent), key=f"k{n}") for n in range(count)]
    run = dream(agent, engine=finds(patterns=found))
    client.force_login(team.member)

    with django_assert_num_queries(9):
        client.get(run.get_absolute_url())


def test_lead_cancels_a_run(client, team, agent):
    run = runs.queue(agent=agent, origin=RunOrigin.PERSON, by=team.lead, at=AT)
    client.force_login(team.lead)

    client.post(url(team, "run_cancel", run.number))
    client.post(url(team, "run_cancel", run.number))

    run.refresh_from_db()
    assert run.state == RunState.CANCELED


def test_member_starts_and_cancels_nothing(client, team, agent):
    run = runs.queue(agent=agent, origin=RunOrigin.PERSON, by=team.lead, at=AT)
    client.force_login(team.member)

    answers = [
        client.post(url(team, "run_now", agent.slug)),
        client.post(url(team, "run_cancel", run.number)),
        client.get(url(team, "settings", agent.slug)),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


FORM = {
    "frequency": "weekly",
    "time": "04:15",
    "weekday": "2",
    "day": "1",
    "time_zone": "Europe/Berlin",
    "engine": "local",
    "window_days": "30",
    "max_minutes": "20",
    "instructions": "",
}


def test_admin_sets_how_an_agent_dreams(client, team, agent):
    client.force_login(team.admin)

    answer = client.post(url(team, "settings", agent.slug), FORM | {"namespaces": [agent.space.public_id]})

    chosen = settings.of(agent)
    assert answer.status_code == 302
    assert (chosen.version, chosen.frequency, chosen.hour, chosen.minute, chosen.weekday) == (1, "off", 4, 15, 2)
    assert chosen.namespaces == [agent.space.public_id]
    page = client.get(answer.url).content.decode()
    assert "Saved as version 1." in page
    assert "Not saved yet, because a second person has to agree: Dreams." in page
    assert "Waits for a second person" in page
    assert "Lead, Security" in page

    client.force_login(team.lead)
    held = holding.waiting(agent)
    client.post(reverse("accounts:confirmation_confirm", args=[team.slug, held.public_id]))

    client.force_login(team.admin)
    page = client.get(answer.url).content.decode()
    assert settings.of(agent).frequency == "weekly"
    assert "Every Wednesday at 04:15, Europe/Berlin" in page
    assert page.count("<time") == 7
    assert "Waits for a second person" not in page


@pytest.mark.parametrize(("field", "value"), [("day", "31"), ("time", "25:00"), ("engine", "x")])
def test_settings_page_says_what_is_wrong(client, team, agent, field, value):
    client.force_login(team.admin)

    answer = client.post(url(team, "settings", agent.slug), FORM | {field: value})

    assert answer.status_code == 422
    assert settings.of(agent).version == 0


def test_settings_saved_by_somebody_else_meanwhile_are_not_replaced_unseen(client, team, agent):
    client.force_login(team.admin)
    settings.set_(agent=agent, values={"hour": 7}, by=team.lead, at=AT)

    told = client.post(url(team, "settings", agent.slug), FORM | {"seen": "0"})
    kept = settings.of(agent).hour
    again = client.post(url(team, "settings", agent.slug), FORM | {"seen": "1"})

    assert (told.status_code, kept, again.status_code, settings.of(agent).hour) == (422, 7, 302, 4)
    assert "Version 1 was saved while this page was open." in told.content.decode()


def test_a_proposal_leads_back_to_its_run(client, team):
    run = scenes.run(agent_recipes.agent(team.row))
    client.force_login(team.member)

    answer = client.get(reverse("dreaming:run_of", args=[team.slug, run.public_id]))

    assert (answer.status_code, answer.url) == (302, run.get_absolute_url())
