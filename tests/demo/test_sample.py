"""The sample is what demo/README.md says of it."""

import re
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from accounts import roles
from agents.enums import Access, Exposure, Tier
from agents.importers import lucid_jsonl
from agents.text import hidden, paths
from agents.text.normalise import digest
from agents.text.statements import statements
from demo import sample, team
from dreaming.engines.local.memory.stale import due_date
from dreaming.enums import Frequency

AS_OF = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
README = Path(sample.__file__).with_name("README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?!key )([a-z-]+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
ID = re.compile(r"\b(?:ctr|sup|onc)-\d+")


def told(as_of=AS_OF):
    return {agent: list(lucid_jsonl.parse(agent, data)) for agent, data in sample.sessions(as_of).items()}


TOLD = told()
SESSIONS = {session.external_id: session for sessions in TOLD.values() for session in sessions}
MEMORIES = {f"{slug}{path}": text for slug, files in sample.memories().items() for path, text in files}
PATHS = [path for files in sample.memories().values() for path, _text in files]
TRUTH = {key: where for key, _what, where, _good in ROW.findall(README)}


def tools(session):
    return [event.tool for event in session.events if event.kind == "tool_call"]


def erred(words):
    return lambda session: any(event.is_error and words in event.text for event in session.events)


def says(words, source_class=""):
    return lambda session: any(
        words in event.text and source_class in ("", event.source_class) for event in session.events
    )


def without(needed, done):
    """Sessions that failed in the end, did the one thing and left the other out."""
    return lambda session: (
        done in tools(session)
        and needed not in tools(session)
        and any(outcome.name == "failed" for outcome in session.outcomes)
        and "read_attachment" not in tools(session)
    )


SESSIONS_OF = {
    "contradiction": lambda one: bool(re.search(r"window is 14 days|30 days is the old|says 14 days", " ".join(
        event.text for event in one.events if event.source_class == "user_input"))),
    "who-left": erred("tomasz.wilk is deactivated"),
    "wrong-office": erred("pete.novak is inactive"),
    "error-extract": erred("page range exceeds 40 pages"),
    "error-refund": erred("minor units"),
    "error-lookup": erred("nothing matches reference"),
    "error-metrics": erred("maximum is 11000"),
    "error-lock": erred("LockHeld"),
    "workflow-contracts": without("lookup_playbook", "save_review"),
    "workflow-support": without("get_policy", "reply_to_ticket"),
    "workflow-oncall": without("get_deploys", "restart_service"),
    "trials": lambda one: one.task == "redline-harrow-msa",
    "preference": says("please state the liability cap in the first line", "user_input"),
    "corrected": lambda one: any(feedback.corrected_output for feedback in one.feedback),
    "escalated": lambda one: any(outcome.name == "escalated" for outcome in one.outcomes),
    "disagreeing": lambda one: len({outcome.name for outcome in one.outcomes}) > 1,
    "sub-agents": lambda one: len({event.thread for event in one.events}) > 1,
    "poison": says("claims-archive.example", "external_tool"),
    "secret": says("AKIALARKHAVENDEMO234"),
    "hidden": lambda one: any(hidden.find(event.text) for event in one.events),
    "recalled": lambda one: any(event.source_class == "recalled" for event in one.events),
    "one-off": lambda one: erred("504 Gateway")(one) or erred("UnicodeDecodeError")(one),
}  # fmt: skip

SAID = {
    "exact-contracts": (
        "Never accept unlimited liability for indirect or consequential loss",
        'Strike "hold harmless" where it stands without "to the extent caused by"',
        "Quote at most one sentence of the contract per deviation",
    ),
    "exact-support": (
        "Ask for photographs of the packaging before the goods are moved",
        "Corrections within 24 hours are free; later ones cost EUR 15",
    ),
    "exact-oncall": (
        "The quote cache takes about six minutes to warm up after a restart; do not restart twice",
        "Invoices are idempotent by number; replaying a batch is safe",
    ),
    "exact-across": ("Write dates as 3 March 2026, never as 03/03/26",),
    "protected-copy": ("Never put a customer's bank details into a ticket, a summary or a memory",),
}


def holding(sentence):
    return {
        place for place, text in MEMORIES.items() if digest(sentence) in {digest(one.text) for one in statements(text)}
    }


def memories_in(key):
    return {place for place in TRUTH[key].split(", ") if place.endswith(".md")}


def test_sample_is_the_same_each_time():
    assert sample.sessions(AS_OF) == sample.sessions(AS_OF)
    assert sample.memories() == sample.memories()


def test_sample_has_the_size_that_is_promised():
    assert set(TOLD) == {agent.slug for agent in sample.agents()}
    assert len(TOLD) == 3
    assert len(SESSIONS) == 124
    assert len(MEMORIES) == 60
    assert all(30 <= len(sessions) <= 50 for sessions in TOLD.values())


@pytest.mark.parametrize("days", range(0, 370, 23))
def test_sample_moves_in_time_and_changes_nothing_else(days):
    as_of = datetime(2026, 1, 1, 0, 5, tzinfo=UTC) + timedelta(days=days)

    for agent, sessions in told(as_of).items():
        known = TOLD[agent]
        assert [one.external_id for one in sessions] == [one.external_id for one in known]
        assert [[event.kind for event in one.events] for one in sessions] == [
            [event.kind for event in one.events] for one in known
        ]
        moments = [one.at for session in sessions for one in (*session.events, *session.outcomes, *session.feedback)]
        assert as_of - timedelta(days=31) < min(moments)
        assert max(moments) < as_of


def test_session_times_run_forward_in_two_zones():
    for session in SESSIONS.values():
        moments = [event.at for event in session.events]
        assert moments == sorted(moments)
        assert session.started_at == moments[0]
        assert timedelta(seconds=10) < session.ended_at - session.started_at < timedelta(minutes=90)
    offices = {
        agent: {session.started_at.astimezone(ZoneInfo("Europe/Amsterdam")).hour for session in sessions}
        for agent, sessions in TOLD.items()
    }
    assert all({9, 21} <= hours | {hour + 1 for hour in hours} for hours in offices.values())
    office_days = {one.started_at.weekday() for agent in ("contract-review", "support-triage") for one in TOLD[agent]}
    assert office_days == {0, 1, 2, 3, 4}


def test_sessions_do_not_repeat_each_other():
    assert len({session.title for session in SESSIONS.values()}) == len(SESSIONS)
    transcripts = {"\n".join(event.text for event in session.events) for session in SESSIONS.values()}
    assert len(transcripts) == len(SESSIONS)


def test_usage_and_calls_are_whole():
    for session in SESSIONS.values():
        calls = [event.call_id for event in session.events if event.kind == "tool_call"]
        assert calls == [event.call_id for event in session.events if event.kind == "tool_result"]
        assert len(set(calls)) == len(calls)
        assert any(event.usage.get("output_tokens", 0) > 0 for event in session.events)


def test_outcomes_come_from_every_source_and_some_come_later():
    outcomes = [(one, session) for session in SESSIONS.values() for one in session.outcomes]

    assert {one.source for one, _ in outcomes} == {"test", "downstream", "human", "survey", "self-report"}
    assert {one.name for one, _ in outcomes} == {"completed", "failed", "escalated"}
    assert sum(one.at - session.ended_at > timedelta(hours=12) for one, session in outcomes) >= 40
    assert all(session.outcomes for session in SESSIONS.values())


def test_memories_are_pages_with_good_paths():
    for path, text in (file for files in sample.memories().values() for file in files):
        paths.check_path(path)
        assert text.startswith("# ")
        assert text.endswith("\n")
        assert not hidden.find(text)
        assert 3 <= len(statements(text)) <= 20
        assert 0 < sample.age_days(path) < 365


def test_truth_table_names_everything_that_is_checked():
    assert set(SESSIONS_OF) | set(SAID) <= set(TRUTH)
    assert len(TRUTH) == 33
    for where in TRUTH.values():
        assert set(ID.findall(where)) <= set(SESSIONS)
        assert {place for place in where.split(", ") if place.endswith(".md")} <= set(MEMORIES)


@pytest.mark.parametrize("key", SESSIONS_OF)
def test_truth_table_names_the_sessions(key):
    found = {session.external_id for session in SESSIONS.values() if SESSIONS_OF[key](session)}

    assert found == set(ID.findall(TRUTH[key]))


@pytest.mark.parametrize("key", SAID)
def test_truth_table_names_the_copies(key):
    assert set().union(*(holding(sentence) for sentence in SAID[key])) == memories_in(key)


def test_truth_table_names_what_is_past_its_date():
    late = {
        place
        for place, text in MEMORIES.items()
        for one in statements(text)
        if (due := due_date(one.text)) and due < AS_OF.date()
    }

    assert late == memories_in("past-date") | memories_in("protected-stale")


def test_refund_window_stands_twice_with_two_values():
    values = {
        place: re.findall(r"refund window is (\d+) days", text)
        for place, text in MEMORIES.items()
        if "refund window" in text
    }

    assert values == {"support/policies/refunds.md": ["30"], "support/playbooks/refunds.md": ["14"]}


def test_errors_have_opportunities_where_all_is_well():
    for key, tool, least in (
        ("error-extract", "extract_clauses", 20),
        ("error-refund", "issue_refund", 4),
        ("error-lookup", "lookup_customer", 30),
        ("error-metrics", "query_metrics", 20),
    ):
        users = {session.external_id for session in SESSIONS.values() if tool in tools(session)}
        assert len(users - set(ID.findall(TRUTH[key]))) >= least


def test_trials_pass_and_fail_by_a_test():
    results = [(one.external_id, one.outcomes[0].name, one.outcomes[0].source) for one in SESSIONS.values() if one.task]

    assert results == [
        ("ctr-115", "failed", "test"),
        ("ctr-118", "completed", "test"),
        ("ctr-124", "failed", "test"),
        ("ctr-131", "completed", "test"),
    ]


def test_team_speaks_the_words_of_the_product():
    emails = {person.email for person in sample.people()}
    slugs = {one.slug for one in sample.namespaces()}

    assert all(set(person.roles) <= set(roles.TABLE) for person in sample.people())
    assert all(person.email.endswith("@example.com") for person in sample.people())
    assert all(ZoneInfo(person.time_zone) for person in sample.people())
    assert {agent.exposure for agent in sample.agents()} <= set(Exposure.values)
    assert {one.tier_floor for one in sample.namespaces()} <= set(Tier.values)
    assert {email for one in sample.namespaces() for owner in one.owners for email in owner.emails} <= emails
    assert {grant.mode for grant in sample.access()} <= set(Access.values)
    assert {grant.namespace for grant in sample.access()} == slugs == set(sample.memories())
    assert [one.slug for one in sample.namespaces() if one.protected] == ["compliance"]
    patterns = [owner.pattern for one in sample.namespaces() for owner in one.owners]
    assert all(any(fnmatchcase(path, pattern) for path in PATHS) for pattern in patterns)


def test_dreams_read_what_their_agent_may_write():
    writes = {(grant.agent, grant.namespace) for grant in sample.access() if grant.mode == Access.WRITE}

    assert {rhythm.agent for rhythm in sample.settings()} == {agent.slug for agent in sample.agents()}
    assert {(rhythm.agent, one) for rhythm in sample.settings() for one in rhythm.namespaces} <= writes
    assert {rhythm.frequency for rhythm in sample.settings()} <= set(Frequency.values)
    assert team.NAME in README
