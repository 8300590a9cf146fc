from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Frequency(TextChoices):
    OFF = "off", _("Never")
    HOURLY = "hourly", _("Every hour")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class EngineName(TextChoices):
    LOCAL = "local", _("Local (no model)")
    CLAUDE = "claude", _("Claude, by Lucid")
    MANAGED = "managed", _("Dreams of the Claude platform")


class Effort(TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    XHIGH = "xhigh", _("Very high")
    MAX = "max", _("The most")


class RunOrigin(TextChoices):
    SCHEDULE = "schedule", _("Schedule")
    PERSON = "person", _("Person")
    COMMAND = "command", _("Command line")


class RunState(TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    NO_CHANGE = "no_change", _("No change")
    PARTIAL = "partial", _("Partly completed")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


ACTIVE = (RunState.QUEUED, RunState.RUNNING)
FINISHED = (RunState.COMPLETED, RunState.NO_CHANGE, RunState.PARTIAL)

TRANSITIONS: dict[str, set[RunState]] = {
    RunState.QUEUED: {RunState.RUNNING, RunState.CANCELED, RunState.FAILED},
    RunState.RUNNING: {
        RunState.QUEUED,
        RunState.COMPLETED,
        RunState.NO_CHANGE,
        RunState.PARTIAL,
        RunState.FAILED,
        RunState.CANCELED,
    },
    RunState.COMPLETED: set(),
    RunState.NO_CHANGE: set(),
    RunState.PARTIAL: set(),
    RunState.FAILED: set(),
    RunState.CANCELED: set(),
}


class PatternKind(TextChoices):
    MISTAKE = "mistake", _("Mistake")
    SUCCESS = "success", _("Success")
    WORKFLOW = "workflow", _("Workflow")
    PREFERENCE = "preference", _("Preference")
    PRACTICE = "practice", _("Practice")


class AnswerState(TextChoices):
    WAITING = "waiting", _("Waiting")
    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("No other version")
    OVERTAKEN = "overtaken", _("Overtaken")


class SpendState(TextChoices):
    RESERVED = "reserved", _("Reserved")
    BOOKED = "booked", _("Booked")
    ASSUMED = "assumed", _("Assumed")  # nobody said what became of it: it counts as the most that it can have been
    RELEASED = "released", _("Released")
