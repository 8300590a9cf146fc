"""Pairs and staleness: what memory alone calls for."""

from datetime import timedelta

import pytest

from agents.snapshot import StatementMark
from dreaming.engines.local import claims, pairs, stale
from dreaming.engines.local.curation import Curation
from tests.dreaming.engines.build import NOW, memory, snapshot


def decided(*memories):
    snap = snapshot(memories=memories)
    return pairs.decide(snap, claims.read(snap, Curation()))


def stale_texts(text, *, marks=(), **curation):
    snap = snapshot(memories=[memory("/a.md", text, statements=marks)])
    policy = Curation(**curation)
    return [one.remove[0].text for one in stale.find(snap, claims.read(snap, policy), policy)]


def test_copies_within_a_namespace_keep_one():
    same = "Invoices over 500 EUR need a second signature."

    (found,) = decided(
        memory("/a.md", f"- {same}\n"), memory("/b.md", f"# Rules\n\n- {same}\n- Other things hold too.\n")
    )

    assert (found.kind, found.reason_code, found.loses) == ("duplicate", "same", False)
    assert [claim.memory for claim in found.remove] == [1]


def test_copies_in_other_namespaces_scopes_or_protection_stay():
    same = "- Invoices over 500 EUR need a second signature.\n"

    assert decided(memory("/a.md", same), memory("/a.md", same, namespace="other")) == []
    assert decided(memory("/a.md", f"# Acme GmbH\n\n{same}\n# Globex AG\n\n{same}")) == []
    assert decided(memory("/a.md", same, protected=True), memory("/b.md", same, protected=True)) == []
    assert decided(memory("/a.md", "- Be kind.\n- Be kind.\n")) == []


def test_near_duplicates_need_the_same_words_names_and_numbers():
    text = "- Refunds need an approval by the team lead.\n- Refunds needed approvals by the team lead.\n"

    (found,) = decided(memory("/a.md", text))

    assert found.kind == "near_duplicate"
    for other in ("Refunds need an approval by the team owner.", "Refunds never need an approval by the team lead."):
        assert decided(memory("/a.md", f"- Refunds need an approval by the team lead.\n- {other}\n")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Favourite colour of the brand team is purple.", "Favourite colour of the brand team is cyan."),
        ("Move tickets from review to billing.", "Move tickets from billing to review."),
        ("Copy backups to /srv/a every night.", "Copy backups to /srv/b every night."),
    ],
)
def test_similar_statements_that_differ_are_never_duplicates(one, other):
    assert not [found for found in decided(memory("/a.md", f"- {one}\n- {other}\n")) if "duplicate" in found.kind]


def test_contradiction_prefers_the_marked_value_then_the_newer_then_asks():
    old = memory("/a.md", "- The database is MySQL.\n", at=NOW - timedelta(days=90))
    new = memory("/b.md", "- The database is PostgreSQL.\n", at=NOW - timedelta(days=9))
    unmarked = memory("/b.md", "- The database is PostgreSQL.\n", at=NOW - timedelta(days=90))
    marked = memory("/b.md", "- The database is now PostgreSQL.\n", at=NOW - timedelta(days=90))

    for other, reason, confidence in (
        (marked, "updates", 0.7),
        (new, "updates", 0.55),
        (unmarked, "needs_person", 0.3),
    ):
        (found,) = decided(old, other)
        assert (found.kind, found.reason_code, found.confidence) == ("contradiction", reason, confidence)
        assert reason == "needs_person" or found.remove[0].text == "The database is MySQL."
        assert bool(found.choices) == (reason == "needs_person")


def test_contradiction_over_titles_needs_a_marked_value():
    old = memory("/refunds.md", "# Refunds\n\n- The refund window is 30 days.\n", at=NOW - timedelta(days=90))
    new = memory("/policy.md", "# Policy\n\n- The refund window is 14 days.\n")
    marked = memory("/policy.md", "# Policy\n\n- The refund window is now 14 days.\n")

    assert decided(old, new) == []
    (found,) = decided(old, marked)
    assert found.remove[0].text == "The refund window is 30 days."


def test_of_three_values_two_go():
    values = [
        memory(f"/{n}.md", f"- The database is {name}.\n", at=NOW - timedelta(days=90 - n))
        for n, name in enumerate(("MySQL", "Oracle", "PostgreSQL"))
    ]

    found = decided(*values)

    assert [one.remove[0].text for one in found] == ["The database is MySQL.", "The database is Oracle."]
    assert {one.keep.text for one in found} == {"The database is PostgreSQL."}


def test_stale_reads_dates_in_the_text():
    text = (
        "- Use the old form until 2025-03-31.\n- Valid until 31 March 2026: discount of 5 %.\n"
        "- Review by January 5, 2025: who is on call.\n- Until May 2025 orders go to Ines.\n- Open since 2019-01-01.\n"
    )

    assert stale_texts(text, stale_after_days=0) == [
        "Use the old form until 2025-03-31.",
        "Review by January 5, 2025: who is on call.",
        "Until May 2025 orders go to Ines.",
    ]


def test_stale_by_age_spares_what_is_pinned_confirmed_or_helpful():
    long_ago = NOW - timedelta(days=500)
    marks = [
        StatementMark(0, 1, long_ago, long_ago),
        StatementMark(1, 2, long_ago, long_ago, pinned=True),
        StatementMark(2, 3, long_ago, NOW),
        StatementMark(3, 4, long_ago, long_ago, helpful=2, harmful=1),
    ]
    text = "- Ask Ada.\n- Ask Bob.\n- Ask Cleo.\n- Ask Dan.\n"

    assert stale_texts(text, marks=marks) == ["Ask Ada."]
    assert stale_texts(text, marks=marks, stale_after_days=0) == []
    assert stale_texts(text, marks=marks, protected_phrases=("ada",)) == []
    assert stale_texts(text, marks=marks, protected_paths=("/a.md",)) == []
