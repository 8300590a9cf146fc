import gc
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.snapshot import Cooldown, OpenChange, Removal
from agents.text import lines
from agents.text.normalise import digest
from dreaming.engines.local.engine import STAGES, LocalEngine
from tests.dreaming.engines.build import NOW, applied, memory, person, session, snapshot, tried

RULE = "Invoices over 500 EUR need a second signature."


def dream(snap, **curation):
    return LocalEngine().dream(snap, curation, lambda *progress: None, None)


def failing(*names, **kept):
    error = "Error: page {} is an image"
    return [
        session(
            name,
            person("Read the contract."),
            tried("extract", error.format(at), file=at),
            tried("scan"),
            tried("extract", file=at),
            **kept,
        )
        for at, name in enumerate(names)
    ]


def judged(prefix, count, outcome, *tools):
    return [session(f"{prefix}{n}", *map(tried, tools), outcome=outcome, task="t") for n in range(count)]


@pytest.fixture
def snap():
    sessions = [
        *failing("a", "b", "c"),
        session("d", person("From now on, always put amounts in EUR.")),
        *judged("e", 3, "failed", "drop"),
        *judged("f", 3, "completed", "keep"),
    ]
    memories = [
        memory("/a.md", f"# Rules\n\n- {RULE}\n- The database is MySQL.\n- Use the old form until 2025-03-31.\n"),
        memory("/b.md", f"Some words that stand first. {RULE} And some last.\n\n- The database is now PostgreSQL.\n"),
    ]
    return snapshot(sessions, memories)


def texts_of(snap):
    return {
        (mark.id, int(snap.events.position[row])): snap.events.text[row]
        for at, mark in enumerate(snap.sessions)
        for row in snap.events.rows_of(at)
    }


def lines_of(operations):
    for operation in operations:
        for target in operation.targets:
            for edit in target.edits:
                for row in range(edit.start, edit.end):
                    yield target.memory, row


def test_dream_finds_each_kind_and_quotes_word_for_word(snap):
    result = dream(snap)

    assert {operation.reason_code for operation in result.operations} == {
        "recurring_error",
        "stated_preference",
        "attempts_differ",
        "same",
        "updates",
        "past_its_date",
    }
    texts = texts_of(snap)
    for quote in [quote for found in (*result.patterns, *result.operations) for quote in found.quotes]:
        assert texts[quote.session, quote.position][quote.start : quote.end] == quote.text
    touched = list(lines_of(result.operations))
    assert len(touched) == len(set(touched))
    assert all(operation.quotes or "read from memory alone" in operation.rationale for operation in result.operations)


def test_dream_writes_exact_edits(snap):
    after = {one.path: one.text for one in applied(snap, dream(snap).operations).memories}

    assert after["/a.md"] == f"# Rules\n\n- {RULE}\n"
    assert after["/b.md"] == "Some words that stand first. And some last.\n\n- The database is now PostgreSQL.\n"
    (lesson,) = [text for path, text in after.items() if path.startswith("/learned/mistakes/tool") or "extract" in path]
    assert lesson == (
        "# When calling `extract`\n\n"
        "- Before calling `extract`, call `scan`: otherwise it may answer `Error: page … is an image`.\n"
    )


def test_lessons_join_the_file_for_their_kind_where_there_is_one():
    home = memory("/learned/mistakes.md", "# Mistakes\n\n- Be careful with dates.\n")

    (operation,) = dream(snapshot(failing("a", "b"), [home])).operations

    (target,) = operation.targets
    assert (operation.kind, target.path_after, target.edits[0].start, target.edits[0].end) == ("edit", home.path, 3, 3)


def test_order_of_sessions_and_memories_does_not_matter():
    sessions = [
        *failing("a", "b", "c"),
        *judged("e", 4, "failed", "drop", "look"),
        *judged("f", 3, "completed", "keep", "look"),
    ]
    memories = [memory(f"/{name}.md", f"- {RULE}\n- The port of the proxy is {name}.\n") for name in "123"]
    expected = dream(snapshot(sessions, memories))

    for seed in range(5):
        random.Random(seed).shuffle(sessions)
        random.Random(seed).shuffle(memories)
        result = dream(snapshot(sessions, memories))
        assert result.operations == expected.operations
        assert result.patterns == expected.patterns


