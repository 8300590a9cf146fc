"""Which controls the product supports evidence for, and by what. Evidence is all it is: whether a control is met, an
assessor says.

Sources: AICPA Trust Services Criteria (SOC 2), ISO/IEC 27001:2022 Annex A, Regulation (EU) 2024/1689 (AI Act), 45 CFR
164.312(b) and 164.316 (HIPAA), 21 CFR Part 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_WHO = frozenset(("auth", "team", "member", "token", "access", "secret", "confirmation"))
_DECIDED = frozenset(("proposal", "change", "thread", "review", "bulk", "policy", "automatic", "rule", "budget"))
_WATCHED = frozenset(("baseline", "drift", "watch", "canary"))
_KEPT = frozenset(("export", "audit", "backup", "key", "checkpoint", "stream", "connection"))
_MEMORY = frozenset(("memory", "store"))
_WORK = frozenset(("sessions", "session", "outcome", "feedback", "dream"))
_ERASED = frozenset(("erasure", "hold", "retention"))
_DESK = frozenset(("filter", "absence", "notices"))
_SPACES = frozenset(("agent", "namespace"))

_TRAIL = (_("Audit trail"), "compliance:trail")
_ACCESS = (_("Access review"), "compliance:access")
_DUTIES = (_("Separation of duties"), "compliance:duties")
_PAST = (_("Memory then"), "compliance:past")
_SEALS = (_("Checkpoints"), "compliance:checkpoints")
_GLASS = (_("Emergencies"), "reviews:emergencies")
_HOLDS = (_("Legal holds"), "compliance:holds")
_TIMES = (_("Retention"), "compliance:retention")
_STREAMS = (_("Streams"), "compliance:streams")
_POLICY = (_("Policy"), "reviews:policy")


@dataclass(frozen=True)
class Control:
    """One control. `label` names it wherever an event is mapped; `families` are first words of types of events, none
    for all; `pages` are (title, URL name); `open` is what the product has no evidence for.
    """

    framework: str
    label: str
    asks: str
    families: frozenset[str]
    pages: Sequence[tuple[str, str]]
    exports: str
    open: str

    def covers(self, type: str) -> bool:
        return not self.families or type.split(".")[0] in self.families


CONTROLS = (
    Control(
        "SOC 2",
        _("SOC 2 CC6.1 and CC6.3: who may do what"),
        _("Who had which rights, who gave them, and whether they were reviewed and taken back."),
        _WHO,
        (_ACCESS, _TRAIL),
        _("CSV of an access review; an evidence pack of the period with roles over time (directory.json)."),
        _("Rights outside of Lucid: the database, the servers, the identity provider, and the agents' own systems."),
    ),
    Control(
        "SOC 2",
        _("SOC 2 CC8.1: changes are authorised"),
        _("The population of changes, who authorised each, and that authors did not approve their own."),
        _DECIDED | _WATCHED | _MEMORY | _SPACES | frozenset(("confirmation",)),
        (_DUTIES, _POLICY, _GLASS),
        _("An evidence pack of the period with texts and controls.csv; CSV of the separation of duties."),
        _("Changes to Lucid itself and to the agents' code, prompts and models."),
    ),
    Control(
        "SOC 2",
        _("SOC 2 CC7.2 and CC7.3: monitoring"),
        _("That anomalies are noticed, told and seen to."),
        _WATCHED | _KEPT,
        (_SEALS, _STREAMS, _TRAIL),
        _("The stream into a monitoring system, each batch with the latest checkpoint; OCSF."),
        _("Monitoring of infrastructure, and whether somebody acted on what was streamed out."),
    ),
    Control(
        "EU AI Act",
        _("EU AI Act Article 12: automatic records"),
        _("That events are recorded automatically over the lifetime of the system, so that its work can be traced."),
        _MEMORY | _WORK | _ERASED,
        (_PAST, _TRAIL),
        _("The state of memory at a moment as files; an evidence pack of an agent."),
        _("What an agent did with what it read, but for the sessions that are pushed in."),
    ),
    Control(
        "EU AI Act",
        _("EU AI Act Article 14: human oversight"),
        _("Who verified what, on which evidence, whether they could say no and stop it, and signs of automation bias."),
        _DECIDED | _WATCHED | _ERASED | _DESK | frozenset(("confirmation",)),
        (_DUTIES, _GLASS, _POLICY),
        _("An evidence pack of a proposal: votes, what was shown, quotes, and policy."),
        _("Oversight of the agent while it works: Lucid governs what it remembers. Training of overseers."),
    ),
    Control(
        "EU AI Act",
        _("EU AI Act Article 26: use by deployers"),
        _("That competent people oversee, and that logs are kept for six months at least."),
        _WORK | _MEMORY | _KEPT | frozenset(("member", "absence", "review", "retention")),
        (_ACCESS, _SEALS, _TIMES),
        _("Access reviews with the people and their roles; checkpoints that reach back over the time."),
        _("Whether people are competent and trained, what the provider instructed, and informing workers."),
    ),
    Control(
        "HIPAA",
        _("HIPAA 164.312(b): audit controls"),
        _("Mechanisms that record and examine activity in systems with health information."),
        _WHO | _MEMORY | _KEPT | frozenset(("session", "sessions")),
        (_TRAIL, _SEALS, _STREAMS),
        _("Any export narrowed to a person, an agent or a namespace."),
        _("Whether health information is in memory or sessions at all; systems other than Lucid."),
    ),
    Control(
        "HIPAA",
        _("HIPAA 164.316: documentation is kept"),
        _("That policies, and actions that have to be documented, are kept for six years."),
        _KEPT | _ERASED | frozenset(("policy", "confirmation")),
        (_POLICY, _TIMES, _HOLDS),
        _("Versions of the policy in evidence packs; checkpoints; backups as events."),
        _("Documents that are kept elsewhere. How long backups and exported packs are kept is yours to arrange."),
    ),
    Control(
        "21 CFR Part 11",
        _("21 CFR 11.10(e): time-stamped audit trail"),
        _("A trail made by the computer, with times, that keeps earlier values and does not let them be obscured."),
        _DECIDED | _MEMORY | _SPACES | _ERASED,
        (_PAST, _SEALS, _TRAIL),
        _("An evidence pack with texts before and after each change, verified offline with lucid-verify."),
        _("Validation of the system for its use (11.10(a)), and operating procedures."),
    ),
    Control(
        "21 CFR Part 11",
        _("21 CFR 11.50 and 11.70: signed records"),
        _("That a signed record shows name, time and meaning of the signature, and that the two cannot be parted."),
        frozenset(("change", "confirmation", "baseline", "auth")),
        (_DUTIES, (_("Sign-offs and drift"), "reviews:drift")),
        _("The first page of an evidence pack: who, when, which meaning; votes bound to hashes of what was shown."),
        _("Handwritten and qualified electronic signatures, and two components at each signing (11.200)."),
    ),
    Control(
        "ISO 27001",
        _("ISO 27001 A.8.15: logging"),
        _("Logs of activities, exceptions and faults that are kept, protected and analysed."),
        frozenset(),
        (_TRAIL, _SEALS, _STREAMS),
        _("JSON Lines, CSV and OCSF of everything in the log; evidence packs with proofs."),
        _("Logs of servers, databases and networks; whether somebody reads them."),
    ),
)


def supported_by(type: str) -> list[str]:
    """Controls, in words, that an event of this type supports evidence for."""
    return [gettext(control.label) for control in CONTROLS if control.covers(type)]
