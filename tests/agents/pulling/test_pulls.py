import json
from datetime import timedelta

import pytest
from django.urls import reverse

from agents.models import Outcome, PlatformLink, PulledSession, Session, SessionEvent
from agents.pulling import fetching, mapping, pulls
from audit.models import Event
from tests import agent_recipes
from tests.recipes import AT


@pytest.fixture
def platform(platform):
    """One with an agent, and with pages of two so that everything has pages."""
    platform.rename_key("sk-ant-test")
    platform.shorten_pages(2)
    platform.seed_agent(id="agent_01", model="claude-sonnet-5")
    return platform


@pytest.fixture
def link(team, platform):
    agent = agent_recipes.agent(team.row)
    connection = agent_recipes.connection(team.row, base_url=platform.url)
    return mapping.map_agent(agent=agent, connection=connection, platform_agent="agent_01", by=team.admin, at=AT)


def pull(link, at=AT):
    return pulls.pull(link_id=link.pk, now=at, clock=lambda: at)


def message(id, text, at, speaker="user"):
    return {"type": f"{speaker}.message", "id": id, "processed_at": at, "content": [{"type": "text", "text": text}]}


def ticket(platform, number, *more, **values):
    id, at = f"sesn_{number}", f"2026-02-{number:02}T10:00:0"
    outcome = {
        "type": "outcome_evaluation",
        "outcome_id": "outc_01",
        "description": "Answer",
        "iteration": 1,
        "result": "satisfied",
        "explanation": "All met.",
        "completed_at": f"{at}0Z",
    }
    given = {"title": f"Ticket {id}", "outcome_evaluations": [outcome], "usage": {"input_tokens": 8120}}
    events = [message(f"sevt_{number}a", f"Question {number}", f"{at}1Z"), *more]
    platform.seed_session(events, id=id, agent="agent_01", created_at=f"{at}0Z", **given | values)


def texts(link, external_id="sesn_1"):
    session = Session.objects.of(link.team).get(agent=link.agent, external_id=external_id, is_newest=True)
    return list(
        SessionEvent.objects.of(link.team).filter(session=session).order_by("position").values_list("text", "thread")
    )


def test_pull_brings_finished_sessions_with_outcomes_and_usage_and_a_second_one_nothing(platform, link):
    for number in range(1, 6):
        ticket(platform, number)
    ticket(platform, 6, status="running")
    ticket(platform, 7, status="terminated", archived_at="2026-02-08T00:00:00Z")

    first = pull(link)
    second = pull(link, AT + pulls.EVERY)

    assert (first.new, first.events, first.problem) == (6, 6, "")
    assert (second.sessions, second.new, second.extended) == (0, 0, 0)
    session = Session.objects.of(link.team).get(external_id="sesn_1")
    assert (session.source, session.title, session.model) == ("claude-platform", "Ticket sesn_1", "claude-sonnet-5")
    assert session.usage["input_tokens"] == 8120
    assert Outcome.objects.of(link.team).get(session=session).name == "completed"
    told = json.loads(bytes(Event.objects.get(type="sessions.pulled").body))["data"]
    counts = {"sessions": 6, "new": 6, "extended": 0, "events": 6, "erased": 0}
    assert told == {"connection": link.connection.public_id} | counts


def test_pull_puts_the_events_of_sub_agents_among_those_of_the_session(platform, link):
    echo = message("sevt_b", "Done.", "2026-02-01T10:00:03Z", "agent")
    events = [message("sevt_a", "Look it up", "2026-02-01T10:00:02Z"), echo]
    threads = [{"id": "sthr_child", "events": events}]
    ticket(platform, 1, echo, message("sevt_c", "Thanks", "2026-02-01T10:00:04Z"), threads=threads)

    pull(link)

    assert texts(link) == [("Question 1", ""), ("Look it up", "sthr_child"), ("Done.", "sthr_child"), ("Thanks", "")]


