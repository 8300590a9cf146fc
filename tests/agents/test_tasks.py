from agents import tasks
from agents.models import StorePush
from audit.models import Event
from tests import agent_recipes


def test_tick_delivers_what_is_pending_once(team):
    agent_recipes.memories(agent_recipes.namespace(team.row), {"/a.md": "a", "/b.md": "b"})

    tasks.tick()
    tasks.tick(argument_of_a_later_release=1)

    assert set(StorePush.objects.of(team.row).values_list("state", flat=True)) == {"delivered"}
    assert Event.objects.filter(type="store.delivered").count() == 2
