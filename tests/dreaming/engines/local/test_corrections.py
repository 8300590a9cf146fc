"""Where people correct the agent, and how the call that worked afterwards differed."""

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import preferences
from tests.dreaming.engines.build import person, session, snapshot, tried

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