def test_pull_keeps_unknown_events_as_they_came_and_events_without_a_time_in_their_place(platform, link):
    strange = {"type": "agent.dance", "id": "sevt_x", "processed_at": "2026-02-01T10:00:02Z", "steps": [1, 2]}
    ticket(platform, 1, strange, message("sevt_q", "Queued", None))

    pull(link)

    assert [text for text, _thread in texts(link)] == [
        "Question 1",
        '{"id":"sevt_x","type":"agent.dance","processed_at":"2026-02-01T10:00:02Z","steps":[1,2]}',
        "Queued",
    ]
    events = SessionEvent.objects.of(link.team).order_by("position")
    assert list(events.values_list("kind", flat=True)) == ["message", "notice", "message"]
    assert events.last().at is None


@pytest.mark.parametrize("moved", (True, False))
def test_pull_extends_a_session_that_gained_events(platform, link, moved):
    ticket(platform, 1)
    pull(link)
    platform.seed_event("sesn_1", message("sevt_1b", "One more thing", "2026-02-02T10:00:00Z"))
    if moved:
        platform.workspace.sessions["sesn_1"].values["updated_at"] = "2026-02-02T10:00:00Z"

    again = pull(link, AT + timedelta(days=30))

    assert (again.new, again.extended, again.events) == (0, 1, 1)
    assert [text for text, _thread in texts(link)] == ["Question 1", "One more thing"]
    assert Session.objects.of(link.team).get().version == 1


def test_pull_leaves_out_the_sessions_in_which_dreams_worked(platform, link):
    ticket(platform, 1)
    ticket(platform, 2)
    inputs = [
        {"type": "memory_store", "memory_store_id": platform.seed_store()},
        {"type": "sessions", "session_ids": ["sesn_1"]},
    ]
    dream = platform.client().beta.dreams.create(inputs=inputs, model="claude-sonnet-5")
    platform.workspace.dreams[dream.id].values["session_id"] = "sesn_2"  # worked as this very agent

    assert pull(link).new == 1


def test_pull_goes_on_where_the_workspace_has_no_dreams(platform, link):
    ticket(platform, 1)
    platform.close_dreams()

    assert pull(link).new == 1


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    (
        (429, {"retry-after": "90"}, timedelta(seconds=90)),
        (529, {"retry-after-ms": "45000"}, timedelta(seconds=45)),
        (500, {}, timedelta(seconds=30)),
    ),
)
def test_pull_sleeps_on_the_row_where_the_platform_is_busy_and_loses_nothing(platform, link, status, headers, wait):
    for number in range(1, 4):
        ticket(platform, number)
    platform.fault("GET /v1/sessions/sesn_3/events", status, headers=headers)

    first = pull(link)
    link.refresh_from_db()

    assert (first.new, link.attempts, link.next_at) == (2, 1, AT + wait)
    assert link.problem
    assert len(platform.asked("GET /v1/sessions/sesn_3/events")) == 1
    assert pull(link, AT + wait - timedelta(seconds=1)) is None
    assert pull(link, AT + wait).new == 1
    link.refresh_from_db()
    assert (link.problem, link.attempts) == ("", 0)


def test_pull_with_a_key_revoked_half_way_says_so_and_keeps_what_came(platform, link):
    for number in range(1, 6):
        ticket(platform, number)
    platform.fault("GET /v1/sessions/sesn_4/events", 401)

    first = pull(link)
    link.refresh_from_db()

    assert first.new == 3
    assert link.problem == "The platform refuses the key: it may have been revoked."
    assert pull(link, AT + timedelta(hours=1)).new == 2
    assert Session.objects.of(link.team).count() == 5


def test_pull_by_a_connection_that_may_not_hold_the_agents_text_asks_nothing(team, platform):
    agent = agent_recipes.agent(team.row, residency="EU")
    connection = agent_recipes.connection(team.row, base_url=platform.url)
    link = mapping.map_agent(agent=agent, connection=connection, platform_agent="agent_01", by=team.admin, at=AT)

    result = pull(link)

    assert "may not hold text" in result.problem
    assert platform.asked() == []


def test_pull_where_nobody_answers_says_so(team):
    agent = agent_recipes.agent(team.row)
    connection = agent_recipes.connection(team.row)
    link = mapping.map_agent(agent=agent, connection=connection, platform_agent="agent_01", by=team.admin, at=AT)

    assert pull(link).problem == "The platform cannot be reached."


