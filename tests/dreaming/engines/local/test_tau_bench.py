"""The engine on real transcripts; skipped where the data is not there."""

import os
from collections import Counter
from pathlib import Path

import pytest

from dreaming.engines.local.engine import LocalEngine
from tests.dreaming.engines.build import applied, snapshot, tau_bench

FILES = sorted((Path(os.environ.get("LUCID_DATA") or "../shared/data") / "dev" / "tau_bench_airline").glob("*.json"))


@pytest.fixture(scope="module")
def tau():
    if not FILES:
        pytest.skip("no tau_bench_airline under LUCID_DATA")
    return snapshot([one for path in FILES for one in tau_bench(path)])


def dream(snap):
    return LocalEngine().dream(snap, {}, lambda *progress: None, None)


def test_real_sessions_give_patterns_with_support_and_true_quotes(tau):
    result = dream(tau)

    kinds = Counter(pattern.kind for pattern in result.patterns if len(set(pattern.sessions)) >= 2)
    assert sum(kinds.values()) >= 10
    assert len(kinds) >= 2
    rows = {
        (mark.id, int(tau.events.position[row])): row
        for at, mark in enumerate(tau.sessions)
        for row in tau.events.rows_of(at)
    }
    for found in (*result.patterns, *result.operations):
        assert found.quotes
        for quote in found.quotes:
            assert tau.events.text[rows[quote.session, quote.position]][quote.start : quote.end] == quote.text
    assert result.funnel["quotes_dropped"] == 0


def test_real_sessions_teach_nothing_twice(tau):
    first = dream(tau)

    assert first.operations
    assert dream(applied(tau, first.operations)).operations == ()
