from datetime import timedelta

import pytest

from agents.text import lines
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.protocol import Decline, Request, Tried
from tests.dreaming.engines.build import NOW, applied, memory, session, snapshot, tried

OLD = memory("/r.md", "# Refunds\n\n- The refund window is 30 days from the start.\n- Ask for the receipt.\n")
NEW = memory("/s.md", "# Refunds\n\n- The refund window is 14 days from the start.\n", at=NOW - timedelta(days=2))


def silent(*progress):
    pass


def proposed(snap, code=""):
    operations = LocalEngine().dream(snap, {}, silent, None).operations
    return next(one for one in operations if code in ("", one.reason_code))


def tried_with(snap, operation):
    texts = {one.id: lines.split(one.text) for one in snap.memories}
    return Tried(
        tuple(
            (
                target.path_before if target.memory else "",
                target.path_after,
                [(texts.get(target.memory, [])[edit.start : edit.end], edit.lines) for edit in target.edits],
            )
            for target in operation.targets
        )
    )


def ask(snap, operation, text="", *, code="", times=1):
    """The replies to the same request, asked again and again."""
    offered, replies = [tried_with(snap, operation)], []
    for at in range(1, times + 1):
        request = Request("chg_1", "main", operation.fingerprint, operation.kind, text, code, at, tuple(offered))
        replies.append(LocalEngine().answer(snap, request, silent, None))
        if isinstance(replies[-1], Decline):
            break
        offered.append(tried_with(snap, replies[-1].operation))
    return replies


def recovering(*names, task="exports"):
    return [
        session(
            name, tried("login"), tried("export", "Error: locked", month=3), tried("release"), tried("export", month=3),
            task=task, started_at=NOW,
        )
        for name in names
    ]  # fmt: skip


@pytest.fixture
def lessons():
    return snapshot([*recovering("a", "b"), session("c", tried("look"), started_at=NOW)])


def test_a_lesson_is_narrowed_step_by_step_and_then_declined(lessons):
    operation = proposed(lessons)

    *replies, last = ask(lessons, operation, times=4)

    bullets = [reply.operation.targets[0].edits[0].lines[-1] for reply in replies]
    rest = "before calling `export`, call `release`: otherwise it may answer `Error: locked`.\n"
    assert bullets == [
        f"- Only where the work also calls `login`: {rest}",
        f"- Only in the task `exports`: {rest}",
    ]
    assert {(reply.operation.choice, reply.operation.fingerprint) for reply in replies} == {
        ("narrower", operation.fingerprint)
    }
    assert last.reason.startswith("Nothing else fits what was read.")


def test_words_that_a_person_quotes_come_first_and_are_theirs(lessons):
    (reply,) = ask(lessons, proposed(lessons), "Too broad. Better say “Release the lock before you export.” please")

    assert reply.operation.targets[0].edits[0].lines[-1] == "- Release the lock before you export.\n"
    assert reply.words_of_asker


@pytest.mark.parametrize(
    "text",
    [
        "“Release the lock before you export.”",
        "Say “too short”.",
        "Say “Release the \N{ZERO WIDTH SPACE}lock before you export.”",
        "Why does it say “otherwise it may answer”?",
    ],
)
def test_words_are_not_taken_where_none_are_meant(lessons, text):
    (reply,) = ask(lessons, proposed(lessons), text)

    assert (reply.operation.choice, reply.words_of_asker) == ("narrower", False)


@pytest.mark.parametrize(
    ("text", "code", "choice"),
    [
        ("Keep the other one.", "", "keep_other"),
        ("", "false", "keep_other"),
        ("Both are true, keep both with dates.", "", "both_dated"),
        ("", "stale", "both_dated"),
    ],
)
def test_the_other_value_or_both_are_offered_as_asked(text, code, choice):
    snap = snapshot([], [OLD, NEW])
    operation = proposed(snap)

    (reply,) = ask(snap, operation, text, code=code)

    assert (reply.operation.choice, reply.operation.fingerprint) == (choice, operation.fingerprint)
    after = {one.path: one.text for one in applied(snap, [reply.operation]).memories}
    if choice == "keep_other":
        assert after == {"/r.md": OLD.text}
    else:
        assert "30 days from the start (noted on 2025-05-22)." in after["/r.md"]
        assert "14 days from the start (noted on 2025-05-30)." in after["/s.md"]


def test_of_several_removals_only_the_surest_or_those_of_one_memory():
    rule = "Invoices over 500 EUR need a second signature."
    twice = memory("/b.md", f"- {rule}\n\nOther words.\n\n- {rule}\n- And more.\n")
    snap = snapshot([], [memory("/a.md", f"- {rule}\n- One thing.\n"), twice, memory("/c.md", f"- {rule}\n- Else.\n")])
    operation = proposed(snap, "same")

    replies = ask(snap, operation, "Only one of them, please.", times=4)

    made = [(reply.operation.choice, sum(len(one.edits) for one in reply.operation.targets)) for reply in replies[:-1]]
    assert made == [("split", 2), ("narrower", 1)] or made == [("narrower", 1)]
    assert isinstance(replies[-1], Decline)


def test_at_most_three_rounds_and_nothing_for_what_is_not_found(lessons):
    operation = proposed(lessons)

    late = LocalEngine().answer(
        lessons, Request("chg_1", "main", operation.fingerprint, "add", "Narrower.", round=4), silent, None
    )
    gone = LocalEngine().answer(lessons, Request("chg_1", "main", "f" * 64, "add", "Narrower."), silent, None)

    assert late == Decline("It was answered 3 times. Please edit it, or decide on it as it is.")
    assert gone == Decline("What it was proposed for is not found any more in what was read.")
