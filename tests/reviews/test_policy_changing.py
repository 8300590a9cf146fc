"""Changing the policy: what a second person has to agree to, what nobody may do, and what the trail keeps."""

from datetime import timedelta

import pytest

from accounts import confirming, roles
from accounts.enums import Role
from accounts.models import Confirmation, Membership
from audit import trail
from audit.models import Event
from reviews import policy
from reviews.models import Change, Policy
from reviews.policy import changing, checking, documents, versions, widening
from tests import recipes
from tests.reviews import scenes
from tests.reviews.test_automatic import dreamt, supported

AT = scenes.AT
LATER = AT + timedelta(hours=1)


@pytest.fixture
def space(team):
    recipes.policy(team.row, tiers={}, automatic={"after": 10, "unedited_percent": 95, "wait_minutes": 60})
    return scenes.namespace(team.row)


@pytest.fixture
def agent(team, space):
    row = scenes.agent(team.row)
    scenes.access(row, space)
    return row


@pytest.fixture
def earned(team, agent, space):
    """A namespace with ten changes that people approved as they were."""
    drafts = [scenes.add(space, f"/{n}.md", f"- {n}\n", **supported(agent)) for n in range(10)]
    proposal = dreamt(team, agent, *drafts)
    Change.objects.of(team.row).filter(proposal=proposal).update(state="applied", state_at=AT)
    return space


def wished(team, **keys):
    return documents.document_of(team.row) | keys


def save(team, *, by=None, at=AT, after=None, **keys):
    return changing.save(team=team.row, document=wished(team, **keys), by=by or team.admin, at=at, after=after)


def confirm(held, team, *, by=None, at=LATER):
    return confirming.confirm(team=team.row, confirmation_id=held.public_id, by=by or team.lead, at=at)


def version(team):
    return documents.current(team.row).version


def events(team, kind):
    return list(Event.objects.of_log(team.row.trail_log).filter(type=kind).oldest_first())


STRICT = documents.whole({})
AUTO = STRICT | {"mode": "automatic_low"}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({}, {}, ""),
        ({}, {"expiry_days": 9}, ""),
        ({}, {"votes": STRICT["votes"] | {"high": {"people": 1}}}, ""),
        ({"second_person": ["policy"]}, {"second_person": ["policy"]}, ""),
        ({"second_person": ["policy"]}, {"second_person": ["policy"], "expiry_days": 9}, "policy"),
        ({"second_person": ["policy"]}, {}, "policy"),
        ({}, {"second_person": ["policy"]}, ""),
        ({}, {"mode": "automatic_low"}, "automatic"),
        ({"mode": "automatic_low"}, {"mode": "automatic"}, "automatic"),
        ({"mode": "automatic"}, {"mode": "reviewed"}, ""),
        ({"mode": "automatic"}, {"mode": "automatic_low", "second_person": []}, ""),
        ({}, {"agents": {"agt_1": "automatic"}}, "automatic"),
        ({}, {"namespaces": {"nsp_1": "automatic_low"}}, "automatic"),
        ({}, {"namespaces": {"nsp_1": "reviewed"}}, ""),
        ({"namespaces": {"nsp_1": "automatic"}}, {"namespaces": {}}, ""),
        (
            {"mode": "automatic", "namespaces": {"nsp_1": "reviewed"}},
            {"mode": "automatic", "namespaces": {}},
            "automatic",
        ),
        ({}, {"automatic": STRICT["automatic"] | {"after": 20}}, "automatic"),
        ({}, {"automatic": STRICT["automatic"] | {"after": 90, "wait_minutes": 90}}, ""),
        ({}, {"tiers": {"unsure": "off"}}, ""),
        ({"mode": "automatic_low"}, {"mode": "automatic_low", "tiers": {"unsure": "off"}}, "automatic"),
        (
            {"mode": "automatic_low"},
            {"mode": "automatic_low", "checks": {"personal": {"severity": "off"}}},
            "automatic",
        ),
    ],
)
def test_what_takes_a_second_person(before, after, kind):
    assert widening.kind_of(documents.whole(before), documents.whole(after)) == kind


def test_a_harmless_change_is_the_next_version(team, space):
    saved = save(team, expiry_days=9)

    (event,) = events(team, "policy.changed")
    assert (saved.policy.version, saved.held, policy.document_of(team.row)["expiry_days"]) == (3, None, 9)
    assert event.content()["data"]["changed"] == ["expiry_days"]
    assert event.actor_id == team.admin.public_id


def test_saving_what_holds_makes_no_version(team, space):
    assert save(team) == changing.Saved()
    assert version(team) == 2


def test_what_is_wrong_is_not_stored(team, space):
    with pytest.raises(checking.Invalid) as refused:
        save(team, votes={"high": {"people": 0}}, namespaces={"nsp_1": "reviewed"})

    assert str(refused.value) == "votes.high.people: at least 1"
    assert version(team) == 2


def test_a_version_set_meanwhile_is_not_replaced_unseen(team, space):
    save(team, expiry_days=9, after=2)

    with pytest.raises(versions.Overtaken) as refused:
        save(team, expiry_days=10, after=2)

    assert refused.value.version == 3
    assert policy.document_of(team.row)["expiry_days"] == 9


