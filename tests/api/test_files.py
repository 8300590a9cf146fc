"""What the memory tool needs besides: a list without texts, one memory alone, and taking back."""

import pytest

from agents.models import ReadTrace
from audit.models import Event
from reviews.enums import Verdict
from reviews.models import Change, Proposal
from tests import agent_recipes
from tests.api.conftest import fault, machine_of
from tests.api.test_proposals import TEXT, agent, edit, memory, propose, space  # noqa: F401  (fixtures)
from tests.reviews import scenes


@pytest.mark.parametrize("count", [1, 3])
def test_files_are_listed_without_texts_and_traces(machine, agent, space, team, count, django_assert_num_queries):  # noqa: F811
    agent_recipes.memories(space, {f"/{n}.md": TEXT for n in range(count)})
    reads = agent_recipes.namespace(team.row)
    agent_recipes.access(agent, reads, "read")
    machine.get("/agents/none/files")

    with django_assert_num_queries(4):
        told = machine.get(f"/agents/{agent.slug}/files").json()

    assert told["namespaces"] == sorted(
        [{"namespace": space.slug, "writes": True}, {"namespace": reads.slug, "writes": False}],
        key=lambda one: one["namespace"],
    )
    assert [(one["path"], one["bytes"]) for one in told["files"]] == [(f"/{n}.md", len(TEXT)) for n in range(count)]
    assert not ReadTrace.objects.of(team.row).exists()


def test_one_memory_is_read_and_traced_alone(machine, agent, space, team):  # noqa: F811
    rows = agent_recipes.memories(space, {"/a.md": TEXT, "/b.md": TEXT})

    told = machine.get(f"/agents/{agent.slug}/memory?namespace={space.slug}&path=/b.md").json()

    assert [one["path"] for one in told["memories"]] == ["/b.md"]
    assert ReadTrace.objects.of(team.row).get().version_ids == [scenes.head(rows[1]).public_id]
    assert machine.get(f"/agents/{agent.slug}/memory?namespace={space.slug}x").json()["memories"] == []


def test_a_change_is_taken_back_by_whom_it_came_from(propose, machine, memory, team):  # noqa: F811
    [told] = propose(edit(memory)).json()["changes"]
    taken = f"/changes/{told['id']}/withdraw"

    first, again = machine.post(taken, {}), machine.post(taken, {})

    assert (first.status_code, first.json()["state"]) == (200, "withdrawn")
    assert again.json()["state"] == "withdrawn"
    assert Proposal.objects.of(team.row).get().state == "withdrawn"
    event = Event.objects.get(type="change.withdrawn")
    assert (event.actor_type, event.actor_id) == ("machine", machine.token.public_id)


def test_what_is_decided_or_somebody_elses_is_not_taken_back(propose, machine, memory, team):  # noqa: F811
    [told] = propose(edit(memory)).json()["changes"]
    change = Change.objects.of(team.row).get()
    stranger = machine_of(team, agent=agent_recipes.agent(team.row))
    assert fault(stranger.post(f"/changes/{told['id']}/withdraw", {}))[:2] == (404, "unknown_proposal")

    scenes.vote(change, team.reviewer, Verdict.REJECT, reason="No.", reason_code="false")

    assert fault(machine.post(f"/changes/{told['id']}/withdraw", {}))[:2] == (409, "decided")
    by_person = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- x\n"), by=team.lead))[0]
    assert fault(machine.post(f"/changes/{by_person.public_id}/withdraw", {}))[:2] == (404, "unknown_change")
