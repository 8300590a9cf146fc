from agents.text.lines import Edit, apply, split
from dreaming.engines.managed.comparing import Merge, Move, compare

REFUNDS = """# Refunds

- Refunds over 100 EUR need a second approval.
- Send a receipt by mail.
- Never refund gift cards.
"""
SHIPPING = (
    "# Shipping\n\n- Parcels leave at noon.\n- Pallets leave on Friday evening.\n- Customs papers go to Rotterdam.\n"
)


def test_equal_text_at_another_path_is_a_move():
    found = compare({"/a.md": REFUNDS}, {"/policies/a.md": REFUNDS})

    assert found.moves == [(Move("/a.md", "/policies/a.md"), ())]
    assert (found.added, found.archived, found.edits, found.merges) == ([], [], [], [])


def test_text_that_is_mostly_the_same_at_another_path_is_a_move_with_its_edits():
    found = compare({"/a.md": REFUNDS}, {"/b.md": REFUNDS.replace("100", "150")})

    assert found.moves == [
        (Move("/a.md", "/b.md"), (Edit(2, 3, ("- Refunds over 150 EUR need a second approval.\n",)),))
    ]


def test_edits_apart_are_changes_of_their_own():
    old = "".join(f"- Rule {n} holds.\n" for n in range(12))
    new = old.replace("Rule 1 ", "Rule one ").replace("Rule 9 ", "Rule nine ").replace("Rule 10 ", "Rule ten ")

    found = compare({"/a.md": old}, {"/a.md": new})

    assert [[(edit.start, edit.end) for edit in group] for _path, group in found.edits] == [[(1, 2)], [(9, 11)]]


def test_line_that_moved_within_a_memory_is_one_change():
    rows = [f"- Rule {n} holds.\n" for n in range(9)]

    found = compare({"/a.md": "".join(rows)}, {"/a.md": "".join([*rows[1:], rows[0]])})

    assert len(found.edits) == 1
    assert apply(rows, found.edits[0][1]) == [*rows[1:], rows[0]]


def test_memories_that_another_one_took_in_are_merged_and_its_other_edits_stand_alone():
    into = "# Support\n\n- Be kind.\n- Answer in a day.\n- Ask for the number.\n- Log the call.\n"
    after = into.replace("kind", "very kind and patient") + "".join(split(REFUNDS)[2:])

    found = compare({"/into.md": into, "/r.md": REFUNDS}, {"/into.md": after})

    assert found.merges == [Merge("/into.md", "/into.md", ("/r.md",), (Edit(6, 6, tuple(split(REFUNDS)[2:])),))]
    assert [path for path, _group in found.edits] == ["/into.md"]
    assert found.archived == []


def test_memories_that_became_a_new_one_are_its_nearest_moved_and_the_others_merged_into_it():
    both = REFUNDS + "\n" + SHIPPING

    found = compare({"/r.md": REFUNDS, "/s.md": SHIPPING}, {"/both.md": both})

    (merge,) = found.merges
    assert (merge.into, merge.after, merge.sources) == ("/r.md", "/both.md", ("/s.md",))
    assert "".join(apply(split(REFUNDS), merge.edits)) == both
    assert not any((found.moves, found.added, found.archived))


def test_what_nothing_else_says_is_added_and_archived():
    found = compare({"/r.md": REFUNDS}, {"/s.md": SHIPPING})

    assert (found.added, found.archived) == (["/s.md"], ["/r.md"])


def test_equal_stores_differ_in_nothing():
    found = compare({"/r.md": REFUNDS}, {"/r.md": REFUNDS})

    assert not any((found.moves, found.merges, found.edits, found.added, found.archived))
