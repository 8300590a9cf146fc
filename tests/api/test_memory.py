import pytest

from agents.models import ReadTrace
from audit.models import Event
from tests import agent_recipes
from tests.api.conftest import data_of, fault


@pytest.fixture
def agent(team):
    return agent_recipes.agent(team.row)


@pytest.fixture
def space(agent):
    row = agent_recipes.namespace(agent.team)
    agent_recipes.access(agent, row, "read")
    return row


@pytest.fixture
def memories(space):
    return agent_recipes.memories(space, {"/a.md": "- one\n", "/b.md": "- a much longer text\n", "/c.md": "- two\n"})


def test_agent_reads_its_memory_and_leaves_a_trace(machine, agent, space, memories, team):
    response = machine.get(f"/agents/{agent.slug}/memory")

    told = response.json()
    assert response.status_code == 200
    assert response["ETag"] == f'"{told["etag"]}"'
    assert response["Cache-Control"] == "private, no-cache"
    assert (told["agent"], told["tokens"], told["left_out"]) == (agent.slug, 10, 0)
    assert told["memories"][0] == {
        "namespace": space.slug,
        "path": "/a.md",
        "text": "- one\n",
        "version": memories[0].head.public_id,
        "tokens": 2,
    }
    trace = ReadTrace.objects.of(team.row).get()
    assert trace.version_ids == [memory["version"] for memory in told["memories"]]
    assert (trace.actor_id, trace.etag) == (machine.token.public_id, told["etag"])
    event = Event.objects.get(log=team.row.public_id, type="memory.read")
    assert (event.actor_type, event.actor_id, data_of(event)["memories"]) == ("machine", machine.token.public_id, 3)


def test_budget_leaves_out_what_does_not_fit(machine, agent, memories):
    told = machine.get(f"/agents/{agent.slug}/memory?budget_tokens=4").json()

    assert ([memory["path"] for memory in told["memories"]], told["tokens"], told["left_out"]) == (
        ["/a.md", "/c.md"],
        4,
        1,
    )


@pytest.mark.parametrize("shape", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_memory_that_holds_still_is_not_sent_again(machine, agent, memories, team, shape):
    etag = machine.get(f"/agents/{agent.slug}/memory").json()["etag"]

    again = machine.get(f"/agents/{agent.slug}/memory", if_none_match=shape.format(etag))

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", f'"{etag}"')
    assert ReadTrace.objects.of(team.row).count() == 1


def test_memory_that_was_written_has_another_etag(machine, agent, memories):
    etag = machine.get(f"/agents/{agent.slug}/memory")["ETag"]
    agent_recipes.rewrite(memories[0], "- one\n- more\n")

    again = machine.get(f"/agents/{agent.slug}/memory", if_none_match=etag)

    assert again.status_code == 200
    assert again["ETag"] != etag
    assert again.json()["memories"][0]["text"] == "- one\n- more\n"


def test_agent_without_memory_is_told_so(machine, agent):
    told = machine.get(f"/agents/{agent.slug}/memory").json()

    assert (told["memories"], told["tokens"], told["left_out"]) == ([], 0, 0)


@pytest.mark.parametrize("budget", ["-1", "x", "1e99"])
def test_bad_budget_is_refused(machine, agent, budget):
    assert fault(machine.get(f"/agents/{agent.slug}/memory?budget_tokens={budget}")) == (
        422,
        "invalid",
        "budget_tokens",
    )


def test_agent_of_another_team_is_not_found(machine, other_team):
    foreign = agent_recipes.agent(other_team.row)

    assert fault(machine.get(f"/agents/{foreign.slug}/memory")) == (404, "unknown_agent", "")
