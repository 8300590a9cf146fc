import pytest

from accounts.enums import Scope
from agents.models import Session
from audit.models import Event
from reviews.enums import Verdict
from reviews.models import Change, Decision, Evidence, EvidenceLink, Proposal
from tests import agent_recipes
from tests.api.conftest import data_of, fault, machine_of
from tests.reviews import scenes

TEXT = "- one\n- two\n- three\n"


@pytest.fixture
def agent(team):
    return agent_recipes.agent(team.row)


@pytest.fixture
def space(agent):
    row = agent_recipes.namespace(agent.team)
    agent_recipes.access(agent, row)
    return row


@pytest.fixture
def memory(space):
    return agent_recipes.memories(space, {"/notes.md": TEXT})[0]


@pytest.fixture
def propose(machine, agent, space):
    def proposed(*changes, by=machine, **values):
        given = [{"operation": "edit", "namespace": space.slug, "path": "/notes.md"} | change for change in changes]
        return by.post("/proposals", {"agent": agent.slug, "title": "From a night", "changes": given} | values)

    return proposed


def edit(memory, text="- one\n- 2\n- three\n", **values):
    return {"base_version": scenes.head(memory).public_id, "text_after": text} | values


def targets(team):
    change = Change.objects.of(team.row).select_related("head").get()
    return [(t.path_before, t.path_after) for t in change.head.targets.order_by("position")]


def text_after(response, team, space):
    """What the only memory of the namespace holds once a reviewer approved and it was applied."""
    assert response.status_code == 201, response.content
    change = Change.objects.of(team.row).get(public_id=response.json()["changes"][0]["id"])
    scenes.approve_and_apply(change, team.reviewer)
    assert change.state == "applied"
    return {m.path: m.head.text for m in space.memories.filter(archived=False).select_related("head__blob")}


def test_proposal_is_opened_and_told(propose, machine, memory, agent, team):
    response = propose(edit(memory, rationale="Seen often.", title="Write two as 2"), summary="Three nights.")

    proposal = Proposal.objects.of(team.row).get()
    change = Change.objects.of(team.row).get()
    told = response.json()
    assert response.status_code == 201
    assert (told["id"], told["number"], told["agent"], told["state"]) == (proposal.public_id, 1, agent.slug, "open")
    assert told["changes"][0] | {"state_at": ""} == {
        "id": change.public_id,
        "proposal": proposal.public_id,
        "operation": "edit",
        "namespace": change.namespace.slug,
        "path": "/notes.md",
        "path_after": "/notes.md",
        "title": "Write two as 2",
        "state": "open",
        "state_at": "",
        "tier": "low",
        "votes": 0,
        "votes_needed": 1,
        "reasons": told["changes"][0]["reasons"],
        "evidence": {"verified": 0, "missing": 0, "purged": 0, "struck": 0},
    }
    assert (proposal.origin_kind, proposal.origin_id) == ("agent", machine.token.public_id)
    assert (proposal.opened_by_type, proposal.opened_by_id) == ("machine", machine.token.public_id)
    event = Event.objects.get(log=team.row.public_id, type="proposal.opened")
    assert (event.actor_type, event.actor_id) == ("machine", machine.token.public_id)
    assert machine.get(f"/proposals/{proposal.public_id}").json() == told
    assert machine.get(f"/changes/{change.public_id}").json() == told["changes"][0]


def test_edit_by_lines_is_written_where_it_says(propose, memory, space, team):
    edits = [{"start": 0, "end": 0, "text": "# Notes\n"}, {"start": 1, "end": 2, "text": "- 2\n- two and a half\n"}]

    response = propose({"base_version": scenes.head(memory).public_id, "edits": edits})

    assert text_after(response, team, space) == {"/notes.md": "# Notes\n- one\n- 2\n- two and a half\n- three\n"}


def test_added_memory_is_written_once_approved(propose, space, team):
    response = propose({"operation": "add", "path": "/new.md", "text_after": "- new\n"})

    assert text_after(response, team, space) == {"/new.md": "- new\n"}