def test_where_the_team_says_so_a_change_waits_for_a_second_person(team, space):
    save(team, second_person=["policy"])

    held = save(team, expiry_days=9, votes=STRICT["votes"]).held

    assert (held.kind, held.is_waiting, version(team)) == ("policy", True, 3)
    assert {
        "label": "An approval that is not applied falls away after",
        "before": "7 days",
        "after": "9 days",
    } in held.diff
    confirm(held, team)
    event = events(team, "policy.changed")[-1]
    assert policy.document_of(team.row)["expiry_days"] == 9
    assert event.content()["data"]["confirmation"] == held.public_id
    assert event.actor_id == team.lead.public_id


def test_switching_the_second_person_off_takes_one(team, space):
    save(team, second_person=["policy"])

    held = save(team, second_person=[]).held

    assert (held.kind, policy.document_of(team.row)["second_person"]) == ("policy", ["policy"])


@pytest.mark.parametrize("name", ["admin", "reviewer", "auditor", "member"])
def test_nobody_else_agrees(team, space, name):
    save(team, second_person=["policy"])
    held = save(team, expiry_days=9).held

    with pytest.raises(confirming.Denied):
        confirm(held, team, by=getattr(team, name))

    assert policy.document_of(team.row)["expiry_days"] == 7
    assert events(team, "access.denied")


def test_only_who_may_set_the_policy_asks_for_it(team, space):
    save(team, second_person=["policy"])

    with pytest.raises(confirming.NotAllowed):
        save(team, by=team.lead, expiry_days=9)

    assert not Confirmation.objects.of(team.row).exists()


def test_people_change_nothing_of_that_by_any_other_way(team, earned, agent):
    document = wished(team, namespaces={earned.public_id: "automatic_low"})
    other = confirm(save(team, agents={agent.public_id: "automatic_low"}).held, team)

    for confirmed in (None, other):
        with pytest.raises(versions.NeedsConfirmation):
            versions.set_(team=team.row, document=document, by=team.admin.trail_actor, at=LATER, confirmed=confirmed)

    assert policy.document_of(team.row)["namespaces"] == {}


def test_automatic_mode_takes_a_second_person_who_sees_how_the_past_would_have_fared(team, earned, agent):
    held = save(team, mode="automatic_low").held

    assert (held.kind, held.is_waiting) == ("automatic", True)
    assert held.diff == [
        {"label": "Mode of the team", "before": "Reviewed by people", "after": "Automatic for low risk"},
        {
            "label": "Over the last 10 decisions",
            "before": "it would have applied nothing without a vote",
            "after": "it would have applied 10 without a vote, 0 of which people rejected or took back",
        },
    ]
    confirm(held, team)
    assert policy.document_of(team.row)["mode"] == "automatic_low"


@pytest.mark.parametrize(
    "keys", [lambda space: {"namespaces": {space.public_id: "automatic_low"}}, lambda space: {"mode": "automatic"}]
)
def test_what_a_namespace_has_not_earned_is_refused(team, agent, space, keys):
    with pytest.raises(checking.Invalid) as refused:
        save(team, **keys(space))

    (fault,) = refused.value.faults
    assert fault.place == next(iter([f"namespaces.{space.public_id}"] if "namespaces" in keys(space) else ["mode"]))
    assert fault.message == f"{space.name} has not earned it: 0 of 10 decided"
    assert not Confirmation.objects.of(team.row).exists()


def test_terms_of_the_same_document_do_not_earn_it(team, earned):
    """Nobody lowers the bar and jumps it in one step unseen: the bar has a floor, and lowering it is a wider mode."""
    Change.objects.of(team.row).filter(position__gte=5).update(state="rejected")

    with pytest.raises(checking.Invalid) as refused:
        save(team, mode="automatic_low", automatic={"after": 10, "unedited_percent": 80, "wait_minutes": 60})

    assert refused.value.faults[0].message.endswith("10 of 10 decided and 5 were edited or rejected")


def test_what_was_lost_meanwhile_is_not_switched_on(team, earned):
    held = save(team, mode="automatic_low").held
    Change.objects.of(team.row).filter(position=1).update(state="reverted")

    failed = confirm(held, team)

    assert (failed.state, policy.document_of(team.row)["mode"]) == ("failed", "reviewed")
    assert "has not earned it: 0 of 10 decided since one was taken back" in failed.reason


def test_a_policy_that_moved_since_is_not_replaced(team, earned):
    held = save(team, mode="automatic_low").held
    save(team, expiry_days=9)

    assert confirm(held, team).state == "failed"
    assert policy.document_of(team.row)["mode"] == "reviewed"


def test_the_only_one_who_may_does_it_at_once_and_it_is_marked(team, earned):
    team.row.sole_reviewer = True
    team.row.save()
    others = [row for row in Membership.objects.of(team.row) if row.user != team.admin]
    for row in others:
        row.roles = [role for role in row.roles if roles.CONFIRM_POLICY not in roles.TABLE[role]] or [Role.MEMBER]
        row.save()

    held = save(team, mode="automatic_low").held

    assert (held.state, held.waived, policy.document_of(team.row)["mode"]) == ("confirmed", True, "automatic_low")
    assert len(events(team, "confirmation.waived")) == 1


def test_lucid_narrows_whatever_stands_in_the_document(team, space):
    Policy.objects.of(team.row).filter(version=2).update(
        document={"version": 2, "second_person": ["policy"], "votes": {"low": {"people": 0}}}
    )

    versions.set_(
        team=team.row, document=wished(team, namespaces={space.public_id: "reviewed"}), by=trail.SYSTEM, at=AT
    )

    assert policy.document_of(team.row)["namespaces"] == {space.public_id: "reviewed"}
    with pytest.raises(checking.Invalid):
        versions.set_(team=team.row, document=wished(team, expiry_days=0), by=trail.SYSTEM, at=AT)
