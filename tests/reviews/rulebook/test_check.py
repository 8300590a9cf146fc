"""The team's own rules, held against changes."""

import pytest

from reviews import checks
from reviews.checks import ProposedTarget, rulebook
from reviews.decisions import Moved
from reviews.models import Change, Check
from reviews.rulebook import switching
from reviews.rulebook.matching import Held, Wording
from tests.reviews import scenes
from tests.reviews.rulebook import scenes as rules

REFUND = Held("rul_1", 3, "No refunds", "blocking", "Ask legal.", Wording(("guaranteed refund",)))
DISCOUNT = Held("rul_2", 1, "Approver", "warning", "Ask.", Wording(("discount",)), Wording(("approved by",)))


def found(rule, *, before="", after="", written=None, operation="edit"):
    lines = after.splitlines(keepends=True) if written is None else written
    target = ProposedTarget("/a.md", "/a.md", (), tuple(lines), after, False, before)
    findings = rulebook.find(checks.Proposed(operation, (target,)), checks.Context(rules=(rule,)))
    return [(one.severity, one.start, one.end) for one in findings]


def test_a_finding_names_rule_version_place_and_reason():
    target = ProposedTarget("/a.md", "/a.md", (), ("- A guaranteed refund.\n",), "- A guaranteed refund.\n", False)

    (finding,) = rulebook.find(checks.Proposed("edit", (target,)), checks.Context(rules=(REFUND,)))

    assert finding == checks.Finding("rulebook", 1, "blocking", "No refunds (version 3): Ask legal.", 0, 4, 21)


def test_what_is_written_is_found_and_what_stood_there_is_not():
    stood = "- A guaranteed refund.\n- two\n"

    assert found(REFUND, before=stood, after=f"{stood}- three\n", written=["- three\n"]) == []
    assert found(REFUND, before="- two\n", after=stood, written=["- A guaranteed refund.\n"]) == [("blocking", 4, 21)]


def test_words_that_a_change_joins_with_what_stands_there_are_found():
    assert found(REFUND, before="- guaranteed\n", after="- guaranteed\nrefund\n", written=["refund\n"]) == [
        ("blocking", None, None)
    ]


def test_words_of_two_places_are_not_read_as_one():
    after = "it is guaranteed\nnothing else\nrefund\n"

    assert found(REFUND, after=after, written=["it is guaranteed\n", "refund\n"]) == []


def test_what_a_change_brings_back_is_found():
    text = "- A guaranteed refund.\n"

    assert found(REFUND, before=text, after=text, written=[], operation="restore") == [("blocking", None, None)]


def test_what_is_archived_breaks_nothing():
    target = ProposedTarget("/a.md", None, ("- A guaranteed refund.\n",), (), "", False, "- A guaranteed refund.\n")

    assert list(rulebook.find(checks.Proposed("archive", (target,)), checks.Context(rules=(REFUND,)))) == []


def test_what_has_to_stand_there_as_well_may_stand_anywhere_in_the_memory():
    text = "- A discount of 5 %.\n- A discount of 9 %.\n"

    assert found(DISCOUNT, after=text) == [("warning", 4, 12)]
    assert found(DISCOUNT, before="- approved by Mara\n", after=f"- approved by Mara\n{text}", written=[text]) == []


def test_taking_out_what_has_to_stand_there_is_found():
    discount = "- A discount of 5 %.\n"

    assert found(DISCOUNT, before=f"{discount}- approved by Mara\n", after=discount, written=[]) == [
        ("warning", None, None)
    ]
    assert found(DISCOUNT, before=discount, after=f"{discount}- tea\n", written=["- tea\n"]) == []


@pytest.fixture
def space(team):
    return scenes.namespace(team.row, slug="support-eu")


def open_(team, space, line="- A guaranteed refund.\n"):
    memory = scenes.memory(space)
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, f"- one\n{line}- three\n"), by=team.member))[0]


def told(change):
    rows = Check.objects.of(change.team).filter(revision=change.head_id, rule="rulebook")
    return [(row.severity, row.start, row.end, row.reason) for row in rows]


HELD = ("blocking", 4, 21, "No promised refunds (version 1): Legal: refunds are decided case by case.")


def test_a_rule_that_is_switched_on_blocks_a_change_and_makes_it_high(team, space):
    rules.on(team)

    change = open_(team, space)

    scenes.vote(change, team.reviewer)

    change.refresh_from_db()
    assert (told(change), change.tier, change.state) == ([HELD], "high", "open")


@pytest.mark.parametrize(("patterns", "hits"), [(("support-*",), 1), (("support-us", "*-eu"), 1), (("contracts",), 0)])
def test_a_rule_holds_in_the_namespaces_that_it_names(team, space, patterns, hits):
    rules.on(team, rules.written(namespaces=patterns))

    assert len(told(open_(team, space))) == hits


def test_a_saved_rule_holds_nowhere_before_it_is_switched_on(team, space):
    rules.saved(team)

    assert told(open_(team, space)) == []


def test_a_rule_of_another_team_holds_nowhere(team, other_team, space):
    rules.on(other_team)

    assert told(open_(team, space)) == []


def test_a_rule_switched_on_meanwhile_meets_the_next_vote(team, space):
    change = open_(team, space)
    bound = scenes.seat(change).bound
    rules.on(team)

    with pytest.raises(Moved):
        scenes.vote(change, team.reviewer, bound=bound)

    assert told(change) == [HELD]
    assert Change.objects.of(team.row).get(pk=change.pk).state == "open"


def test_a_rule_switched_on_after_the_vote_stops_the_application(team, space):
    change = open_(team, space)
    scenes.vote(change, team.reviewer)
    rules.on(team)

    scenes.apply(space)

    change.refresh_from_db()
    assert change.state != "applied"
    assert told(change) == [HELD]


def test_a_rule_switched_off_lets_go(team, space):
    version = rules.on(team)
    change = open_(team, space)
    bound = scenes.seat(change).bound
    switching.off(rule=version.rule, by=team.security, at=rules.AT)

    with pytest.raises(Moved):  # what is asked of it is another since it was looked at
        scenes.vote(change, team.reviewer, bound=bound)
    scenes.vote(change, team.reviewer)

    change.refresh_from_db()
    assert (told(change), change.state) == ([], "approved")
