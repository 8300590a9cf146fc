"""Which controls an event supports evidence for. Evidence is all it is: whether a control is met, an assessor says."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_LOGGING = _("ISO 27001 A.8.15: logging")
_ACCESS = _("SOC 2 CC6.1 and CC6.3: who may do what")
_CHANGES = _("SOC 2 CC8.1: changes are authorised")
_MONITORING = _("SOC 2 CC7.2 and CC7.3: monitoring")
_RECORDS = _("EU AI Act Article 12: automatic records")
_OVERSIGHT = _("EU AI Act Article 14: human oversight")

_BY_FAMILY = {
    **dict.fromkeys(("auth", "team", "member", "token", "access"), (_ACCESS,)),
    **dict.fromkeys(("proposal", "change", "thread", "review", "bulk", "policy"), (_CHANGES, _OVERSIGHT)),
    **dict.fromkeys(("filter", "absence", "notices"), (_OVERSIGHT,)),
    **dict.fromkeys(("memory", "store"), (_CHANGES, _RECORDS)),
    **dict.fromkeys(("agent", "namespace"), (_CHANGES,)),
    **dict.fromkeys(("sessions", "session", "outcome", "feedback", "dream"), (_RECORDS,)),
    **dict.fromkeys(("export", "audit", "backup"), (_MONITORING,)),
}


def supported_by(type: str) -> list[str]:
    """Controls, in words, that an event of this type supports evidence for."""
    return [gettext(control) for control in (*_BY_FAMILY.get(type.split(".")[0], ()), _LOGGING)]
