from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Format(TextChoices):
    PACK = "pack", _("Evidence pack")
    JSONL = "jsonl", _("JSON Lines")
    CSV = "csv", _("CSV")
    OCSF = "ocsf", _("OCSF")


class Period(TextChoices):
    """Which stretch of time a saved export is about."""

    DATES = "dates", _("The days given")
    MONTH = "month", _("The calendar month before")


class Disclosure(TextChoices):
    """Which private values go into a pack in plain; of all others it holds commitments."""

    NONE = "none", _("None")
    REASONS = "reasons", _("The reasons people gave")
    ALL = "all", _("All: reasons, names and addresses")


class Seen(TextChoices):
    """From where a state of memory is told: from what was written, or from what the stores had taken."""

    APPLIED = "applied", _("Applied")
    DELIVERED = "delivered", _("Delivered")


class Between(TextChoices):
    """What became of a memory from one moment to another."""

    CAME = "came", _("Came")
    WENT = "went", _("Went")
    CHANGED = "changed", _("Changed")
    MOVED = "moved", _("Moved")
    SAME = "same", _("The same")


class Without(TextChoices):
    """How a change was written without a second pair of eyes."""

    SAME_PERSON = "same_person", _("An author approved it")
    SOLE_REVIEWER = "sole_reviewer", _("By the only reviewer there is, as the team allows")
    EMERGENCY = "emergency", _("In an emergency, without its votes")
    POLICY = "policy", _("By a policy, without a vote")


class ExportState(TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")
    EXPIRED = "expired", _("Expired")


EXPORT_TRANSITIONS: dict[str, set[ExportState]] = {
    ExportState.QUEUED: {ExportState.RUNNING, ExportState.CANCELED, ExportState.FAILED},
    ExportState.RUNNING: {ExportState.QUEUED, ExportState.READY, ExportState.FAILED, ExportState.CANCELED},
    ExportState.READY: {ExportState.EXPIRED, ExportState.FAILED},
    ExportState.FAILED: set(),
    ExportState.CANCELED: set(),
    ExportState.EXPIRED: set(),
}


class ErasureKind(TextChoices):
    PERSON = "person", _("A person")
    SESSION = "session", _("A session")
    TEXT = "text", _("A text of a memory")
    VALUE = "value", _("One private value")


class ErasureState(TextChoices):
    PREPARED = "prepared", _("Prepared")
    WAITING = "waiting", _("Waits for a second person")
    AGREED = "agreed", _("Being erased")
    DONE = "done", _("Erased")
    DROPPED = "dropped", _("Not done")


class Basis(TextChoices):
    """Why something is erased. Which one holds is for the officer to say."""

    NO_NEED = "no_need", _("No longer needed (GDPR Art. 17(1)(a))")
    CONSENT = "consent", _("Consent withdrawn (GDPR Art. 17(1)(b))")
    OBJECTION = "objection", _("The person objects (GDPR Art. 17(1)(c))")
    UNLAWFUL = "unlawful", _("Should never have been processed (GDPR Art. 17(1)(d))")
    OBLIGATION = "obligation", _("A law asks for it (GDPR Art. 17(1)(e))")
    SECRET = "secret", _("A secret that came in by mistake")
    OTHER_LAW = "other_law", _("Another law or contract")


class RetentionClass(TextChoices):
    RECORDS = "records", _("Decisions and records")
    ACCESS = "access", _("Sign-ins and access")
    SYSTEM = "system", _("Logs of AI systems")
    READS = "reads", _("Reads and telemetry")


class HoldScope(TextChoices):
    ALL = "all", _("Everything")
    PERSON = "person", _("A person")
    AGENT = "agent", _("An agent")
    NAMESPACE = "namespace", _("A namespace")
    SESSION = "session", _("A session")


class StreamKind(TextChoices):
    WEBHOOK = "webhook", _("HTTPS webhook")
    SYSLOG = "syslog", _("Syslog over TLS")
    FILE = "file", _("File on this server")


class StreamState(TextChoices):
    WAITING = "waiting", _("Waits for a second person")
    ACTIVE = "active", _("Sends")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped after failing for a day")
    REMOVED = "removed", _("Removed")


STREAM_TRANSITIONS: dict[str, set[StreamState]] = {
    StreamState.WAITING: {StreamState.ACTIVE, StreamState.REMOVED},
    StreamState.ACTIVE: {StreamState.PAUSED, StreamState.STOPPED, StreamState.REMOVED},
    StreamState.PAUSED: {StreamState.ACTIVE, StreamState.REMOVED},
    StreamState.STOPPED: {StreamState.ACTIVE, StreamState.REMOVED},
    StreamState.REMOVED: set(),
}
