"""Events in the Open Cybersecurity Schema Framework, version 1.6.0, for tools that read that.

A mapping for convenience: the record is the canonical event, whose hash each line names. What the schema has no
attribute for stands in `unmapped` under its own name, so that nothing is lost.

    sign-ins and sign-outs             Authentication 3002 (logon, logoff)
    what a machine does, and denials   API Activity 6003 (create, read, update, delete)
    everything else                    Entity Management 3004 (create, read, update, delete, enable, disable)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from audit import exporting
from audit.entries import time_text
from audit.querying import EventQuerySet
from audit.verify import merkle

VERSION = "1.6.0"

AUTHENTICATION, ENTITY, API = 3002, 3004, 6003
_CLASSES = {
    AUTHENTICATION: ("Authentication", 3, "Identity & Access Management"),
    ENTITY: ("Entity Management", 3, "Identity & Access Management"),
    API: ("API Activity", 6, "Application Activity"),
}
_LOGON, _LOGOFF, _OTHER = 1, 2, 99
_CREATE, _READ, _UPDATE, _DELETE, _ENABLE, _DISABLE = 1, 2, 3, 4, 8, 9
_NAMES = {
    AUTHENTICATION: {_LOGON: "Logon", _LOGOFF: "Logoff", _OTHER: "Other"},
    API: {_CREATE: "Create", _READ: "Read", _UPDATE: "Update", _DELETE: "Delete", _OTHER: "Other"},
    ENTITY: {
        _CREATE: "Create",
        _READ: "Read",
        _UPDATE: "Update",
        _DELETE: "Delete",
        _ENABLE: "Enable",
        _DISABLE: "Disable",
        _OTHER: "Other",
    },
}
_SIGNING = {"auth.signed_in": _LOGON, "auth.signed_in_again": _LOGON, "auth.sign_in_failed": _LOGON}
_SIGNING |= {"auth.signed_out": _LOGOFF}
_VERBS = {
    _CREATE: "created opened imported invited joined queued asked saved made attached split drafted put",
    _READ: "read revealed verified downloaded found considered exported",
    _DELETE: "removed revoked withdrawn expired erased redacted pruned invitation_withdrawn",
    _ENABLE: "cleared released resumed restored reopened",
    _DISABLE: "tainted quarantined suspended paused",
    _OTHER: "denied limited refused",
}
_ACTIVITIES = {verb: activity for activity, verbs in _VERBS.items() for verb in verbs.split()}
_OWN = ("id", "log", "seq", "time", "type", "outcome", "actor", "target", "data", "private", "prev", "v")


def lines(events: EventQuerySet, *, version: str) -> Iterator[bytes]:
    """One OCSF event a line, for the events of one log, oldest first. `version` is that of this product."""
    for page in exporting.pages(events, "seq", "body"):
        yield b"".join(line(bytes(body), version=version) + b"\n" for _seq, body in page)


def line(body: bytes, *, version: str) -> bytes:
    """One event, without the end of its line."""
    return json.dumps(mapped(body, version=version), ensure_ascii=False, separators=(",", ":")).encode()


def base_event(message: str, *, uid: str, at: datetime, version: str, unmapped: Mapping[str, Any]) -> dict[str, Any]:
    """What is no event of the log, a checkpoint: the Base Event of the schema."""
    return {
        "activity_id": _OTHER,
        "activity_name": "Other",
        "category_uid": 0,
        "category_name": "Uncategorized",
        "class_uid": 0,
        "class_name": "Base Event",
        "type_uid": _OTHER,
        "time": _milliseconds(time_text(at)),
        "severity_id": 1,
        "severity": "Informational",
        "message": message,
        "metadata": {"version": VERSION, "uid": uid, "product": _product(version)},
        "unmapped": dict(unmapped),
    }


def mapped(body: bytes, *, version: str) -> dict[str, Any]:
    content = json.loads(body)
    kind = _class_of(content)
    name, category, category_name = _CLASSES[kind]
    activity = _activity(content["type"], kind)
    succeeded = content["outcome"] == "success"
    common = {
        "activity_id": activity,
        "activity_name": _NAMES[kind][activity],
        "category_uid": category,
        "category_name": category_name,
        "class_uid": kind,
        "class_name": name,
        "type_uid": kind * 100 + activity,
        "time": _milliseconds(content["time"]),
        "severity_id": 1 if succeeded else 2,
        "severity": "Informational" if succeeded else "Low",
        "status_id": 1 if succeeded else 2,
        "status": "Success" if succeeded else "Failure",
        "status_detail": content["outcome"],
        "message": content["type"],
        "metadata": _metadata(content, version),
        "actor": {"user": _user(content["actor"])},
        "unmapped": _unmapped(content, body),
    }
    return common | _of_class(kind, content)


def _class_of(content: Mapping[str, Any]) -> int:
    if content["type"] in _SIGNING:
        return AUTHENTICATION
    if content["actor"]["type"] == "machine" or content["type"].startswith("access.denied"):
        return API
    return ENTITY


def _activity(type: str, kind: int) -> int:
    if kind == AUTHENTICATION:
        return _SIGNING[type]
    activity = _ACTIVITIES.get(type.partition(".")[2], _UPDATE)
    return activity if activity in _NAMES[kind] else _OTHER


def _milliseconds(time: str) -> int:
    at = datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return (int(at.timestamp()) * 1_000_000 + at.microsecond) // 1_000


def _metadata(content: Mapping[str, Any], version: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "uid": content["id"],
        "sequence": content["seq"],
        "event_code": content["type"],
        "original_time": content["time"],
        "log_name": content["log"],
        "product": _product(version),
    }


def _product(version: str) -> dict[str, str]:
    return {"name": "Lucid", "vendor_name": "Lucid", "version": version}


def _user(actor: Mapping[str, str]) -> dict[str, Any]:
    known = {"person": (1, "User"), "system": (3, "System"), "machine": (4, "Service")}
    type_id, type = known.get(actor["type"], (99, actor["type"]))
    return {"uid": actor["id"], "type_id": type_id, "type": type}


def _of_class(kind: int, content: Mapping[str, Any]) -> dict[str, Any]:
    target = {"uid": content["target"]["id"], "type": content["target"]["type"]}
    if kind == AUTHENTICATION:
        return {"user": _user(content["actor"]), "is_remote": True}
    if kind == API:
        return {
            "api": {"operation": content["type"], "service": {"name": "Lucid"}},
            "src_endpoint": {"uid": content["actor"]["id"]},
            "resources": [target],
        }
    return {"entity": target}


def _unmapped(content: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """What has no attribute: the event's data, its commitments, its place in the chain, and fields not known here."""
    other = {name: value for name, value in content.items() if name not in _OWN}
    return {
        "data": content["data"],
        "private": content["private"],
        "prev": content["prev"],
        "leaf": merkle.leaf_hash(body).hex(),
        "schema": content["v"],
    } | other
