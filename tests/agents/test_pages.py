from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agents import sessions
from agents.importers import limits
from agents.importers.records import EventRecord, FeedbackRecord, OutcomeRecord
from agents.models import Agent, Memory, Namespace, NamespaceAccess, Session
from audit import trail
from audit.models import Event
from tests import agent_recipes

HOSTILE = "<script>alert(1)</script>\u202eevil"


@pytest.fixture
def agent(team):
    return agent_recipes.agent(team.row, slug="triage", name="Triage")


@pytest.fixture
def space(team):
    return agent_recipes.namespace(team.row, slug="support", name="Support")


@pytest.fixture
def admin(client, team):
    client.force_login(team.admin)
    return client


@pytest.fixture
def lead(client, team):
    client.force_login(team.lead)
    return client


def url(name, *args):
    return reverse(f"agents:{name}", args=["north", *args])


def shown(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def file(name, text):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def own_format(external_id="s-1"):
    return (
        f'{{"record": "session", "version": 1, "id": "{external_id}"}}\n'
        '{"record": "event", "kind": "message", "speaker": "user", "text": "Hello"}\n'
    )


# Agents


def test_agent_is_registered_on_its_page(admin, team):
    given = {"name": "Triage", "slug": "triage", "exposure": "customer"}

    response = admin.post(url("agent_new"), given, follow=True)

    assert "Memory that Triage may use" in shown(response)
    assert Agent.objects.of(team.row).get().exposure == "customer"


@pytest.mark.parametrize("slug", ["new", "triage", "no spaces"])
def test_short_name_that_will_not_do_is_said(admin, agent, slug):
    response = admin.post(url("agent_new"), {"name": "Other", "slug": slug, "exposure": "internal"})

    assert response.status_code == 422
    assert b'value="Other"' in response.content


def test_agent_is_edited_and_put_away(admin, agent, team):
    admin.post(url("agent_edit", "triage"), {"name": "Desk", "exposure": "internal"})
    page = shown(admin.post(url("agent_archive", "triage"), follow=True))

    agent = Agent.objects.of(team.row).get()
    assert (agent.name, agent.archived_at is not None) == ("Desk", True)
    assert "Take up again" in page


def test_access_is_set_for_each_namespace(admin, agent, team):
    spaces = [agent_recipes.namespace(team.row) for _ in range(3)]
    agent_recipes.access(agent, spaces[2], "read")

    chosen = dict(zip((space.public_id for space in spaces), ("write", "read", "none"), strict=True))
    admin.post(url("access", "triage"), chosen)

    rows = NamespaceAccess.objects.of(team.row).order_by("namespace").values_list("namespace", "mode")
    assert list(rows) == [(spaces[0].pk, "write"), (spaces[1].pk, "read")]


@pytest.mark.parametrize("name", ["agent_new", "namespace_new"])
def test_making_things_is_for_those_who_manage_agents(lead, name):
    assert lead.get(url(name)).status_code == 403


# Namespaces


def test_namespace_is_made_with_owners_and_protection(admin, team):
    given = {
        "name": "Legal",
        "slug": "legal",
        "tier_floor": "high",
        "protected": "/terms/*\n\n/nda.md",
        "owners": f"/terms/* {team.lead.email}, {team.reviewer.email}",
    }

    page = shown(admin.post(url("namespace_new"), given, follow=True))

    row = Namespace.objects.of(team.row).get()
    assert "/terms/*" in page
    assert row.protected == ["/terms/*", "/nda.md"]
    assert row.owners == [{"pattern": "/terms/*", "users": [team.lead.public_id, team.reviewer.public_id]}]


@pytest.mark.parametrize(
    ("owners", "reason"),
    [("/a stranger@example.org", "stranger@example.org"), ("terms lead@north.example", "start with /"), ("/a", "/a")],
)
def test_owners_that_are_no_members_are_refused(admin, space, owners, reason):
    response = admin.post(url("namespace_edit", "support"), {"name": "S", "tier_floor": "low", "owners": owners})

    assert response.status_code == 422
    assert reason in response.content.decode()


def test_settings_of_a_namespace_come_back_as_written(admin, team, space):
    given = {"name": "S", "tier_floor": "low", "owners": f"/a/* {team.lead.email}", "protected": "/b"}
    admin.post(url("namespace_edit", "support"), given)

    page = shown(admin.get(url("namespace_edit", "support")))

    assert f"/a/* {team.lead.email}" in page


@pytest.mark.parametrize("count", [1, 3])
def test_namespaces_take_the_same_queries_for_any_length(lead, team, count, django_assert_num_queries):
    for _ in range(count):
        agent_recipes.memories(agent_recipes.namespace(team.row), {"/a.md": "a", "/b.md": "b"})

    with django_assert_num_queries(6):  # session, person, membership, notices; namespaces with their counts
        page = shown(lead.get(url("namespaces")))

    assert page.count("2 memories") == count


@pytest.mark.parametrize("count", [1, 3])
def test_tree_takes_the_same_queries_for_any_length(lead, agent, space, count, django_assert_num_queries):
    agent_recipes.memories(space, {f"/folder {n}/a.md": "a" for n in range(count)})
    agent_recipes.access(agent, space)

    with django_assert_num_queries(8):  # session, person, membership, notices; namespace, memories, access
        page = shown(lead.get(url("namespace", "support")))

    assert page.count("<details open><summary>folder") == count
    assert f"Memories: {count}" in page


def test_tree_is_searched_and_shows_what_is_archived(lead, space, team):
    kept, gone = agent_recipes.memories(space, {"/customers/refunds.md": "a", "/old.md": "b"})
    Memory.objects.of(team.row).filter(pk=gone.pk).update(archived=True)

    live, archived, found, missed = (
        shown(lead.get(url("namespace", "support"), query))
        for query in ({}, {"archived": 1}, {"q": "FUND"}, {"q": "nothing"})
    )

    assert [gone.public_id in page for page in (live, archived, found, missed)] == [False, True, False, False]
    assert [kept.public_id in page for page in (live, archived, found, missed)] == [True, False, True, False]


# Memory


def test_memory_draws_hostile_text_as_text(lead, space):
    (row,) = agent_recipes.memories(space, {"/a.md": f"- {HOSTILE}\n"})

    for name in ("memory", "memory_lines"):
        page = shown(lead.get(url(name, row.public_id)))
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "RIGHT-TO-LEFT OVERRIDE" in page


def test_memory_in_source_is_drawn_the_same_way(lead, space):
    (row,) = agent_recipes.memories(space, {"/a.md": "# Title\n\ntext\n"})

    page = shown(lead.get(url("memory", row.public_id), {"view": "source"}))

    assert '<div class="prose prose--source"># Title\n\ntext\n</div>' in page


@pytest.mark.parametrize("count", [1, 3])
def test_memory_takes_the_same_queries_for_any_number_of_statements(lead, space, count, django_assert_num_queries):
    (row,) = agent_recipes.memories(space, {"/a.md": "".join(f"- statement {n}\n" for n in range(count))})

    with django_assert_num_queries(7):  # session, person, membership, notices; memory, statements
        page = shown(lead.get(url("memory", row.public_id)))

    assert page.count("first import") == count


@pytest.mark.parametrize("count", [1, 3])
def test_history_takes_the_same_queries_for_any_length(lead, team, space, at, count, django_assert_num_queries):
    (row,) = agent_recipes.memories(space, {"/a.md": "0\n"})
    for n in range(1, count + 1):
        agent_recipes.rewrite(row, f"{n}\n", by=team.lead.trail_actor, at=at + timedelta(days=n))

    with django_assert_num_queries(8):  # session, person, membership, notices; memory, versions, names
        page = shown(lead.get(url("memory_history", row.public_id)))

    assert page.count('<li class="row"') == count + 1
    assert page.count("<span>Lead</span>") == count


def test_lines_of_a_long_memory_go_on_after_the_last(lead, space):
    (row,) = agent_recipes.memories(space, {"/a.md": "".join(f"line {n}\n" for n in range(1, 1203))})

    first = lead.get(url("memory_lines", row.public_id))
    rest = shown(lead.get(url("memory_lines", row.public_id) + first.context["next_url"]))

    assert shown(first).count('class="lines__no"') == 1000
    assert 'id="L1001"' in rest
    assert rest.count('class="lines__no"') == 202


def test_any_two_versions_are_compared(lead, space, at):
    (row,) = agent_recipes.memories(space, {"/a.md": "one\n"})
    for n, text in enumerate(("one\ntwo\n", "one\nthree\n"), start=1):
        agent_recipes.rewrite(row, text, at=at + timedelta(days=n))

    newest = shown(lead.get(url("memory_compare", row.public_id)))
    chosen = shown(lead.get(url("memory_compare", row.public_id), {"old": 1, "new": 3}))
    missing = shown(lead.get(url("memory_compare", row.public_id), {"old": 9, "new": 3}))

    assert "Version 2 to version 3" in newest
    assert "Version 1 to version 3" in chosen
    assert "three" in chosen
    assert "There is no such version" in missing


# Sessions


@pytest.mark.parametrize("count", [1, 3])
def test_sessions_take_the_same_queries_for_any_length(lead, agent, count, django_assert_num_queries):
    for _ in range(count):
        agent_recipes.session(agent, outcomes=[OutcomeRecord("failed", "test", 0.0)])

    with django_assert_num_queries(9):  # session, person, membership, notices; agent, sources, sessions, outcomes
        page = shown(lead.get(url("sessions", "triage")))

    assert page.count('<li class="row">') == count


def test_sessions_are_filtered_by_the_url(lead, agent, at):
    ended = [OutcomeRecord("failed", "test", 0.0)]
    agent_recipes.session(agent, external_id="failing", outcomes=ended, source="chat")
    tainted = agent_recipes.session(agent, external_id="poisoned")
    sessions.mark_tainted(session=tainted, reason="orders", by=trail.SYSTEM, at=at)

    def listed(**query):
        page = shown(lead.get(url("sessions", "triage"), query))
        return {name for name in ("failing", "poisoned") if f">{name}</a>" in page}

    assert listed() == {"failing", "poisoned"}
    assert listed(outcome="failed") == {"failing"}
    assert listed(outcome="none") == {"poisoned"}
    assert listed(source="chat") == {"failing"}
    assert listed(taint="yes") == {"poisoned"}
    assert listed(taint="no", outcome="failed") == {"failing"}
    assert listed(outcome="nonsense") == {"failing", "poisoned"}


@pytest.mark.parametrize("count", [1, 3])
def test_session_takes_the_same_queries_for_any_length(lead, agent, count, django_assert_num_queries):
    outcomes = [OutcomeRecord("failed", "test", 0.25), OutcomeRecord("escalated", "human")][:count]
    feedback = [FeedbackRecord(event=0, score=0.5, comment=f"remark {n}") for n in range(count)]
    row = agent_recipes.session(agent, texts=["Hello"] * count, outcomes=outcomes, feedback=feedback)

    # session, person, membership, notices; session, events, outcomes, feedback, versions
    with django_assert_num_queries(10):
        page = shown(lead.get(url("session", row.public_id)))

    assert page.count('<li class="event event--message"') == count
    assert page.count("remark") == count
    assert 'id="e0"' in page


def test_transcript_draws_errors_and_hostile_text(lead, agent):
    events = [
        EventRecord("tool_call", "assistant", "{}", "agent_authored", tool="look_up"),
        EventRecord("tool_result", "tool", HOSTILE, "external_tool", tool="look_up", is_error=True),
    ]
    row = agent_recipes.session(agent, events=events)

    page = shown(lead.get(url("session", row.public_id)))

    assert 'class="event event--tool_result event--error" id="e1"' in page
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_link_to_an_event_opens_its_page_and_marks_the_quote(lead, agent):
    row = agent_recipes.session(agent, texts=[f"text number {n}" for n in range(80)])

    page = shown(lead.get(url("session", row.public_id), {"event": 70, "start": 5, "end": 11}))

    assert "text <mark>number</mark> 70" in page
    assert 'id="e65"' in page
    assert 'id="e64"' not in page


def test_long_event_is_cut_until_asked_for(lead, agent):
    row = agent_recipes.session(agent, texts=["x" * 20_010])

    cut = shown(lead.get(url("session", row.public_id)))
    whole = shown(lead.get(url("session", row.public_id), {"event": 0, "whole": 1}))

    assert "10 more characters" in cut
    assert "x" * 20_010 in whole


def test_long_session_goes_on_after_its_last_event(lead, agent):
    row = agent_recipes.session(agent, texts=["Hello"] * 60)

    response = lead.get(url("session", row.public_id))
    rest = shown(lead.get(response.context["page"].next_url))

    assert shown(response).count('<li class="event') == 50
    assert rest.count('<li class="event') == 10


# Uploads


def test_uploaded_files_each_get_their_result(lead, agent, team):
    files = [file("good.jsonl", own_format()), file("bad.json", "{"), file("latin.json", "é".encode("latin-1"))]

    page = shown(lead.post(url("upload", "triage"), {"uploads": files, "format": "auto", "source": "desk"}))

    session = Session.objects.of(team.row).get()
    assert (session.external_id, session.source) == ("s-1", "desk")
    assert page.count("Not taken in") == 2
    assert page.count("bad.json") == page.count("latin.json") == 1
    assert ">not valid JSON" in page
    assert ">line 1: byte 0 is not UTF-8" in page
    assert Event.objects.filter(type="sessions.imported", actor_id=team.lead.public_id).count() == 1


def test_file_over_the_limit_is_refused_while_it_is_read(lead, agent, team, monkeypatch):
    monkeypatch.setattr(limits, "FILE_BYTES", 200_000)
    large = own_format("big") + " " * 300_000
    files = [file("large.jsonl", large), file("good.jsonl", own_format())]

    page = shown(lead.post(url("upload", "triage"), {"uploads": files, "format": "auto"}))
    alone = shown(lead.post(url("upload", "triage"), {"uploads": [file("large.jsonl", large)], "format": "auto"}))

    for answer in (page, alone):
        assert (answer.count("large.jsonl"), answer.count(">the file is larger than")) == (1, 1)
    assert Session.objects.of(team.row).get().external_id == "s-1"


def test_upload_answers_htmx_with_the_part_alone(lead, agent):
    files = [file("good.jsonl", own_format())]

    page = shown(
        lead.post(url("upload", "triage"), {"uploads": files, "format": "auto"}, headers={"hx-request": "true"})
    )

    assert page.lstrip().startswith('<div class="stack" id="upload">')
    assert "1 session is new" in page


def test_upload_without_a_file_asks_for_one(lead, agent):
    response = lead.post(url("upload", "triage"), {"format": "auto"})

    assert response.status_code == 422
    assert b"Choose a file." in response.content


def test_upload_without_its_token_is_refused(team, agent):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(team.lead)

    response = client.post(url("upload", "triage"), {"uploads": [file("good.jsonl", own_format())], "format": "auto"})

    assert response.status_code == 403
    assert not Session.objects.of(team.row).exists()


def test_uploaded_memory_fills_free_paths(lead, space, team):
    agent_recipes.memories(space, {"/desk/taken.md": "- old\n"})
    files = [file("new.md", "- new\n"), file("taken.md", "- other\n"), file("long.md", "x" * 102_401)]

    page = shown(lead.post(url("memory_upload", "support"), {"uploads": files, "folder": "/desk/"}))

    paths = Memory.objects.of(team.row).order_by("path").values_list("path", flat=True)
    assert list(paths) == ["/desk/new.md", "/desk/taken.md"]
    assert "another text stands at this path" in page
    assert "a memory holds at most 102,400" in page


def test_memory_path_that_leads_out_is_refused(lead, space, team):
    page = shown(lead.post(url("memory_upload", "support"), {"uploads": [file("a.md", "x")], "folder": "../etc"}))

    assert "the path has a . or .. segment" in page
    assert not Memory.objects.of(team.row).exists()


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("auditor", 403), ("lead", 200), ("admin", 200)])
def test_memory_is_uploaded_by_those_who_decide_or_manage(client, team, space, who, status):
    client.force_login(getattr(team, who))

    assert client.get(url("memory_upload", "support")).status_code == status


@pytest.mark.parametrize("name", ["namespaces", "namespace", "sessions"])
def test_empty_lists_say_what_to_do(admin, agent, space, name):
    args = {"namespaces": [], "namespace": ["support"], "sessions": ["triage"]}[name]

    assert shown(admin.get(url(name, *args)))
