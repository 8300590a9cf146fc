"""Merges, moves, and what one run may take out of memory."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.snapshot import Cooldown, OpenChange, StatementMark
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.local.proposing import merging, moves
from dreaming.engines.local.proposing.carrying import carried
from dreaming.engines.local.reading import claims
from tests.dreaming.engines.build import NOW, applied, memory, snapshot

LONG_AGO = NOW - timedelta(days=90)
SHARED = "".join(
    f"- {text}\n"
    for text in (
        "Refunds over 500 EUR need a second signature.",
        "Ask for the receipt before anything is paid out.",
        "Answer within 2 days, even if nothing is decided.",
    )
)
ONE = memory("/refunds.md", f"# Refunds\n\n{SHARED}- Refunds go to the card that was charged.\n", at=LONG_AGO)
TWO = memory(
    "/notes/refunds.md", f"# Refunds\n\n{SHARED}- Ines signs on Fridays.\n\n## Abroad\n\n- Convert at ECB rates.\n"
)


def dream(snap, **curation):
    return LocalEngine().dream(snap, curation, lambda *progress: None, None)


def texts(snap):
    return {one.path: one.text for one in snap.memories}


def test_a_memory_that_mostly_repeats_another_is_merged_into_it_word_for_word():
    snap = snapshot(memories=[ONE, TWO])

    (operation,) = dream(snap).operations

    assert (operation.kind, operation.title) == ("merge", "Merge /refunds.md into /notes/refunds.md")
    after = applied(snap, [operation])
    signs, card = "- Ines signs on Fridays.\n", "- Refunds go to the card that was charged.\n"
    assert texts(after) == {TWO.path: TWO.text.replace(signs, signs + card)}
    assert all(line[2:-2] in operation.rationale for line in SHARED.splitlines(keepends=True))
    assert dream(after).operations == ()


def test_a_memory_of_which_nothing_else_is_left_is_archived():
    snap = snapshot(memories=[replace(ONE, text=f"# Refunds\n\n{SHARED}"), TWO])

    (operation,) = dream(snap).operations

    assert operation.title == "Archive /refunds.md: all of it stands in /notes/refunds.md"
    assert (operation.kind, [target.path_after for target in operation.targets]) == ("archive", [None])
    assert dream(applied(snap, [operation])).operations == ()


@pytest.mark.parametrize(
    "kept",
    [
        {"protected": True},
        {"text": ONE.text.replace("# Refunds", "# Acme")},
        {"text": ONE.text.replace("\n- Refunds go", "\n\n## Acme\n\n- Refunds go").replace("- Ask", "- Auditors ask")},
        {"namespace": "other"},
        {"statements": (StatementMark(5, 6, LONG_AGO, LONG_AGO, pinned=True),)},
    ],
    ids=["protected", "about something else", "less in common", "another namespace", "pinned"],
)
def test_memories_are_not_merged(kept):
    snap = snapshot(memories=[replace(ONE, **kept), TWO], namespaces=("main", "other"))

    assert [one.kind for one in dream(snap).operations if one.reason_code == "same_topic"] == []


def test_a_source_of_which_something_else_is_wanted_stays():
    dated = replace(
        ONE, text=ONE.text.replace("Refunds go to the card that was charged.", "Valid until 2025-03-31: no fee.")
    )

    operations = dream(snapshot(memories=[dated, replace(TWO, text=TWO.text + "- Ask Ada.\n")])).operations

    assert "same_topic" not in {one.reason_code for one in operations}
    assert "past_its_date" in {one.reason_code for one in operations}


def test_a_merge_that_is_not_wanted_leaves_the_copies_to_be_removed_one_by_one():
    result = dream(snapshot(memories=[ONE, TWO]), propose=["edit"])

    assert [one.reason_code for one in result.operations] == ["same"] * 3


def test_a_merge_that_was_turned_down_is_not_asked_for_line_by_line():
    snap = snapshot(memories=[ONE, TWO])
    (operation,) = dream(snap).operations

    for days in (-1, 7):
        refused = Cooldown("main", operation.fingerprint, NOW + timedelta(days=days), ())
        assert dream(replace(snap, cooldowns=(refused,))).operations == ()


def test_lessons_about_one_thing_are_merged_once_they_are_not_new():
    files = [
        memory(f"/learned/mistakes/{name}.md", f"# When calling `pay`\n\n- Before calling `pay`, call `{name}`.\n",
               at=NOW - timedelta(days=30 - at))
        for at, name in enumerate(("check", "lock", "tell"))
    ]  # fmt: skip

    (operation,) = dream(snapshot(memories=files)).operations

    assert (operation.kind, operation.title) == ("merge", "Merge 2 files into /learned/mistakes/check.md")
    after = applied(snapshot(memories=files), [operation])
    (text,) = texts(after).values()
    assert text == "# When calling `pay`\n\n" + "".join(
        f"- Before calling `pay`, call `{n}`.\n" for n in ("check", "lock", "tell")
    )
    assert dream(snapshot(memories=files[:2])).operations == ()
    assert dream(snapshot(memories=[*files[:2], replace(files[2], at=NOW - timedelta(days=2))])).operations == ()
    assert (
        dream(snapshot(memories=[replace(files[0], text=files[0].text.replace("pay", "log")), *files[1:]])).operations
        == ()
    )


def test_what_is_carried_over_keeps_its_headings_its_code_and_its_order():
    source = (
        "# Other title\n\nFirst words. And more.\n\n```sh\nmake ship\n```\n\n## Steps\n\n1. one\n2. two\n   - deep\n"
    )
    target = "# Title\n\n- a\n\n## Steps\n\n- b\n\n## Last\n\n- c\n"

    (first, second) = carried(target, [(source, frozenset())])

    assert (first.start, first.lines) == (
        3,
        ("\n", "First words. And more.\n", "\n", "```sh\n", "make ship\n", "```\n"),
    )
    assert (second.start, second.lines) == (7, ("1. one\n", "2. two\n", "   - deep\n"))
    assert carried("- no line end", [(source, frozenset())]) is None
    assert carried(target, [("# Title\n\n- a\n", frozenset({(2, 11)}))]) == ()


def test_one_title_and_one_folder_need_less_in_common():
    here = memory(
        "/refunds-2.md",
        "# Refunds\n\n- Refunds over 500 EUR need a second signature.\n- Pay on Fridays.\n- Ask Ada first.\n",
    )
    there = replace(here, path="/acme/refunds.md")
    first = replace(ONE, text=f"# Refunds\n\n{SHARED}")

    (found,) = merging.find(*_known([first, here]))

    assert found.operation.title == "Merge /refunds-2.md into /refunds.md"
    assert merging.find(*_known([first, there])) == []


def _known(memories, **curation):
    snap, policy = snapshot(memories=memories), Curation(**curation)
    return snap, claims.read(snap, policy), [], policy


FLAT = [
    *[
        memory(f"/refund-{name}.md", f"# {name}\n\n- {name} pays in {at} days.\n")
        for at, name in enumerate(("eu", "us", "uk"))
    ],
    *[
        memory(f"/{name}.md", f"# {name}\n\n- Ask {name} in week {at}.\n")
        for at, name in enumerate(("ada", "bob", "cleo", "dan", "eve"))
    ],
]


def moved(memories, **curation):
    snap = snapshot(memories=memories, namespaces=("main",))
    return moves.find(snap, Curation(**{"topic_folder_size": 7} | curation))


def test_a_folder_that_outgrew_its_list_gets_topic_folders():
    (draft,) = moved(FLAT)

    assert (draft.operation.kind, draft.operation.title) == ("move", "Move 3 memories to /refund/")
    assert {(one.path_before, one.path_after, one.edits) for one in draft.operation.targets} == {
        (f"/refund-{name}.md", f"/refund/refund-{name}.md", ()) for name in ("eu", "us", "uk")
    }
    assert moved(FLAT, topic_folder_size=8) == moved(FLAT, topic_folder_size=0) == []


@pytest.mark.parametrize(
    "memories",
    [
        [replace(FLAT[0], protected=True), *FLAT[1:]],
        [*FLAT, memory("/refund/refund-eu.md", "# EU\n\n- taken\n")],
        [*FLAT[:-1], replace(FLAT[-1], text="See refund-us.md for the rest.\n")],
        [replace(one, path=f"/learned{one.path}") for one in FLAT],
        [replace(one, namespace="other") for one in FLAT],
    ],
    ids=["protected", "path taken", "named by another", "lessons", "read only"],
)
def test_memories_stay_where_they_are(memories):
    assert moved(memories) == []
    assert moved(FLAT, protected_paths=("/refund",)) == []


def test_restructuring_comes_to_rest_and_a_later_memory_does_not_reshuffle():
    policy = {"topic_folder_size": 7}
    first = dream(snapshot(memories=FLAT), **policy)
    after = applied(snapshot(memories=FLAT), first.operations)
    assert [one.kind for one in first.operations] == ["move"]

    later = replace(after, taken_at=NOW + timedelta(days=9))
    names = ("gift-a", "gift-b", "gift-c", "gift-d", "ida", "joe", "kim", "lea")
    more = [memory(f"/{name}.md", f"- {name} goes by post.\n", at=NOW + timedelta(days=1)) for name in names]

    assert dream(after, **policy).operations == ()
    assert dream(replace(later, memories=(*after.memories, *more[:4])), **policy).operations == ()
    (grown,) = dream(replace(later, memories=(*after.memories, *more)), **policy).operations
    assert grown.title == "Move 4 memories to /gift/"


def test_a_move_is_proposed_once():
    policy = {"topic_folder_size": 7}
    snap = snapshot(memories=FLAT)
    (operation,) = dream(snap, **policy).operations
    waiting = OpenChange("chg_1", "main", operation.fingerprint, "move", (), (), ())
    elsewhere = replace(waiting, fingerprint="other", paths=("/refund/refund-eu.md",))
    refused = Cooldown("main", operation.fingerprint, NOW - timedelta(days=1), ())

    for kept in ({"open_changes": (waiting,)}, {"open_changes": (elsewhere,)}, {"cooldowns": (refused,)}):
        assert dream(replace(snap, **kept), **policy).operations == ()


def test_one_run_takes_out_at_most_a_share_of_a_namespace():
    text = "".join(f"- Use form {at} until 2025-03-{at:02}.\n" for at in range(1, 11))
    snap = snapshot(memories=[memory("/forms.md", text), memory("/other.md", "- Keep this.\n", namespace="other")])

    result = dream(snap, max_share=0.3)

    assert len(result.operations) == 3
    assert result.funnel["skipped_over_share"] == 7
    assert len(dream(snap, max_share=0.3, max_removals=2).operations) == 2
    assert dream(snap, max_share=0).operations == ()
    cooling = [Cooldown("main", one.fingerprint, NOW + timedelta(days=7), ()) for one in result.operations]
    assert dream(replace(snap, cooldowns=tuple(cooling)), max_share=0.3).operations == ()


def test_two_folds_never_lean_on_each_other():
    same = "Invoices over 500 EUR need a second signature."
    dated = f"{same} Until 2025-03-31."
    snap = snapshot(memories=[memory("/a.md", f"- {dated}\n"), memory("/b.md", f"- {dated}\n- Ask Ada.\n")])

    operations = dream(snap, max_share=1).operations

    assert {one.reason_code for one in operations} <= {"past_its_date", "same"}
    assert dream(applied(snap, operations), max_share=1).operations == ()


PIECES = (
    "Pay on Fridays.",
    "Ask Ada first.",
    "Valid until 2025-03-31.",
    "Refunds over 500 EUR wait a day.",
    "Use `pay`.",
)
DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["/refund-a.md", "/refund-b.md", "/refund-c.md", "/gift.md", "/notes/refund.md", "/learned/x.md"]
        ),
        st.sampled_from(["", "# Refunds\n\n", "# Gifts\n\n", "# `pay`\n\n## Rules\n\n"]),
        st.lists(st.tuples(st.sampled_from(PIECES), st.booleans()), min_size=1, max_size=5),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one[0],
)
POLICIES = st.fixed_dictionaries(
    {
        "topic_folder_size": st.integers(0, 3),
        "max_share": st.sampled_from([0, 0.3, 1]),
        "protected_phrases": st.sampled_from([[], ["ada"]]),
        "protected_paths": st.sampled_from([[], ["/notes"], ["/refund"]]),
    }
)


def _document(path, head, said, protected):
    text = head + "".join(f"- {words}\n" for words, _ in said)
    old = NOW - timedelta(days=400)
    first = len(head.splitlines())
    marks = tuple(StatementMark(first + at, first + at + 1, old, old, pinned=pin) for at, (_, pin) in enumerate(said))
    return memory(path, text, at=old, protected=protected, statements=marks)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS, POLICIES)
def test_what_is_kept_stays_and_nothing_is_lost_unnamed(documents, policy):
    memories = [_document(*one) for one in documents]
    snap = snapshot(memories=memories)

    operations = dream(snap, **policy).operations

    after = {one.id: one for one in applied(snap, operations).memories}
    left = "".join(one.text for one in after.values())
    paths = [one.path for one in after.values()]
    assert len(paths) == len(set(paths))
    named = "".join(one.title + one.rationale for one in operations)
    for (path, _, said, protected), one in zip(documents, memories, strict=True):
        if protected or any(path == guard or path.startswith(f"{guard}/") for guard in policy["protected_paths"]):
            assert after.get(one.id) == one
        for words, pin in said:
            if pin or any(phrase in words.casefold() for phrase in policy["protected_phrases"]):
                assert words in (after[one.id].text if one.id in after else "")
            assert words in left or words[:-1] in named
    assert policy["max_share"] or all(piece in left for _, _, said, _ in documents for piece, _ in said)
