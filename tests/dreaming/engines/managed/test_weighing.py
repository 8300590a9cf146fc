from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.snapshot import Cooldown, Removal, StatementMark
from agents.text.normalise import digest
from dreaming.engines.local.curation import Curation
from dreaming.engines.managed import engine, reading
from dreaming.engines.managed.account import Part
from dreaming.engines.managed.narrating import Notes
from tests.dreaming.engines import build
from tests.dreaming.engines.build import NOW
from tests.dreaming.engines.managed import desk

TEXT = (
    "# House\n\n- Answer in a day.\n- Be kind to everyone.\n- Refunds over 100 EUR need approval.\n- Log each call.\n"
)
SAID = build.session("s1", build.person("No, refunds over 150 EUR need approval, not those over 100."))
POLICY = Curation(max_removals=100, max_share=1.0)


def dreamt(after, *, memories=None, sessions=(SAID,), policy=POLICY, more=(), **kept):
    """What is proposed where a dream leaves {path: text or None} behind; `more` are other dreams of the same run."""
    memories = [build.memory("/house.md", TEXT)] if memories is None else memories
    snapshot = build.snapshot(sessions, memories, **kept)
    held = desk.workspace(sessions=frozenset(mark.external_id for mark in snapshot.sessions))
    given = reading.read(snapshot, held)
    outcomes = [_outcome(given, after) for after in (after, *more)]
    return engine._propose(snapshot, held, given, outcomes, policy)


def _outcome(given, after):
    texts = {path: memory.text for path, memory in given.shelf.memories.items()}
    changed = {path: text for path, text in after.items() if text is not None and texts.get(path) != text}
    before = {path: texts[path] for path, text in after.items() if path in texts and texts[path] != text}
    part = Part([mark.external_id for mark in given.sessions], dream="drm_1")
    notes = Notes("sesn_p", {"/house.md": Counter(read=2, edit=1)})
    return engine.Outcome(part, before, changed, Counter(store_differs=0), notes)


def test_edit_is_proposed_with_its_quote_and_what_the_dream_looked_at():
    result = dreamt({"/house.md": TEXT.replace("100", "150")})

    (operation,) = result.operations
    assert (operation.kind, operation.reason_code, operation.confidence) == ("edit", "managed_dream", 0.55)
    assert [quote.text for quote in operation.quotes] == ["No, refunds over 150 EUR need approval, not those over 100."]
    assert operation.quotes[0].lines == (0, 4, 5)
    assert "read 2×, edit 1×" in operation.rationale
    assert "dream drm_1" in operation.rationale
    assert result.funnel["proposed"] == 1


def test_what_no_session_says_is_proposed_and_says_so():
    result = dreamt({"/house.md": TEXT.replace("kind", "patient")})

    (operation,) = result.operations
    assert operation.quotes == ()
    assert engine.UNSAID in operation.rationale
    assert result.funnel["unquoted"] == 1


@pytest.mark.parametrize(
    ("after", "memories", "reason"),
    (
        ({"/policies/a.md": "- Other.\n"}, [build.memory("/policies/a.md", "- One.\n")], "protected"),
        ({"/policies/new.md": "- Other.\n"}, [], "protected"),
        ({"/a.md": None, "/policies/a.md": TEXT}, [build.memory("/a.md", TEXT)], "protected"),
        ({"/a.md": None}, [build.memory("/a.md", TEXT, protected=True)], "protected"),
        ({"/a/../b.md": "- New.\n"}, [], "bad_path"),
        ({"/b.md": "- New\0.\n"}, [], "unfit_text"),
        ({"/b.md": "x" * 102_401}, [], "unfit_text"),
        ({"/b.md": "- Use ghp_16C7e42F292c6912E7710c838347Ae178B4a.\n"}, [], "secret"),
        (
            {"/a.md": "- Two.\n"},
            [build.memory("/a.md", "- One.\n", statements=(StatementMark(0, 1, NOW, NOW, pinned=True),))],
            "pinned",
        ),
    ),
)
def test_what_may_not_be_touched_is_dropped_and_counted(after, memories, reason):
    result = dreamt(after, memories=memories)

    assert result.operations == ()
    assert result.funnel[f"skipped_{reason}"] == 1


def test_what_a_person_took_out_does_not_come_back():
    removal = Removal("main", digest("Whisper at night."))

    result = dreamt({"/b.md": "- Whisper at night.\n"}, removals=(removal,))

    assert (result.operations, result.funnel["skipped_removed_by_a_person"]) == ((), 1)


