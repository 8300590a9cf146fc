"""Words that worlds are made of: several domains, so that no rule can live on one of them. All of it is made up."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

THINGS = {
    "payments": "payout queue|ledger export|invoice archive|dunning run"
    "|card vault|settlement batch|fee table|refund desk",
    "support": "callback line|chat widget|escalation board|macro library"
    "|survey mailer|night desk|ticket mirror|help centre",
    "platform": "build farm|artifact cache|status page|feature gateway"
    "|log shipper|secrets broker|edge proxy|nightly sync",
    "contracts": "clause library|signature flow|vendor register"
    "|renewal calendar|redline tool|approval chain|deal room"
    "|policy annex",
    "lab": "sample freezer|assay planner|reagent store|plate reader"
    "|consent archive|courier desk|batch tracker|mass scale",
    "travel": "fare cache|seat planner|voucher service|group desk|visa checker|hotel feed|miles engine|rebooking flow",
}
ATTRIBUTES: dict[str, Sequence[str]] = {
    "port": ("8081", "9443", "7070", "5601", "6390", "8888"),
    "owner": ("Mara Voss", "Theo Lindt", "Ines Okafor", "Jun Takeda", "Priya Nair", "Olek Baran", "Sol Reyes"),
    "region": ("eu-west-1", "us-east-2", "ap-south-1", "eu-north-1", "sa-east-1"),
    "timeout": ("15 seconds", "45 seconds", "90 seconds", "3 minutes", "8 minutes"),
    "retention period": ("14 days", "45 days", "6 months", "18 months", "7 years"),
    "spending limit": ("250 EUR", "900 EUR", "1,500 EUR", "4,000 EUR", "12,000 EUR"),
    "channel": ("#desk-north", "#ops-amber", "#war-room-9", "#quiet-lane", "#blue-hall"),
    "database": ("PostgreSQL", "MariaDB", "CockroachDB", "SQLite", "Firebird"),
    "export format": ("Parquet", "CSV", "JSON Lines", "XLSX", "Avro"),
    "release day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "base path": ("/srv/north/in", "/srv/south/in", "/data/v2/in", "/mnt/cold/in"),
    "batch size": ("64", "250", "500", "1200", "4000"),
}
OBJECTS = {
    "payments": "chargebacks|supplier invoices|cash refunds|currency swaps|late fees|partial payouts",
    "support": "angry callbacks|address changes|duplicate tickets|press requests|outage reports|account closures",
    "platform": "schema changes|hotfix branches|config flags|base images|firewall rules|canary releases",
    "contracts": "penalty clauses|side letters|auto-renewals|liability caps|data annexes|exit terms",
    "lab": "frozen samples|expired reagents|repeat assays|consent forms|export permits|control plates",
    "travel": "group fares|name changes|infant tickets|split bookings|missed connections|paper vouchers",
}
CONDITIONS = (
    "over 500 EUR", "older than 30 days", "from outside the EU", "marked urgent", "without a reference number",
    "with more than 3 items", "received after 17:00", "opened by a reseller", "that touch two accounts",
    "from a new partner", "sent on a holiday", "with a missing attachment",
)  # fmt: skip
DEMANDS = (
    "a second signature from {name}", "a note in {channel}", "a copy under {path}", "approval by {name}",
    "a call back within {time}", "an entry in form {form}", "a check against list {form}", "a review in {channel}",
    "the stamp of {name}", "a scan stored at {path}", "a waiting time of {time}", "a line in register {form}",
)  # fmt: skip
VERBS = ("need", "require", "call for", "must have")
TOOL_VERBS = ("create", "fetch", "post", "sync", "close", "render", "check", "merge", "assign", "book", "patch", "seal")
TOOL_NOUNS = {
    "payments": "payout|invoice|ledger|swap|refund|mandate",
    "support": "ticket|callback|macro|survey|profile|queue",
    "platform": "build|image|rollout|secret|route|snapshot",
    "contracts": "clause|annex|redline|signature|vendor|renewal",
    "lab": "sample|assay|plate|consent|courier|reagent",
    "travel": "fare|seat|voucher|visa|itinerary|group",
}
ERRORS = (
    "Error: {noun} {id} is locked by another run", "PermissionError: scope {scope} is missing",
    "422 Unprocessable: {noun} {id} has no draft", "Timeout while waiting for {noun} {id}",
    "{noun} {id} rejected: checksum differs", "ValueError: {noun} {id} was never prepared",
    "Conflict on {noun} {id}: stale revision", "Error: quota for {noun} is used up", "{noun} {id}: header row missing",
)  # fmt: skip
REQUESTS = (
    "Please handle {noun} {id}.", "Can you take care of {noun} {id} today?", "{noun} {id} is still open, have a look.",
    "We got a question about {noun} {id}; sort it out.", "I need {noun} {id} done.", "Next one: {noun} {id}.",
)  # fmt: skip
ENDINGS = ("All done.", "This is finished.", "I have completed it.", "It went through.", "Closed on my side.")
AGENTS = ("north-desk", "south-desk", "night-desk", "intake-bot")


@dataclass(slots=True)
class Pool:
    """Draws from one domain without repeating itself; `held_out` opens the wordings that the other seeds never see."""

    domain: str
    chance: random.Random
    held_out: bool
    numbers: Iterator[int]
    pairs: list[tuple[str, str]] = field(init=False)
    rules: list[tuple[str, str, str]] = field(init=False)
    tools: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.pairs = [(thing, name) for thing in THINGS[self.domain].split("|") for name in ATTRIBUTES]
        self.rules = [
            (subject, condition, demand)
            for subject in OBJECTS[self.domain].split("|")
            for condition in CONDITIONS
            for demand in DEMANDS
        ]
        self.tools = [f"{verb}_{noun}" for verb in TOOL_VERBS for noun in TOOL_NOUNS[self.domain].split("|")]
        for drawn in (self.pairs, self.rules, self.tools):
            self.chance.shuffle(drawn)

    def one(self, choices: Sequence[str]) -> str:
        """One wording; every third one of a list is kept for the held-out seed."""
        open_ = [one for at, one in enumerate(choices) if self.held_out or at % 3 != 2 or len(choices) < 3]
        return self.chance.choice(open_)

    def some(self, choices: Sequence[str], count: int) -> list[str]:
        return self.chance.sample(list(choices), count)

    def number(self) -> int:
        return next(self.numbers)

    def name(self) -> str:
        return f"{self.domain}-{self.number()}"

    def attribute(self) -> tuple[str, str, list[str]]:
        """A thing, one of its attributes, and three values that it might have."""
        thing, attribute = self.pairs.pop()
        return thing, attribute, self.some(ATTRIBUTES[attribute], 3)

    def rule(self) -> tuple[str, str, str]:
        """Whom it is about, under which condition, and what is asked, with its literals filled in."""
        subject, condition, demand = self.rules.pop()
        return subject, condition, self.filled(demand)

    def filled(self, demand: str) -> str:
        return demand.format(
            name=self.chance.choice(ATTRIBUTES["owner"]),
            channel=self.chance.choice(ATTRIBUTES["channel"]),
            path=self.chance.choice(ATTRIBUTES["base path"]),
            time=self.chance.choice(("2 hours", "3 days", "20 minutes", "one week")),
            form=f"{self.chance.choice('ABKRT')}-{self.chance.randint(11, 98)}",
        )

    def tool(self) -> str:
        return self.tools.pop()

    def id(self) -> str:
        return f"{self.chance.choice('ABCDEFGH')}{self.chance.choice('JKLMN')}-{self.chance.randint(1000, 99999)}"

    def about(self, template: str, noun: str) -> str:
        return template.format(noun=noun, id=self.id(), scope=f"{noun}.write")
