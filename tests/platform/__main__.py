"""The platform as a process: python -m tests.platform --port 8200 --sample. Prints its address and key as JSON."""

import argparse
import json
import sys

from tests.platform import server
from tests.platform.state import Platform


def main():
    asked = argparse.ArgumentParser(prog="python -m tests.platform", description=__doc__)
    asked.add_argument("--port", type=int, default=0, help="0 takes a free one")
    asked.add_argument("--key", help="the API key to take, rather than a made one")
    asked.add_argument("--sample", action="store_true", help="begin with an agent, a store, sessions and a dream to be")
    given = asked.parse_args()
    platform = Platform()
    if given.key:
        platform.rename_key(given.key)
    running = server.bound(platform, given.port)
    told = {"url": platform.url, "key": platform.key}
    if given.sample:
        told |= platform.seed_history()
        platform.script_dream(told.pop("edits"), lingers=3)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    running.serve_forever()


if __name__ == "__main__":
    main()
