"""Acts on changes: votes, other wordings, taking back, and the emergency way."""

from accounts import roles
from agents.importers.records import EventRecord
from reviews import drafting, resolving
from reviews.decisions import Word
from reviews.drafts import DraftQuote
from reviews.enums import Verdict
from reviews.models import Change, Check
from tests import agent_recipes, recipes
from tests.acts.act import act
from tests.reviews import scenes

WHY = {"reason": "Customers wait, and the old text is wrong."}
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"  # in two parts, so that no scanner takes it for a leak


def bound(change):
    seen = scenes.seat(change).bound
    named = {name: getattr(seen, name) for name in ("base", "proposed", "requirement", "evidence")}
    return named | {"revision": change.head.public_id}


def propose(scene, *drafts):
    """A proposal of the member's with these drafts, or with one for a new memory."""
    if not drafts:
        drafts = [scenes.add(scenes.namespace(scene.team), "/a.md", "- new\n")]
    scene.proposal = scenes.propose(scene.team, *drafts, by=scene.people.member)
    scene.change = scenes.changes(scene.proposal)[0]
    return {"change_id": scene.change.public_id, "number": scene.proposal.number}


def of_two_hunks(scene):
    memory = scenes.memory(scenes.namespace(scene.team))
    return propose(scene, scenes.edit(memory, "- uno\n- two\n- tre\n"))


def voted(scene):
    given = propose(scene)
    scenes.vote(scene.change, scene.person, Verdict.REQUEST_CHANGES, reason="Say when.")
    return given


def approved(scene):
    given = propose(scene)
    scenes.vote(scene.change, scene.people.second, at=recipes.now())
    scene.change.refresh_from_db()
    return given


def applied(scene):
    given = propose(scene)
    scenes.approve_and_apply(scene.change, scene.people.second)
    return given


def prepared(scene):
    given, at = propose(scene), recipes.now()
    drafting.prepare(
        team=scene.team,
        change_id=scene.change.public_id,
        revision_id=scene.change.head.public_id,
        bound=scenes.seat(scene.change).bound,
        word=Word(Verdict.APPROVE),
        by=scene.person,
        at=at,
        opened=(),
        facts=None,
    )
    return given


def in_conflict(scene):
    memory = scenes.memory(scenes.namespace(scene.team))
    given = propose(scene, scenes.line_edit(memory, 1, 2, "- zwei\n"))
    scenes.write_elsewhere(memory, "- one\n- due\n- three\n")
    resolving.rebasing.refresh(team=scene.team, change_id=scene.change.pk, at=recipes.now())
    scene.change = Change.objects.of(scene.team).get(pk=scene.change.pk)
    return given


def a_way_on(scene):
    tangle = resolving.read(scenes.seat(scene.change))
    return (
        {"seen": tangle.seen}
        | {f"way-{knot.key}": "own" for knot in tangle.knots}
        | {f"text-{knot.key}": "- said well" for knot in tangle.knots}
    )


def with_a_secret(scene):
    said = f"Take {TOKEN} for the ledger, please."
    session = agent_recipes.session(scenes.agent(scene.team), events=[EventRecord("message", "x", said, "user_input")])
    memory = scenes.memory(scenes.namespace(scene.team))
    quote = DraftQuote(session.public_id, 0, 0, len(said), said)
    return propose(scene, scenes.edit(memory, f"- one\n- ledger: {TOKEN}\n", quotes=(quote,)))


def its_place(scene):
    check = Check.objects.of(scene.team).filter(rule="secrets").order_by("-pk").first()
    return {"target": check.target_position, "start": check.start, "end": check.end}


def asked_for_changes(scene):
    given = propose(scene)
    scenes.vote(scene.change, scene.people.second, Verdict.REQUEST_CHANGES, reason="Say when.")
    return given | {"decision_id": scene.change.decisions.get().public_id}


def needs_two(scene):
    recipes.policy(scene.team, votes={tier: {"people": 2} for tier in ("low", "medium", "high", "critical")})
    return propose(scene)


WITHDRAWS = {"member", "lead", "security"}  # who opened it, and who may undo
APPROVED = "change.voted change.approved"
OPENED = "change.opened proposal.opened"
ACTS = {
    "reviews:decide": act(
        roles.DECIDE, APPROVED, lambda scene: bound(scene.change) | {"verdict": "approve"}, make=propose
    ),
    "reviews:unprepare": act(roles.DECIDE, "review.drafted", make=prepared),
    "reviews:withdraw_vote": act(roles.DECIDE, "change.vote_withdrawn", make=voted),
    "reviews:dismiss": act(roles.DISMISS, "change.vote_dismissed", WHY, make=asked_for_changes),
    "reviews:apply_now": act(roles.APPLY, "memory.written change.applied proposal.closed", make=approved),
    "reviews:parts": act(
        roles.DECIDE,
        f"change.opened change.split {APPROVED}",
        lambda scene: bound(scene.change) | {"part": ["0-0"]},
        make=of_two_hunks,
    ),
    "reviews:resolve": act(roles.EDIT, "change.resolved", a_way_on, make=in_conflict),
    "reviews:edit": act(roles.EDIT, "change.edited", {"after-0-0": "- newer\n"}, make=propose, page="reviews:edit"),
    "reviews:preview": act(roles.EDIT, "", {"after-0-0": "- newer\n"}, make=propose, status=200),
    "reviews:reveal": act(roles.DECIDE, "secret.revealed", its_place, make=with_a_secret),
    "reviews:revert": act(roles.REVERT, f"{OPENED} proposal.reverted", WHY, make=applied),
    "reviews:revert_one": act(roles.REVERT, f"{OPENED} proposal.reverted", WHY, make=applied),
    "reviews:withdraw": act(WITHDRAWS, "change.withdrawn proposal.withdrawn", WHY, make=propose, guarded=False),
    "reviews:review": act(roles.DECIDE, f"{APPROVED} review.sent", {"act": "send"}, make=prepared),
    "reviews:break_glass": act(
        roles.BREAK_GLASS,
        "memory.written change.glass_broken proposal.closed confirmation.asked",
        lambda scene: bound(scene.change) | WHY,
        make=needs_two,
        fresh=True,
    ),
    "reviews:new": act(
        roles.PROPOSE, "change.opened proposal.opened", {"title": "More", "text": "- one\n- more\n"}, page="reviews:new"
    ),
    "reviews:new_memory": act(
        roles.PROPOSE, "change.opened proposal.opened", {"title": "More", "path": "/more.md", "text": "- more\n"}
    ),
}
