"""Pairs and staleness: what memory alone calls for."""

from datetime import timedelta

import pytest

from agents.snapshot import StatementMark
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.memory import pairs, refused, rewording, stale
from dreaming.engines.local.memory.retention import Retention
from dreaming.engines.local.memory.stated import Sayings
from dreaming.engines.local.reading import claims, signals
from tests.dreaming.engines.build import NOW, agent, memory, person, session, snapshot, tried


def decided(*memories, sessions=(), **kept):
    snap = snapshot(sessions, memories, **kept)
    return pairs.decide(snap, claims.read(snap, Curation()), Sayings(signals.read(snap)))


def stale_texts(text, *, marks=(), **curation):
    snap = snapshot(memories=[memory("/a.md", text, statements=marks)])
    policy = Curation(**curation)
    known = claims.read(snap, policy)
    valued = Retention(signals.read(snap), known, policy).valued
    return [one.remove[0].text for one in stale.find(snap, known, policy, valued)]


def test_stale_by_path_asks_a_person_again_after_the_days_of_the_longest_path():
    snap = snapshot(memories=[memory(path, "- Ask Ada.\n") for path in ("/a/b.md", "/a/c/d.md", "/e.md")])
    policy = Curation(stale_after_days=0, review_after_days={"/a": 30, "/a/c": 5})

    (found,) = stale.find(snap, claims.read(snap, policy), policy)

    assert (found.reason_code, snap.memories[found.remove[0].memory].path) == ("review_due", "/a/c/d.md")
    assert found.title == "Review “Ask Ada”, last confirmed on 2025-05-22"


def test_copies_within_a_namespace_keep_one():
    same = "Invoices over 500 EUR need a second signature."

    (found,) = decided(
        memory("/a.md", f"- {same}\n"), memory("/b.md", f"# Rules\n\n- {same}\n- Other things hold too.\n")
    )

    assert (found.kind, found.reason_code, found.loses) == ("duplicate", "same", False)
    assert [claim.memory for claim in found.remove] == [1]
    assert found.title == f"Remove a copy of “{same[:-1]}”, kept in /a.md"
    assert found.rationale.startswith("Kept in /a.md, line 1; the same statement also stands in /b.md, line 3,")


def test_copies_in_other_namespaces_scopes_or_protection_stay():
    same = "- Invoices over 500 EUR need a second signature.\n"

    assert decided(memory("/a.md", same), memory("/a.md", same, protected=True)) != []
    assert decided(memory("/a.md", f"# Acme GmbH\n\n{same}\n# Globex AG\n\n{same}")) == []
    assert decided(memory("/a.md", same, protected=True), memory("/b.md", same, protected=True)) == []
    assert decided(memory("/a.md", "- Be kind.\n- Be kind.\n")) == []


@pytest.mark.parametrize(
    ("shared", "namespaces", "protected", "removed"),
    [
        ((), ("main", "other"), "", ["main"]),
        (("main",), ("main", "other"), "", ["other"]),
        (("main", "other"), ("main", "other"), "", []),
        ((), ("other",), "", ["other"]),
        ((), ("main", "other"), "main", ["other"]),
        (("other",), ("main", "other"), "main", []),
    ],
)
def test_copies_over_namespaces_lose_the_one_that_nobody_else_reads(shared, namespaces, protected, removed):
    same = "- Invoices over 500 EUR need a second signature.\n"
    older = memory("/a.md", same, namespace="other", at=NOW - timedelta(days=90), protected=protected == "other")
    younger = memory("/b.md", same, protected=protected == "main")

    found = decided(younger, older, shared=shared, namespaces=namespaces)

    assert [[younger, older][one.remove[0].memory].namespace for one in found] == removed
    assert {one.kind for one in found} <= {"duplicate_across"}
    assert all(len(one.remove) == 1 and "kept in " in one.title for one in found)


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


OLD, NEW = NOW - timedelta(days=90), NOW - timedelta(days=9)


def beside(one, other, **kept):
    return decided(memory("/a.md", f"- {one}\n", at=OLD), memory("/b.md", f"- {other}\n", at=NEW), **kept)


