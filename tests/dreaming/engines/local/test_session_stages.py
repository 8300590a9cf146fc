"""Signals, mistakes, attempts, workflows and preferences: what sessions show."""

import pytest

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import attempts, contrasts, mistakes, outcomes, preferences
from tests.dreaming.engines.build import agent, call, person, result, session, snapshot, tried

POLICY = Curation()


def read(*sessions):
    return signals.read(snapshot(sessions))


def test_calls_are_joined_by_id_else_by_tool():
    found = read(
        session("1", call("a", "x"), call("a", "y"), result("a", "no 12", "y", is_error=True), result("a", "ok", "x")),
        session("2", call("a"), call("b"), result("a", "fine"), result("", "no", is_error=True), result("c", "lost")),
    )

    assert [(one.tool, one.row, one.result, one.error) for one in found.traces[0].calls] == [
        ("a", 0, 3, ""),
        ("a", 1, 2, "no …"),
    ]
    assert [(one.tool, one.row, one.result, one.error) for one in found.traces[1].calls] == [
        ("a", 4, 6, ""), ("b", 5, 7, "no"), ("c", -1, 8, ""),
    ]  # fmt: skip


def test_errors_count_from_failed_results_only():
    found = read(
        session("1", agent("Error: no"), call("a"), result("a", "Error: no")),
        session("2", call("a"), result("a", "Error: no", is_error=True, source_class="recalled")),
        session("3", tried("a", "Error: no"), taint=True),
        session("4", tried("a", "Error: no"), trust="untrusted"),
        session("5", tried("a", "Error: no")),
    )

    assert mistakes.find(found, POLICY) == []
    assert found.left_out == 2


def test_mistake_counts_opportunities_and_says_what_worked():
    found = read(
        *[
            session(
                str(n),
                tried("extract", f"Error: page {n} is an image", file=n),
                tried("scan", file=n),
                tried("extract", file=n, ocr=1),
            )
            for n in (1, 2)
        ],
        session("3", tried("extract", "Error: page 9 is an image", file=9)),
        session("4", tried("extract", file=4), tried("extract", "Error: locked", file=5)),
    )

    (finding,) = mistakes.find(found, POLICY)

    assert finding.key == ("tool_error", "extract", "Error: page … is an image")
    assert finding.statement == (
        "`extract` answered `Error: page … is an image` to 3 of 7 calls, in 3 of the 4 sessions that called it."
        " In 2 of these 3 sessions a later call of `extract` worked; at least half of them did this first:"
        " call `scan`, then also give `ocr`."
    )
    assert finding.title == "Before calling extract, call scan, then also give ocr"
    assert finding.lesson == (
        "Before calling `extract`, call `scan`, then also give `ocr`:"
        " otherwise it may answer `Error: page … is an image`."
    )
    assert (finding.opportunities, finding.confidence, len(finding.spans)) == (4, 0.6, 5)


@pytest.mark.parametrize(
    ("failed", "worked", "how"),
    [
        (("1-62", "1-90"), ("1-40", "1-40"), "give `arg` a smaller range (`1-40` instead of `1-62`)"),
        (("10s", "30s"), ("5m", "1h"), "give `arg` a larger value (`5m` instead of `10s`)"),
        ((500, 700), (100, 50), "give `arg` a smaller number (`100` instead of `500`)"),
        ((1.5, 20.25), (150, 2025), "give `arg` as a whole number, 100 times the decimal (`150` instead of `1.5`)"),
        ((1.5, 20.5), (2, 20), "give `arg` as a whole number instead of a decimal (`2` instead of `1.5`)"),
        (("AB-1", "AB-2"), ("a@b.example", "c@d.example"), "give `arg` as a mail address instead of an id"),
        (("x", "y"), (["x"], ["y"]), "give `arg` as a list instead of words"),
        ((1, 2), (None, None), "leave `arg` out"),
        (("1-62", "AB-1"), ("1-40", "a@b.example"), "check `arg`"),
    ],
)
def test_mistake_says_how_the_argument_changed_in_two_sessions(failed, worked, how):
    given = [{} if value is None else {"arg": value} for value in worked]
    sessions = [
        session(str(at), tried("t", "Error: no", arg=old), tried("t", **new))
        for at, (old, new) in enumerate(zip(failed, given, strict=True))
    ]

    (finding,) = mistakes.find(read(*sessions), POLICY)

    assert finding.lesson == f"Before calling `t`, {how}: otherwise it may answer `Error: no`."


def test_mistake_names_the_argument_that_took_the_place_of_another():
    sessions = [session(str(n), tried("t", "Error: no {old}", **{"{old}": n}), tried("t", new=n + 5)) for n in range(2)]

    (finding,) = mistakes.find(read(*sessions), POLICY)

    assert (
        finding.lesson
        == "Before calling `t`, give `new` instead of `{old}`: otherwise it may answer `Error: no {old}`."
    )


def test_mistake_counts_any_later_call_that_worked():
    unlike = [
        session(str(n), tried("find", f"no such ref {n}", q=f"ref-{n}"), tried("find", by="mail", mail="a@b.example"))
        for n in range(2)
    ]
    never = session("9", tried("find", "no such ref 9", q="9"), tried("find", "no such ref 9", q="9"))

    found = mistakes.find(read(*unlike, never), POLICY)

    assert "In 2 of these 3 sessions a later call of `find` worked" in found[0].statement
    (none,) = mistakes.find(read(never, session("8", tried("find", "no such ref 8", q="8"))), POLICY)
    assert none.statement.endswith("In none of these sessions did a later call of `find` work.")


