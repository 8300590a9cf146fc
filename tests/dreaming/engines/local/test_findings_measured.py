"""What is found in real transcripts, held to what was promised; skipped where the data is not there."""

import json
import os
from pathlib import Path

import pytest

from benchmarks import findings

DATA = Path(os.environ.get("LUCID_DATA") or "../shared/data") / "dev"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "session_ids.json").is_file(), reason="no dev/session_ids.json under LUCID_DATA"),
]


def test_recall_and_evidence_of_findings(tmp_path):
    known = set(json.loads((DATA / "session_ids.json").read_text()))
    found, _ = findings.ranked(DATA, known)
    told = [{"text": one.statement, "session_ids": list(one.sessions)} for one in found]

    core = findings.score(DATA, told, tmp_path / "findings.json")["core"]

    assert core["recall"] >= 0.65
    assert core["recall@25"] >= 0.45
    assert core["grounded"] == 1.0


def test_successful_demonstrations_show_no_mistake():
    assert findings.false_alarms(DATA) == 0
