"""Many ways to say one thing: attributes, rules, updates, wishes and what only looks like a wish."""

from __future__ import annotations

from benchmarks.planted.pools import VERBS, Pool

STATED = (
    "The {attribute} of the {thing} is {value}.", "The {thing}'s {attribute} is {value}.",
    "{Thing} {attribute}: {value}", "The {attribute} of our {thing} is {value}.",
    "Our {thing}'s {attribute} is {value}.", "{Attribute} of the {thing}: {value}",
)  # fmt: skip
UPDATED = (
    "The {attribute} of the {thing} is now {value}.", "As of {date}, the {attribute} of the {thing} is {value}.",
    "The {thing}'s {attribute} changed from {old} to {value}.", "Since {date} the {thing}'s {attribute} is {value}.",
    "We switched the {thing}'s {attribute} from {old} to {value}.",
    "The {attribute} of the {thing} is no longer {old} but {value}.",
)  # fmt: skip
RETIRED = (
    "The {attribute} of the {thing} used to be {value}.", "Formerly, the {attribute} of the {thing} was {value}.",
    "The {thing}'s {attribute} was previously {value}.",
)  # fmt: skip
SAID = (
    "From now on, the {attribute} of the {thing} is {value}.",
    "Please remember that the {thing}'s {attribute} is now {value}.",
    "Going forward the {attribute} of the {thing} is {value}, please use that.",
    "For future reference: the {attribute} of the {thing} is {value} now.",
    "Please note that from now on the {thing}'s {attribute} is {value}.",
    "In future please use {value} as the {attribute} of the {thing}.",
)  # fmt: skip
SCOPED = (
    ("In {scope}, the {attribute} of the {thing} is {value}.", ("production", "staging")),
    ("For {scope}, the {attribute} of the {thing} is {value}.", ("resellers", "private customers")),
    ("The {attribute} of the {thing} is {value} when the {scope}.", ("queue is full", "queue is empty")),
    ("On {scope}, the {attribute} of the {thing} is {value}.", ("weekdays", "weekends")),
    ("During {scope}, the {thing}'s {attribute} is {value}.", ("the freeze", "the sale")),
)
HEADED = ("Staging", "Production", "Pilot site", "Main site")
HAPPENED = (
    "On {date} the {attribute} of the {thing} was changed to {value}.",
    "{date}: {thing} {attribute} set to {value} after an incident.",
    "The {thing}'s {attribute} was {value} during the outage of {date}.",
)
RULE = ("{Objects} {condition} {verb} {demand}.",)
REORDERED = ("{Demand} is needed for {objects} {condition}.", "For {objects} {condition}, {demand} is needed.")
EXPIRING = (
    "{rule} Valid until {date}.", "{rule} This ends on {date}.", "{rule} Review by {date}.",
    "Until {date}: {rule}", "{rule} Expires on {date}.", "{rule} Remove after {date}.",
)  # fmt: skip
RESTS = (
    "Because the {thing}'s {attribute} is {value}, {objects} {condition} {verb} {demand}.",
    "{Objects} {condition} {verb} {demand}, since the {attribute} of the {thing} is {value}.",
    "As long as the {attribute} of the {thing} is {value}, {objects} {condition} {verb} {demand}.",
)
DEEDS = (
    ("put {a} into {b}", ("amounts", "dates", "open points", "names"), ("a table", "the first line", "column C")),
    ("send {a} to {b}", ("drafts", "summaries", "reports", "receipts"), ("#desk-north", "the shared inbox", "Ines")),
    ("write {a} in {b}", ("replies", "subject lines", "notes", "titles"), ("British English", "lower case", "French")),
    ("round {a} to {b}", ("totals", "weights", "durations"), ("two decimals", "full hours", "the next ten")),
    ("sign {a} with {b}", ("letters", "mails", "handovers"), ("the team name", "my initials", "the case number")),
)
WISHES = (
    "From now on, {deed}.", "Please always {deed}.", "Going forward, please {deed}.",
    "In future please {deed}.", "Always {deed}, please.", "Next time, {deed}.", "Make it a rule to {deed}.",
    "As a general rule, {deed}.", "I want you to {deed} every time.",
)  # fmt: skip
NO_WISHES = (
    "For this one only, {deed}.", "Should you always {deed}?", "I will {deed} from now on, so leave it to me.",
    "My old team would always {deed}, which I hated.", "Just today, please {deed}.", "They always {deed} over there.",
    "Did we ever {deed}?", "The manual says to always {deed}, but that is outdated.",
)  # fmt: skip


def stated(pool: Pool, thing: str, attribute: str, value: str, frame: str = "") -> str:
    return _filled(frame or pool.one(STATED), thing, attribute, value)


def _filled(frame: str, thing: str, attribute: str, value: str, **more: str) -> str:
    return frame.format(
        thing=thing, attribute=attribute, value=value,
        Thing=thing.capitalize(), Attribute=attribute.capitalize(), **more,
    )  # fmt: skip


def updated(pool: Pool, thing: str, attribute: str, old: str, value: str, date: str) -> str:
    return _filled(pool.one(UPDATED), thing, attribute, value, old=old, date=date)


def retired(pool: Pool, thing: str, attribute: str, value: str) -> str:
    return _filled(pool.one(RETIRED), thing, attribute, value)


def said(pool: Pool, thing: str, attribute: str, value: str) -> str:
    return _filled(pool.one(SAID), thing, attribute, value)


def happened(pool: Pool, thing: str, attribute: str, value: str, date: str) -> str:
    return _filled(pool.one(HAPPENED), thing, attribute, value, date=date)


def scoped(pool: Pool, thing: str, attribute: str, values: list[str]) -> list[str]:
    frame, scopes = SCOPED[pool.chance.randrange(len(SCOPED) if pool.held_out else len(SCOPED) - 1)]
    return [_filled(frame, thing, attribute, value, scope=scope) for value, scope in zip(values, scopes, strict=False)]


def rule(pool: Pool, subject: str, condition: str, demand: str, verb: str = "") -> str:
    return RULE[0].format(Objects=subject.capitalize(), condition=condition, demand=demand, verb=verb or VERBS[0])


def reworded(pool: Pool, subject: str, condition: str, demand: str) -> tuple[str, str]:
    """A rule twice: the same words in another order, another verb, or both."""
    first = REORDERED[0].format(Demand=demand[0].upper() + demand[1:], objects=subject, condition=condition)
    second = REORDERED[1].format(demand=demand, objects=subject, condition=condition)
    verb = pool.one(VERBS[1:])
    pairs = (
        (first, second),
        (rule(pool, subject, condition, demand), rule(pool, subject, condition, demand, verb)),
        (rule(pool, subject, condition, demand), first),
    )
    return pairs[pool.chance.randrange(len(pairs))]


def expiring(pool: Pool, text: str, date: str) -> str:
    lowered = pool.one(EXPIRING)
    return lowered.format(rule=text, date=date)


def resting(pool: Pool, thing: str, attribute: str, value: str, parts: tuple[str, str, str]) -> str:
    subject, condition, demand = parts
    return _filled(
        pool.one(RESTS), thing, attribute, value, Objects=subject.capitalize(), objects=subject,
        condition=condition, demand=demand, verb="need",
    )  # fmt: skip


def deed(pool: Pool) -> tuple[str, tuple[str, ...]]:
    """Something that may be wished for, and the literals that make it."""
    frame, firsts, seconds = pool.chance.choice(DEEDS)
    a, b = pool.chance.choice(firsts), pool.chance.choice(seconds)
    return frame.format(a=a, b=b), (a, b)