def test_moved_memory_stands_elsewhere_once_approved(propose, memory, space, team):
    base = scenes.head(memory).public_id

    response = propose({"operation": "move", "base_version": base, "path_after": "/old/notes.md"})

    assert text_after(response, team, space) == {"/old/notes.md": TEXT}


def test_merge_takes_in_its_sources_and_archives_them(propose, memory, space, team):
    [other] = agent_recipes.memories(space, {"/other.md": "- four\n"})
    source = {"path": "/other.md", "base_version": scenes.head(other).public_id}

    response = propose(edit(memory, TEXT + "- four\n", operation="merge", sources=[source]))

    assert targets(team) == [("/notes.md", "/notes.md"), ("/other.md", None)]
    assert text_after(response, team, space) == {"/notes.md": TEXT + "- four\n"}


def test_memory_is_archived_and_restored(propose, memory, space, team):
    base = scenes.head(memory).public_id

    archived = propose({"operation": "archive", "base_version": base})
    assert text_after(archived, team, space) == {}
    gone = scenes.head(memory).public_id
    restored = propose({"operation": "restore", "base_version": gone})

    assert text_after(restored, team, space) == {"/notes.md": TEXT}


def test_quote_is_verified_letter_for_letter(propose, machine, memory, agent, team):
    session = agent_recipes.session(agent, texts=["Use 2, not two", "Yes"])
    quote = {"session": session.public_id, "event": 0, "start": 0, "end": 5, "quote": "Use 2"}

    told = propose(edit(memory, evidence=[quote, quote | {"quote": "use 2", "end": 6, "stance": "against"}])).json()

    assert told["changes"][0]["evidence"] == {"verified": 1, "missing": 1, "purged": 0, "struck": 0}
    assert set(Evidence.objects.of(team.row).values_list("status", "stance")) == {
        ("verified", "for"),
        ("missing", "against"),
    }


def test_quote_names_the_lines_that_it_is_about(propose, memory, agent, team):
    session = agent_recipes.session(agent, texts=("use 2",))
    quote = {"session": session.public_id, "event": 0, "start": 0, "end": 5, "quote": "use 2"}

    told = propose(edit(memory, evidence=[quote | {"lines": {"start": 1, "end": 2}}]))
    beyond = propose(edit(memory, "- 1\n", evidence=[quote | {"lines": {"start": 1, "end": 2}}]))

    link = EvidenceLink.objects.of(team.row).get(revision__change__public_id=told.json()["changes"][0]["id"])
    assert (link.target_position, link.line_start, link.line_end) == (0, 1, 2)
    assert fault(beyond)[:2] == (422, "bad_draft")


def test_same_change_again_names_the_one_that_waits(propose, memory, team):
    first = propose(edit(memory)).json()["changes"][0]["id"]

    again = propose(edit(memory), title="Once more")

    assert fault(again) == (409, "already_proposed", "changes[0]")
    assert again.json()["error"]["details"] == {"change": first}
    assert Proposal.objects.of(team.row).count() == 1


def test_memory_written_meanwhile_is_told_with_its_version(propose, memory, team):
    old = edit(memory)
    agent_recipes.rewrite(memory, TEXT + "- four\n")

    response = propose(old)

    assert fault(response) == (409, "base_moved", "changes[0].base_version")
    current = {"change": 0, "path": "/notes.md", "version": scenes.head(memory).public_id, "archived": False}
    assert response.json()["error"]["details"] == {"current": [current]}
    assert not Proposal.objects.of(team.row).exists()


