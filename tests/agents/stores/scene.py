"""A namespace with a store outside, and what people, agents and time do to it."""

from datetime import timedelta

from agents import memory as memories
from agents.enums import Cause, StoreKind
from agents.models import Memory, MemoryVersion, StoreCall, StoredMemory, StoreLink, StorePush
from agents.stores import linking, visit
from audit import trail
from audit.models import Event
from tests import agent_recipes
from tests.recipes import AT


class Scene:
    kind, connection, place = StoreKind.LOCAL, None, ""

    def __init__(self, team):
        self.team, self.row = team, team.row
        self.space = agent_recipes.namespace(team.row)
        self.now = AT
        self.link = None

    def set_up(self, texts=None, ours=None):
        """What the store and we hold before they are linked."""
        for path, text in (texts or {}).items():
            self.outside(path, text)
        agent_recipes.memories(self.space, ours or {})
        self.link = linking.set_store(
            namespace=self.space,
            kind=self.kind,
            connection=self.connection,
            place=self.place,
            by=self.team.admin,
            at=self.now,
        )
        self.visit()
        return self

    def visit(self, after=timedelta(minutes=6)):
        self.now += after
        return visit(link_id=self.link.pk, now=self.now, clock=lambda: self.now)

    def ours(self):
        rows = Memory.objects.of(self.row).live().with_text().filter(namespace=self.space)
        return {one.path: one.head.text for one in rows}

    def at(self, path):
        return Memory.objects.of(self.row).with_text().get(namespace=self.space, path=path)

    def apply(self, path, text=None, *, to=None, archived=False):
        """What an approved change writes."""
        rows = Memory.objects.of(self.row).live().with_text()
        memory = rows.filter(namespace=self.space, path=path).first()
        with trail.unit_of_work(at=self.now) as unit:
            how = {"cause": Cause.CHANGE, "by": trail.SYSTEM, "at": self.now, "unit": unit}
            if memory is None:
                writing = memories.Writing(text=text, path=path)
                return memories.create(namespace=self.space, writing=writing, **how)
            text = memory.head.text if text is None else text
            edits = memories.diff_edits(memory.head.text, text)
            writing = memories.Writing(text=text, path=to or path, archived=archived, edits=edits)
            return memories.write(memory=memory, writing=writing, **how)

    def state(self, path):
        return StorePush.objects.of(self.row).get(version=self.at(path).head).state

    def conflicts(self):
        rows = StoredMemory.objects.of(self.row).filter(link=self.link).exclude(conflict="")
        return {row.memory.path: row.outside.text if row.outside else None for row in rows}

    def versions(self, path):
        rows = MemoryVersion.objects.of(self.row).filter(memory=self.at(path)).order_by("number")
        return [(row.cause, row.reviewed, row.text) for row in rows]

    def calls(self):
        rows = StoreCall.objects.of(self.row).filter(link=self.link).order_by("pk")
        return [(row.act, row.error) for row in rows]

    def open_calls(self):
        return StoreCall.objects.of(self.row).filter(link=self.link, ended_at=None).count()

    def fresh(self):
        return StoreLink.objects.of(self.row).get(pk=self.link.pk)

    def told(self, type):
        return Event.objects.filter(type=type, log=self.row.trail_log).count()


class FolderScene(Scene):
    kind = StoreKind.FOLDER

    def __init__(self, team, place):
        super().__init__(team)
        self.folder, self.place = place, str(place)

    def theirs(self):
        return {
            f"/{one.relative_to(self.folder)}": one.read_bytes().decode()
            for one in sorted(self.folder.rglob("*.md"))
            if ".lucid-trash" not in one.parts
        }

    def outside(self, path, text):
        place = self.folder / path[1:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())

    def outside_move(self, path, to):
        (self.folder / path[1:]).rename(self.folder / to[1:])

    def outside_delete(self, path):
        (self.folder / path[1:]).unlink()


class PlatformScene(Scene):
    kind = StoreKind.ANTHROPIC

    def __init__(self, team, platform):
        super().__init__(team)
        self.platform = platform
        self.connection = agent_recipes.connection(team.row, base_url=platform.url, key=platform.key)
        self.place = platform.seed_store()

    def theirs(self):
        return self.platform.memories_of(self.place)

    def outside(self, path, text):
        self.platform.outside_write(self.place, path, text)

    def outside_move(self, path, to):
        self.platform.outside_write(self.place, path, self.theirs()[path], to=to)

    def outside_delete(self, path):
        self.platform.outside_delete(self.place, path)

    def writes(self):
        asked = self.platform.asked("POST *") + self.platform.asked("DELETE *")
        return [(one["method"], one["status"]) for one in asked]
