"""What a diff takes, as JSON in milliseconds of processor time: 40 lines of real text, and inputs made to be slow.

    python -m benchmarks.bench_diff [DIR]

DIR is `$LUCID_DATA/dev`; the real texts are steps of `memory_file_histories/`, cut to the 40 lines around each edit.
What is made to be slow is as long as a memory may be. Each is taken as the best of five.
"""

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from agents.text import diffs
from agents.text import lines as text_lines

MAX_BYTES = 102_400  # of a memory
LINES = 40
ABOVE = 10
EDITS = 6  # of one step
ROUNDS = 5


def draw(before: str, after: str) -> list[diffs.Row]:
    old, new = text_lines.split(before), text_lines.split(after)
    return diffs.rows(old, text_lines.diff(old, new))


def milliseconds(before: str, after: str) -> float:
    def once() -> float:
        started = time.process_time()
        draw(before, after)
        return (time.process_time() - started) * 1000

    return min(once() for _ in range(ROUNDS))


def windows(folder: Path) -> Iterator[tuple[str, str]]:
    """The lines around real edits, before and after."""
    for path in sorted((folder / "memory_file_histories").glob("*__*.jsonl")):
        texts = [json.loads(line)["content"] for line in path.read_text(encoding="utf-8").splitlines()]
        for before, after in pairwise(map(text_lines.split, texts)):
            shift = 0
            for edit in text_lines.diff(before, after)[:EDITS]:
                start = max(0, edit.start - ABOVE)
                new = max(0, start + shift)
                yield "".join(before[start : start + LINES]), "".join(after[new : new + LINES])
                shift += len(edit.lines) - (edit.end - edit.start)


def hostile() -> dict[str, tuple[str, str]]:
    draw_one = random.Random(1)
    letters = "abcdefgh"

    def line(words: int) -> str:
        return " ".join(draw_one.choice(letters) for _ in range(words)) + "\n"

    def between_fixed() -> str:
        return "".join(f"keep {n}\n" if n % 50 == 0 else f"{line(5).strip()} word\n" for n in range(6000))

    return {
        "4,000 repeated words in one line": ("the cat " * 2000, "cat the " * 2000),
        "one line of 100 kB": ("a b " * 25_600, "b a " * 25_600),
        "empty lines": ("\n" * MAX_BYTES, "\n" * 51_200 + "x\n" * 25_600),
        "lines of one letter": ("".join(line(1) for _ in range(51_200)), "".join(line(1) for _ in range(51_200))),
        "short lines in another order": (
            "".join(f"{n}\n" for n in range(17_000)),
            "".join(f"{n * 7 % 17_000}\n" for n in range(17_000)),
        ),
        "every other line another": (
            "".join(f"k{n}\n" if n % 2 else line(4) for n in range(12_000)),
            "".join(f"k{n}\n" if n % 2 else line(4) for n in range(12_000)),
        ),
        "blocks of 50 lines": (between_fixed(), between_fixed()),
        "50 lines of 2 kB": ("".join(line(1000) for _ in range(50)), "".join(line(1000) for _ in range(50))),
        "one letter under 50,000 marks": ("a" + "\u0301" * 51_000, "a" + "\u0302" * 51_000),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(os.environ.get("LUCID_DATA", "."), "dev"))
    given = parser.parse_args()
    real = sorted(milliseconds(*pair) for pair in windows(given.folder))
    shares = statistics.quantiles(real, n=100) if len(real) > 1 else []
    figures = {
        "real": {"diffs": len(real), "median": shares and shares[49], "p95": shares and shares[94], "max": real[-1:]},
        "hostile": {
            name: milliseconds(before[:MAX_BYTES], after[:MAX_BYTES]) for name, (before, after) in hostile().items()
        },
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
