import json

from agents import reading
from agents.models import ReadTrace
from audit import trail
from audit.models import Event
from tests import agent_recipes


def read(agent, at, **values):
    return reading.read(agent=agent, by=trail.SYSTEM, at=at, **values)


def paths(given):
    return [memory.path for memory in given.memories]


def test_agent_reads_its_namespaces_in_order_of_paths(team, at):
    agent = agent_recipes.agent(team.row)
    spaces = [agent_recipes.namespace(team.row, slug=slug) for slug in ("a", "b", "c")]
    for space in spaces:
        agent_recipes.memories(space, {"/2.md": "two", "/1.md": "one"})
    agent_recipes.access(agent, spaces[1], "read")
    agent_recipes.access(agent, spaces[0])

    given = read(agent, at)

    assert [(memory.namespace.slug, memory.path) for memory in given.memories] == [
        ("a", "/1.md"),
        ("a", "/2.md"),
        ("b", "/1.md"),
        ("b", "/2.md"),
    ]
    assert (given.tokens, given.left_out) == (4, 0)


def test_budget_leaves_out_what_does_not_fit(team, at):
    agent = agent_recipes.agent(team.row)
    space = agent_recipes.namespace(team.row)
    agent_recipes.access(agent, space)
    agent_recipes.memories(space, {"/1.md": "x" * 40, "/2.md": "x" * 41, "/3.md": "x" * 8})

    given = read(agent, at, budget_tokens=12)

    assert paths(given) == ["/1.md", "/3.md"]
    assert (given.tokens, given.left_out) == (12, 1)


def test_etag_follows_the_versions_given(team, at):
    agent = agent_recipes.agent(team.row)
    space = agent_recipes.namespace(team.row)
    agent_recipes.access(agent, space)
    empty = read(agent, at).etag
    agent_recipes.memories(space, {"/1.md": "one"})

    first, same = read(agent, at).etag, read(agent, at).etag
    agent_recipes.memories(space, {"/2.md": "two"})

    assert first == same
    assert len({empty, first, read(agent, at).etag}) == 3


def test_reading_leaves_a_trace_only_where_asked(team, at):
    agent = agent_recipes.agent(team.row)
    space = agent_recipes.namespace(team.row)
    agent_recipes.access(agent, space)
    (memory,) = agent_recipes.memories(space, {"/1.md": "one two"})

    read(agent, at)
    given = read(agent, at, record=True)

    trace = ReadTrace.objects.of(team.row).get()
    event = Event.objects.get(type="memory.read")
    assert (trace.version_ids, trace.etag, trace.tokens) == ([memory.head.public_id], given.etag, 2)
    assert json.loads(bytes(event.body))["data"] == {"memories": 1, "etag": given.etag, "tokens": 2}
