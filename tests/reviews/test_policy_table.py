"""The policy over every combination of operation, tier, mode, role and how the voter stands to the change.

What should come out is worked out here, from the rules as they are told to people; no row is stored.
"""

from itertools import product

import pytest

from accounts.enums import Role
from accounts.models import Membership, User
from agents.models import Namespace
from reviews.bounds import Bound
from reviews.enums import Mode, Operation, OriginKind
from reviews.models import Change, Decision, Proposal, Revision
from reviews.policy import documents, modes, requirement, tally, tiers

TIERS = ("low", "medium", "high", "critical")
OPERATIONS = {"add": "low", "edit": "low", "move": "low", "restore": "low", "merge": "medium", "archive": "medium"}
RELATIONS = (
    "stranger",
    "wrote_the_head",
    "wrote_an_earlier_one",
    "asked_for_the_run",
    "left_the_team",
    "of_another_team",
)
OTHERS = ((), ("lead",), ("reviewer",), ("security",), ("lead", "security"), ("reviewer", "reviewer"))
SEEN = Bound("b", "p", "r", "e")
FACTS = {
    "reason_code": "",
    "confidence_ppm": None,
    "written": 10,
    "adds": True,
    "quotes": 1,
    "support": 3,
    "sources": ["external_tool", "user_input"],
    "untrusted": False,
    "customers_only": False,
    "widens": False,
    "by": "system",
}


def world(*, operation, tier, mode, origin="dream", contributors=(), asker="", support=3):
    document = documents.whole({"version": 2, "mode": mode})
    space = Namespace(slug="space", tier_floor=tier, owners=[], protected=[])
    proposal = Proposal(origin_kind=origin, asked_by_id=asker)
    head = Revision(pk=1, contributors=list(contributors), facts=FACTS | {"support": support})
    change = Change(operation=operation, tier="low", namespace=space, proposal=proposal, head=head, state="open")
    lines = tiers.lines(head.facts, operation=operation, document=document, namespace=space, paths=["/a.md"], checks=())
    asked = requirement(change, document, lines=lines, paths=["/a.md"], checks=())
    return document, change, asked


def person(pk, role, relation="stranger"):
    user = User(pk=pk, email=f"{pk}@x.example", public_id=f"usr_{pk}")
    member = None if relation in ("left_the_team", "of_another_team") else Membership(user=user, roles=[role])
    return user, member


def approval(user):
    return Decision(
        by=user,
        revision_id=1,
        verdict="approve",
        base_sha256="b",
        proposed_sha256="p",
        requirement_sha256="r",
        evidence_sha256="e",
    )


def counted(change, asked, people):
    members = {user.pk: member for user, member in people if member}
    votes = [approval(user) for user, _ in people]
    return tally(head=change.head, bound=SEEN, required=asked, votes=votes, members=members, sole=False)


def should_count(role, relation, tier):
    if role not in ("lead", "reviewer", "security"):
        return False
    if relation in ("wrote_the_head", "left_the_team", "of_another_team"):
        return False
    return relation != "asked_for_the_run" or tier in ("low", "medium")


def should_pass(roles, tier):
    """Low one vote, medium one of an owner (a lead, where nobody owns), high two people, critical one of security."""
    if tier == "low":
        return len(roles) >= 1
    if tier == "medium":
        return "lead" in roles
    return len(roles) >= 2 and (tier == "high" or "security" in roles)


def grave(tier, operation):
    return max((tier, OPERATIONS[operation]), key=TIERS.index)


def test_votes_over_every_combination():
    seen, passed = 0, 0
    table = product(Operation.values, TIERS, Mode.values, Role.values, RELATIONS, OTHERS)
    for operation, floor, mode, role, relation, others in table:
        tier = grave(floor, operation)
        _document, change, asked = world(
            operation=operation,
            tier=floor,
            mode=mode,
            contributors=["usr_1"] if relation == "wrote_the_head" else [],
            asker="usr_1" if relation == "asked_for_the_run" else "",
        )
        people = [person(1, role, relation), *(person(n, other) for n, other in enumerate(others, 2))]

        found = counted(change, asked, people)

        roles = [*([str(role)] if should_count(role, relation, tier) else []), *others]
        case = (operation, floor, mode, role, relation, others)
        assert asked["tier"] == tier, case
        assert found.is_approved is should_pass(roles, tier), case
        seen, passed = seen + 1, passed + found.is_approved
    assert seen == 6 * 4 * 3 * 6 * 6 * 6
    assert 0 < passed < seen


def test_what_passes_without_a_vote_over_every_combination():
    table = product(Operation.values, TIERS, Mode.values, OriginKind.values, ([], ["usr_1"]), (0, 1))
    for operation, floor, mode, origin, contributors, support in table:
        tier = grave(floor, operation)
        document, change, asked = world(
            operation=operation, tier=floor, mode=mode, origin=origin, contributors=contributors, support=support
        )

        rule = modes.rule_for(change, document, tier=asked["tier"], checks=())

        may = {"reviewed": (), "automatic_low": ("low",), "automatic": ("low", "medium")}[mode]
        lets = tier in may and origin == "dream" and not contributors and support
        assert bool(rule) is bool(lets), (operation, floor, mode, origin, contributors, support)


@pytest.mark.parametrize(
    "doubt",
    [
        {"sources": ["user_input"]},
        {"sources": ["agent_authored", "external_tool"], "support": 9},
        {"sources": ["recalled", "user_input"]},
        {"sources": ["agent_authored"], "support": 1},
        {"customers_only": True},
        {"confidence_ppm": 100_000},
        {"by": "machine"},
        {"by": "member"},
    ],
)
def test_what_leaves_doubt_never_passes_without_a_vote(doubt):
    document, change, asked = world(operation="edit", tier="low", mode="automatic")
    change.head.facts = FACTS | doubt

    assert modes.rule_for(change, document, tier=asked["tier"], checks=()) == ""
    change.head.facts = FACTS
    assert modes.rule_for(change, document, tier=asked["tier"], checks=()) == "automatic"


@pytest.mark.parametrize("moved", ["base", "proposed", "requirement", "evidence"])
def test_an_approval_of_anything_else_counts_nowhere(moved):
    for operation, tier, role in product(Operation.values, TIERS, Role.values):
        _document, change, asked = world(operation=operation, tier=tier, mode="reviewed")
        user, member = person(1, role)
        vote = approval(user)
        setattr(vote, f"{moved}_sha256", "other")

        found = tally(head=change.head, bound=SEEN, required=asked, votes=[vote], members={1: member}, sole=False)

        assert (found.approvals, found.stale, found.is_approved) == ((), (vote,), False)


def test_the_only_reviewer_counts_for_own_words_where_that_is_switched_on_and_not_grave():
    for operation, floor, role in product(Operation.values, TIERS, ("lead", "reviewer", "security")):
        _document, change, asked = world(operation=operation, tier=floor, mode="reviewed", contributors=["usr_1"])
        user, member = person(1, role)

        found = tally(
            head=change.head, bound=SEEN, required=asked, votes=[approval(user)], members={1: member}, sole=True
        )

        assert found.is_approved is (grave(floor, operation) in ("low", "medium"))
