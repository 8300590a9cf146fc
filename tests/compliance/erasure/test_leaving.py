"""Which exports that left are counted as ones that may hold what an erasure is about."""

from datetime import timedelta

import pytest

from audit.models import Event
from compliance.enums import ErasureKind
from tests.compliance.erasure import scenes
from tests.recipes import AT

pytestmark = pytest.mark.django_db

TRAIL = {"what": "trail", "format": "csv", "rows": 5, "door": "page"}
PACK = {"what": "trail", "format": "pack", "rows": 5, "door": "worker", "first": 1, "last": 10_000}
MEMORY = {"what": "memory", "format": "jsonl", "rows": 5, "door": "page"}
ACCESS = {"what": "access", "format": "csv", "rows": 5, "door": "page"}
COSTS = {"what": "costs", "format": "csv", "rows": 5, "door": "page"}
COMMAND = {"format": "jsonl", "rows": 5, "door": "command"}


@pytest.fixture
def scene(team):
    return scenes.build(team)


def subject(scene, kind):
    return {
        ErasureKind.PERSON: scene.person.public_id,
        ErasureKind.SESSION: scene.session.public_id,
        ErasureKind.TEXT: scene.memory.head.public_id,
        ErasureKind.VALUE: f"{Event.objects.filter(type='change.voted').first().public_id}:reason",
    }[kind]


@pytest.mark.parametrize(
    ("kind", "data", "holds"),
    [
        *((kind, COSTS, 0) for kind in ErasureKind),
        *((ErasureKind.PERSON, data, 1) for data in (TRAIL, PACK, MEMORY, ACCESS, COMMAND)),
        *((ErasureKind.SESSION, data, 1) for data in (PACK, MEMORY)),
        *((ErasureKind.SESSION, data, 0) for data in (TRAIL, ACCESS, COMMAND)),
        *((ErasureKind.TEXT, data, 1) for data in (PACK, MEMORY)),
        *((ErasureKind.TEXT, data, 0) for data in (TRAIL, ACCESS, COMMAND)),
        *((ErasureKind.VALUE, data, 0) for data in (TRAIL, MEMORY, ACCESS, COMMAND, PACK | {"disclosure": "none"})),
        (ErasureKind.VALUE, PACK | {"disclosure": "reasons"}, 1),
        (ErasureKind.VALUE, PACK | {"disclosure": "all", "last": 1}, 0),
        (ErasureKind.PERSON, TRAIL | {"rows": 0}, 0),
    ],
)
def test_only_exports_that_may_hold_it_are_counted(scene, happen, kind, data, holds):
    happen("export.made", data=data, at=AT + timedelta(hours=1))

    assert scenes.prepare(scene, kind, subject(scene, kind)).found["exports"] == holds


@pytest.mark.parametrize("kind", (ErasureKind.SESSION, ErasureKind.TEXT))
def test_what_left_before_it_came_in_is_not_counted(scene, happen, kind):
    happen("export.made", data=MEMORY, at=AT - timedelta(hours=1))

    assert scenes.prepare(scene, kind, subject(scene, kind)).found["exports"] == 0
