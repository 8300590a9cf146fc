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
    "sessions_dreamt": _("new ones that the platform read"),
    "sessions_opened": _("of them opened"),
    "events": _("events"),
    "memories": _("memories"),
    "statements": _("statements in memory"),
    "patterns": _("patterns found"),
    "memory_findings": _("findings in memory"),
    "dreams": _("dreams of the platform"),
    "drafts": _("drafts of changes"),
    "changes": _("changes proposed"),
    "unquoted": _("of them without a quote"),
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
    "skipped_protected": _("at protected paths"),
    "skipped_pinned": _("on pinned statements"),
    "skipped_secret": _("would write a secret"),
    "skipped_refused": _("refused, without another session"),
    "skipped_proposed_twice": _("said by two dreams"),
    "skipped_clashing": _("clashing with another dream"),
    "skipped_store_differs": _("the store held something else"),
    "skipped_over_removals": _("over the limit of removals"),
    "skipped_over_share": _("over the share that a run may take out"),
    "skipped_bad_path": _("at paths that no memory may have"),
    "skipped_unfit_text": _("texts that no memory may hold"),
    "skipped_path_taken": _("at paths that are taken"),
    "skipped_namespaces_mixed": _("across namespaces"),
    "quotes_dropped": _("quotes left out"),
    "model_pieces": _("pieces that the model read"),
    "model_calls": _("answers of the model"),
    "model_remembered": _("answers known from before"),
    "model_found": _("claims of the model"),
    "model_pairs": _("pairs that it was asked about"),
    "model_worded": _("lessons in its words"),
    "model_merged": _("claims that said the same"),
    "model_too_few_sessions": _("claims from too few sessions"),
    "model_contradicted": _("claims that quotes contradict"),
    "model_not_enough": _("claims that quotes do not bear out"),
    "model_unanswered": _("claims that were not verified"),
    "model_unquoted": _("claims without a quote that is there"),
    "model_no_such_statement": _("about statements that do not exist"),
    "model_kept_statement": _("about statements that no dream may touch"),
    "model_over_limit": _("claims over the limit of a run"),
    "model_too_many": _("items over what is read of an answer"),
    "model_unfit": _("items that do not fit the schema"),
    "model_unreadable": _("answers that cannot be read"),
    "model_refused": _("questions that the model refused"),
    "model_too_long": _("questions or answers that were too long"),
    "model_dropped_too_long": _("events or items left out: too long even alone"),
    "model_batch_errors": _("questions that a batch did not answer"),
    "model_quotes_not_there": _("quotes that are not in their event"),
    "model_quotes_short": _("quotes too short to say anything"),
    "model_quotes_secret": _("quotes with a secret"),
    "model_events_unknown": _("events that do not exist"),
    "model_said_length": _("texts of no fit length"),
    "model_said_hidden": _("texts with hidden characters"),
    "model_said_line_breaks": _("texts of several lines"),
    "model_said_markup": _("texts with markup"),
    "model_said_secret": _("texts with a secret"),
    "model_said_instructions": _("texts that give instructions"),
    "model_said_links": _("texts with links that carry data"),
    "model_said_language": _("texts in another language"),
    "model_said_less": _("wordings that lose something"),
    "model_said_more": _("wordings that add something"),
    "model_said_aside": _("answers that say something beside it"),
    "dropped_already_proposed": _("proposed by others meanwhile"),
    "dropped_base_moved": _("memory moved meanwhile"),
    "dropped_unsound": _("refused as unsound"),
}


SILENT_ZEROS = ("skipped_", "dropped_", "sessions_", "joined", "withdrawn", "quotes_dropped", "model_")


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