def test_repeated_dream_in_other_words_proposes_nothing_that_is_open_and_joins_its_quotes():
    first = dreamt({"/house.md": TEXT.replace("Refunds over 100 EUR need", "Refunds over 150 EUR need")})
    before = build.snapshot([SAID], [build.memory("/house.md", TEXT)])
    open_changes = tuple(build.opened(before, first.operations))
    again = build.session("s2", build.person("Again: refunds above 150 EUR need approval!"))

    second = dreamt(
        {"/house.md": TEXT.replace("Refunds over 100 EUR need", "Every refund above 150 EUR needs")},
        sessions=(*build.read([SAID]), again),
        open_changes=open_changes,
    )

    assert second.operations == ()
    assert second.funnel["skipped_open"] == 1
    assert {quote.session for quote in second.joins["chg_1"]} == {"ses_s2"}


@pytest.mark.parametrize(("days", "reason"), ((3, "cooling"), (-3, "refused")))
def test_rejected_change_does_not_come_back_by_itself(days, reason):
    after = {"/house.md": TEXT.replace("100", "150")}
    (operation,) = dreamt(after).operations
    past = Cooldown("main", operation.fingerprint, NOW + timedelta(days=days), ("ses_s1",))

    result = dreamt(after, cooldowns=(past,))

    assert (result.operations, result.funnel[f"skipped_{reason}"]) == ((), 1)


def test_dreams_of_one_run_say_the_same_once_and_clashes_are_alternatives():
    edit = {"/house.md": TEXT.replace("100", "150")}
    other = {"/house.md": TEXT.replace("100", "200")}

    result = dreamt(edit, more=(edit, other))

    assert len(result.operations) == 1
    assert result.funnel["skipped_proposed_twice"] == 1
    (alternative,) = result.alternatives
    assert (alternative.fingerprint, alternative.choice) == (result.operations[0].fingerprint, "rewrite")


def test_limits_of_the_curation_policy_hold():
    memories = [build.memory(f"/m{n}.md", f"- Rule {n} says something of its own.\n") for n in range(20)]
    gone = {f"/m{n}.md": None for n in range(20)}
    added = {f"/new{n}.md": f"- Fresh and quite other lesson {n}: {'xyz'[n % 3] * 9}.\n" for n in range(9)}

    removals = dreamt(gone, memories=memories, policy=Curation())
    share = dreamt(gone, memories=memories, policy=Curation(max_removals=100, max_share=0.1))
    changes = dreamt(added, policy=Curation(max_changes=4))

    assert (len(removals.operations), removals.funnel["skipped_over_share"]) == (4, 16)
    assert len(share.operations) == 2
    assert len(changes.operations) == 4


def test_merge_counts_as_lost_only_what_stands_nowhere_else():
    memories = [
        build.memory("/a.md", TEXT),
        build.memory("/b.md", "- Gift cards are never refunded.\n- Ship at noon.\n"),
    ]

    result = dreamt(
        {"/a.md": f"{TEXT}- Gift cards are never refunded.\n- Ship at noon.\n", "/b.md": None},
        memories=memories,
        policy=Curation(max_removals=0),
    )

    (operation,) = result.operations
    assert (operation.kind, operation.reason_code) == ("merge", "same_topic")
    assert [(target.path_before, target.path_after) for target in operation.targets] == [
        ("/a.md", "/a.md"),
        ("/b.md", None),
    ]


def test_several_namespaces_share_a_store_and_keep_apart():
    memories = [build.memory("/a.md", "- One.\n"), build.memory("/a.md", "- Two.\n", namespace="other")]

    result = dreamt(
        {"/main/a.md": "- One and a half.\n", "/other/new.md": "- Fresh.\n", "/elsewhere.md": "- Loose.\n"},
        memories=memories,
        namespaces=("main", "other"),
    )

    touched = {(one.kind, one.targets[0].namespace, one.targets[0].path_after) for one in result.operations}
    assert touched == {("edit", "main", "/a.md"), ("add", "other", "/new.md"), ("add", "main", "/elsewhere.md")}


def test_reading_is_another_one_with_other_sessions_or_instructions():
    snapshot = build.snapshot([SAID], [build.memory("/house.md", TEXT)])
    held = desk.workspace(sessions=frozenset({"s1"}))

    digests = {
        reading.read(snapshot, held).digest,
        reading.read(replace(snapshot, cooldowns=(Cooldown("main", "f", NOW, ()),)), held).digest,
        reading.read(snapshot, replace(held, instructions="Keep /a.")).digest,
        reading.read(build.snapshot([SAID, build.session("s2")], snapshot.memories), held).digest,
    }

    assert len(digests) == 2  # a vote changes nothing that a dream reads, nor does a session that is elsewhere