@pytest.mark.parametrize("is_new", [True, False])
def test_second_dream_proposes_nothing_open_applied_or_rejected(snap, is_new):
    first = dream(snap)
    again = replace(snap, sessions=tuple(replace(mark, is_new=is_new) for mark in snap.sessions))
    opened = [
        OpenChange(
            f"chg_{at}", operation.targets[0].namespace, operation.fingerprint, operation.kind,
            tuple(target.path_after or target.path_before for target in operation.targets),
            tuple(target.memory for target in operation.targets), tuple({quote.session for quote in operation.quotes}),
        )
        for at, operation in enumerate(first.operations)
    ]  # fmt: skip
    for until in (NOW + timedelta(days=7), NOW - timedelta(days=1)):
        cooling = [Cooldown(one.namespace, one.fingerprint, until, one.sessions) for one in opened]
        assert dream(replace(again, cooldowns=tuple(cooling))).operations == ()

    result = dream(replace(again, open_changes=tuple(opened)))
    assert (result.operations, result.joins) == ((), {})
    assert dream(applied(again, first.operations)).operations == ()


@pytest.mark.parametrize("limit", [{"max_changes": 2}, {"max_removals": 1}])
def test_limits_do_not_feed_the_next_dream(snap, limit):
    first = dream(snap, **limit)
    cooling = [
        Cooldown("main", one.fingerprint, NOW + timedelta(days=7), tuple(quote.session for quote in one.quotes))
        for one in first.operations
    ]

    assert len(first.operations) == 2 or "max_removals" in limit
    assert dream(replace(snap, cooldowns=tuple(cooling)), **limit).operations == ()


def test_new_evidence_joins_an_open_change_and_reopens_a_cooled_one():
    before = dream(snapshot(failing("a", "b"))).operations[0]
    more = snapshot([*failing("a", "b", is_new=False), *failing("c")])
    had = ("ses_a", "ses_b")
    change = OpenChange("chg_1", "main", before.fingerprint, "add", (), (), had)

    joined = dream(replace(more, open_changes=(change,)))
    early = dream(replace(more, cooldowns=(Cooldown("main", before.fingerprint, NOW + timedelta(days=1), had),)))
    late = dream(replace(more, cooldowns=(Cooldown("main", before.fingerprint, NOW - timedelta(days=1), had),)))

    assert joined.operations == ()
    assert {quote.session for quote in joined.joins["chg_1"]} == {"ses_c"}
    assert early.operations == ()
    assert [operation.fingerprint for operation in late.operations] == [before.fingerprint]


def test_what_a_person_removed_or_memory_holds_is_not_proposed():
    snap = snapshot(failing("a", "b"))
    bullet = dream(snap).operations[0].targets[0].edits[0].lines[-1]

    assert dream(replace(snap, removals=(Removal("main", digest(bullet)),))).operations == ()
    known = memory(
        "/tips.md", "- If `extract` says Error: page 3 is an image, run the scanner first.\n", namespace="team"
    )
    assert dream(replace(snap, memories=(known,))).operations == ()
    assert len(dream(replace(snap, memories=(known,))).patterns) == 1


def test_what_a_person_removed_does_not_come_back_in_anothers_place():
    gone = Removal("main", digest("Tell customers that the refund window is 14 days."))

    assert dream(snapshot([session("1", person(WISH))], [WINDOW], removals=(gone,))).operations == ()


WISH = "From now on, please tell customers that the refund window is 14 days."
WINDOW = memory("/r.md", "# Refunds\n\n- The refund window is 30 days from the start.\n- Ask for the receipt.\n")


def test_a_wish_of_another_value_is_one_edit_of_the_losing_line():
    snap = snapshot([session("1", person(WISH))], [WINDOW])

    (operation,) = dream(snap).operations

    assert (operation.kind, operation.title) == ("edit", "Set refund window to 14 days, as a person asked")
    assert [quote.text for quote in operation.quotes] == [WISH]
    after = applied(snap, [operation])
    assert after.memories[0].text == (
        "# Refunds\n\n- Tell customers that the refund window is 14 days.\n- Ask for the receipt.\n"
    )
    assert dream(after).operations == ()


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("From now on, the refund window is 14 days.", "Set refund window to 14 days, as a person said"),
        ("Is the refund window 14 days from now on?", None),
        ("The refund window is 14 days, I think.", None),
        ("From now on, the return window is 14 days.", None),
    ],
)  # fmt: skip
def test_what_a_person_announces_replaces_the_value_of_memory(said, title):
    snap = snapshot([session("1", person(said), started_at=NOW)], [WINDOW])

    result = dream(snap)

    assert [one.title for one in result.operations] == ([title] if title else [])
    assert [pattern.kind for pattern in result.patterns] == []
    assert dream(applied(snap, result.operations)).operations == ()


