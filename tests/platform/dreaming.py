"""How a dream goes: pending, running without and with a copy of the store, then its end."""

from dataclasses import dataclass, field

from tests.platform import pipeline, stores
from tests.platform.errors import conflict, invalid

PENDING, RUNNING, CLONED, ENDED = range(4)
USAGE = {
    "input_tokens": 9_000,
    "output_tokens": 1_200,
    "cache_read_input_tokens": 30_000,
    "cache_creation_input_tokens": 6_000,
}
SLOW_TO_STOP = 2  # reads after a cancel on which usage still moves


@dataclass
class Script:
    """`edits` are dicts of op (add, edit, move, merge, remove), path, and content, `to` or `paths`, and perhaps `why`.

    `ends` is completed, failed (with `error`), or "stuck_pending" or "stuck_running", which only a cancel ends.
    `partial` edits are done in the running store, the rest at a good end. `clones` says whether a store is made at all.
    With `by_hand` only `step_dream` moves it; else each retrieve does, staying `lingers` times while running.
    `reads` are paths it looks at beside those it edits; `copied_as_session` lets the copy look written by the session.
    `outruns_cancel` lets it complete just before a cancel.
    """

    edits: list = field(default_factory=list)
    ends: str = "completed"
    error: dict | None = None
    partial: int = 0
    clones: bool = True
    by_hand: bool = False
    lingers: int = 0
    usage: dict = field(default_factory=dict)
    reads: list = field(default_factory=list)
    copied_as_session: bool = False
    outruns_cancel: bool = False


@dataclass
class Dream:
    values: dict
    script: Script
    source: str
    sessions: list
    in_place: bool
    stage: int = PENDING
    target: object = None
    session: object = None
    done: int = 0
    waited: int = 0
    read_since_cancel: int = 0

    @property
    def status(self):
        return self.values["status"]

    @property
    def is_over(self):
        return self.stage == ENDED


def polled(platform, place, dream):
    """What a retrieve does to a dream that moves by itself."""
    if dream.status == "canceled":
        if dream.read_since_cancel < SLOW_TO_STOP:
            dream.read_since_cancel += 1
            _spend(dream, dream.values["usage"]["input_tokens"] / _total(dream)["input_tokens"] + 0.02)
    elif not dream.script.by_hand:
        step(platform, place, dream)


def step(platform, place, dream):
    script = dream.script
    if dream.is_over or script.ends == "stuck_pending":
        return
    if dream.stage == CLONED and script.ends == "stuck_running":
        _spend(dream, min(0.99, dream.values["usage"]["input_tokens"] / _total(dream)["input_tokens"] + 0.01))
    elif dream.stage == CLONED and dream.waited < script.lingers:
        dream.waited += 1
    elif trouble := _trouble(place, dream):
        end(platform, dream, "failed", {"type": trouble, "message": "scripted"})
    elif dream.stage == PENDING:
        _begin(platform, place, dream)
    elif dream.stage == RUNNING:
        _clone(platform, place, dream)
    else:
        _finish(platform, dream)


def cancel(platform, place, dream):
    if dream.script.outruns_cancel and not dream.is_over:
        while not dream.is_over:
            step(platform, place, dream)
    if dream.status in ("completed", "failed"):
        raise invalid(f"a {dream.status} dream cannot be canceled")
    if not dream.is_over:
        end(platform, dream, "canceled", None)


def end(platform, dream, status, error):
    dream.stage = ENDED
    dream.values |= {"status": status, "error": error, "ended_at": platform.now()}
    if dream.session is not None:
        pipeline.end(platform, dream.session)


def refuse_beside(place, source):
    """Two dreams may not write into one store at once."""
    others = (one for one in place.dreams.values() if one.in_place and not one.is_over)
    if any(one.source == source for one in others):
        raise conflict("another dream that updates this memory store is still running")


def _begin(platform, place, dream):
    dream.stage = RUNNING
    dream.session = pipeline.begin(platform, place, place.stores[dream.source], dream.sessions)
    dream.values |= {"status": "running", "session_id": dream.session.values["id"]}
    _spend(dream, 1 / 3)


def _clone(platform, place, dream):
    dream.stage = CLONED
    _spend(dream, 2 / 3)
    if not dream.script.clones:
        return
    source = place.stores[dream.source]
    dream.target = source if dream.in_place else _copy(platform, place, dream, source)
    dream.values["outputs"] = [{"type": "memory_store", "memory_store_id": dream.target.id}]
    pipeline.attach(dream.session, dream.target)
    pipeline.read(platform, dream.session, source, dream.script.reads)
    _edit(platform, dream, dream.script.partial)


def _copy(platform, place, dream, source):
    by = pipeline.actor(dream.session) if dream.script.copied_as_session else None
    copy = stores.make(platform, place, f"{source.name} copy", source.description, source.metadata)
    for one in source.memories.values():
        copy.add(one.path, one.content, by)
    return copy


def _finish(platform, dream):
    if dream.script.ends == "completed":
        _edit(platform, dream, len(dream.script.edits))
    _spend(dream, 1)
    end(platform, dream, dream.script.ends, dream.script.error)


def _edit(platform, dream, until):
    while dream.target is not None and dream.done < until:
        pipeline.edit(platform, dream.session, dream.target, dream.script.edits[dream.done])
        dream.done += 1


def _trouble(place, dream):
    source = place.stores.get(dream.source)
    if source is None or source.archived_at is not None:
        return "input_memory_store_unavailable"
    if any(one not in place.sessions for one in dream.sessions):
        return "input_session_unavailable"
    full = place.most_stores is not None and len(place.stores) >= place.most_stores
    if dream.stage == RUNNING and dream.script.clones and not dream.in_place and full:
        return "memory_store_org_limit_exceeded"
    return None


def _total(dream):
    return USAGE | dream.script.usage


def _spend(dream, share):
    dream.values["usage"] = {name: round(share * count) for name, count in _total(dream).items()}
