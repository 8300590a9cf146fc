"""How grave a change is: the gravest of the rules that hold for it, each of which says why.

A rule looks at facts of the revision, at what the checks found, and at the namespace as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agents.enums import TIER_ORDER, SourceClass, Tier
from agents.models import Namespace
from agents.text import deeds
from reviews.enums import ActorType, Mode, Operation, Severity, ToolDeed
from reviews.policy.documents import own_writes
from reviews.policy.facts import MEMBER, Facts, is_by_machine

UNSURE_PPM = 500_000
LONG, VERY_LONG = 2_000, 8_000  # code points that a change writes


@dataclass(frozen=True, slots=True)
class Line:
    """One rule that holds for a change: the tier that it asks for, and why."""

    rule: str
    tier: Tier
    says: str | Promise


class Found(Protocol):
    """A finding of a check, stored or not."""

    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> str: ...


OPERATION_TIER = {
    Operation.ADD: Tier.LOW,
    Operation.EDIT: Tier.LOW,
    Operation.MOVE: Tier.LOW,
    Operation.MERGE: Tier.MEDIUM,
    Operation.ARCHIVE: Tier.MEDIUM,
    Operation.RESTORE: Tier.LOW,
}
_OPERATION = {
    Operation.ADD: _("It adds a memory"),
    Operation.EDIT: _("It edits a memory"),
    Operation.MOVE: _("It moves a memory"),
    Operation.MERGE: _("It makes several memories one"),
    Operation.ARCHIVE: _("It takes a whole memory away from the agents"),
    Operation.RESTORE: _("It brings a memory back"),
}


FEW = 3  # sessions in which an agent met the same, before its own calls bear out what a tool returned


def _rests_on_tools(facts: Facts) -> bool:
    tools_alone = facts["sources"] == [SourceClass.EXTERNAL_TOOL]
    with_own_calls = set(facts["sources"]) == {SourceClass.EXTERNAL_TOOL, SourceClass.AGENT_AUTHORED}
    return tools_alone or (with_own_calls and facts["support"] < FEW)


def _rests_on_words(facts: Facts) -> bool:
    """People said it; the agent may have repeated it or acted on it, and no tool bears it out."""
    return SourceClass.USER_INPUT in facts["sources"] and SourceClass.EXTERNAL_TOOL not in facts["sources"]


def _is_second_thought(facts: Facts) -> bool:
    """A person takes back what others let in: no way for one to undo alone what took an owner, or two people."""
    by_person = facts.get("by") in (ActorType.PERSON, MEMBER)
    return by_person and facts["reason_code"] == "revert" and facts.get("undoes", "") not in ("", Tier.LOW)


WISHES = ("stated_preference", "edited_by_people", "corrected_by_people")
"""Reason codes of what people want, whatever is quoted for it: a remark is quoted by the output that it was made on."""


def _is_wish(facts: Facts) -> bool:
    return facts["reason_code"] in WISHES


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over the facts of a revision. `danger` marks those two of which together are critical, `doubt` those that
    leave it to people whether it is true: what they hold for is never applied without a vote.
    """

    name: str
    tier: Tier
    says: Promise
    holds: Callable[[Facts], bool]
    danger: bool = False
    doubt: bool = False


