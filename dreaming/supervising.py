"""Keeping child processes: started together, restarted when one dies, stopped together, and none left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 10.0
LOOK_SECONDS = 0.2
MOST_RESTARTS = 3  # within RESTART_WINDOW; then there is something that a restart does not mend
RESTART_WINDOW = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1

Tell = Callable[[str], None]


@dataclass(slots=True)
class Child:
    """One process with its command, in a process group of its own."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.started.append(time.monotonic())
        self.process = subprocess.Popen(  # noqa: S603  (our own commands)
            self.command,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C reaches the supervisor alone, which stops its children in order
            preexec_fn=partial(_end_with, os.getpid()),  # noqa: PLW1509  (there is one thread only)
        )

    def send(self, number: int) -> None:
        """Signal the whole group: a child may have children."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def may_start_again(self) -> bool:
        recent = [at for at in self.started if at > time.monotonic() - RESTART_WINDOW]
        return len(recent) <= MOST_RESTARTS


def keep(children: Sequence[Child], *, tell: Tell, is_ready: Callable[[], bool], on_ready: Callable[[], None]) -> int:
    """Run the children until somebody stops us (0) or one of them cannot be kept up (1)."""
    stopped: list[int] = []
    before = {number: signal.signal(number, partial(_note, stopped)) for number in STOP_SIGNALS}
    parent_is_gone = _watch_make()
    try:
        for child in children:
            child.start()
        while not stopped and not parent_is_gone():
            if on_ready is not _nothing and is_ready():
                on_ready()
                on_ready = _nothing
            if not all(_look_after(child, tell) for child in children):
                return 1
            time.sleep(LOOK_SECONDS)
        return 0
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl+C must not leave children behind
        stop(children)
        for number, handler in before.items():
            signal.signal(number, handler)


def stop(children: Sequence[Child]) -> None:
    """End all children and whatever they started: first asked, then killed."""
    for child in children:
        child.send(signal.SIGTERM)
    limit = time.monotonic() + GRACE_SECONDS
    while not all(child.process is None or child.has_ended for child in children) and time.monotonic() < limit:
        time.sleep(LOOK_SECONDS / 4)
    for child in children:
        child.send(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def _look_after(child: Child, tell: Tell) -> bool:
    """Start a child again that has died; False where it dies again and again."""
    if not child.has_ended:
        return True
    assert child.process is not None  # noqa: S101  (it has ended, so it was there)
    child.send(signal.SIGKILL)  # what it left
    if not child.may_start_again:
        tell(f"{child.name} ended {len(child.started)} times (last with {child.process.returncode}): giving up")
        return False
    tell(f"{child.name} ended with {child.process.returncode}: starting it again")
    child.start()
    return True


def _note(stopped: list[int], number: int, _frame: FrameType | None) -> None:
    stopped.append(number)


def _nothing() -> None:
    return None


def _end_with(parent: int) -> None:
    """In the child: end when the supervisor is killed and cannot end us itself (Linux)."""
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _watch_make() -> Callable[[], bool]:
    """Whether the `make` that started us is gone: killed, it takes nobody along."""
    parent = os.getppid()
    try:
        is_make = Path(f"/proc/{parent}/comm").read_text().strip() in ("make", "gmake")
    except OSError:
        is_make = False
    return (lambda: os.getppid() != parent) if is_make else (lambda: False)
