from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    ADMIN = "admin", _("Admin")
    LEAD = "lead", _("Lead")
    REVIEWER = "reviewer", _("Reviewer")
    AUDITOR = "auditor", _("Auditor")
    SECURITY = "security", _("Security")
    MEMBER = "member", _("Member")


class Theme(TextChoices):
    SYSTEM = "system", _("Like the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Palette(TextChoices):
    """The colours of what is added and removed."""

    TEAL = "teal", _("Teal and vermilion")
    BLUE = "blue", _("Blue and amber, easier to tell apart")


class DiffView(TextChoices):
    SPLIT = "split", _("Side by side")
    UNIFIED = "unified", _("One column")


class TextView(TextChoices):
    """How the text of a diff is drawn."""

    PROSE = "prose", _("As it reads")
    SOURCE = "source", _("As it is written")
    SPACES = "spaces", _("With white space in sight")


class Scope(TextChoices):
    """What a token may do. Deciding is not among them: machine identities never approve."""

    SESSIONS_WRITE = "sessions:write", _("Push sessions and outcomes")
    MEMORY_READ = "memory:read", _("Read memory")
    PROPOSE = "propose", _("Open proposals and read their state")


class Digest(TextChoices):
    EACH = "each", _("One mail for each")
    HOURLY = "hourly", _("At most one mail an hour")
    NEVER = "never", _("No mail")


class ConfirmationState(TextChoices):
    WAITING = "waiting", _("Waiting")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Not performed")
