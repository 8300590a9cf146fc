"""What goes wrong, per route and count.

`what` is a status (429, 500, 503, 529, 408...), or one of
  "drop"            the connection is closed before anything was done
  "drop_after"      the work is done, then the connection is closed
  "cut"             the work is done, half of the answer is sent, then the connection is closed
  "garbled"         the work is done, but a page of HTML is answered, as a proxy between does
  "slow"            the answer comes `seconds` late
  "slow_after"      the work is done at once, the answer comes `seconds` late: a create that timed out and exists
  "kill"            the process `pid` is killed (-9) before anything was done: who asks, at this very step
  "kill_after"      the work is done, then the process `pid` is killed
  "dead_cursor"     the cursors given so far die before the request is served
  "revoke"          the asking key is revoked before the request is served
  "edit"            somebody else writes before the request is served: `edit` names a verb of seeding and its arguments
"""

import os
import signal
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.platform.errors import KINDS, Refused

WHAT = frozenset(
    {
        "kill",
        "kill_after",
        "drop",
        "drop_after",
        "cut",
        "garbled",
        "slow",
        "slow_after",
        "dead_cursor",
        "revoke",
        "edit",
    }
)


class Dropped(Exception):
    """The connection goes away without an answer."""


@dataclass
class Fault:
    """`on` is a pattern of "METHOD /path"; the first `skip` that match pass, `times` are hit, None meaning all."""

    on: str
    what: object
    times: int | None = 1
    skip: int = 0
    seconds: float = 0
    retry_after: object = None
    headers: dict = field(default_factory=dict)
    message: str = "scripted"
    error: str | None = None
    edit: list = field(default_factory=list)
    pid: int | None = None

    def __post_init__(self):
        if self.what not in WHAT and not isinstance(self.what, int):
            raise ValueError(f"no fault is called {self.what}")

    def hits(self, asked):
        if self.times == 0 or not fnmatchcase(f"{asked.method} {asked.path}", self.on):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def due(platform, asked):
    """The faults that hit this request, each spent by it."""
    return [fault for fault in platform.faults if fault.hits(asked)]


def before(platform, asked, hitting):
    for fault in hitting:
        if isinstance(fault.what, int):
            raise _refused(fault)
        if fault.what == "drop":
            raise Dropped
        if fault.what == "kill":
            _kill(fault)
        if fault.what == "slow":
            time.sleep(fault.seconds)
        elif fault.what == "dead_cursor":
            platform.kill_cursors()
        elif fault.what == "revoke":
            platform.keys[asked.headers["authorization"].removeprefix("Bearer ")].revoked = True
        elif fault.what == "edit":
            verb, arguments = fault.edit
            platform.do(verb, arguments)


def after(hitting, answer):
    for fault in hitting:
        if fault.what == "drop_after":
            raise Dropped
        if fault.what == "kill_after":
            _kill(fault)
        if fault.what == "slow_after":
            time.sleep(fault.seconds)
        elif fault.what == "cut":
            answer.cut = True
        elif fault.what == "garbled":
            answer.content, answer.headers["content-type"] = b"<html><body>Bad gateway</body></html>", "text/html"


def _kill(fault):
    os.kill(fault.pid, signal.SIGKILL)
    raise Dropped


def _refused(fault):
    refusal = Refused(fault.what, fault.error or KINDS.get(fault.what, "api_error"), fault.message)
    refusal.headers = dict(fault.headers)
    if fault.retry_after is not None:
        refusal.headers["retry-after"] = str(fault.retry_after)
    return refusal
