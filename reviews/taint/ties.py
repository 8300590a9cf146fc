"""How something is derived from a bad session, in the words of the page."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Tie(TextChoices):
    QUOTED = "quoted", _("quotes it")
    COUNTED = "counted", _("its pattern counted it")
    BUILT_ON = "built_on", _("writes over lines of this")
    MERGED = "merged", _("merges lines of this")
    FOLDED = "folded", _("took a copy out because this says it")
    RECALLED = "recalled", _("quotes an agent that was given this")
