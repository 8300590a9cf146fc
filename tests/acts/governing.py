"""Acts on what holds for a team: its policy, its rules, and what of its memory is signed off."""

import json

from accounts import roles
from reviews.drift import baselines
from reviews.policy import documents
from tests import agent_recipes
from tests.acts.act import act
from tests.reviews.rulebook import scenes as rules

RULE = {
    "seen": "0",
    "title": "No promised refunds",
    "kind": "must_not",
    "says": "guaranteed refund",
    "severity": "blocking",
    "reason": "Legal decides case by case.",
    "breaking": "Offer a guaranteed refund.",
    "keeping": "Legal decides.",
}


def _space(scene):
    scene.space = agent_recipes.namespace(scene.team)
    agent_recipes.memories(scene.space, {"/a.md": "- Offer a guaranteed refund.\n"})
    return {"namespace": scene.space.slug}


def _rule(scene):
    _space(scene)
    scene.version = rules.saved(scene.people)
    return {"rule_id": scene.version.rule.public_id}


def _narrower(scene):
    return {"document": json.dumps(documents.document_of(scene.team) | {"expiry_days": 9})}


ACTS = {
    "reviews:policy_edit": act(roles.MANAGE_POLICY, "policy.changed", {"expiry_days": "9"}, page="reviews:policy_edit"),
    "reviews:policy_document": act(roles.MANAGE_POLICY, "policy.changed", _narrower, page="reviews:policy_document"),
    "reviews:policy_namespace": act(roles.MANAGE_POLICY, "policy.changed", {"mode": "reviewed"}, guarded=False),
    "reviews:policy_agent": act(roles.MANAGE_POLICY, "policy.changed", {"mode": "reviewed"}),
    "reviews:rule_new": act(roles.WRITE_RULES, "rule.saved", RULE, page="reviews:rule_new"),
    "reviews:rule_edit": act(roles.WRITE_RULES, "rule.saved", {"title": "Other"}, make=_rule, page="reviews:rule_edit"),
    "reviews:rule_switch": act(roles.WRITE_RULES, "rule.switched", {"version": "1"}, make=_rule),
    "reviews:rule_review": act(roles.PROPOSE, "change.opened proposal.opened", make=_rule),
    "reviews:drift_sign": act(
        roles.SIGN_BASELINE,
        "baseline.signed",
        lambda scene: {"root": baselines.live(scene.space).root},
        make=_space,
        fresh=True,
    ),
    "reviews:drift_restore": act(roles.PROPOSE, "change.withdrawn proposal.withdrawn change.opened proposal.opened"),
}