def test_a_value_that_is_gone_teaches_nothing_about_the_call():
    found = read(*[session(n, tried("page", "PageError: ada.b not found", to="ada.b"), tried("page")) for n in "12"])

    (finding,) = mistakes.find(found, POLICY)

    assert (finding.reason_code, finding.lesson) == ("refused_value", "")


def test_a_tool_that_never_works_is_broken_and_teaches_nothing():
    found = read(*[session(str(n), tried("ping", "Error: down"), tried("ping", "Error: down")) for n in range(3)])

    (finding,) = mistakes.find(found, POLICY)

    assert (finding.reason_code, finding.lesson) == ("broken_tool", "")


def attempt(name, outcome, *calls, task="t"):
    return session(name, person("Cancel my order."), *calls, agent("Done."), outcome=outcome, task=task)


def contrasted(*sessions):
    found = read(*sessions)
    every = contrasts.tasks(found)
    return found, every, contrasts.find(found, every, POLICY)


def test_attempts_at_one_task_show_extra_missing_and_other_values():
    found, every, differences = contrasted(
        attempt("1", "failed", tried("look"), tried("drop", id=7), tried("pay", sum=1)),
        attempt("2", "failed", tried("look"), tried("drop", id=7), tried("pay", sum=1)),
        attempt("3", "completed", tried("look"), tried("pay", sum=2), tried("mail")),
        attempt("4", "completed", tried("look"), tried("pay", sum=2), tried("mail")),
    )

    assert [(one.how, one.tool, one.sessions) for one in differences] == [
        ("extra", "drop", (0, 1)), ("missing", "mail", (0, 1)), ("value", "pay", (0, 1)),
    ]  # fmt: skip
    (finding,) = attempts.per_task(found, differences)
    assert finding.statement == (
        "Task `t` was tried 4 times: 2 attempts completed and 2 failed."
        " Both completed attempts called `mail` with success; both failing ones never did."
        " Both completed attempts called `pay(sum=2)`; both failing ones called `pay(sum=1)` instead."
        " Both failing ones called `drop`; no completed one did."
    )
    assert finding.title == (
        "Do as completed attempts at task t did: call mail, check the arguments of pay, leave out drop"
    )
    assert finding.lesson == (
        "Before ending a request like “Cancel my order.” (task `t`), of which some attempts failed:"
        " call `mail`, as the completed attempts did;"
        " call `pay(sum=2)` rather than `pay(sum=1)`, which only failing attempts called;"
        " check that `drop` is asked for and allowed, as only failing attempts called it."
    )
    assert finding.sessions == (0, 1)
    assert outcomes.of_tasks(found, every, POLICY) == []


def test_contrast_needs_both_outcomes_and_values_that_are_no_one_offs():
    alone = [attempt("1", "failed", tried("drop")), attempt("2", "failed", tried("drop"))]
    one_off = attempt("3", "completed", tried("drop"), tried("sum", of="1 + 2"))

    assert contrasted(*alone)[2] == []
    assert [(one.how, one.tool) for one in contrasted(*alone, one_off)[2]] == [("missing", "sum")]
    with_sum = [attempt(name, "failed", tried("drop"), tried("sum", of=name)) for name in "12"]
    assert contrasted(*with_sum, one_off)[2] == []


def test_outcomes_of_tasks_name_shared_steps():
    found, every, _ = contrasted(
        attempt("1", "completed", tried("a"), tried("b"), tried("c")),
        attempt("2", "completed", tried("a"), tried("c")),
        attempt("3", "failed", task="u"),
        attempt("4", "failed", task="u"),
    )

    good, bad = outcomes.of_tasks(found, every, POLICY)

    assert (good.kind, bad.kind) == ("success", "mistake")
    assert good.statement.endswith("All of them called `a` → `c` in this order.")
    assert bad.statement == (
        "None of the 2 attempts at a request like “Cancel my order.” (task `u`) completed."
        " None of them changed anything."
    )


def test_wish_is_lasting_addressed_and_said_by_a_person():
    said = "Thanks. From now on, please put amounts in EUR. See you."
    found = preferences.find(
        read(
            session("1", person(said)),
            session("2", agent(said)),
            session("3", person(said, source_class="recalled")),
            session("4", person("I always fly economy. Will you always do that? In the future I will move.")),
            session("5", person("Always use EUR until 2020-01-01, please.")),
        ),
        POLICY,
    )

    assert [(one.lesson, one.sessions, one.confidence) for one in found] == [("Put amounts in EUR.", (0,), 0.6)]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("From now on, round totals to two decimals", True),
        ("Next time, sign letters with my initials.", True),
        ("Ok, going forward, attach the receipt to each refund.", True),
        ("From now on, post office boxes are no addresses.", False),
        ("From now on, the port of the desk is 8081.", False),
        ("From now on, deliveries arrive at dock three.", False),
        ("Next time, we will round totals to two decimals.", False),
        ("From now on, round totals to two decimals?", False),
        ("Round totals to two decimals.", False),
    ],
)
def test_what_a_person_tells_to_do_behind_a_lasting_lead_in_is_a_wish(said, wanted):
    assert preferences.is_wish(said) == wanted
