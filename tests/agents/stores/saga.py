"""Visits in a process of their own, for test_killed: `python -m tests.agents.stores.saga ACT ...` on the database of
DATABASE_URL. A visit may be made to die at a step of the saga.
"""

import json
import os
import signal
import sys
from datetime import timedelta

STEPS = ("before_begun", "begun", "sent", "answered", "agreed")
WRITES = ("create", "change", "delete")


def places(step):
    """What is replaced for a step, and whether the process ends before it or once it is done."""
    from agents.stores import journal
    from agents.stores.delivery import Saga
    from agents.stores.platform import PlatformStore

    return {
        "before_begun": [(Saga, "_call", True)],
        "begun": [(PlatformStore, name, True) for name in WRITES],
        "sent": [(PlatformStore, name, False) for name in WRITES],
        "answered": [(journal, "_save", False)],
        "agreed": [(Saga, "_agreed", False)],
    }.get(step, [])


def die_at(step, die, put):
    """`put(owner, name, function)` replaces, `die()` ends."""
    for owner, name, before in places(step):
        put(owner, name, _wrapped(getattr(owner, name), before, die))


def _wrapped(was, before, die):
    def wrapped(*args, **kwargs):
        if before:
            die()
        answer = was(*args, **kwargs)
        if not before:
            die()
        return answer

    return wrapped


class There:
    """The platform as the scene needs it: where it is, and the store that is there already."""

    def __init__(self, url, key, store):
        self.url, self.key, self.seed_store = url, key, lambda: store


def prepare(url, key, store):
    from tests import recipes
    from tests.agents.stores.scene import PlatformScene

    scene = PlatformScene(recipes.people_of_a_team("killed"), There(url, key, store))
    scene.set_up()
    change(scene)


def change(scene):
    """One of each act."""
    scene.apply("/a.md", "a2\n")
    scene.apply("/b.md", to="/moved.md")
    scene.apply("/c.md", archived=True)
    scene.apply("/new.md", "new\n")


def visit(step, hours):
    from agents import stores
    from agents.models import StoreLink

    link = StoreLink.objects.across_teams().get()
    now = link.synced_at + timedelta(hours=int(hours))
    die_at(step, lambda: os.kill(os.getpid(), signal.SIGKILL), setattr)
    stores.visit(link_id=link.pk, now=now, clock=lambda: now)


def look():
    from agents.models import Memory, StoreCall, StoredMemory, StorePush
    from audit.models import Event

    live = Memory.objects.across_teams().live().with_text()
    print(
        json.dumps(
            {
                "ours": {one.path: one.head.text for one in live},
                "waiting": StorePush.objects.across_teams().exclude(state="delivered").count(),
                "conflicts": StoredMemory.objects.across_teams().exclude(conflict="").count(),
                "open": StoreCall.objects.across_teams().filter(ended_at=None).count(),
                "told": Event.objects.filter(type="store.delivered").count(),
            }
        )
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    {"prepare": prepare, "visit": visit, "look": look}[sys.argv[1]](*sys.argv[2:])