RULES = (
    Rule(
        "widens",
        Tier.HIGH,
        _("One agent's sessions say it, and other agents would read it"),
        lambda facts: facts["widens"] and facts["adds"],
        danger=True,
    ),
    Rule(
        "untrusted",
        Tier.HIGH,
        _("It rests on a session that is not trusted"),
        lambda facts: facts["untrusted"],
        danger=True,
    ),
    Rule(
        "tool_only",
        Tier.HIGH,
        _("Only what tools returned speaks for it, or that and the agent itself in fewer than three sessions"),
        _rests_on_tools,
        danger=True,
    ),
    Rule(
        "agent_only",
        Tier.MEDIUM,
        _("Only what the agent wrote itself speaks for it"),
        lambda facts: facts["adds"] and facts["sources"] == [SourceClass.AGENT_AUTHORED] and facts["support"] < 2,
        doubt=True,
    ),
    Rule(
        "said_only",
        Tier.MEDIUM,
        _("People said it, and nothing else shows that it holds"),
        lambda facts: facts["adds"] and (_rests_on_words(facts) or _is_wish(facts)),
        doubt=True,
    ),
    Rule(
        "unsupported",
        Tier.MEDIUM,
        _("It adds text that no verified quote supports, and no person wrote it"),
        lambda facts: facts["adds"] and not facts["support"] and facts.get("by") not in (ActorType.PERSON, MEMBER),
        doubt=True,
    ),
    Rule(
        "by_member",
        Tier.MEDIUM,
        _("Somebody proposed it who may decide on nothing"),
        lambda facts: facts.get("by") == MEMBER,
        doubt=True,
    ),
    Rule(
        "by_machine",
        Tier.MEDIUM,
        _("An agent proposed it over the API, and may have pushed the sessions that it quotes"),
        lambda facts: is_by_machine(facts) and not facts.get("own"),
        doubt=True,
    ),
    Rule(
        "customers_only",
        Tier.MEDIUM,
        _("Only people who talk to a customer-facing agent said it"),
        lambda facts: facts["customers_only"],
        doubt=True,
    ),
    Rule(
        "customer_wish",
        Tier.HIGH,
        _("One such person's wish would hold for everybody"),
        lambda facts: facts["customers_only"] and _is_wish(facts) and facts["support"] < 2,
    ),
    Rule(
        "one_voice",
        Tier.MEDIUM,
        _("Whoever brought one of the sessions that support it brought them all, and others bring sessions, too"),
        lambda facts: facts["adds"] and facts.get("voices") == 1 and bool(facts.get("others")),
        doubt=True,
    ),
    Rule(
        "unsure",
        Tier.MEDIUM,
        _("Who proposes it is not sure"),
        lambda facts: facts["confidence_ppm"] is not None and facts["confidence_ppm"] < UNSURE_PPM,
        doubt=True,
    ),
    Rule(
        "acts",
        Tier.MEDIUM,
        _("It has the agent call something that changes things, sets an argument of such a call, or leaves a call out"),
        lambda facts: bool(facts.get("acts")),
        doubt=True,
    ),
    Rule(
        "undoes",
        Tier.MEDIUM,
        _("It takes back what was let in at more than low risk"),
        _is_second_thought,
    ),
    Rule("long", Tier.MEDIUM, _("It writes much at once"), lambda facts: facts["written"] > LONG),
    Rule("very_long", Tier.HIGH, _("It writes very much at once"), lambda facts: facts["written"] > VERY_LONG),
)

CHECK_TIER = {
    "instructions": Tier.HIGH,
    "hidden_characters": Tier.HIGH,
    "mixed_scripts": Tier.HIGH,
    "links": Tier.HIGH,
    "split": Tier.HIGH,
    "approvals_only": Tier.HIGH,
    "rejected_before": Tier.HIGH,
    "secrets": Tier.HIGH,
    "rulebook": Tier.HIGH,
    "contradiction": Tier.MEDIUM,
    "specifics": Tier.MEDIUM,
    "size": Tier.MEDIUM,
    "personal": Tier.MEDIUM,
}
"""The tier that a warning of a check asks for; what blocks is high at least, and a note asks for nothing."""

DANGEROUS_CHECKS = frozenset(("instructions", "hidden_characters", "mixed_scripts", "links", "split"))


def lines(
    facts: Facts,
    *,
    operation: str,
    document: Mapping[str, Any],
    namespace: Namespace,
    paths: Iterable[str],
    checks: Iterable[Found],
) -> list[Line]:
    """The rules that hold, gravest first. The first one's tier is the change's.

    A revision from before facts were kept has none until its checks run again.
    """
    found = [*_of_place(namespace, paths), *_of_facts(seen(facts, document, namespace)), *_of_checks(checks)]
    held = [line for line in (_by_document(line, document) for line in found) if line is not None]
    if len({line.rule for line in held if line.rule in _DANGERS and _is_high(line.tier)}) > 1:
        held.append(Line("dangers", Tier.CRITICAL, _("Several dangers come together")))
    kind = Operation(operation)
    held.append(Line(f"operation_{kind}", OPERATION_TIER[kind], _OPERATION[kind]))
    return sorted(held, key=lambda line: -TIER_ORDER[line.tier])


