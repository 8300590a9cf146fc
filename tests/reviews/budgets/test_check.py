import pytest

from reviews.checks import Context, Proposed, ProposedTarget, budget
from reviews.checks.context import Budgets
from reviews.models import Check
from tests.reviews import scenes
from tests.reviews.budgets.test_limiting import budgets, shorten

LINES = tuple(f"- statement number {n}\n" for n in range(8))


def proposed(gone, archived=False):
    text = "".join(LINES)
    target = ProposedTarget(
        path_before="/a.md",
        path_after=None if archived else "/a.md",
        before=() if archived else LINES[:gone],
        after=(),
        text_before=text,
        text_after="",
        protected=False,
    )
    return Proposed("archive" if archived else "edit", (target,))


@pytest.mark.parametrize(
    ("change", "limits", "expected"),
    [
        (proposed(1), Budgets(week=8), []),
        (proposed(2), Budgets(week=8), ["note"]),
        (proposed(3), Budgets(week=2), ["warning"]),
        (proposed(3), Budgets(week=40, memory=2), ["warning"]),
        (proposed(0, archived=True), Budgets(week=7, memory=7), ["warning", "warning"]),
        (proposed(8), Budgets(), []),
    ],
)
def test_what_a_change_would_use_is_said_before_the_vote(change, limits, expected):
    found = list(budget.find(change, Context(budgets=limits)))

    assert [str(one.severity) for one in found] == expected


def test_the_limits_are_those_of_the_policy(team):
    space = scenes.namespace(team.row)
    budgets(team, removals=5)

    change = shorten(space)

    found = Check.objects.of(team.row).get(revision=change.head, rule="budget")
    assert (found.severity, found.reason) == (
        "note",
        "It takes out 3 statements; in a week its namespace may lose 5.",
    )