def test_a_wish_replaces_its_sentence_and_leaves_the_rest_of_a_bullet():
    bullet = "- Be kind. The refund window is 30 days.\n  Ask for the receipt.\n"
    snap = snapshot([session("1", person(WISH), started_at=NOW)], [memory("/r.md", f"# Refunds\n\n{bullet}")])

    result = dream(snap)

    after = applied(snap, result.operations)
    assert after.memories[0].text == (
        "# Refunds\n\n- Be kind. Tell customers that the refund window is 14 days.\n  Ask for the receipt.\n"
    )
    assert dream(after).operations == ()


def test_a_copy_made_after_a_wish_is_no_later_word():
    older, copy = (
        memory(path, f"# Refunds\n\n- The refund window is 30 days.\n- {also}\n", at=NOW - timedelta(days=days))
        for path, also, days in (("/a.md", "Be kind.", 90), ("/b.md", "Ask Ada for the form.", 2))
    )
    snap = snapshot([session("1", person(WISH), started_at=NOW - timedelta(days=30))], [older, copy])

    result = dream(snap, propose=["add", "edit", "archive"], max_share=1.0)

    assert "stated_preference" in {operation.reason_code for operation in result.operations}
    assert dream(applied(snap, result.operations), max_share=1.0).operations == ()


def test_one_wish_in_two_wordings_is_one_lesson():
    said = ("Always round totals to two decimals, please.", "Going forward, please round totals to two decimals.")
    snap = snapshot([session(str(at), person(text), started_at=NOW) for at, text in enumerate(said)])

    (operation,) = dream(snap).operations

    assert {quote.text for quote in operation.quotes} == set(said)
    assert dream(applied(snap, [operation])).operations == ()


def test_a_wish_joins_the_contradiction_that_it_settles():
    newer = memory("/s.md", "# Refunds\n\n- The refund window is 14 days from the start.\n", at=NOW - timedelta(days=2))
    snap = snapshot([session("1", person(WISH), started_at=NOW)], [WINDOW, newer])

    result = dream(snap)

    (operation,) = result.operations
    assert (operation.reason_code, operation.confidence) == ("updates", 0.8)
    assert [quote.text for quote in operation.quotes] == [WISH]
    assert [pattern.kind for pattern in result.patterns] == ["preference"]
    assert dream(applied(snap, result.operations)).operations == ()


def test_lessons_stay_out_of_shared_namespaces_where_they_can():
    both = snapshot(failing("a", "b"), namespaces=("all", "main"), shared=("all",))
    only = snapshot(failing("a", "b"), namespaces=("all",), shared=("all",))

    assert [dream(snap).operations[0].targets[0].namespace for snap in (both, only)] == ["main", "all"]


def test_a_contact_that_left_is_replaced_once():
    text = "# Contacts\n\n- Billing: Ada, handle `ada.b`.\n- Storage: Cleo, handle `cleo.d`.\n"
    sessions = [
        session(
            name,
            tried("page", "PageError: no such user ada.b", handle="ada.b"),
            person("Billing is with Eve now, handle eve.f."),
            tried("page", handle="eve.f"),
        )
        for name in "12"
    ]
    snap = snapshot(sessions, [memory("/pagers.md", text)])

    (operation,) = dream(snap).operations

    after = applied(snap, [operation])
    assert after.memories[0].text == text.replace(
        "Billing: Ada, handle `ada.b`.", "Billing is with Eve now, handle eve.f."
    )
    assert len(operation.quotes) == 4
    assert dream(after).operations == ()


def test_nothing_is_written_where_the_agent_may_not():
    locked = memory("/a.md", f"- {RULE}\n- {RULE}\n", protected=True)
    foreign = memory("/a.md", f"- {RULE}\n- {RULE}\n", namespace="foreign")

    assert dream(snapshot(failing("a", "b"), [locked])).operations == ()
    assert dream(snapshot([], [foreign])).operations == ()
    assert dream(snapshot(failing("a", "b"), namespaces=())).operations == ()


def test_a_memory_with_nothing_else_is_archived():
    (operation,) = dream(snapshot([], [memory("/a.md", "# Form\n\n- Use the old form until 2025-03-31.\n")])).operations

    assert (operation.kind, operation.targets[0].path_after, operation.targets[0].edits) == ("archive", None, ())


