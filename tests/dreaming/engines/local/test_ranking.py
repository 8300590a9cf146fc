"""The order in which findings are read."""

from dreaming.engines.local.findings import Finding
from dreaming.engines.local.sessions.ranking import ranked


def finding(name, reason, confidence, sessions, lesson="Do it."):
    return Finding("mistake", (name,), f"Says {name}.", sessions, 1, (), confidence, reason, lesson=lesson)


def test_surest_comes_first_and_no_kind_crowds_out_another():
    found = [finding(f"error {n}", "recurring_error", 0.8, (n,)) for n in range(4)]
    found += [finding("missing", "tasks_missing", 0.7, (9,)), finding("idle", "ended_idle", 0.7, (8,), lesson="")]

    order = [one.key[0] for one in ranked(found)]

    assert order == ["error 0", "error 1", "missing", "error 2", "idle", "error 3"]
    assert [one.key[0] for one in ranked(found[::-1])] == order


def test_differences_over_the_same_sessions_are_one_finding():
    found = [
        finding("missing", "tasks_missing", 0.7, (1, 2)),
        finding("short", "ended_short", 0.6, (2, 1), lesson=""),
        finding("error", "recurring_error", 0.6, (1, 2)),
        finding("idle", "ended_idle", 0.5, (1, 2, 3), lesson=""),
    ]

    assert [one.statement for one in ranked(found)] == ["Says missing. Says short.", "Says error.", "Says idle."]
