"""Errors that a tool does not answer any more, and what memory still quotes of them."""

from datetime import timedelta

import pytest

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.memory import answers
from dreaming.engines.local.reading import claims, signals
from dreaming.engines.local.reading.masks import mask
from dreaming.engines.local.sessions import mistakes
from tests.dreaming.engines.build import NOW, memory, session, snapshot, tried

OLD, NEW = "PermissionError: scope cash is missing", "403: token without scope"
TEXT = f"When `pay` answers `{OLD}`, ask the desk first."
PAGE = memory("/pay.md", f"- {TEXT}\n- `pay` is slow on Mondays.\n")


def met(error, *days, **given):
    steps = tried("pay", error, **(given or {"ref": "A"})), tried("pay", ref="B")
    return [session(f"{error[:3]}{day}", *steps, started_at=NOW - timedelta(days=day)) for day in days]


def found(sessions, page=PAGE):
    snap = snapshot(sessions, [page])
    return answers.find(snap, signals.read(snap), claims.read(snap, Curation()), Curation(), [])


def test_a_statement_that_quotes_an_error_which_has_left_is_asked_about():
    (one,) = found([*met(OLD, 40, 39, 38, 37), *met(NEW, 9, 8, 7, 6)])

    assert (one.remove[0].text, one.put, one.reason_code) == (TEXT, "", "interface_changed")
    assert one.title == "Does pay still answer as memory quotes it?"
    assert "None of the 4 sessions that called it since 2025-05-23 met that error; 4 of them met" in one.rationale
    assert [span.stance for span in one.spans] == ["for"] * 4 + ["against"] * 3
    assert one.confidence < 0.5


@pytest.mark.parametrize(
    "sessions",
    [
        [*met(OLD, 40, 39, 38, 37, 5), *met(NEW, 9, 8, 7, 6)],
        [*met(OLD, 40, 39, 38, 37), *met(NEW, 41, 9, 8, 7)],
        [*met(OLD, 40, 39, 38, 37), *met(NEW, 9, 8, 7, 6, other="A")],
        [*met(OLD, 40, 39), *met(NEW, 9, 8)],
        met(OLD, 40, 39, 38, 37),
        [],
    ],
    ids=["met again", "not new", "other arguments", "by chance", "none came", "nothing"],
)
def test_an_error_that_may_come_back_stays(sessions):
    assert found(sessions) == []


@pytest.mark.parametrize(
    "text",
    [
        f"When `lend` answers `{OLD}`, ask the desk first.",
        f"When `pay` answers `{OLD}` or `{NEW}`, ask the desk first.",
        f"`pay` used to answer `{OLD}`.",
        "When `pay` answers `Error: closed`, ask the desk first.",
    ],
)
def test_what_does_not_rely_on_the_error_stays(text):
    assert found([*met(OLD, 40, 39, 38, 37), *met(NEW, 9, 8, 7, 6)], memory("/pay.md", f"- {text}\n")) == []


def test_an_error_that_has_left_is_no_lesson():
    snap = snapshot([*met(OLD, 40, 39, 38, 37), *met(NEW, 9, 8, 7, 6)])

    lessons = {one.key[2]: one.lesson for one in mistakes.find(signals.read(snap), Curation())}

    assert lessons[OLD] == ""
    assert lessons[mask(NEW)]
