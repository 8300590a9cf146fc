"""Where people correct the agent, and how the call that worked afterwards differed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import preferences
from tests.dreaming.engines.build import call, person, result, session, snapshot, tried

POLICY = Curation()
WRONG = person("No, that is not what I asked for.")


def find(*sessions):
    return preferences.find(signals.read(snapshot(sessions)), POLICY)


def test_argument_that_people_put_right_in_two_sessions_is_learned():
    (finding,) = find(
        *[session(str(n), tried("plot", days=n), WRONG, tried("plot", days=n + 30)) for n in (1, 2)],
        session("3", tried("plot", days=9)),
    )

    assert finding.statement == (
        "In 2 of 3 sessions that called `plot`, a person corrected the agent when that was its latest call."
        " In 2 of these a later call was made otherwise and worked; most of them did this:"
        " give `days` a larger number (`31` instead of `1`)."
    )
    assert finding.lesson == (
        "When calling `plot`, give `days` a larger number (`31` instead of `1`):"
        " people corrected calls that were made otherwise."
    )
    assert finding.title == "When calling plot, give days a larger number (31 instead of 1)"
    assert finding.anchors == ("plot", "days")


def test_corrections_alone_teach_nothing():
    for after in ([], tried("plot", days=1), tried("plot", "Error: no", days=40)):
        (finding,) = find(*[session(name, tried("plot", days=1), WRONG, after) for name in "12"])
        assert (finding.lesson, finding.numbers["put_right"]) == ("", 0)

    assert find(session("1", tried("plot", days=1), WRONG, tried("plot", days=40))) == []
    assert find(*[session(name, WRONG, tried("plot", days=1)) for name in "12"]) == []


EVENTS = st.sampled_from(
    [WRONG, call("plot", days=1), call("plot", days=2), call("ask"), result("plot", "ok"), result("ask", "ok"),
     result("plot", "Error: no", is_error=True)]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.lists(EVENTS, max_size=9), max_size=5))
def test_tools_and_corrected_calls_are_those_of_a_walk_through_all_calls(lists):
    held = signals.read(snapshot([session(str(at), *events) for at, events in enumerate(lists)]))

    met = {}
    for at, row in held.said:
        calls = held.trace(at).calls
        if before := [one for one in calls if max(one.row, one.result) < row]:
            wrong = before[-1]
            later = [one for one in calls if one.tool == wrong.tool and one.row > row and not one.error]
            right = next((one for one in later if one.result >= 0), None)
            differs = right and wrong.row >= 0 and held.text(right.row) != held.text(wrong.row)
            met.setdefault(wrong.tool, []).append((at, bool(differs)))
    expected = {
        tool: (len(own), len({one for one, _ in own}), len({one for one, differs in own if differs}))
        for tool, own in met.items()
        if len({one for one, _ in own}) > 1
    }
    found = preferences.find(held, POLICY)
    told = {one.key[1]: [one.numbers[name] for name in ("corrections", "sessions", "put_right")] for one in found}
    assert {tool: tuple(counts) for tool, counts in told.items()} == expected
