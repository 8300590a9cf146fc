"""What the local engine proposes for the sample, as demo/README.md says a good dream should."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from agents.importers import lucid_jsonl
from agents.snapshot import OutcomeMark, Snapshot
from demo import sample
from dreaming.engines.local.engine import LocalEngine
from tests.dreaming.engines.build import applied, memory, session, snapshot

AS_OF = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
GRANTS = [(one.agent, one.namespace, one.mode) for one in sample.access()]

PROPOSED = {
    "contract-review": [
        "As a person asked: State the liability cap in the first line of every summary",
        "Before calling save_review, call lookup_playbook and compare_clause",
        "Before calling extract_clauses, give pages a smaller range (1-40 instead of 1-62)",
        "Retire “Interim rate card RC-118 applies to reefer containers”, past its date 2025-03-31",
        "Retire “Their template HF-2 may be signed as it is”, past its date 2025-06-30",
        (
            "Remove a copy of “Quote at most one sentence of the contract per deviation”,"
            " kept in /how-to/writing-the-summary.md"
        ),
        (
            "Remove a copy of “Never accept unlimited liability for indirect or consequential loss”,"
            " kept in /playbooks/liability.md"
        ),
        (
            'Remove a copy of “Strike "hold harmless" where it stands without "to the extent caused by"”,'
            " kept in /playbooks/indemnity.md"
        ),
        (
            "Remove a rewording of “The standard payment term is 30 days from receipt of a correct invoice”,"
            " kept in /playbooks/payment-terms.md"
        ),
        (
            "Do as completed attempts at task redline-harrow-msa did: call lookup_playbook and compare_clause,"
            " check the arguments of propose_redline, leave out search_precedents"
        ),
    ],
    "support-triage": [
        "Keep 14 days for refund window, not 30 days",
        "Before calling issue_refund, give amount as a whole number, 100 times the decimal (12950 instead of 129.5)",
        (
            "Remove 2 copies of “Ask for photographs of the packaging before the goods are moved”,"
            " kept in /playbooks/claim-intake.md"
        ),
        "Remove a rewording of “Answer in the language that the customer wrote in”, kept in /style/tone-of-voice.md",
        (
            "Remove a copy of “Corrections within 24 hours are free; later ones cost EUR 15”,"
            " kept in /playbooks/certificates.md"
        ),
        "Remove a copy of “Write dates as 3 March 2026, never as 03/03/26”, kept in shared/style/writing.md",
        "Retire “Ten percent off annual cover for new customers who book with code AUTUMN10”, past its date 2024-11-30",
        "Before calling lookup_customer, give query as a mail address instead of an id",
        "Retire “Rotterdam office closed on 27 December 2024; Chicago open with half a team”, past its date 2025-01-31",
        "Before calling reply_to_ticket, call get_policy",
    ],
    "on-call": [
        "Before calling query_metrics, give step a larger value (5m instead of 10s)",
        "Retire “The old manifest gateway still answers”, past its date 2025-03-31",
        (
            "Remove a copy of “Invoices are idempotent by number; replaying a batch is safe”,"
            " kept in /runbooks/billing-retries.md"
        ),
        "Retire “Change freeze for all services over the year's end”, past its date 2025-01-06",
        (
            "Remove a copy of “The quote cache takes about six minutes to warm up after a restart”,"
            " kept in /runbooks/quote-api-latency.md"
        ),
        "Before calling restart_service, call get_deploys",
        "When restart_service answers LockHeld, call get_lock and release_lock if pipeline = finished",
        (
            "Remove a rewording of “Post an update every 30 minutes during an incident”,"
            " kept in /how-to/incident-updates.md"
        ),
        "Replace tomasz.wilk with aisha.rahman: page_person refuses tomasz.wilk",
        "Replace pete.novak with sanne.bakker: page_person refuses pete.novak",
    ],
}


def taken(agent) -> Snapshot:
    """The snapshot that the agent's first dream takes of the sample."""
    scope = next(one.namespaces for one in sample.settings() if one.agent == agent)
    protected = {one.slug for one in sample.namespaces() if one.protected}
    memories = [
        memory(path, text, namespace=slug, at=AS_OF - timedelta(days=sample.age_days(path)),
               protected=slug in protected)
        for slug, files in sample.memories().items() if slug in scope for path, text in files
    ]  # fmt: skip
    return snapshot(
        [_session(one) for one in lucid_jsonl.parse(agent, sample.sessions(AS_OF)[agent])],
        memories,
        namespaces=tuple(
            sorted(slug for who, slug, mode in GRANTS if who == agent and mode == "write" and slug in scope)
        ),
        shared=tuple(sorted({slug for who, slug, _ in GRANTS if who != agent and slug in scope})),
        taken_at=AS_OF,
    )


def _session(told):
    names = ("kind", "source_class", "speaker", "tool", "call_id", "is_error", "text")
    mark, events = session(
        told.external_id, *({name: getattr(event, name) for name in names} for event in told.events),
        task=told.task, started_at=told.started_at,
    )  # fmt: skip
    outcomes = tuple(OutcomeMark(one.name, one.source, one.score) for one in told.outcomes)
    return type(mark)(**{name: getattr(mark, name) for name in mark.__slots__} | {"outcomes": outcomes}), events


def dream(snap):
    return LocalEngine().dream(snap, {}, lambda *progress: None, None)


@pytest.mark.parametrize("agent", PROPOSED)
def test_sample_is_dreamed_as_its_truth_table_says(agent):
    snap = taken(agent)

    result = dream(snap)

    assert Counter(operation.title for operation in result.operations) == Counter(PROPOSED[agent])
    assert dream(applied(snap, result.operations)).operations == ()


def test_sample_contact_and_window_are_said_in_peoples_words():
    contact = next(one for one in dream(taken("on-call")).operations if one.title.startswith("Replace tomasz.wilk"))
    window = next(one for one in dream(taken("support-triage")).operations if one.reason_code == "updates")

    assert contact.targets[0].edits[0].lines == (
        "- Billing and billing-worker: Aisha Rahman, pager handle `aisha.rahman`.\n",
    )
    assert {quote.session for quote in contact.quotes} == {"ses_onc-112", "ses_onc-125", "ses_onc-133"}
    assert {quote.session for quote in window.quotes} == {"ses_sup-112", "ses_sup-127"}


def test_sample_holds_a_proposal_that_its_own_quotes_refute():
    wrong = next(one for one in dream(taken("on-call")).operations if one.title.startswith("Replace pete.novak"))

    assert wrong.targets[0].edits[0].lines == ("- Network in Chicago: Sanne Bakker, pager handle `sanne.bakker`.\n",)
    assert "Network in Rotterdam is with Sanne Bakker, handle sanne.bakker." in {quote.text for quote in wrong.quotes}


def test_sample_lessons_name_the_literal_numbers_of_errors():
    lines = {line for agent in PROPOSED for one in dream(taken(agent)).operations for target in one.targets
             for edit in target.edits for line in edit.lines}  # fmt: skip

    assert any("page range exceeds 40 pages" in line and "`1-40`" in line for line in lines)
    assert any("maximum is 11000" in line for line in lines)
    poisoned = ("claims-archive", "AKIA", "do not apply to this broker")
    assert not [line for line in lines for words in poisoned if words in line]
