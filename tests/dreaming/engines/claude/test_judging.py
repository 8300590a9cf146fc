"""Pairs of statements that no rule is sure of are put to the model, each once, and what it says stays within limits."""

import pytest

from tests.dreaming.engines import build
from tests.dreaming.engines.claude.desk import Notes, Reader, dream, engine

ONE = "Refunds above 100 EUR need the approval of a lead before they are paid."
OTHER = "Before a refund above 100 EUR is paid, a lead has to sign it off."
PAGE = f"# Refunds\n\n- {ONE}\n- {OTHER}\n- Be kind to people on the phone.\n- Send mails by noon.\n- Keep notes.\n"


def seen(page=PAGE, **kept):
    return build.snapshot([], [build.memory("/refunds.md", page, **kept)])


def saying(verdict, keep=""):
    return Reader(judge={"items": [{"id": "P0", "verdict": verdict, "keep": keep}]})


@pytest.mark.parametrize(("keep", "stays", "goes"), [("P0A", ONE, OTHER), ("P0B", OTHER, ONE)])
def test_of_two_that_say_the_same_the_better_one_stays(platform, keep, stays, goes):
    platform.answering = saying("same", keep)
    before = seen()
    (pair,) = [one for one in dream(engine(platform), before).operations if "judge.v1" in one.rationale]

    text = build.applied(before, [pair]).memories[0].text
    assert stays in text
    assert goes not in text
    assert text.count("- ") == PAGE.count("- ") - 1


def test_which_of_two_holds_is_a_question_to_people(platform):
    platform.answering = saying("contradiction")
    result = dream(engine(platform), seen())

    (pair,) = [one for one in result.operations if "judge.v1" in one.rationale]
    assert pair.reason_code == "needs_person"
    assert any(one.fingerprint == pair.fingerprint for one in result.alternatives)


@pytest.mark.parametrize("said", ["distinct", "opposite", ""])
def test_anything_else_leaves_both(platform, said):
    platform.answering = saying(said)

    assert dream(engine(platform), seen()).operations == ()


def test_a_pair_is_asked_about_once(platform):
    platform.answering = reader = saying("distinct")
    notes = Notes()
    dream(engine(platform), seen(), journal=notes)
    dream(engine(platform), seen(f"{PAGE}- Something new.\n"), journal=Notes([notes]))

    assert reader.count("judge") == 1


def test_protected_memory_is_not_asked_about(platform):
    platform.answering = reader = saying("same")

    assert dream(engine(platform), seen(protected=True)).operations == ()
    assert reader.count("judge") == 0
