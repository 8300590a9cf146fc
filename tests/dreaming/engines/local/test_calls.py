"""Calls as columns: the vectorised join says what a simple walk over each session says."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import retries
from dreaming.engines.local.sessions.retries import Recovery
from tests.dreaming.engines.build import NOW, agent, call, person, result, session, snapshot, tried

TOOLS = ("", "read", "write")
IDS = ("", "", "1", "2")


def walked(events):
    """The join as it is meant, session by session: (row, result) pairs in order, rows counted from 0."""
    found, by_id, waiting = [], {}, []
    for row, event in enumerate(events):
        if event["source_class"] in ("recalled", "system") or event["kind"] == "message":
            continue
        if event["kind"] == "tool_call":
            pair = [row, -1]
            found.append(pair)
            waiting.append(pair)
            if event["call_id"]:
                by_id[event["call_id"]] = pair
            continue
        if event["call_id"]:
            asked = by_id.get(event["call_id"])
        else:
            latest = waiting[-64:]
            named = [pair for pair in latest if events[pair[0]]["tool"] == event["tool"]]
            asked = named[0] if named else latest[-1] if latest and not event["tool"] else None
        if asked is None or asked not in waiting:
            found.append([-1, row])
        else:
            asked[1] = row
            waiting.remove(asked)
    return found


def acts(tools, ids):
    a_call = st.builds(call, st.sampled_from(tools), st.sampled_from(ids))
    a_result = st.builds(
        lambda tool, call_id, is_error, source: result(tool, "no 1", call_id, is_error=is_error, source_class=source),
        st.sampled_from(tools),
        st.sampled_from(ids),
        st.booleans(),
        st.sampled_from(("external_tool", "external_tool", "external_tool", "recalled")),
    )
    return st.lists(st.one_of(a_call, a_call, a_result, a_result, st.just(agent("on it"))), max_size=24)


SESSIONS = st.lists(
    st.one_of(acts(TOOLS, IDS), acts(TOOLS[1:], ("",)), acts(TOOLS, ("1", "2", "3")), acts(TOOLS[1:], IDS)), max_size=6
)
CROWD = [call("read"), *[call("write")] * 70, result("read", "late"), result("write", "first in sight")]


@settings(deadline=None, max_examples=300)
@given(SESSIONS, st.randoms(use_true_random=False))
@example([CROWD, CROWD[1:], []], None)
def test_join_pairs_calls_and_results_as_a_walk_does(sessions, random):
    names = list(range(len(sessions)))
    if random:
        random.shuffle(names)
    held = snapshot([session(f"{name:03}", *events) for name, events in zip(names, sessions, strict=True)])

    found = signals.read(held)

    starts = held.events.offsets.tolist()
    expected = []
    for name in sorted(names):
        index = names.index(name)
        for row, answer in walked(sessions[index]):
            own = (row + starts[index] if row >= 0 else -1, answer + starts[index] if answer >= 0 else -1)
            named = [held.events.tools[held.events.tool[at]] for at in own if at >= 0]
            error = "no …" if own[1] >= 0 and held.events.is_error[own[1]] else ""
            expected.append((index, *own, next(filter(None, named), ""), error))
    got = [(one.session, one.row, one.result, one.tool, one.error) for trace in found.traces for one in trace.calls]
    assert got == expected


@settings(deadline=None)
@given(SESSIONS)
def test_columns_tell_what_the_traces_tell(sessions):
    found = signals.read(snapshot([session(f"{at:03}", *events) for at, events in enumerate(sessions)]))
    calls, traces = found.calls, list(found.traces)

    by_tool = {tool: list(some) for tool, some in found.calls_by_tool().items()}
    every = [one for trace in traces for one in trace.calls]
    assert by_tool == {tool: [one for one in every if one.tool == tool] for tool in by_tool}
    assert sum(map(len, by_tool.values())) == len(calls)
    users = {tool: len({one.session for one in some}) for tool, some in by_tool.items()}
    assert {calls.tools[at]: count for at, count in enumerate(calls.traces_by_tool.tolist()) if count} == users
    failed = sorted((one for one in every if one.error), key=lambda one: calls.tools.index(one.tool))
    assert sorted(calls.at(at).result for at in calls.failed) == sorted(one.result for one in failed)
    firsts = []
    for trace in traces:
        first = {}
        for one in trace.calls:
            if not one.error:
                first.setdefault(one.tool, one)
        firsts += first.values()
    assert [calls.at(at) for at in calls.first_worked] == firsts


def test_traces_and_messages_come_in_canonical_order():
    found = signals.read(
        snapshot(
            [
                session("b", person("two"), tried("a"), agent("bye"), agent(" ")),
                session("c", person("never"), taint=True),
                session("d", person("first"), person("again"), started_at=NOW),
                session("a", agent("one")),
            ]
        )
    )

    assert [(one.session, one.opening, one.last, one.steps) for one in found.traces] == [
        (3, -1, 8, ()), (0, 0, 3, ("a",)), (2, 6, 7, ()),
    ]  # fmt: skip
    assert list(found.said) == [(0, 0), (2, 6), (2, 7)]
    assert [one.session for one in found.traces[1:]] == [0, 2]
    assert found.trace(2) == found.traces[-1]
    assert found.left_out == 1


def test_no_sessions_have_no_calls():
    found = signals.read(snapshot())

    assert (len(found.traces), list(found.said), len(found.calls), found.calls_by_tool()) == (0, [], 0, {})
    assert found.calls.failed.tolist() == found.calls.first_worked.tolist() == []
    assert np.array_equal(found.calls.offsets, [0])


def recovered(calls, tool, error):
    """The first later call of the tool that worked, after the last failure before it: (failed, worked, between)."""
    failed = -1
    for at, one in enumerate(calls):
        if one.tool == tool and one.error == error:
            failed = at
        elif one.tool == tool and not one.error and one.result >= 0 and failed >= 0:
            between = [other.tool for other in calls[failed + 1 : at] if other.tool and not other.error]
            return Recovery(calls[failed], one, tuple(dict.fromkeys(between)))
    return None


TRIES = st.lists(
    st.builds(tried, st.sampled_from(("read", "write")), st.sampled_from(("", "", "bad", "worse"))), max_size=8
)


@settings(deadline=None)
@given(st.lists(TRIES, min_size=1, max_size=5))
def test_recoveries_are_those_of_a_walk_through_each_session(sessions):
    found = signals.read(snapshot([session(f"{at:03}", *tries) for at, tries in enumerate(sessions)]))
    calls = found.calls

    for tool in ("read", "write"):
        for error in ("bad", "worse"):
            failed = [at for at in calls.failed if (calls.at(at).tool, calls.at(at).error) == (tool, error)]
            walked = [recovered(trace.calls, tool, error) for trace in found.traces]
            if failed:
                assert list(retries.recoveries(calls, np.array(failed))) == [one for one in walked if one]


@settings(deadline=None)
@given(SESSIONS)
def test_calls_of_one_trace_are_found_without_reading_the_others(sessions):
    found = signals.read(snapshot([session(f"{at:03}", *events) for at, events in enumerate(sessions)]))

    for trace in found.traces:
        good = [one for one in trace.calls if not one.error]
        assert found.calls.working.count(trace.place) == len(good)
        assert found.calls.accepted.tools(trace.place) == [one.tool for one in good if one.tool and one.row >= 0]
        for tool in TOOLS:
            own = [one for one in good if one.tool == tool and one.tool and one.row >= 0]
            assert list(trace.accepted(tool)) == own
        assert trace.changing == tuple(one for one in trace.calls if one.tool == "write")
