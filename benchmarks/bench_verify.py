"""How long lucid-verify takes over a pack of many events, as JSON beside the limits: seconds on the clock, seconds of
work over all its processes (on a busy machine they tell more), and the most memory of all of them together (MiB).

    python benchmarks/bench_verify.py [--events 1000000] [--keep PACK.zip]

The pack holds a whole log of votes, 600 bytes an event, each third with a private value, checkpoints every 256 events
of the last 10,000. Building it takes about a minute and is told apart.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from audit.verify import commitments, merkle, notes, packing, packs, signing  # noqa: E402
from audit.verify.chain import NO_LEAF  # noqa: E402

LOG = "team_0198f3a2b3c47d5e8f90123456789abc"
KEY = signing.SecretKey(f"lucid/{LOG}", bytes(range(32)))
LIMITS = {"fast": 5, "strict": 30, "memory_mib": 300}
SALT = bytes(16)
REASON = "Seen in three sessions"


def body(seq, prev, commitment):
    private = {"reason": commitment} if seq % 3 == 0 else {}
    content = {
        "actor": {"id": "usr_0198f3a2b3c47d5e8f90123456789abc", "type": "person"},
        "data": {
            "proposal": "prp_0198f3a2b3c47d5e8f90123456789abc",
            "revision": 3,
            "tier": "high",
            "verdict": "approve",
        },
        "id": f"evt_{hashlib.md5(str(seq).encode(), usedforsecurity=False).hexdigest()}",
        "log": LOG,
        "outcome": "success",
        "prev": prev.hex(),
        "private": private,
        "seq": seq,
        "target": {"id": f"chg_0198f3a2b3c47d5e8f90{seq:012d}", "type": "change"},
        "time": f"2026-03-01T12:30:00.{seq % 1_000_000:06d}Z",
        "type": "change.voted",
        "v": 1,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def log(count, wanted, found):
    """Leaves and bodies; on the way, the checkpoints of the wanted sizes."""
    commitment = commitments.commit(name="reason", value=REASON, salt=SALT)
    leaf, tree = NO_LEAF, merkle.Range()
    for seq in range(1, count + 1):
        raw = body(seq, leaf, commitment)
        leaf = merkle.leaf_hash(raw)
        tree.add(leaf)
        if seq in wanted:
            found.append(signing.signed_note(notes.Checkpoint(KEY.name, seq, tree.root).text, [KEY]))
        yield leaf, raw


def build(path, count):
    sizes = {count, *range(max(1, count - 10_000), count, 256)}
    checkpoints = []
    for _ in log(count, sizes, checkpoints):
        continue
    about = packs.About(LOG, KEY.name, "2026-11-28T00:00:00Z", "bench", packs.CONTIGUOUS, {}, 1, count)
    with open(path, "wb") as out:
        writer = packing.Writer(out, about=about, checkpoints=checkpoints)
        writer.add_events(log(count, (), []))
        writer.add_disclosures(packs.Disclosure(seq, "reason", SALT, REASON) for seq in range(3, count + 1, 3))
        writer.finish(lambda text: signing.signed_note(text, [KEY]))


def memory_of(pid):
    """Of the process and its children, each shared page counted once."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return own + sum(memory_of(int(child)) for child in children)


def measure(path, *flags):
    command = [sys.executable, "-m", "audit.verify", str(path), "--key", KEY.public.encode(), "--json", *flags]
    before, started, most = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            most = max(most, memory_of(running.pid))
            time.sleep(0.1)
        verdict = json.loads(running.stdout.read())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert verdict["verdict"] == "verified", verdict
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "work_seconds": round(work, 1),
        "work_seconds_per_core": round(work / os.cpu_count(), 1),
        "memory_mib": round(most / 1024),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "pack.zip"
        started = time.perf_counter()
        if not path.exists():
            build(path, options.events)
        built = round(time.perf_counter() - started, 1)
        found = {"fast": measure(path), "strict": measure(path, "--strict")}
        size = round(path.stat().st_size / 1024**2)
    load = round(os.getloadavg()[0], 1)
    report = {"events": options.events, "pack_mib": size, "built_seconds": built, "cores": os.cpu_count(), "load": load}
    print(json.dumps({**report, **found, "limits": LIMITS}, indent=2))


if __name__ == "__main__":
    main()
