"""What became of the sessions that had a statement before them, and what that is worth."""

from dataclasses import replace
from datetime import timedelta
from math import comb

import pytest
from scipy.stats import beta

from agents.snapshot import OutcomeMark, StatementMark
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.local.memory.retention import Retention
from dreaming.engines.local.reading import claims, signals
from dreaming.engines.local.reading.recalls import exposures
from dreaming.engines.local.reading.statistics import at_least, enrichment, stratified
from tests.dreaming.engines.build import NOW, agent, memory, person, session, snapshot

WRONG = "Pay refunds without asking for the receipt."
RIGHT = "Ask for the name of the customer first."
PAGE = memory("/refunds.md", f"# Refunds\n\n- {WRONG}\n- {RIGHT}\n")


def recalled(text):
    return person(text, source_class="recalled", speaker="system")


def ended(prefix, count, outcome, *texts, source="test", **kept):
    kept = {"task": "refund"} | kept
    found = []
    for at in range(count):
        mark, events = session(
            f"{prefix}{at}", *map(recalled, texts), person("Refund me."), agent(f"Done {at}."), **kept
        )
        found.append((replace(mark, outcomes=(OutcomeMark(outcome, source),) if outcome else ()), events))
    return found


def read(sessions, memories=(PAGE,), **curation):
    snap, policy = snapshot(sessions, memories), Curation(**curation)
    return Retention(signals.read(snap), claims.read(snap, policy), policy)


def test_recalled_text_shows_statements_however_it_is_written():
    texts = [
        f"# Refunds\n\n* {WRONG}\n",
        f"Memory: be polite. {WRONG} {RIGHT}",
        '{"content": "- ' + WRONG + '\\n- else"}',
        "Pay refunds without asking for the receipt? No!",
    ]
    snap = snapshot(
        [session(str(at), recalled(text)) for at, text in enumerate(texts)] + [session("x", person(WRONG))], [PAGE]
    )
    digests = [claim.digest for claim in claims.read(snap, Curation())]

    found = exposures(snap.events, digests)

    assert [sorted(found.get(one, ())) for one in digests] == [[0, 1, 2], [1]]


def test_a_statement_with_which_the_same_task_fails_more_often_is_to_be_retired():
    bad, good = ended("a", 9, "failed", WRONG), ended("b", 8, "completed")
    stray = ended("c", 1, "completed", WRONG)

    (found,) = read([*bad, *good, *stray]).harmful()

    assert found.title == "Retire “Pay refunds without asking for the receipt”: sessions that had it failed"
    assert "in 10 sessions of which is known how they ended; 9 failed." in found.rationale
    assert "9 of 10 failed with it and 0 of 8 without it." in found.rationale
    assert (found.remove[0].text, found.loses, found.sessions) == (WRONG, True, tuple(range(9)))
    assert sorted(span.stance for span in found.spans) == ["against"] + ["for"] * 9


def test_copies_of_a_harmful_statement_go_in_one_change():
    copy = memory("/copy.md", f"- {WRONG}\n")

    (found,) = read([*ended("a", 9, "failed", WRONG), *ended("b", 8, "completed")], [PAGE, copy]).harmful()

    assert [claim.text for claim in found.remove] == [WRONG, WRONG]
    assert "(/refunds.md, line 3; /copy.md, line 1)" in found.rationale


@pytest.mark.parametrize(
    "others",
    [
        [],
        ended("b", 8, "failed"),
        ended("b", 8, "completed", task="other"),
        ended("b", 8, "completed", taint=True),
        ended("b", 8, ""),
        ended("b", 8, "completed", WRONG),
    ],
    ids=["no control", "a bad task", "another task", "tainted", "nobody knows", "it passed as often"],
)
def test_without_a_control_or_with_a_bad_task_there_is_no_verdict(others):
    assert read([*ended("a", 9, "failed", WRONG), *others]).harmful() == []


def test_few_uses_weak_sources_and_what_may_not_be_touched_give_no_verdict():
    good = ended("b", 20, "completed")

    assert read([*ended("a", 4, "failed", WRONG), *good]).harmful() == []
    assert read([*ended("a", 9, "failed", WRONG, source="self-report"), *good]).harmful() == []
    assert read([*ended("a", 9, "failed", WRONG), *good], [replace(PAGE, protected=True)]).harmful() == []
    assert len(read([*ended("a", 9, "failed", WRONG), *good], harmful_above=0.5).harmful()) == 1
    assert read([*ended("a", 9, "failed", WRONG), *good], harmful_above=0.9).harmful() == []


def test_one_bad_task_beside_a_good_one_does_not_condemn():
    hard = [*ended("a", 9, "failed", WRONG, task="hard"), *ended("b", 3, "failed", task="hard")]
    easy = [*ended("c", 1, "completed", WRONG, task="easy"), *ended("d", 9, "completed", task="easy")]

    assert read([*hard, *easy]).harmful() == []


def test_statements_that_were_always_together_share_the_blame():
    together = [*ended("a", 9, "failed", f"- {WRONG}\n- {RIGHT}"), *ended("b", 8, "completed")]
    page = memory("/p.md", "".join(f"- Rule {name} holds for everybody here.\n" for name in "abcd"))

    found = read(together).harmful()

    assert len(found) == 2
    assert all("1 other statement stood before the agent in the same sessions" in one.rationale for one in found)
    assert {one.confidence < 0.5 for one in found} == {True}
    assert read([*ended("a", 9, "failed", page.text), *ended("b", 8, "completed")], [page]).harmful() == []


def test_what_people_approved_and_a_test_failed_counts_as_failed():
    both = (OutcomeMark("completed", "human"), OutcomeMark("failed", "test"))
    overruled = [(replace(mark, outcomes=both), events) for mark, events in ended("a", 9, "completed", WRONG)]

    (found,) = read([*overruled, *ended("b", 8, "completed")]).harmful()

    assert found.reason_code == "harmful"


def test_what_surely_helped_does_not_age():
    old = NOW - timedelta(days=500)
    marks = (StatementMark(2, 3, old, old), StatementMark(3, 4, old, old))
    page = replace(PAGE, statements=marks)
    helped = ended("a", 9, "completed", RIGHT)

    def titles(sessions):
        return [
            one.title
            for one in LocalEngine().dream(snapshot(sessions, [page]), {"max_share": 1}, print, None).operations
        ]

    assert {RIGHT[:-1] in title for title in titles([])} == {True, False}
    assert [WRONG[:-1] in title for title in titles(helped)] == [True]
    assert len(read(helped).valued) == 1
    assert read(ended("a", 9, "completed", RIGHT, source="self-report")).valued == frozenset()


@pytest.mark.parametrize(("good", "bad"), [(0, 0), (3, 0), (9, 1), (40, 2.5)])
def test_the_lower_bound_is_the_quantile_of_the_beta(good, bad):
    assert at_least(good, bad) == pytest.approx(beta.ppf(0.05, 1 + good, 1 + bad))


def test_the_stratified_test_is_exact():
    one, two = (3, 4, 4, 8), (2, 3, 2, 6)
    chances = [
        sum(
            comb(4, a) * comb(4, 4 - a) * comb(2, b) * comb(4, 3 - b)
            for a in range(5)
            for b in range(3)
            if a + b >= hits
        )
        for hits in (0, 5)
    ]

    assert stratified([one]) == pytest.approx(enrichment(*one))
    assert stratified([one, two]) == pytest.approx(chances[1] / chances[0])
