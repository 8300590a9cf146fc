"""Tools whose arguments or flags changed, and what memory still says of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.local.memory import interfaces
from dreaming.engines.local.reading import claims, signals
from tests.dreaming.engines.build import NOW, applied, memory, session, snapshot, tried

UNEXPECTED = "TypeError: pay() got an unexpected keyword argument 'amount'"
PAGE = memory(
    "/pay.md",
    "# Paying with `pay`\n\n- Give `amount` in EUR.\n- The amount is agreed with the customer.\n"
    "- Never give `amount` to `pay` without asking.\n",
)


def at(name, days, *steps, **kept):
    return session(name, *steps, started_at=NOW - timedelta(days=days), **kept)


def worked(*days, name="amount"):
    return [at(f"w{day}", day, tried("pay", **{name: 5})) for day in days]


def failed(*days, error=UNEXPECTED, then="total"):
    later = [tried("pay", **{then: 5})] if then else []
    return [at(f"f{day}", day, tried("pay", error, amount=5), *later) for day in days]


def found(sessions, page=PAGE, **kept):
    snap = snapshot(sessions, [page], **kept)
    return interfaces.find(snap, signals.read(snap), claims.read(snap, Curation()), Curation())


def test_an_argument_with_another_name_is_renamed_where_memory_tells_to_give_it():
    (one,) = found([*worked(30, 29), *failed(9, 8)])

    assert (one.remove[0].text, one.put) == ("Give `amount` in EUR.", "Give `total` in EUR.")
    assert (one.title, one.reason_code) == ("pay takes `total` instead of `amount`", "interface_changed")
    assert "worked until 2025-05-23; in 2 sessions since then they failed, and none worked." in one.rationale
    assert len(one.spans) == 4


def test_the_edit_is_exact_and_a_second_dream_proposes_nothing():
    snap = snapshot([*worked(30, 29), *failed(9, 8)], [PAGE])
    policy = {"propose": ["edit"], "max_share": 1}
    result = LocalEngine().dream(snap, policy, lambda *progress: None, None)

    (operation,) = [one for one in result.operations if one.reason_code == "interface_changed"]
    after = applied(snap, [operation])

    assert after.memories[0].text == PAGE.text.replace("Give `amount` in", "Give `total` in")
    again = LocalEngine().dream(after, policy, lambda *progress: None, None)
    assert [one for one in again.operations if one.reason_code == "interface_changed"] == []


def test_without_a_new_name_a_person_is_asked():
    (one,) = found([*worked(30, 29), *failed(9, 8, then="")])

    assert (one.put, one.title) == ("", "Does pay still take `amount`?")
    assert one.confidence < 0.5
    (other,) = found([*worked(30, 29), *failed(9, then="total"), *failed(8, then="sum")])
    assert other.put == ""


@pytest.mark.parametrize(
    "sessions",
    [
        [*worked(30, 29), *failed(9)],
        [*worked(30), *failed(9, 8)],
        [*worked(30, 29, 5), *failed(9, 8)],
        [*worked(30, 29), *failed(9, 8, error="Error: amount must be a whole number", then="")],
        [*worked(30, 29), *failed(9, 8, error="Error: no such customer for this amount", then="")],
        [],
        failed(9, 8),
    ],
    ids=[
        "failed once",
        "worked once",
        "works again",
        "a wrong value",
        "something else is gone",
        "nothing",
        "never worked",
    ],
)
def test_an_argument_that_is_still_taken_stays(sessions):
    assert found(sessions) == []


def test_sessions_without_a_date_show_nothing():
    undated = [(replace(mark, started_at=None), events) for mark, events in [*worked(30, 29), *failed(9, 8)]]

    assert found(undated) == []


def test_a_flag_of_a_program_is_renamed_beside_its_program_only():
    old, new = "deploy web --env prod", "deploy web --stage prod"
    sessions = [at(f"w{day}", day, tried("shell", command=old)) for day in (30, 29)]
    for day in (9, 8):
        refused = tried("shell", "error: unknown option --env", command=old)
        sessions.append(at(f"f{day}", day, refused, tried("shell", command=new)))
    page = memory("/ops.md", "- Run `deploy web --env prod`.\n- Run `lint --env prod` first.\n- Ask Ada about --env.\n")

    (one,) = found(sessions, page)

    assert (one.remove[0].text, one.put) == ("Run `deploy web --env prod`.", "Run `deploy web --stage prod`.")
    assert one.title == "deploy takes `--stage` instead of `--env`"


@pytest.mark.parametrize(
    "text",
    [
        "Before calling `pay`, leave `amount` out: otherwise it may answer `unknown argument 'amount'`.",
        "Before calling `pay`, also give `total`: otherwise it may answer `unknown argument 'amount'`.",
        "Before calling `pay`, look twice: it may answer `unknown argument 'amount'`.",
        "In `pay`, `amount` is called `total`.",
        "The price is an amount that `pay` takes.",
    ],
)
def test_what_does_not_tell_the_old_way_stays(text):
    assert found([*worked(30, 29), *failed(9, 8)], memory("/pay.md", f"- {text}\n")) == []


def test_what_may_not_be_touched_stays():
    assert found([*worked(30, 29), *failed(9, 8)], replace(PAGE, protected=True)) == []
    told = replace(PAGE, text=PAGE.text + "- Give `total` in EUR.\n")
    assert found([*worked(30, 29), *failed(9, 8)], told) == []
