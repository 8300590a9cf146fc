"""How far a run is, and what came of it, in words for its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dreaming.enums import FINISHED, RunState
from dreaming.models import Run

FIGURES = {
    "sessions": _("sessions read"),
    "sessions_new": _("of them new"),
    "sessions_left_out": _("tainted, left out"),
    "events": _("events"),
    "memories": _("memories"),
    "statements": _("statements in memory"),
    "patterns": _("patterns found"),
    "memory_findings": _("findings in memory"),
    "drafts": _("drafts of changes"),
    "changes": _("changes proposed"),
    "joined": _("quotes for open changes"),
    "withdrawn": _("open changes withdrawn"),
    "skipped_open": _("waiting already"),
    "skipped_cooling": _("turned down before"),
    "skipped_known": _("in memory already"),
    "skipped_removed_by_a_person": _("removed by a person before"),
    "skipped_nothing_new": _("without new sessions"),
    "skipped_no_quote": _("without a quote"),
    "skipped_over_limit": _("over the limit of a run"),
    "skipped_line_taken": _("on a line of another change"),
    "skipped_path_in_another_change": _("at a path of another change"),
    "skipped_slot_in_another_change": _("about what another change is about"),
    "skipped_memory_in_another_change": _("in a memory of another change"),
    "skipped_kind_not_wanted": _("not wanted by the settings"),
    "dropped_already_proposed": _("proposed by others meanwhile"),
    "dropped_base_moved": _("memory moved meanwhile"),
    "dropped_unsound": _("refused as unsound"),
}


SILENT_ZEROS = ("skipped_", "dropped_", "sessions_", "joined", "withdrawn")


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of the run's time-line: done, current, failed, or (empty) still to come."""

    name: str
    state: str
    detail: str


def stages(run: Run) -> list[Stage]:
    """Snapshot, patterns, proposal: whatever stages an engine has lie in the middle."""
    names = [gettext("Snapshot"), gettext("Patterns"), gettext("Proposal")]
    reached = _reached(run)
    return [Stage(name, _state(run, place, reached), _detail(run, place, reached)) for place, name in enumerate(names)]


def figures(run: Run) -> list[tuple[str, int]]:
    """The funnel in its order; where nothing was skipped or dropped, nothing is said of it."""
    return [(str(says), run.funnel[name]) for name, says in FIGURES.items() if _is_told(run, name)]


def seconds(run: Run) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return round((run.finished_at - run.started_at).total_seconds(), 1)


def _is_told(run: Run, name: str) -> bool:
    return name in run.funnel and bool(run.funnel[name] or not name.startswith(SILENT_ZEROS))


def _reached(run: Run) -> int:
    """The place of the stage that the run is in; past the last one where it has finished."""
    if run.state in FINISHED:
        return 3
    if not run.stage:
        return -1 if run.state == RunState.QUEUED else 0
    return {"snapshot": 0, "proposal": 2}.get(run.stage, 1)


def _state(run: Run, place: int, reached: int) -> str:
    if place < reached:
        return "done"
    if place > reached:
        return ""
    return {RunState.RUNNING: "current", RunState.QUEUED: "current"}.get(RunState(run.state), "failed")


def _detail(run: Run, place: int, reached: int) -> str:
    if place == reached == 1 and run.total:
        return gettext("%(stage)s: %(done)s of %(total)s steps") % {
            "stage": run.stage,
            "done": run.done,
            "total": run.total,
        }
    return ""
