"""How well pairs of statements are told apart, as one JSON document: duplicate, superseded or distinct.

    python -m benchmarks.pairs $LUCID_DATA/dev/consolidation_pairs/pairs.jsonl [--show N]

Each line of FILE is an object with `a` (the older statement), `b` (the newer), `label` and `source`. Each pair is
judged alone, from its two texts. The seven verdicts answer the three labels so:

    same, reinforces, extends   duplicate    one of the two can go (of `extends`: the shorter one)
    updates, contradicts        superseded   both cannot stand
    scope_split, distinct       distinct     both stay

`merged` is the share of superseded pairs judged same or reinforces, `folded` counts extends too: what would be lost.
Pairs labelled `refines` are counted by verdict only. `--show N` lists up to N wrong pairs a label below the document.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from itertools import groupby
from pathlib import Path

from agents.text import verdicts, wording
from agents.text.slots import slots
from agents.text.verdicts import Kind

LABELS = ("duplicate", "superseded", "distinct")
MEANS = {
    Kind.SAME: "duplicate",
    Kind.REINFORCES: "duplicate",
    Kind.EXTENDS: "duplicate",
    Kind.UPDATES: "superseded",
    Kind.CONTRADICTS: "superseded",
    Kind.SCOPE_SPLIT: "distinct",
    Kind.DISTINCT: "distinct",
}


def judged(pair):
    older, newer = (wording.read(pair[side], slots(pair[side])) for side in ("a", "b"))
    return verdicts.judge(older, newer)


def ratio(part, whole):
    return round(part / whole, 4) if whole else None


def scores(answers):
    """Precision, recall and F1 of each label over (label, answer), and their plain mean."""
    told = Counter(answers)
    by_label = {}
    for label in LABELS:
        right = told[label, label]
        said = sum(count for (_, answer), count in told.items() if answer == label)
        there = sum(count for (wanted, _), count in told.items() if wanted == label)
        by_label[label] = {
            "pairs": there,
            "answered": said,
            "precision": ratio(right, said),
            "recall": ratio(right, there),
            "f1": ratio(2 * right, said + there),
        }
    counted = [score["f1"] or 0.0 for score in by_label.values() if score["pairs"]]
    return {"macro_f1": round(sum(counted) / len(counted), 4) if counted else None, "labels": by_label}


def lost(kinds, *gone):
    return ratio(sum(kind in gone for kind in kinds), len(kinds))


def report(pairs, found):
    rows = [(pair["label"], pair["source"], verdict) for pair, verdict in zip(pairs, found, strict=True)]
    known = [row for row in rows if row[0] in LABELS]
    superseded = [verdict.kind for label, _, verdict in known if label == "superseded"]
    confusion = defaultdict(Counter)
    for label, _, verdict in rows:
        confusion[label][f"{verdict.kind.value}: {verdict.reason}"] += 1
    by_source = sorted(known, key=lambda row: row[1])
    return {
        "pairs": len(rows),
        "merged": lost(superseded, Kind.SAME, Kind.REINFORCES),
        "folded": lost(superseded, Kind.SAME, Kind.REINFORCES, Kind.EXTENDS),
        **scores([(label, MEANS[verdict.kind]) for label, _, verdict in known]),
        "sources": {
            source: scores([(label, MEANS[verdict.kind]) for label, _, verdict in group])
            for source, group in groupby(by_source, key=lambda row: row[1])
        },
        "verdicts": {label: dict(counts.most_common()) for label, counts in sorted(confusion.items())},
    }


def show(pairs, found, most):
    shown = Counter()
    for pair, verdict in zip(pairs, found, strict=True):
        label = pair["label"]
        if label in LABELS and MEANS[verdict.kind] != label and shown[label] < most:
            shown[label] += 1
            print(f"\n{label}, judged {verdict.kind.value} ({verdict.reason}); {pair['source']}")
            print(f"  a: {pair['a']}\n  b: {pair['b']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N")
    wanted = parser.parse_args()
    try:
        pairs = [json.loads(line) for line in wanted.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        sys.exit(f"cannot read {wanted.file}: {error}")
    found = [judged(pair) for pair in pairs]
    print(json.dumps(report(pairs, found), indent=1))
    show(pairs, found, wanted.show)


if __name__ == "__main__":
    main()
