"""How often a rule was right here, and what follows from it."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from reviews import editing
from reviews.enums import Verdict
from reviews.examining import precision
from reviews.examining.precision import Precision
from reviews.models import Change, Check, Decision, Revision
from tests.reviews import scenes

INSTEAD = (
    "Audits begin in spring.",
    "Parcels leave by the north gate.",
    "Nobody writes at noon.",
    "Lamps burn by hand.",
)
LOSES = "- Ask Jonas about {n} seats, version v{n}.2.3\n"


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def losing(team, space, number):
    """A change that loses a specific."""
    memory = scenes.memory(space, f"/{number}.md", f"- stays {number}\n{LOSES.format(n=number)}")
    return scenes.changes(
        scenes.propose(team.row, scenes.edit(memory, f"- stays {number}\n- {INSTEAD[number % 4]}\n"))
    )[0]


def here(team, rule="specifics"):
    one = precision.measure(team.row)[rule]
    return one.here.right, one.here.of


def test_a_refusal_was_right_an_application_was_not_and_what_waits_says_nothing(team, space):
    losing(team, space, 1)
    scenes.vote(losing(team, space, 2), team.reviewer, Verdict.REJECT, reason_code="false")
    scenes.vote(losing(team, space, 3), team.reviewer, Verdict.QUARANTINE)
    scenes.approve_and_apply(losing(team, space, 4), team.reviewer)

    assert here(team) == (2, 3)


def test_what_an_edit_made_go_away_was_right_and_what_it_left_was_not(team, space):
    mended, left = losing(team, space, 1), losing(team, space, 2)
    for change, text in ((mended, f"{LOSES.format(n=1)}- and more\n"), (left, "- other words\n")):
        editing.edit(
            team=team.row,
            change_id=change.public_id,
            revision_id=scenes.seat(change).head.public_id,
            texts={(0, 0): text},
            reason="",
            by=team.lead,
            at=scenes.AT,
        )
        change.refresh_from_db()
        scenes.approve_and_apply(change, team.reviewer)

    assert here(team) == (1, 2)


def test_findings_of_an_earlier_version_and_notes_do_not_count(team, space):
    scenes.vote(losing(team, space, 1), team.reviewer, Verdict.REJECT, reason_code="false")
    Check.objects.of(team.row).filter(rule="specifics").update(rule_version=0)
    assert here(team) == (0, 0)
    Check.objects.of(team.row).filter(rule="specifics").update(rule_version=1, severity="note")
    assert here(team) == (0, 0)


def wrong_so_often(team, space, rule):
    """One change was applied with a finding; as if it had been fifty."""
    change = scenes.approve_and_apply(losing(team, space, 1), team.reviewer)
    rows = [
        Change(
            team=team.row,
            proposal=change.proposal,
            position=number,
            namespace=space,
            operation="edit",
            title=f"Old {number}",
            fingerprint=f"old-{number}",
            state="applied",
            opened_at=scenes.AT,
            state_at=scenes.AT,
        )
        for number in range(1, precision.ENOUGH)
    ]
    made = Change.objects.bulk_create(rows)
    revisions = Revision.objects.bulk_create(
        Revision(team=team.row, change=one, number=1, origin="opened", made_by_type="machine", at=scenes.AT)
        for one in made
    )
    for one, revision in zip(made, revisions, strict=True):
        one.head = revision
    Change.objects.of(team.row).bulk_update(made, ["head"])
    vote = Decision.objects.of(team.row).filter(change=change).get()
    Decision.objects.bulk_create(
        Decision(
            team=team.row,
            change=one,
            revision=one.head,
            by=team.reviewer,
            verdict="approve",
            base_sha256=vote.base_sha256,
            proposed_sha256=vote.proposed_sha256,
            requirement_sha256=vote.requirement_sha256,
            evidence_sha256=vote.evidence_sha256,
            at=scenes.AT,
        )
        for one in made
    )
    version = {one.rule: one.version for one in precision.measure(team.row).values()}[rule]
    Check.objects.bulk_create(
        Check(team=team.row, revision=one, rule=rule, rule_version=version, severity="warning", reason="x")
        for one in [change.head, *revisions]
    )


def test_a_rule_that_is_wrong_fifty_times_only_notes_from_then_on(team, space):
    wrong_so_often(team, space, "specifics")

    assert precision.retired(team.row) == {"specifics"}
    found = Check.objects.of(team.row).filter(revision=losing(team, space, 99).head, rule="specifics")
    assert [one.severity for one in found] == ["note"]


@pytest.mark.parametrize("rule", ["instructions", "split", "secrets"])
def test_what_guards_against_attacks_is_never_retired(team, space, rule):
    wrong_so_often(team, space, rule)

    assert precision.measure(team.row)[rule].here == Precision(0, precision.ENOUGH)
    assert precision.retired(team.row) == frozenset()


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_lower_end_lies_between_nothing_and_the_share(right, wrong):
    one = Precision(right, right + wrong)

    assert 0 <= one.low <= one.share + 1e-9
    assert Precision(10 * right, 10 * (right + wrong)).low >= one.low - 1e-9


def test_wilson_is_what_the_books_say():
    assert round(Precision(18, 20).low, 3) == 0.699
    assert Precision(0, 0).low == 0


def test_three_findings_stand_in_sight_gravest_and_surest_first(client, team, space):
    scenes.vote(losing(team, space, 1), team.reviewer, Verdict.REJECT, reason_code="false")
    change = losing(team, space, 2)
    Check.objects.bulk_create(
        Check(team=team.row, revision=change.head, rule=rule, rule_version=1, severity=severity, reason=f"Found {rule}")
        for rule, severity in (("size", "note"), ("links", "warning"), ("personal", "warning"), ("secrets", "blocking"))
    )
    client.force_login(team.reviewer)

    page = client.get(change.proposal.get_absolute_url()).content.decode()

    in_sight, more = page.split('<ul class="checks">')[1:3]
    assert [in_sight.index(said) for said in ("Found secrets", "Found personal", "What stands nowhere")] == sorted(
        in_sight.index(said) for said in ("Found secrets", "Found personal", "What stands nowhere")
    )
    assert "right in 1 of 1 here" in in_sight
    assert "right in 80 of 89 when measured" in in_sight
    assert in_sight.count("<li>") == 3
    assert "2 more findings" in in_sight
    assert "Found links" in more
    assert "Found size" in more


def test_admins_see_how_often_rules_are_right_and_which_only_note(client, team, space):
    wrong_so_often(team, space, "specifics")
    client.force_login(team.admin)

    page = client.get(reverse("reviews:policy", args=[team.slug])).content.decode()

    assert "right in 0 of 50 here" in page
    assert "only notes" in page