BAD = [
    ({"text_after": TEXT}, "bad_draft", "changes"),
    ({"text_after": "x" * 102_399 + "é"}, "bad_draft", "changes"),
    ({"text_after": "- \0"}, "invalid", "changes[0].text_after"),
    ({"path": "/elsewhere.md"}, "bad_draft", "changes[0].path"),
    ({"path": "notes.md"}, "invalid", "changes[0].path"),
    ({"operation": "restore"}, "bad_draft", "changes[0].base_version"),
    ({"operation": "move", "path_after": "/../x"}, "bad_draft", "changes"),
    ({"operation": "move"}, "invalid", "changes[0]"),
    ({"operation": "vote"}, "invalid", "changes[0].operation"),
    ({"edits": []}, "invalid", "changes[0]"),
    ({"verdict": "approve"}, "invalid", "changes[0].verdict"),
    ({"text_after": None, "edits": [{"start": 0, "end": 9, "text": ""}]}, "bad_draft", "changes[0].edits"),
    ({"text_after": None, "edits": [{"start": 0, "end": 1, "text": "x"}]}, "bad_draft", "changes[0].edits"),
    ({"text_after": None, "edits": [{"start": 1, "end": 1, "text": ""}]}, "bad_draft", "changes[0].edits"),
]


@pytest.mark.parametrize(("given", "code", "where"), BAD)
def test_bad_change_is_refused_with_the_place(propose, memory, team, given, code, where):
    assert fault(propose(edit(memory, **given))) == (422, code, where)
    assert not Proposal.objects.of(team.row).exists()


def test_same_insertion_twice_is_refused(propose, memory):
    base = scenes.head(memory).public_id
    twice = [{"base_version": base, "edits": [{"start": n, "end": n, "text": "- x\n"}]} for n in (1, 2)]

    assert fault(propose(*twice)) == (422, "bad_draft", "changes[1]")


def test_changes_of_one_line_are_refused(propose, memory):
    assert fault(propose(edit(memory), edit(memory, "- one\n- zwei\n- three\n"))) == (422, "bad_draft", "changes")


def test_archived_memory_takes_no_edit(propose, memory, team, space):
    text_after(propose({"operation": "archive", "base_version": scenes.head(memory).public_id}), team, space)

    assert fault(propose(edit(memory))) == (422, "bad_draft", "changes[0].base_version")


def test_namespace_that_the_agent_may_not_write_is_refused(propose, memory, agent, space, team):
    agent_recipes.access(agent, space, "read")

    assert fault(propose(edit(memory))) == (403, "read_only", "changes[0].namespace")
    event = Event.objects.get(log=team.row.public_id, type="access.denied")
    assert data_of(event)["reason_code"] == "read_only"


def test_namespace_without_access_is_not_found(propose, memory, team):
    other = agent_recipes.namespace(team.row)

    assert fault(propose(edit(memory, namespace=other.slug))) == (404, "unknown_namespace", "changes[0].namespace")


def test_version_of_another_namespace_is_not_found(propose, team):
    [elsewhere] = agent_recipes.memories(agent_recipes.namespace(team.row), {"/notes.md": TEXT})

    assert fault(propose(edit(elsewhere))) == (404, "unknown_version", "changes[0].base_version")


def test_too_many_open_changes_are_refused(propose, memory, settings):
    settings.API_OPEN_CHANGES = 1

    assert propose(edit(memory)).status_code == 201
    assert fault(propose(edit(memory, "- one\n"))) == (409, "too_many_open", "")


def test_too_large_a_body_is_refused(propose):
    add = {"operation": "add", "text_after": "x" * 100_000}

    assert fault(propose(*[add | {"path": f"/{n}.md"} for n in range(50)])) == (413, "too_large", "")


def test_reasons_are_told_without_names(propose, machine, memory, team):
    change = Change.objects.of(team.row).get(public_id=propose(edit(memory)).json()["changes"][0]["id"])
    scenes.vote(change, team.second, Verdict.REQUEST_CHANGES, reason="Say why.")

    asked = machine.get(f"/changes/{change.public_id}")
    scenes.vote(change, team.reviewer, Verdict.REJECT, reason="Not so.", reason_code="false")
    rejected = machine.get(f"/changes/{change.public_id}")

    assert asked.json()["state"] == "changes_requested"
    assert {"kind": "request_changes", "code": "", "text": "Say why."} in asked.json()["reasons"]
    assert rejected.json()["state"] == "rejected"
    assert rejected.json()["reasons"][0] == {"kind": "reject", "code": "false", "text": "Not so."}
    for response in (asked, rejected):
        for person in (team.reviewer, team.second):
            assert not {person.email, person.name, person.public_id} & set(response.content.decode().split('"'))


