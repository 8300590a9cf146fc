import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PAIRS = Path(os.environ.get("LUCID_DATA", ""), "dev", "consolidation_pairs", "pairs.jsonl")
ROOT = Path(__file__).resolve().parents[2]


def measured(file, *more):
    asked = [sys.executable, "-m", "benchmarks.pairs", str(file), *more]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)


def test_pairs_are_scored_by_label_and_source(tmp_path):
    rows = [
        ("duplicate", "notes", "Deploy on Mondays.", "deploy on mondays"),
        ("superseded", "notes", "The port is 80.", "The port is 81."),
        ("superseded", "logs", "The port is 80.", "Port: 80"),
        ("distinct", "logs", "Ask Ada about the form.", "Customs wants two copies."),
        ("refines", "notes", "Run the tests.", "Run the tests twice."),
    ]
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(json.dumps(dict(zip(("label", "source", "a", "b"), row, strict=True))) for row in rows))

    found = json.loads(measured(file).stdout)

    assert (found["pairs"], found["merged"], found["folded"]) == (5, 0.5, 0.5)
    assert found["labels"]["superseded"] == {"pairs": 2, "answered": 1, "precision": 1.0, "recall": 0.5, "f1": 0.6667}
    assert found["verdicts"]["refines"] == {"extends: adds": 1}
    assert found["sources"]["notes"]["macro_f1"] == 1.0
    assert "judged same" in measured(file, "--show", "1").stdout


def test_unreadable_file_is_named(tmp_path):
    answer = measured(tmp_path / "none.jsonl")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert "none.jsonl" in answer.stderr


@pytest.mark.slow
@pytest.mark.skipif(not PAIRS.is_file(), reason="no consolidation_pairs under LUCID_DATA")
def test_real_pairs_are_told_apart_and_superseded_ones_not_merged():
    found = json.loads(measured(PAIRS).stdout)

    assert found["merged"] <= 0.02
    assert found["folded"] <= 0.02
    assert found["macro_f1"] >= 0.72