def leaves_doubt(facts: Facts, document: Mapping[str, Any], namespace: Namespace) -> bool:
    """Whether only people can say that it is true; a rule that the team has switched off leaves none."""
    known = seen(facts, document, namespace)
    return any(rule.doubt and rule.holds(known) and document["tiers"].get(rule.name) != "off" for rule in RULES)


def seen(facts: Facts, document: Mapping[str, Any], namespace: Namespace) -> Facts:
    """The facts in the light of the policy: `own`, whether it is what an agent writes itself and may; and `acts`, which
    of the tools that the change calls may change things: all but those whose names say that they only look, unless the
    team says otherwise of one of the agents that read it.
    """
    if not facts:
        return facts
    own = own_writes(document, agent=facts.get("by") or "", namespace=namespace.public_id) != Mode.REVIEWED
    said = [document["tools"].get(agent, {}) for agent in facts.get("readers", ())] or [{}]
    acting = [tool for tool in facts.get("calls", ()) if any(_acts(tool, one) for one in said)]
    return {**facts, "own": own, "acts": [*acting, *facts.get("leaves_out", ())]}


def _acts(tool: str, said: Mapping[str, str]) -> bool:
    if tool in said:
        return said[tool] == ToolDeed.CHANGES
    return not deeds.only_reads(tool)


def is_protected(namespace: Namespace, path: str) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in namespace.protected)


def gravest(tiers: Iterable[Tier | str]) -> Tier:
    return max((Tier(tier) for tier in tiers), key=TIER_ORDER.__getitem__)


def _of_place(namespace: Namespace, paths: Iterable[str]) -> Iterator[Line]:
    floor = Tier(namespace.tier_floor)
    if floor != Tier.LOW:
        yield Line("floor", floor, _("Its namespace asks for no less"))
    if any(is_protected(namespace, path) for path in paths):
        yield Line("protected", Tier.HIGH, _("Its namespace protects the path"))


def _of_facts(facts: Facts) -> Iterator[Line]:
    return (Line(rule.name, rule.tier, _words(rule, facts)) for rule in RULES if facts and rule.holds(facts))


def _words(rule: Rule, facts: Facts) -> str | Promise:
    """Why the rule holds; of tools also which."""
    return format_lazy("{}: {}", rule.says, ", ".join(facts["acts"])) if rule.name == "acts" else rule.says


def _of_checks(checks: Iterable[Found]) -> Iterator[Line]:
    asked: dict[str, Tier] = {}
    for check in checks:
        tier = Tier.LOW if check.severity == Severity.NOTE else CHECK_TIER.get(check.rule, Tier.LOW)
        if check.severity == Severity.BLOCKING:
            tier = gravest((tier, Tier.HIGH))
        asked[check.rule] = gravest((tier, asked.get(check.rule, Tier.LOW)))
    for rule, tier in asked.items():
        if tier != Tier.LOW:
            yield Line(f"check_{rule}", tier, _("A check found something"))


_DANGERS = frozenset((*(rule.name for rule in RULES if rule.danger), *(f"check_{rule}" for rule in DANGEROUS_CHECKS)))


def _is_high(tier: Tier) -> bool:
    return TIER_ORDER[tier] >= TIER_ORDER[Tier.HIGH]


def _by_document(line: Line, document: Mapping[str, Any]) -> Line | None:
    """The line as the team's policy wants it: another tier, or not at all."""
    asked = document["tiers"].get(line.rule)
    if asked is None:
        return line
    return None if asked == "off" else Line(line.rule, Tier(asked), line.says)
