"""What it costs to hold the data of an event against the catalogue, beside making the record of that event.

    python -m benchmarks.bench_catalogue

Prints microseconds of the processor as JSON. No database is touched.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

from audit import catalogue, entries

TYPE, TIMES = "change.voted", 20_000
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def microseconds(do: Callable[[], object]) -> float:
    began = process_time()
    for _ in range(TIMES):
        do()
    return round((process_time() - began) / TIMES * 1e6, 1)


def main() -> None:
    kind = catalogue.EVENTS[TYPE]
    data = {key: kind.example[key] for key in (*sorted(kind.required), "dwell_ms")}
    head = {"public_id": "evt_" + "0" * 32, "log": "team", "at": AT, "type": TYPE, "outcome": "success"}
    about = {"actor": ("person", "usr_1"), "target": ("change", "chg_1"), "secrets": []}
    found = {
        "check": microseconds(lambda: catalogue.check(TYPE, data)),
        "record": microseconds(lambda: entries.of(**head, **about, data=data)),  # type: ignore[arg-type]
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
