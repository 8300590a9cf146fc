import anthropic
import pytest

DAY = "2026-03-0{}T10:00:00Z"


def message(text, at="2026-03-01T10:00:00Z", speaker="user"):
    return {"type": f"{speaker}.message", "processed_at": at, "content": [{"type": "text", "text": text}]}


@pytest.fixture
def sessions(platform):
    return platform.client().beta.sessions


def test_sessions_are_listed_by_creation_newest_first(platform, sessions):
    held = [platform.seed_session(created_at=DAY.format(day)) for day in (1, 2, 3)]

    assert [one.id for one in sessions.list(limit=2)] == held[::-1]
    assert [one.id for one in sessions.list(limit=2, order="asc")] == held
    assert [one.id for one in sessions.list(created_at_gt=DAY.format(1), created_at_lt=DAY.format(3))] == [held[1]]
    assert [one.id for one in sessions.list(created_at_gte=DAY.format(2))] == held[:0:-1]


def test_sessions_are_filtered_by_agent_store_status_and_archive(platform, sessions):
    agent, store = platform.seed_agent(name="Other"), platform.seed_store()
    other = platform.seed_session(agent=agent)
    stored = platform.seed_session(agent=platform.seed_agent(), memory_stores=[store], status="running")
    archived = platform.seed_session(agent=agent, status="terminated", archived_at=DAY.format(9))

    assert [one.id for one in sessions.list(agent_id=agent)] == [other]
    assert [one.id for one in sessions.list(memory_store_id=store)] == [stored]
    assert [one.id for one in sessions.list(statuses=["idle"])] == [other]
    assert [one.id for one in sessions.list(statuses=["idle", "terminated"], include_archived=True)] == [
        archived,
        other,
    ]
    with pytest.raises(anthropic.BadRequestError):
        sessions.list(agent_version=7)


def test_a_cursor_is_refused_with_another_order(platform, sessions):
    for day in (1, 2, 3):
        platform.seed_session(created_at=DAY.format(day))
    cursor = sessions.list(limit=1).next_page

    with pytest.raises(anthropic.BadRequestError):
        sessions.list(limit=1, page=cursor, order="asc")


def test_events_come_by_time_and_queued_ones_last(platform, sessions):
    held = [message("second", DAY.format(2)), message("queued", None), message("first", DAY.format(1))]
    session = platform.seed_session(held)

    texts = [one.content[0].text for one in sessions.events.list(session, limit=2)]
    newest = sessions.events.list(session, order="desc", limit=1).data[0]
    since = sessions.events.list(session, created_at_gte=DAY.format(2))

    assert texts == ["first", "second", "queued"]
    assert newest.processed_at is None
    assert [one.content[0].text for one in since] == ["second", "queued"]


def test_events_are_filtered_by_type_and_unknown_ones_are_served(platform, sessions):
    session = platform.seed_session(
        [message("hi"), {"type": "agent.pondered", "depth": 3}, message("ok", speaker="agent")]
    )

    everything = [one.to_dict() for one in sessions.events.list(session)]
    by_agent = list(sessions.events.list(session, types=["agent.message"]))

    assert [one["type"] for one in everything] == ["user.message", "agent.message", "agent.pondered"]
    assert everything[2]["depth"] == 3
    assert [one.type for one in by_agent] == ["agent.message"]
    with pytest.raises(anthropic.BadRequestError):
        sessions.events.list(session, types=["session.deleted"])


def test_an_event_of_a_known_type_has_its_shape(platform):
    with pytest.raises(ValueError, match="content"):
        platform.seed_session([{"type": "user.message", "text": "hi"}])


def test_a_session_has_the_threads_of_its_sub_agents(platform, sessions):
    session = platform.seed_session(
        [message("delegate")], threads=[{"id": "sthr_sub", "agent_name": "Researcher", "events": [message("found it")]}]
    )

    main, sub = sessions.threads.list(session)

    assert (main.parent_thread_id, sub.parent_thread_id, sub.agent.name) == (None, main.id, "Researcher")
    texts = [
        one.content[0].text
        for thread in (main, sub)
        for one in sessions.threads.events.list(thread.id, session_id=session)
    ]
    assert texts == ["delegate", "found it"]


def test_outcomes_and_usage_stand_in_the_session(platform, sessions):
    outcome = {
        "type": "outcome_evaluation",
        "outcome_id": "outc_01",
        "description": "Answer",
        "iteration": 1,
        "result": "satisfied",
        "explanation": "All met.",
        "completed_at": DAY.format(1),
    }
    session = platform.seed_session(outcome_evaluations=[outcome], usage={"input_tokens": 5, "output_tokens": 7})

    read = sessions.retrieve(session)

    assert (read.outcome_evaluations[0].result, read.usage.output_tokens) == ("satisfied", 7)
    with pytest.raises(anthropic.NotFoundError):
        sessions.retrieve("sesn_other")


def test_agents_are_listed(platform):
    agent = platform.seed_agent(name="Support", version=3)

    (listed,) = platform.client().beta.agents.list()

    assert (listed.id, listed.name, listed.version) == (agent, "Support", 3)


def test_short_pages_make_pages_of_few_rows(platform, sessions):
    held = [platform.seed_session() for _number in range(3)]
    platform.shorten_pages(1)

    assert len(sessions.list(limit=100).data) == 1
    assert [one.id for one in sessions.list(limit=100)] == held[::-1]
