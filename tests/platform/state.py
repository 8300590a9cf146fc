"""What one platform knows: its workspaces, keys, clock, faults, scripts, and what it was asked."""

import hashlib
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from threading import RLock

import anthropic

from tests.platform import auth, caching, directing, faults, seeding
from tests.platform.clock import moment


class Workspace:
    def __init__(self, id):
        self.id = id
        self.stores, self.sessions, self.agents, self.dreams, self.batches = {}, {}, {}, {}, {}
        self.without_dreams, self.most_stores = None, None
        self.cache = {}


class Platform(seeding.Seeding, directing.Directing):
    """State behind one lock. In a thread the tests reach into it; in a process they do the same over /_control."""

    def __init__(self):
        self.lock = RLock()
        self.url = None
        self.workspaces, self.keys = {}, {}
        self.faults, self.record, self.bugs = [], [], []
        self.bills = []
        self.dream_scripts, self.answers, self.rules, self.batch_scripts = [], [], [], []
        self.answering = None
        self.cursor_age, self.most_per_page = 0, 1000
        self._count, self._ahead, self._last = 0, timedelta(), datetime.min.replace(tzinfo=UTC)
        self.workspace = self.add_workspace()
        self.key = self.add_key()

    def new_id(self, prefix):
        self._count += 1
        return f"{prefix}_01{hashlib.sha256(str(self._count).encode()).hexdigest()[:18]}{self._count:04d}"

    def now(self):
        """The time, never twice the same."""
        self._last = max(datetime.now(UTC) + self._ahead, self._last + timedelta(microseconds=1))
        return moment(self._last)

    def advance(self, seconds):
        self._ahead += timedelta(seconds=seconds)

    def set_time(self, at):
        """Let it be this time from now on, the clock going on as ever."""
        self._ahead = datetime.fromisoformat(at) - datetime.now(UTC)
        self._last = datetime.min.replace(tzinfo=UTC)

    def kill_cursors(self):
        self.cursor_age += 1

    def shorten_pages(self, most):
        """Pages hold no more than this, whatever is asked for: so a few rows have pages."""
        self.most_per_page = most

    def add_workspace(self):
        one = Workspace(self.new_id("wrkspc"))
        self.workspaces[one.id] = one
        return one

    def add_key(self, permissions=tuple(auth.PERMISSIONS), workspace=None, service_account=None):
        """The secret of a new key; for a workspace given by its id, or the first one."""
        one = self.workspaces[workspace] if workspace else self.workspace
        secret = f"sk-ant-api03-{hashlib.sha256(self.new_id('secret').encode()).hexdigest()}"
        self.keys[secret] = auth.Key(
            self.new_id("apikey"), secret, one, frozenset(permissions), service_account=service_account
        )
        return secret

    def rename_key(self, secret):
        """The first key under a secret of the caller's own."""
        one = self.keys.pop(self.key)
        one.secret = self.key = secret
        self.keys[secret] = one

    def revoke(self, secret):
        self.keys[secret].revoked = True

    def fault(self, on, what, **how):
        self.faults.append(faults.Fault(on, what, **how))

    def clear_faults(self):
        self.faults.clear()

    def asked(self, on="*"):
        """What was asked so far, as dicts in order, by a pattern of "METHOD /path"."""
        with self.lock:
            return [one.shown() for one in self.record if fnmatchcase(f"{one.method} {one.path}", on)]

    def spent(self):
        """What is to be paid for messages, those of batches apart: [{"model", "tier", and each count of tokens}]."""
        sums = {}
        for model, tier, usage in self.bills:
            held = sums.setdefault((model, tier), {"model": model, "tier": tier} | dict.fromkeys(caching.COUNTS, 0))
            for name in caching.COUNTS:
                held[name] += usage[name]
        return list(sums.values())

    def forget(self):
        self.record.clear()

    def client(self, key=None, **how):
        """The unmodified SDK, pointed here."""
        return anthropic.Anthropic(
            **{"api_key": key or self.key, "base_url": self.url, "max_retries": 0, "timeout": 10, **how}
        )

    def do(self, verb, arguments):
        """A verb by its name: what /_control does."""
        if verb not in VERBS:
            raise ValueError(f"no verb is called {verb}")
        with self.lock:
            return getattr(self, verb)(**arguments)


VERBS = frozenset(
    {
        "advance",
        "set_time",
        "spent",
        "kill_cursors",
        "shorten_pages",
        "add_key",
        "revoke",
        "fault",
        "clear_faults",
        "asked",
        "forget",
        *seeding.VERBS,
        *directing.VERBS,
    }
)