def test_long_history_comes_in_several_pulls(platform, link, monkeypatch):
    monkeypatch.setattr(pulls, "MOST", 2)
    for number in range(1, 6):
        ticket(platform, number)

    brought = [pull(link).new for _ in range(3)]

    assert brought == [2, 2, 1]
    assert pull(link) is None


def test_session_that_cannot_be_read_is_named_and_stops_no_other(platform, link):
    ticket(platform, 1, message("sevt_big", "x" * (1024 * 1024 + 1), "2026-02-01T10:00:02Z"))
    ticket(platform, 2)

    result = pull(link)

    assert (result.new, result.unreadable) == (1, 1)
    assert "larger than 1 MB" in PulledSession.objects.of(link.team).get(external_id="sesn_1").problem


def test_session_deleted_while_it_is_pulled_is_left_out(platform, link):
    ticket(platform, 1)
    ticket(platform, 2)
    platform.fault("GET /v1/sessions/sesn_1/events", "edit", edit=["delete_session", {"id": "sesn_1"}])

    assert pull(link).new == 1


def test_mapping_another_agent_pulls_afresh_and_parting_stops_it(team, link):
    connection = link.connection
    mapping.map_agent(agent=link.agent, connection=connection, platform_agent="agent_01", by=team.admin, at=AT)
    assert Event.objects.filter(type="agent.mapped").count() == 1
    PlatformLink.objects.of(team.row).update(watermark=AT)

    mapping.map_agent(agent=link.agent, connection=connection, platform_agent="agent_02", by=team.admin, at=AT)
    again = mapping.link_of(link.agent)
    assert (again.pk, again.platform_agent, again.watermark) == (link.pk, "agent_02", None)

    mapping.unmap_agent(agent=link.agent, by=team.admin, at=AT)
    mapping.unmap_agent(agent=link.agent, by=team.admin, at=AT)
    assert mapping.link_of(link.agent) is None
    assert pulls.due(now=AT + timedelta(days=1)) == []
    assert Event.objects.filter(type="agent.unmapped").count() == 1


def test_page_lists_the_agents_of_the_platform_and_maps_one(client, team, platform):
    agent = agent_recipes.agent(team.row)
    connection = agent_recipes.connection(team.row, base_url=platform.url)
    for n in range(3):
        platform.seed_agent(id=f"agent_0{n}", name=f"<b>Desk {n}</b>")
    client.force_login(team.admin)
    address = reverse("agents:platform", args=[team.slug, agent.slug])

    page = client.get(address, {"list": connection.public_id})
    saved = client.post(address, {"connection": connection.public_id, "platform_agent": "agent_02"})

    assert b"&lt;b&gt;Desk 2&lt;/b&gt; (agent_02)" in page.content
    assert saved.status_code == 302
    assert mapping.link_of(agent).platform_agent == "agent_02"


def test_page_says_what_is_wrong_and_still_takes_an_id(client, team, platform, link):
    PlatformLink.objects.of(team.row).update(problem="The platform refuses the key: it may have been revoked.")
    platform.revoke(platform.key)
    client.force_login(team.admin)

    page = client.get(
        reverse("agents:platform", args=[team.slug, link.agent.slug]), {"list": link.connection.public_id}
    ).content.decode()

    assert page.count("The platform refuses the key") == 2
    assert "QuerySet" not in page
    assert 'type="text" name="platform_agent"' in page
    assert "sk-ant" not in page


def test_page_without_a_connection_says_what_comes_first(client, team):
    client.force_login(team.admin)
    agent = agent_recipes.agent(team.row)

    page = client.get(reverse("agents:platform", args=[team.slug, agent.slug]))

    assert b"No connection to the Claude platform" in page.content


def test_agents_of_a_workspace_are_listed_over_pages(team, platform):
    for n in range(5):
        platform.seed_agent(id=f"agent_0{n}")
    connection = agent_recipes.connection(team.row, base_url=platform.url)
    with pulls.clients.platform_client(connection, residency=[""]) as client:
        assert [one for one, _name in fetching.agents(client)] == [f"agent_0{n}" for n in reversed(range(5))]


def test_pull_is_due_every_ten_minutes(link):
    assert pulls.due(now=AT) == [link.pk]
    pull(link)
    assert pulls.due(now=AT) == []
    assert pulls.due(now=AT + pulls.EVERY) == [link.pk]