def test_fuller_statement_takes_in_the_shorter_one():
    short, full = "Run the smoke tests.", "Run the smoke tests and read their report."

    (found,) = beside(short, full)
    (turned,) = beside(full, short)

    assert (found.kind, found.reason_code, found.remove[0].text, found.loses) == ("extends", "extends", short, True)
    assert turned.remove[0].text == short
    assert beside("Invoices need a second signature.", "Invoices over 500 EUR need a second signature.") == []
    assert beside(short, "Run the smoke tests if the build is green.") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The service keeps its orders in PostgreSQL.", "The service keeps its orders in MySQL."),
        ("Ada likes purple covers on reports.", "Ada likes cyan covers on reports."),
        ("Send the audit report before the release.", "Send the audit report after the release."),
        ("Deploy the billing site on Fridays.", "Never deploy the billing site on Fridays."),
    ],
)
def test_statements_alike_but_for_one_value_ask_a_person(one, other):
    (found,) = beside(one, other)

    assert (found.kind, found.reason_code, found.remove[0].text) == ("contradiction", "needs_person", one)
    assert [choice.kind for choice in found.choices] == ["keep_other", "both_dated"]
    assert found.confidence <= 0.3


def test_newer_value_that_says_so_is_kept():
    (found,) = beside("The service keeps its orders in PostgreSQL.", "The service now keeps its orders in MySQL.")

    assert (found.reason_code, found.remove[0].text) == ("updates", "The service keeps its orders in PostgreSQL.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gold customers wait 4 hours for a reply.", "Silver customers wait 4 hours for a reply."),
        ("Ask for the paper form for Rotterdam.", "Ask for the paper form for Chicago."),
        ("In Chicago, the paper form is yellow.", "In Rotterdam, the paper form is green."),
        ("The lock was lost on 3 May 2026 at the site.", "The lock was lost on 9 June 2026 at the site."),
        ("Ask the duty officer for the form.", "Ask the duty officer for the permit."),
        ("Always pass `holder` to `post_voucher`.", "Always pass `holder` to `patch_assay`."),
        ("Always write titles in British English.", "Never write in British English."),
        ("Callers from the south wait 14 days for a form.", "Callers from the north wait 7 days for a form."),
        ("The owner of the desk of the south is Jun Takeda.", "The owner of the desk of the north is Ida Vos."),
    ],
)
def test_statements_of_other_things_places_and_days_stay(one, other):
    assert beside(one, other) == []


def test_only_the_sentence_that_no_longer_holds_goes():
    old = memory("/a.md", "- Be kind. The port of the proxy is 80. The port of the proxy is 80.\n  Ask Ada.\n", at=OLD)
    new = memory("/b.md", "- The port of the proxy is 81.\n", at=NEW)

    (found,) = decided(old, new)

    assert (found.title, found.put) == ("Keep 81 for proxy port, not 80", "Be kind.\n  Ask Ada.")


def test_statement_that_names_both_values_takes_no_side():
    told_how = "The port of the proxy is 80. The port of the proxy is now 81."

    assert beside(told_how, "The port of the proxy is 80 today, says Ada.") == []


def test_chain_of_fuller_statements_leaves_the_fullest():
    texts = [
        "Run the smoke tests.",
        "Run the smoke tests and read reports.",
        "Run the smoke tests and read reports twice.",
    ]

    found = decided(*(memory(f"/{at}.md", f"- {text}\n") for at, text in enumerate(texts)))

    assert {one.keep.text for one in found} == {texts[2]}
    assert {claim.text for one in found for claim in one.remove} == set(texts[:2])


def test_general_titles_of_pages_are_no_scope():
    old = memory("/a.md", "# Facts\n\n- The log shipper's port is 6390.\n- Be kind.\n", at=OLD)
    new = memory("/b.md", "# Notes\n\n- We switched the log shipper's port from 6390 to 8081.\n- Be quick.\n", at=NEW)

    (found,) = decided(old, new)

    assert (found.reason_code, found.title) == ("updates", "Keep 8081 for log shipper port, not 6390")


def test_rows_of_a_list_are_no_contradictions():
    rows = "".join(f"- Ask Ada to restart worker {n} by hand.\n" for n in (3, 5))
    apart = [
        memory(f"/{n}.md", f"- Ask Ada to restart worker {n} by hand.\n", at=NOW - timedelta(n)) for n in (3, 5, 7, 8)
    ]

    assert decided(memory("/a.md", rows)) == []
    assert decided(*apart) == []


def test_choices_keep_both_with_heading_or_day_or_take_a_persons_words():
    marks = [StatementMark(2, 3, NOW - timedelta(days=99), NOW), StatementMark(4, 5, NOW - timedelta(days=9), NOW)]
    text = "# Cover\n\n- The refund window is 30 days.\n\n## sea freight\n\n- The refund window is 14 days.\n"
    marks[1] = StatementMark(6, 7, NOW - timedelta(days=9), NOW)
    said = [
        told("1", "The refund window is 14 days.", 8),
        told("2", "Please tell them that the refund window is 30 days.", 8),
    ]

    (found,) = decided(memory("/a.md", text, statements=tuple(marks)), sessions=said)

    assert found.reason_code == "needs_person"
    assert {choice.kind: choice.puts for choice in found.choices} == {
        "keep_other": ("",),
        "both_scoped": ("For sea freight, the refund window is 14 days.",),
        "both_dated": (
            "The refund window is 14 days (noted on 2025-05-23).",
            "The refund window is 30 days (noted on 2025-02-22).",
        ),
        "rewrite": ("The refund window is 14 days.", ""),
    }


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


