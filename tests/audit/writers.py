"""Processes that write into logs and are killed by chance: `python -m tests.audit.writers WRITERS EVENTS DEATH`.

Each writer that was killed gets a successor, as often as there are writers. Prints how many were killed.
"""

import os
import random
import signal
import sys
from contextlib import suppress

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from audit import storing, trail  # noqa: E402

LOGS = ("team_a", "team_b")
TARGET = trail.Target("team", "team_a")


class Stop(Exception):
    pass


def deadly(act, chance, death):
    """The act, before or after which this process is killed at times."""

    def perhaps_die():
        if chance.random() < death:
            os.kill(os.getpid(), signal.SIGKILL)

    def one(*arguments, **more):
        perhaps_die()
        made = act(*arguments, **more)
        perhaps_die()
        return made

    return one


def write(chance):
    count = chance.choice((1, 1, 1, 2, 30))
    with suppress(Stop), trail.unit_of_work(at=timezone.now()) as unit:
        for _ in range(count):
            data = {"slug": "x" * chance.randrange(99)}
            unit.record("team.created", target=TARGET, by=trail.SYSTEM, log=chance.choice(LOGS), data=data)
        if chance.random() < 0.2:
            raise Stop
        return count
    return 0


def start(seed, events, death):
    """A process that writes; it ends with 0 when it has written so many events."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        chance = random.Random(seed)
        storing.append_few = deadly(storing.append_few, chance, death)
        storing.lock_head = deadly(storing.lock_head, chance, death)
        storing.insert = deadly(storing.insert, chance, death)
        storing.move = deadly(storing.move, chance, death)
        done = 0
        while done < events:
            done += write(chance)
        code = 0
    finally:
        os._exit(code)


def main(writers, events, death):
    connection.close()
    running = {start(seed, events, death) for seed in range(writers)}
    deaths = failures = 0
    while running:
        process, status = os.wait()
        running.discard(process)
        if os.WIFSIGNALED(status):
            deaths += 1
            if deaths <= writers:
                running.add(start(writers + deaths, events, death))
        elif os.WEXITSTATUS(status):
            failures += 1
    print(deaths)
    return failures


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