def test_a_dream_leaves_no_cycles_and_the_collector_as_it_was(snap):
    was_on = []
    LocalEngine().dream(snap, {}, lambda *progress: was_on.append(gc.isenabled()), None)
    assert gc.isenabled()
    assert not any(was_on)

    gc.disable()
    try:
        assert 0 in [cycles_of_a_dream(snap) for _ in range(5)]
    finally:
        gc.enable()


def cycles_of_a_dream(snap):
    """Objects only the collector could free after a dream; another thread of the worker may have left some of them."""
    gc.collect()
    dream(snap)
    assert not gc.isenabled()
    return gc.collect()


def test_progress_names_every_stage():
    seen = []

    LocalEngine().dream(snapshot(), {}, lambda stage, done, total: seen.append((stage, done, total)), None)

    assert seen == [(stage, at, len(STAGES)) for at, stage in enumerate(STAGES, 1)]


WORDS = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "- ",
        "# ",
        "`",
        "…",
        "\u202e",
        "a",
        "Error",
        "is",
        "not",
        "5",
        "until 2020-02-30",
        "{",
        "\ud800",
        "x" * 300,
    ]
)
TEXTS = st.lists(WORDS, max_size=12).map("".join)
EVENTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["message", "tool_call", "tool_result", "reasoning", "notice"]),
        "source_class": st.sampled_from(["user_input", "external_tool", "agent_authored", "system", "recalled"]),
        "tool": st.sampled_from(["", "a", "b`"]),
        "call_id": st.sampled_from(["", "1", "2"]),
        "is_error": st.booleans(),
        "text": TEXTS,
    }
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(EVENTS, max_size=8), st.sampled_from(["", "failed", "completed", "escalated"])), max_size=5
    ),
    st.lists(TEXTS, max_size=3),
)
def test_hostile_snapshots_do_not_raise_and_no_foreign_id_is_named(events, texts):
    sessions = [session(str(at), *own, outcome=outcome, task="t") for at, (own, outcome) in enumerate(events)]
    memories = [memory(f"/{at}.md", text) for at, text in enumerate(texts)]
    snap = snapshot(sessions, memories)

    result = dream(snap)

    ids = {mark.id for mark in snap.sessions}
    assert ids >= {quote.session for found in (*result.patterns, *result.operations) for quote in found.quotes}
    assert ids >= {name for pattern in result.patterns for name in pattern.sessions}
    named = {target.memory for operation in result.operations for target in operation.targets}
    assert named <= {one.id for one in memories} | {""}
    held = {one.id: len(lines.split(one.text)) for one in memories}
    assert all(row < held[name] for name, row in lines_of(result.operations))
    assert dream(applied(snap, result.operations)).operations == ()


def test_alternatives_say_what_they_offer_and_share_the_fingerprint():
    values = [memory(f"/{name}.md", f"- The port of the proxy is {name}.\n- Be kind.\n") for name in "12"]

    result = dream(snapshot([], values))

    (operation,), (other,) = result.operations, result.alternatives
    assert (operation.choice, other.choice) == ("", "keep_other")
    assert (other.fingerprint, other.reason_code) == (operation.fingerprint, "needs_person")
    assert other.targets[0].memory != operation.targets[0].memory


def test_each_alternative_settles_the_question():
    old = memory("/a.md", "- The service keeps its orders in PostgreSQL.\n- Be kind.\n", at=NOW - timedelta(days=90))
    new = memory("/b.md", "- The service keeps its orders in MySQL.\n- Be quick.\n", at=NOW - timedelta(days=9))
    snap = snapshot([], [old, new])

    result = dream(snap)

    offered = [*result.operations, *result.alternatives]
    assert [one.choice for one in offered] == ["", "keep_other", "both_dated"]
    assert len({one.fingerprint for one in offered}) == 1
    for one in offered:
        assert dream(applied(snap, [one])).operations == ()


def test_only_chosen_kinds_of_pattern_become_lessons(snap):
    every, chosen = dream(snap), dream(snap, kinds=["preference"])

    assert {one.kind for one in every.patterns} > {"preference"}
    assert chosen.patterns == every.patterns
    kinds = {one.key: one.kind for one in every.patterns}
    assert {kinds[one.pattern] for one in chosen.operations if one.pattern} == {"preference"}
    assert {kinds[one.pattern] for one in every.operations if one.pattern} > {"preference"}
