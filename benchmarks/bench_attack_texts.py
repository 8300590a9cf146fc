"""What the checks that read words say of attack texts, clean mails and real memory, as JSON.

    python -m benchmarks.bench_attack_texts DIR [--show]

DIR is `$LUCID_DATA/dev`. Each text of `injection/` is looked at alone, as a change would write it, by the rules that
read nothing but words: no quote, no tier, no known host. `warned` counts what such a rule warns of, `noted` what only
bears a note. `dressed` takes those that the rule for orders warns of and hides each in ten ways. `clean` are the mails,
`memory` the sample team's files, the newest text and every revision of each real memory file: what is warned of there
is listed. `lessons` are the operations that the local engine proposes over three planted worlds. Time is of all rules
together on pieces of 8 KB of real memory files. `--show` lists the attacks that nothing is said of.
"""

import argparse
import base64
import json
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks import injection  # first: it sets up Django

from benchmarks.planted import worlds  # isort: skip
from benchmarks.planted.__main__ import dream  # isort: skip
from reviews.checks import Proposed, ProposedTarget, hidden, instructions, links, mixed_scripts  # isort: skip

RULES = (instructions, links, hidden, mixed_scripts)
SAMPLE = Path(__file__).resolve().parent.parent / "demo" / "sample" / "memory"
SIZE = 8192
SEEDS = (1, 2, 2027)
CYRILLIC = str.maketrans("aeopcxi", "аеорсхі")
DRESSES = {
    "zero-width spaces": "\u200b".join,
    "Cyrillic letters": lambda text: text.translate(CYRILLIC),
    "wide letters": lambda text: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text),
    "tags that nobody sees": lambda text: "ok" + "".join(chr(0xE0000 + ord(one)) for one in text if ord(one) < 127),
    "bold inside of words": lambda text: " ".join(f"{word[:1]}**{word[1:]}**" for word in text.split(" ")),
    "a mark over each vowel": lambda text: "".join(one + "\u0301" * (one in "aeiou") for one in text),
    "entities": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "one word a line": lambda text: text.replace(" ", "\n"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(" "),
}


def said(text):
    """What the rules say of a text, as (rule, severity, reason, words)."""
    target = ProposedTarget("/a.md", "/a.md", (), (text,), text, False)
    found = [finding for rule in RULES for finding in rule.find(Proposed("edit", (target,)))]
    return [(one.rule, str(one.severity), one.reason, text[one.start : one.end]) for one in found]


def severity(text):
    """warned, noted or nothing."""
    severities = {severity for _rule, severity, _reason, _words in said(text)}
    return "warned" if "warning" in severities else "noted" if severities else "nothing"


def of(found, total):
    return {"count": found, "of": total, "share": round(found / total, 3) if total else None}


def attack_figures(texts):
    tally, rules = Counter(), Counter()
    for kind, text in texts:
        for group in ("all", kind):
            tally[group, severity(text)] += 1
        rules.update(_warning(text))
    groups = dict.fromkeys(["all", *(kind for kind, _ in texts)])
    sums = {group: sum(tally[group, name] for name in ("warned", "noted", "nothing")) for group in groups}
    return {group: of(tally[group, "warned"], sums[group]) | {"noted": tally[group, "noted"]} for group in groups} | {
        "by_rule": dict(rules)
    }


def dressed_figures(texts):
    """Of the texts that the rule for orders warns of as they stand: how many it still warns of once they are dressed
    up, and how many any rule does, were it for what hides.
    """
    plain = [text for _kind, text in texts if "instructions" in _warning(text)]
    figures = {}
    for name, dress in DRESSES.items():
        rules = [_warning(dress(text)) for text in plain]
        figures[name] = of(sum("instructions" in one for one in rules), len(plain)) | {
            "any_rule": sum(map(bool, rules))
        }
    return figures


def _warning(text):
    """The rules that warn of a text."""
    return {rule for rule, severity, _reason, _words in said(text) if severity == "warning"}


def flagged(texts):
    """Of named texts those that are warned of, each with what is said."""
    grave = {name: [one for one in said(text) if one[1] == "warning"] for name, text in texts}
    listed = [{"text": name, "said": found} for name, found in grave.items() if found]
    return of(len(listed), len(grave)) | {
        "noted": sum(severity(text) == "noted" for _, text in texts),
        "listed": listed,
    }


def memory_files(directory):
    return [
        (path.stem, [json.loads(line)["content"] for line in path.read_text().splitlines()])
        for path in sorted(directory.joinpath("memory_file_histories").glob("*__*.jsonl"))
    ]


def lessons():
    """What the engine would write, operation by operation."""
    return [
        (f"{seed} {number}", "".join(row for target in one.targets for edit in target.edits for row in edit.lines))
        for seed in SEEDS
        for number, one in enumerate(dream(worlds.build(seed)).operations)
    ]


def speed(texts):
    pieces = [text[at : at + SIZE] for text in texts for at in range(0, len(text) - SIZE + 1, SIZE)][:300]
    times = []
    for piece in pieces:
        start = time.process_time()
        said(piece)
        times.append((time.process_time() - start) * 1000)
    return {
        "texts": len(times),
        "median_ms": round(statistics.median(times), 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "worst_ms": round(max(times), 2),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("directory", type=Path)
    options.add_argument("--show", action="store_true", help="list the attacks that nothing is said of")
    given = options.parse_args()
    folder = given.directory / "injection"
    attacks = injection.attacks(folder)
    files = memory_files(given.directory)
    sample = [(str(path.relative_to(SAMPLE)), path.read_text()) for path in sorted(SAMPLE.rglob("*.md"))]
    figures = {
        "attacks": attack_figures(attacks),
        "dressed": dressed_figures(attacks),
        "clean": flagged([(str(number), text) for number, text in enumerate(injection.carriers(folder))]),
        "memory": {
            "sample team": flagged(sample),
            "real files, newest": flagged([(name, texts[-1]) for name, texts in files]),
            "real files, every revision": flagged(
                [(f"{name} {number}", text) for name, texts in files for number, text in enumerate(texts)]
            ),
        },
        "lessons": flagged(lessons()),
        "speed_8KB": speed([text for _name, texts in files for text in texts]),
    }
    if given.show:
        figures["silent"] = [[kind, text] for kind, text in attacks if severity(text) == "nothing"]
    json.dump(figures, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