REFUNDS = (
    memory("/old.md", "# Refunds\n\n- The refund window is 30 days from the start.\n", at=NOW - timedelta(days=90)),
    memory("/new.md", "# Refunds\n\n- The refund window is 14 days from the start.\n", at=NOW - timedelta(days=60)),
)


def told(name, text, days, **kept):
    return session(name, person(text, **kept), started_at=NOW - timedelta(days=days))


@pytest.mark.parametrize(
    ("said", "reason", "confidence", "stances"),
    [
        ([("Please tell them that the refund window is 14 days.", 20)], "updates", 0.8, ["for"]),
        ([("The refund window is 30 days, I think.", 80)], "updates", 0.55, ["against"]),
        ([("The refund window is 30 days again.", 20)], "needs_person", 0.3, ["for"]),
        ([("The refund window is 14 days.", 30), ("The refund window is 30 days.", 20)], "needs_person", 0.3,
         ["for", "against"]),
        ([("The return window is 14 days.", 20), ("Is the refund window 14 days?", 20)], "updates", 0.55, []),
    ],
)  # fmt: skip
def test_contradiction_hears_what_people_state(said, reason, confidence, stances):
    sessions = [told(str(at), text, days) for at, (text, days) in enumerate(said)]

    (found,) = decided(*REFUNDS, sessions=sessions)

    assert ("30 days" in found.remove[0].text) == (reason == "updates")
    assert (found.reason_code, found.confidence) == (reason, confidence)
    assert [span.stance for span in found.spans] == stances
    wanted = "Keep 14 days for refund window, not 30 days"
    assert found.title == wanted if reason == "updates" else "Which one holds" in found.title


def test_a_correction_that_names_both_amounts_counts_where_the_session_spoke_of_it():
    said = "No, 30 days is the old rule. It is 14 days now."
    about = agent("You are within the refund window.")

    (found,) = decided(*REFUNDS, sessions=[session("1", about, person(said)), session("2", person(said))])

    assert (found.reason_code, found.confidence, len(found.spans), found.sessions) == ("updates", 0.8, 1, (0,))


def test_people_settle_what_memory_cannot_and_only_people_do():
    same_age = [memory(one.path, one.text, at=NOW - timedelta(days=60)) for one in REFUNDS]
    text = "The refund window is 30 days."

    (heard,) = decided(*same_age, sessions=[told("1", text, 20)])
    (recalled,) = decided(*same_age, sessions=[told("1", text, 20, source_class="recalled")])
    (written,) = decided(*same_age, sessions=[session("1", agent(text))])

    assert (heard.remove[0].text, heard.reason_code) == ("The refund window is 14 days from the start.", "updates")
    assert {one.reason_code for one in (recalled, written)} == {"needs_person"}


@pytest.mark.parametrize(
    ("old", "new", "asks"),
    [
        ("Our survey mailer's database is PostgreSQL", "The survey mailer's timeout is 3 minutes", False),
        ("The plate reader's port is 9443", "Our plate reader's timeout is 8 minutes", False),
        ("Call `pay` with `holder` set to the id of the case", "Call `close` with `holder` set to the id of the case",
         False),
        ("Retry the upload 3 times.", "Retry the upload 5 times.", True),
        ("Build the release with `make all` on the runner.", "Build the release with `make dist` on the runner.", True),
    ],
)  # fmt: skip
def test_attributes_of_one_thing_and_an_argument_of_two_tools_are_no_alternatives(old, new, asks):
    found = decided(memory("/a.md", f"- {old}\n", at=NOW - timedelta(days=9)), memory("/b.md", f"- {new}\n"))

    assert [one.kind for one in found] == ["contradiction"] * asks


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
        StatementMark(3, 4, long_ago, long_ago, helpful=9, harmful=1),
        StatementMark(4, 5, long_ago, long_ago, helpful=2, harmful=1),
    ]
    text = "- Ask Ada.\n- Ask Bob.\n- Ask Cleo.\n- Ask Dan.\n- Ask Eve.\n"

    assert stale_texts(text, marks=marks) == ["Ask Ada.", "Ask Eve."]
    assert stale_texts(text, marks=marks, helpful_above=0.2) == ["Ask Ada."]
    assert stale_texts(text, marks=marks, stale_after_days=0) == []
    assert stale_texts(text, marks=marks, protected_phrases=("ada", "eve")) == []
    assert stale_texts(text, marks=marks, protected_paths=("/a.md",)) == []


