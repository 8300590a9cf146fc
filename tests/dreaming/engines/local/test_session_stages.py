"""Signals, mistakes, attempts, workflows and preferences: what sessions show."""

from dreaming.engines.local import attempts, contrasts, mistakes, preferences, signals, workflows
from dreaming.engines.local.curation import Curation
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
        " In 2 of these sessions a like call of `extract` worked afterwards, mostly after `scan`"
        " and with another value of `ocr`."
    )
    refuses = "`extract` refuses calls with `Error: page … is an image`."
    assert finding.lesson == f"Before calling `extract`, call `scan`, then check `ocr`: {refuses}"
    assert (finding.opportunities, finding.confidence, len(finding.spans)) == (7, 0.6, 5)


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
    extra, missing, value = attempts.per_task(found, differences)
    assert (
        extra.statement == "2 of 2 failing attempts at task `t` called `drop`; none of the completed attempts (2) did."
    )
    assert (
        missing.statement
        == "2 of 2 failing attempts at task `t` never got `mail` accepted; all completed attempts (2) did."
    )
    assert "`pay(sum=1)` and never `pay(sum=2)`" in value.statement
    assert {span.row for span in missing.spans} == {7, 15, 21, 29}
    assert attempts.outcomes(found, every, POLICY) == []


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

    good, bad = attempts.outcomes(found, every, POLICY)

    assert (good.kind, bad.kind) == ("success", "mistake")
    assert good.statement.endswith("All of them called `a` → `c` in this order.")
    assert bad.statement == "None of the 2 attempts at a request like “Cancel my order.” (task `u`) completed."


def test_workflow_is_maximal_and_beats_chance():
    good = [session(f"g{n}", tried("a"), tried("b"), tried("c"), outcome="completed") for n in range(8)]
    bad = [session(f"b{n}", tried("c"), tried("b"), tried("a"), outcome="failed") for n in range(8)]

    (finding,) = workflows.find(read(*good, *bad), POLICY)

    assert finding.key == ("workflow", "a", "b", "c")
    assert finding.statement.startswith(
        "8 of 8 sessions that called `a` → `b` → `c` in this order completed, and 0 of 8"
    )
    assert workflows.find(read(*good), POLICY) == []


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
