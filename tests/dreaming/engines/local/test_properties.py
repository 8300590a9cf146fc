"""What holds of every dream, whatever it reads: nothing lost unnamed, all undone byte for byte, no order, no error."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.snapshot import StatementMark
from agents.text import lines
from agents.text.normalise import digest
from agents.text.statements import statements
from benchmarks.planted import store
from dreaming.engines.local.engine import LocalEngine
from tests.dreaming.engines.build import NOW, agent, call, memory, person, result, session, snapshot, tried

PHASES = (Phase.explicit, Phase.generate)  # examples are small: shrinking takes longer than reading one

MOST_DREAMS = 8
WAITING = ("skipped_line_taken", "skipped_line_kept_by_another")
WIDE = {"max_changes": 1000, "max_removals": 1000, "max_share": 1.0}


def dream(snap, **curation):
    return LocalEngine().dream(snap, curation, lambda *progress: None, None)


SENTENCES = st.sampled_from(
    [
        "Invoices over 500 EUR need a second signature.",
        "Invoices over 500 EUR need a second signature",
        "Invoices over 900 EUR need a second signature.",
        "A second signature is needed for invoices over 500 EUR.",
        "The port of the staging proxy is 8080.",
        "The port of the staging proxy is now 9090.",
        "The port of the live proxy is 8080.",
        "The report is sent to Ada on Fridays.",
        "The report is no longer sent to Ada on Fridays.",
        "Use the paper form until 2025-03-31.",
        "Use the paper form until 2027-03-31.",
        "The owner of billing is Ada. The owner of storage is Cleo.",
        "Page `ada.b` for billing.",
        "Always attach the receipt to `submit_claim`.",
        "Before calling `extract`, call `scan`: otherwise it may answer `Error: page … is an image`.",
        "Ships on 1 May 2025; review by 2025-04-01.",
    ]
)
DRESS = st.sampled_from(
    [
        "- {}\n",
        "{}\n",
        "{}\n\n",
        "* {}\n",
        "1. {}\n",
        "  - {}\n",
        "> {}\n",
        "{} {}\n",
        "- **{}**\n",
        "| {} | x |\n",
        "{}",
    ]
)
HOSTILE = st.sampled_from(
    [
        "# Rules\n", "## Staging\n", "\n", "---\n", "```\n", "- \n",
        "\ufffd\ufffd\n", "\u202egnirts\u202c\n", "\x00\x07\n",
        "\u200b\u2060\n", "\r\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "- a\n  - b\n    - c\n      - d\n", "x" * 5_000,
        "The port of the staging proxy is " * 40, "key: value\n",
        "\u2028\u2029", "\U0001f600 - \n", "until 2020-02-30\n",
    ]
)  # fmt: skip
BLOCKS = st.one_of(st.builds(lambda dress, text: dress.format(text, text), DRESS, SENTENCES), HOSTILE)
DOCUMENTS = st.lists(BLOCKS, max_size=10).map("".join)
AGES = st.integers(min_value=0, max_value=900)
FLAT = st.lists(
    st.tuples(st.lists(SENTENCES.map("- {}\n".format), max_size=8).map("".join), AGES, st.booleans()), max_size=4
)
MEMORIES = st.lists(st.tuples(DOCUMENTS, AGES, st.booleans()), max_size=4)

TOOLS = st.sampled_from(["", "extract", "scan", "submit_claim", "a`b"])
ERRORS = st.sampled_from(["", "", "Error: page 3 is an image", "UserError: no such user ada.b", "\ufffd", "{"])
STEPS = st.one_of(
    st.builds(lambda tool, error, at: tried(tool, error, file=at), TOOLS, ERRORS, st.integers(0, 3)),
    st.builds(call, TOOLS, st.sampled_from(["", "1", "2"])),
    st.builds(
        lambda tool, text, at, failed: result(tool, text, at, is_error=failed),
        TOOLS, SENTENCES, st.sampled_from(["", "1", "9"]), st.booleans(),
    ),
    st.builds(person, st.one_of(SENTENCES, st.sampled_from(
        ["From now on, always put amounts in EUR.", "Please never page `ada.b` again.", "No, that is wrong.", ""]
    ))),
    st.builds(agent, SENTENCES),
    st.builds(lambda text: person(text, source_class="recalled"), SENTENCES),
)  # fmt: skip
STARTS = st.one_of(st.none(), st.integers(0, 500).map(lambda days: NOW - timedelta(days=days)))
SESSIONS = st.lists(
    st.tuples(
        st.lists(STEPS, max_size=6),
        st.sampled_from(["", "failed", "completed", "escalated"]),
        st.sampled_from(["", "t1", "t2"]),
        STARTS,
        st.booleans(),
    ),
    max_size=6,
)


def a_memory(at, text, days, protected):
    """A memory with the records that the product keeps: one for each statement."""
    seen = NOW - timedelta(days=days)
    marks = tuple(StatementMark(one.start, one.end, seen, seen) for one in statements(text))
    return memory(f"/{at}.md", text, at=seen, protected=protected, statements=marks)


def a_snapshot(memories, sessions):
    marks = [
        session(str(at), *events, outcome=outcome, task=task, started_at=started, taint=taint)
        for at, (events, outcome, task, started, taint) in enumerate(sessions)
    ]
    return snapshot(marks, [a_memory(at, *one) for at, one in enumerate(memories)])


def claims_of(memories):
    found = Counter()
    for one in memories:
        found.update(digest(claim.text) for claim in statements(one.text) if claim.kind != "heading")
    return found


def texts_of(memories):
    return {digest(claim.text): claim.text for one in memories for claim in statements(one.text)}


def flat(text):
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def every(result):
    return (*result.operations, *result.alternatives)


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(MEMORIES, SESSIONS)
def test_no_operation_loses_a_statement_without_naming_it(memories, sessions):
    snap = a_snapshot(memories, sessions)
    before, texts = claims_of(snap.memories), texts_of(snap.memories)

    for operation in every(dream(snap)):
        memories_after = store.apply(snap.memories, [operation], NOW)
        left = flat("".join(one.text for one in memories_after))
        said = flat(operation.title + operation.rationale)
        for lost in before - claims_of(memories_after):
            assert flat(texts[lost]) in left or flat(texts[lost])[:20] in said, (texts[lost], operation)


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(MEMORIES, SESSIONS)
def test_applying_and_undoing_all_operations_gives_the_same_bytes(memories, sessions):
    snap = a_snapshot(memories, sessions)
    operations = dream(snap).operations

    after = {one.id: one for one in store.apply(snap.memories, operations, NOW)}

    for one in snap.memories:
        targets = [target for operation in operations for target in operation.targets if target.memory == one.id]
        edits = store.composed(targets)
        rows = lines.split(one.text)
        changed = lines.apply(rows, edits)
        assert lines.are_whole(changed)
        assert "".join(lines.apply(changed, store.inverse(rows, edits))) == one.text
        assert one.id in after or any(target.path_after is None for target in targets)
        if one.protected:
            assert not targets


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(MEMORIES, SESSIONS)
def test_nothing_outside_the_snapshot_is_named_and_quotes_stand_at_their_place(memories, sessions):
    snap = a_snapshot(memories, sessions)

    found = dream(snap)

    known = {one.id: one for one in snap.memories}
    texts = {
        (mark.id, int(snap.events.position[row])): snap.events.text[row]
        for at, mark in enumerate(snap.sessions)
        for row in snap.events.rows_of(at)
    }
    tainted = {mark.id for mark in snap.sessions if mark.taint}
    for one in (*found.patterns, *every(found)):
        for quote in one.quotes:
            assert texts[quote.session, quote.position][quote.start : quote.end] == quote.text
            assert quote.session not in tainted
    for operation in every(found):
        assert 0 <= operation.confidence <= 1
        for target in operation.targets:
            assert target.namespace in snap.namespaces
            if target.memory:
                held = known[target.memory]
                assert (target.version_id, target.path_before) == (held.version_id, held.path)
    assert len({(one.kind, one.fingerprint) for one in found.operations}) == len(found.operations)
    assert all(set(pattern.sessions) <= {mark.id for mark in snap.sessions} - tainted for pattern in found.patterns)


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(MEMORIES, SESSIONS, st.randoms(use_true_random=False))
def test_order_of_sessions_and_memories_does_not_matter(memories, sessions, chance):
    named = [
        session(str(at), *events, outcome=outcome, task=task, started_at=started, taint=taint)
        for at, (events, outcome, task, started, taint) in enumerate(sessions)
    ]
    held = [a_memory(at, *one) for at, one in enumerate(memories)]
    first = dream(snapshot(named, held))

    chance.shuffle(named)
    chance.shuffle(held)
    again = dream(snapshot(named, held))

    assert (again.operations, again.alternatives, again.patterns) == (
        first.operations, first.alternatives, first.patterns,
    )  # fmt: skip


def settled(first, memories, is_new):
    """What the same input looks like once everything that was proposed is open, or was turned down."""
    refused = store.Refusals()
    for operation in first.operations:
        refused.refuse(operation, NOW)
    read = replace(memories, sessions=tuple(replace(mark, is_new=is_new) for mark in memories.sessions))
    opened = tuple(
        store.open_change(one, at, read.memories, agent=read.agent, opened_at=NOW)
        for at, one in enumerate(first.operations)
    )
    return replace(read, open_changes=opened), replace(read, cooldowns=refused.cooldowns())


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(MEMORIES, SESSIONS, st.booleans())
def test_a_second_dream_proposes_nothing_while_the_first_is_open_or_turned_down(memories, sessions, is_new):
    snap = a_snapshot(memories, sessions)

    opened, cooling = settled(dream(snap), snap, is_new)

    found = dream(opened)
    assert (found.operations, found.joins, found.withdrawals, dream(cooling).operations) == ((), {}, {}, ())


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(FLAT, SESSIONS, st.booleans())
def test_a_second_dream_proposes_nothing_once_all_is_applied(memories, sessions, is_new):
    """With no limit; what needs a line that another change takes or keeps has to wait until that is applied."""
    snap = a_snapshot(memories, sessions)
    first = dream(snap, **WIDE)

    read = replace(snap, sessions=tuple(replace(mark, is_new=is_new) for mark in snap.sessions))
    applied = replace(read, memories=store.apply(snap.memories, first.operations, NOW))

    assert any(map(first.funnel.get, WAITING)) or dream(applied, **WIDE).operations == ()


@pytest.mark.slow
@settings(max_examples=40, deadline=None, phases=PHASES)
@given(MEMORIES, SESSIONS)
def test_dreams_come_to_rest_when_all_is_applied(memories, sessions):
    snap = a_snapshot(memories, sessions)

    for _ in range(MOST_DREAMS):
        snap = replace(snap, memories=store.apply(snap.memories, dream(snap, **WIDE).operations, NOW))

    assert dream(snap, **WIDE).operations == ()


def identical(count):
    return snapshot([], [memory("/a.md", "- Invoices over 500 EUR need a second signature.\n" * count)])


def nested(depth):
    text = "".join(f"{'  ' * level}- The port of proxy {level} is {level}.\n" for level in range(depth))
    return snapshot([], [memory("/a.md", text)])


def naive():
    """Dates without a zone, and none at all."""
    events = [tried("extract", "Error: page 3 is an image", file=3), tried("scan"), tried("extract", file=3)]
    dates = [datetime(2025, 5, 1), datetime(2025, 5, 2, tzinfo=UTC), None, datetime(2025, 5, 4)]
    return snapshot([session(str(at), *events, started_at=day) for at, day in enumerate(dates)])


SNAPSHOTS = {
    "empty": snapshot(),
    "one memory of one line": snapshot([], [memory("/a.md", "x")]),
    "one empty memory": snapshot([], [memory("/a.md", "")]),
    "one empty session": snapshot([session("1")]),
    "one session of one event": snapshot([session("1", person("Hello."))]),
    "all sessions identical": snapshot(
        [session(str(at), tried("extract", "Error: x"), tried("scan")) for at in range(50)]
    ),
    "hidden and half characters": snapshot(
        [
            session("1", person("\ufffd\u202e\u200b always \ud800 never")),
            session("2", call("\ufffd"), result("", "\x00")),
        ],
        [memory("/a.md", "- \ufffd\u202eThe port is \u200b8080.\n- The port is 9090.\u202c\n\x00\x1b[31m\n")],
    ),
    "very long lines": snapshot(
        [session("1", person("always " * 20_000), tried("extract", "Error: " + "x" * 100_000))],
        [memory("/a.md", "- " + "the port of the proxy is 80 " * 5_000 + "\n- " + "(" * 20_000 + "\n" + "a" * 100_000)],
    ),
    "results without calls": snapshot([session(str(at), result("", "Error: x", is_error=True)) for at in range(3)]),
    "calls without results": snapshot([session(str(at), call("extract", "1", file=at)) for at in range(3)]),
    "calls that share an id": snapshot(
        [session(str(at), call("a", "1"), call("b", "1"), result("a", "x", "1")) for at in range(3)]
    ),
    "arguments nested beyond reason": snapshot(
        [session(str(at), call("a") | {"text": '{"a":' * 5_000 + "1" + "}" * 5_000}) for at in range(3)]
    ),
    "arguments that are no object": snapshot(
        [session(str(at), call("a") | {"text": "[NaN, 1e999, null]"}) for at in range(3)]
    ),
    "numbers beyond reason": snapshot(
        [session(str(at), tried("a", "Error: no", n=10**400 + at), tried("a", n=1)) for at in range(3)]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_odd_snapshots_do_not_raise(name):
    snap = SNAPSHOTS[name]

    first = dream(snap)

    after = replace(snap, memories=store.apply(snap.memories, first.operations, NOW))
    assert dream(after).operations == ()


def test_dates_without_a_zone_do_not_raise():
    assert [one.reason_code for one in dream(naive()).operations] == ["recurring_error"]


def test_nested_lists_are_not_cut_apart():
    assert dream(nested(60)).operations == ()


@pytest.mark.slow
def test_ten_thousand_identical_statements_are_one_change():
    snap = identical(10_000)

    (operation,) = dream(snap).operations

    assert claims_of(store.apply(snap.memories, [operation], NOW)).total() == 1