def gone(*sessions, text):
    snap = snapshot(sessions, [memory("/pagers.md", text)])
    return refused.find(snap, signals.read(snap), claims.read(snap, Curation()), Curation())


def paged(name, *more, handle="ada.b", error="PageError: no such user ada.b"):
    return session(name, tried("page", error, handle=handle), *more)


CONTACT = "# Contacts\n\n- Billing: Ada, handle `ada.b`.\n- Storage: Cleo, handle `cleo.d`.\n"


def test_what_a_tool_refuses_as_gone_is_retired_where_memory_names_it():
    (found,) = gone(paged("1"), paged("2"), text=CONTACT)

    assert (found.remove[0].text, found.put) == ("Billing: Ada, handle `ada.b`.", "")
    assert (found.title, len(found.spans)) == ("Retire ada.b: page refuses it", 2)
    assert gone(paged("1"), text=CONTACT) == []
    assert gone(paged("1"), paged("2", tried("page", handle="ada.b")), text=CONTACT) == []
    assert gone(paged("1"), paged("2"), text=CONTACT.replace("ada.b", "ada.bo")) == []
    assert gone(paged("1"), paged("2"), text="- Never page `ada.b`.\n- Ada left, `ada.b` is unknown.\n") == []
    assert gone(*[paged(name, error="PageError: ada.b is busy") for name in "12"], text=CONTACT) == []


def test_the_successor_that_a_person_names_stands_in_its_place():
    said = "Ada left. Billing is with Eve now, handle eve.f. Ask me for the rest."
    told = [paged(name, person(said), tried("page", handle="eve.f")) for name in "12"]

    (found,) = gone(*told, text=CONTACT)
    (once,) = gone(told[0], paged("2"), text=CONTACT)

    assert found.put == "Billing is with Eve now, handle eve.f."
    assert found.title == "Replace ada.b with eve.f: page refuses ada.b"
    assert once.put == ""


@pytest.mark.parametrize(
    ("text", "said", "put"),
    [
        (
            "Nights: Ada Byron, handle `ada.byron`.",
            "Nights are with Rui Sá now, `rui.sa`.",
            "Nights: Rui Sá, handle `rui.sa`.",
        ),
        ("nights go to `ada.byron`", "Nights: rui.sa.", "nights go to `rui.sa`"),
        ("Nights: Ada Byron, handle `ada.byron`.", "Nights are with rui.sa now.", ""),
        ("Nights: Ada, handle `ada.byron`.", "Nights are with Rui Sá now, `rui.sa`.", ""),
        ("Ada Byron, then Byron: `ada.byron`.", "Nights are with Rui Sá now, `rui.sa`.", ""),
        ("`ada.byron`, or `ada.byron` at night", "Nights: rui.sa.", ""),
    ],
)
def test_a_statement_keeps_its_form_where_value_and_name_take_the_place_of_others(text, said, put):
    assert rewording.swapped(text, "ada.byron", "rui.sa", said) == put


def test_a_value_is_told_as_memory_writes_it():
    (found,) = decided(
        memory("/old.md", "- The free cancellation window used to be 48 hours.\n"),
        memory("/new.md", "- The free cancellation window is 24 hours.\n"),
    )

    assert found.title == "Keep 24 hours for free cancellation window, not 48 hours"


@pytest.mark.parametrize(
    ("past", "now"),
    [
        ("The port of the broker used to be 5671.", "The port of the broker is 5672."),
        ("Formerly, the port of the broker was 5671.", "Broker port: 5672"),
        ("The port of the broker is 5671.", "The port of the broker is 5672 (formerly 5671)."),
    ],
)
def test_what_is_said_to_be_former_goes_where_the_new_value_is_said(past, now):
    for texts in ((past, now), (now, past)):
        (one,) = decided(*(memory(f"/{at}.md", f"- {text}\n") for at, text in enumerate(texts)))

        assert ([claim.text for claim in one.remove], one.keep.text, one.reason_code) == ([past], now, "updates")


def test_what_was_former_stays_where_nothing_else_is_said():
    assert decided(memory("/a.md", "- The port of the broker used to be 5671.\n- The host is b-1.\n")) == []
    assert decided(memory("/a.md", "- The port was 5671 in the outage of 2025-01-02.\n- The port is 5672.\n")) == []
