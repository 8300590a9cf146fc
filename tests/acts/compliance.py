"""Acts of officers: exports, checks, holds and erasures."""

from accounts import roles
from compliance import holding
from compliance.enums import Basis, ErasureKind, HoldScope
from compliance.erasure import asking
from compliance.streaming import destinations
from tests import agent_recipes, recipes
from tests.acts.act import act

SAVED = {"name": "Monthly", "format": "pack", "period": "month", "disclosure": "none"}


def _session(scene):
    scene.session = agent_recipes.session(agent_recipes.agent(scene.team))
    return {}


def _prepared(scene):
    _session(scene)
    row = asking.prepare(
        team=scene.team,
        kind=ErasureKind.SESSION,
        subject=scene.session.public_id,
        words=[],
        basis=Basis.values[0],
        by=scene.person,
        at=recipes.now(),
    )
    return {"erasure_id": row.public_id}


def _hold(scene):
    row = holding.set_(
        team=scene.team, scope=HoldScope.ALL, target="", reason="A claim", by=scene.person, at=recipes.now()
    )
    return {"hold_id": row.public_id}


def _stream(scene):
    words = {"name": "SIEM", "kind": "file", "format": "jsonl", "address": "siem.jsonl"}
    scene.stream = destinations.add(team=scene.team, by=scene.person, at=recipes.now(), **words).destination
    return {"destination_id": scene.stream.public_id}


def _paused(scene):
    given = _stream(scene)
    destinations.pause(destination=scene.stream, by=scene.person, at=recipes.now())
    return given


def _agent(scene):
    scene.agent = agent_recipes.agent(scene.team)
    return {}


ACTS = {
    "compliance:retention_ask": act(
        roles.ERASE, "confirmation.asked", {"records": "3000"}, page="compliance:retention"
    ),
    # refused here, as nothing is past its time; what success leaves is in tests/compliance/retention/test_pruning.py
    "compliance:retention_prune": act(roles.ERASE, status=409),
    "compliance:access_reviewed": act(roles.READ_TRAIL, "access.reviewed", {"notes": "Fine."}),
    "compliance:access_sheet": act(roles.EXPORT_TRAIL, "export.made"),
    "compliance:duties_sheet": act(roles.EXPORT_TRAIL, "export.made"),
    "compliance:past_download": act(
        roles.EXPORT_TRAIL,
        "export.made",
        lambda scene: {"about": scene.agent.public_id, "at": "2026-11-03 14:00", "seen": "applied"},
        make=_agent,
    ),
    "compliance:stream_add": act(
        roles.MANAGE_STREAMS,
        "stream.added confirmation.asked",
        {"name": "SIEM", "kind": "webhook", "address": "https://siem.example/in", "format": "ocsf", "after": "0"},
    ),
    "compliance:stream_pause": act(roles.MANAGE_STREAMS, "stream.paused", make=_stream),
    "compliance:stream_resume": act(roles.MANAGE_STREAMS, "stream.resumed", make=_paused),
    "compliance:stream_test": act(roles.MANAGE_STREAMS, "stream.tested", make=_stream),
    "compliance:stream_remove": act(roles.MANAGE_STREAMS, "stream.removed", make=_stream),
    "compliance:event_values": act(roles.READ_PRIVATE, "audit.values_shown", status=200),
    "compliance:verify": act(roles.READ_TRAIL, "audit.verified", make=_session),
    "compliance:export": act(roles.EXPORT_TRAIL, "export.made", {"format": "csv"}),
    "compliance:export_save": act(roles.EXPORT_TRAIL, "export.saved", SAVED),
    "compliance:export_run": act(roles.EXPORT_TRAIL, "export.asked"),
    "compliance:export_monthly": act(roles.EXPORT_TRAIL, "export.switched", {"monthly": "1"}),
    "compliance:export_remove": act(roles.EXPORT_TRAIL, "export.removed"),
    "compliance:export_cancel": act(roles.EXPORT_TRAIL, "export.canceled"),
    "compliance:erasure_new": act(
        roles.ERASE,
        "erasure.prepared",
        lambda scene: {"kind": "session", "subject": scene.session.public_id, "basis": Basis.values[0]},
        make=_session,
    ),
    "compliance:erasure_ask": act(roles.ERASE, "confirmation.asked", make=_prepared),
    "compliance:hold": act(roles.HOLD, "hold.set", {"scope": "all", "reason": "A claim"}),
    "compliance:hold_lift": act(roles.HOLD, "confirmation.asked", make=_hold),
}