def test_reason_of_a_quarantine_stays_with_people(propose, machine, memory, team):
    change = Change.objects.of(team.row).get(public_id=propose(edit(memory)).json()["changes"][0]["id"])
    scenes.vote(change, team.reviewer, Verdict.QUARANTINE, reason="Looks like an attack.")

    told = machine.get(f"/changes/{change.public_id}")

    assert told.json()["state"] == "quarantined"
    assert "attack" not in told.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_proposal_takes_the_same_queries_for_any_length(propose, machine, memory, count, django_assert_max_num_queries):
    changes = [{"operation": "add", "path": f"/{n}.md", "text_after": f"- {n}\n"} for n in range(count)]
    proposal = propose(*changes).json()["id"]

    with django_assert_max_num_queries(24):
        told = machine.get(f"/proposals/{proposal}").json()

    assert [change["path"] for change in told["changes"]] == [f"/{n}.md" for n in range(count)]


def test_proposals_of_another_team_are_not_found(propose, memory, other_team):
    told = propose(edit(memory)).json()
    stranger = machine_of(other_team)

    assert fault(stranger.get(f"/proposals/{told['id']}")) == (404, "unknown_proposal", "")
    assert fault(stranger.get(f"/changes/{told['changes'][0]['id']}")) == (404, "unknown_change", "")


def test_rows_of_another_team_are_not_found_in_a_proposal(propose, agent, memory, other_team):
    their_agent = agent_recipes.agent(other_team.row)
    their_space = agent_recipes.namespace(other_team.row)
    [theirs] = agent_recipes.memories(their_space, {"/notes.md": TEXT})
    quote = {
        "session": agent_recipes.session(their_agent).public_id,
        "event": 0,
        "start": 0,
        "end": 5,
        "quote": "Hello",
    }

    assert fault(propose(edit(memory), agent=their_agent.slug)) == (404, "unknown_agent", "agent")
    assert fault(propose(edit(memory, namespace=their_space.slug)))[:2] == (404, "unknown_namespace")
    assert fault(propose(edit(theirs)))[:2] == (404, "unknown_version")
    place = "changes[0].evidence[0].session"
    assert fault(propose(edit(memory, evidence=[quote]))) == (404, "unknown_session", place)


def test_token_of_one_agent_knows_its_own_proposals_and_sessions_only(propose, memory, agent, team):
    other = agent_recipes.agent(team.row)
    theirs = agent_recipes.session(other)
    quote = {"session": theirs.public_id, "event": 0, "start": 0, "end": 5, "quote": "Hello"}
    mine, stranger = machine_of(team, agent=agent), machine_of(team, agent=other)
    told = propose(edit(memory), by=mine).json()

    assert mine.get(f"/proposals/{told['id']}").status_code == 200
    assert fault(stranger.get(f"/proposals/{told['id']}")) == (404, "unknown_proposal", "")
    assert fault(stranger.get(f"/changes/{told['changes'][0]['id']}"))[0] == 404
    assert fault(propose(edit(memory, "- one\n", evidence=[quote]), by=mine))[:2] == (404, "unknown_session")
    assert Session.objects.of(team.row).count() == 1


def test_there_is_no_way_to_decide(propose, memory, team):
    change = propose(edit(memory)).json()["changes"][0]["id"]
    everything = machine_of(team, Scope.values)

    for word in ("decisions", "votes", "approve", "apply"):
        assert everything.post(f"/changes/{change}/{word}", {"verdict": "approve"}).status_code == 404
    for method in ("post", "put", "patch", "delete"):
        response = getattr(everything.client, method)(f"/api/v1/changes/{change}")
        assert fault(response) == (405, "wrong_method", "")
    assert not Decision.objects.of(team.row).exists()
