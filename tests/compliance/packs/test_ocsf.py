"""OCSF 1.6.0: every type of event has a class and an activity of it, and nothing is lost."""

import json

import pytest

from audit import catalogue
from audit.models import Event
from audit.verify import merkle
from compliance.packs import ocsf

REQUIRED = {
    "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "actor", "unmapped",
}  # fmt: skip
OF_CLASS = {3002: {"user"}, 3004: {"entity"}, 6003: {"api", "src_endpoint"}}


def record(type="change.voted", actor="person", outcome="success", **data):
    content = {
        "v": 1, "log": "team_a", "seq": 7, "prev": "00", "id": "evt_1", "time": "2026-11-20T23:00:00.123456Z",
        "type": type, "outcome": outcome, "actor": {"type": actor, "id": "usr_1"},
        "target": {"type": "change", "id": "chg_1"}, "data": data, "private": {"reason": "sha256:00"},
    }  # fmt: skip
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("actor", ["person", "machine", "system"])
def test_every_type_maps_to_a_class_with_what_it_requires(actor):
    for type in catalogue.EVENTS:
        mapped = ocsf.mapped(record(type, actor), version="0.1.0")

        assert mapped.keys() >= REQUIRED | OF_CLASS[mapped["class_uid"]], type
        assert mapped["type_uid"] == mapped["class_uid"] * 100 + mapped["activity_id"], type
        assert mapped["class_uid"] // 1000 == mapped["category_uid"], type


@pytest.mark.parametrize(
    ("type", "actor", "kind", "activity"),
    [
        ("auth.signed_in", "person", 3002, 1),
        ("auth.signed_out", "person", 3002, 2),
        ("auth.sign_in_failed", "system", 3002, 1),
        ("change.voted", "person", 3004, 3),
        ("change.opened", "machine", 6003, 1),
        ("memory.read", "machine", 6003, 2),
        ("access.denied", "person", 6003, 99),
        ("token.revoked", "person", 3004, 4),
        ("session.tainted", "person", 3004, 9),
        ("session.tainted", "machine", 6003, 99),
    ],
)
def test_what_people_look_for_has_its_class(type, actor, kind, activity):
    mapped = ocsf.mapped(record(type, actor), version="0.1.0")

    assert (mapped["class_uid"], mapped["activity_id"]) == (kind, activity)


def test_nothing_is_lost():
    body = record(verdict="approve", stranger="x")
    mapped = ocsf.mapped(body[:-1] + b',"zz":1}', version="0.1.0")

    assert mapped["time"] == 1795215600123
    assert mapped["metadata"]["version"] == "1.6.0"
    assert (mapped["metadata"]["uid"], mapped["metadata"]["sequence"]) == ("evt_1", 7)
    assert mapped["unmapped"]["data"] == {"verdict": "approve", "stranger": "x"}
    assert mapped["unmapped"]["private"] == {"reason": "sha256:00"}
    assert mapped["unmapped"]["zz"] == 1
    assert ocsf.mapped(body, version="")["unmapped"]["leaf"] == merkle.leaf_hash(body).hex()


def test_what_was_refused_says_so():
    denied = ocsf.mapped(record("access.denied", outcome="denied"), version="0.1.0")

    assert (denied["status_id"], denied["status_detail"], denied["severity_id"]) == (2, "denied", 2)


@pytest.mark.django_db
def test_lines_are_one_event_each_in_their_order(team, happen):
    happen("team.created", "team.changed")

    lines = b"".join(ocsf.lines(Event.objects.of_log(team.row.trail_log), version="0.1.0")).splitlines()

    assert [json.loads(line)["metadata"]["sequence"] for line in lines] == [1, 2]
