"""How long what is recorded is worth keeping: every type of event is in exactly one class, by its family.

The defaults are what the laws and standards behind the log ask for or allow: seven years for records of decisions
(HIPAA 164.316 asks for six, rules of the SOX kind for seven), thirteen months for access (the window of a SOC 2 report
and a month), thirteen for logs of AI systems (AI Act Article 26(6): at least six), ninety days for the rest.
"""

from __future__ import annotations

from audit import catalogue

RECORDS, ACCESS, SYSTEM, READS = "records", "access", "system", "reads"

DEFAULT_DAYS = {RECORDS: 2557, ACCESS: 396, SYSTEM: 396, READS: 90}
FLOOR_DAYS = {RECORDS: 365, ACCESS: 90, SYSTEM: 184, READS: 7}
MOST_DAYS = 36_525

_FAMILIES = {
    RECORDS: (
        "team member confirmation agent namespace proposal change thread review bulk baseline drift automatic budget"
        " policy rule canary watch memory store key checkpoint audit erasure hold retention export backup stream"
        " connection"
    ),
    ACCESS: "auth access token secret",
    SYSTEM: "sessions session outcome feedback dream",
    READS: "filter absence notices",
}
FAMILIES = {family: name for name, families in _FAMILIES.items() for family in families.split()}
EXCEPTIONS = {"memory.read": READS, "review.drafted": READS, "audit.values_shown": ACCESS}


def class_of(type: str) -> str:
    """The class of a type of event; what is in no family is kept as long as the records of decisions."""
    return EXCEPTIONS.get(type) or FAMILIES.get(type.partition(".")[0], RECORDS)


def types_of(name: str) -> list[str]:
    """The types of events in a class."""
    return [type for type in catalogue.EVENTS if class_of(type) == name]
