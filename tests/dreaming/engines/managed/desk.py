"""Budgets and workspaces for tests of the engine alone."""

from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.spending import OverBudget
from tests.dreaming.engines.build import NOW

PRICES = {"input": 3.0, "output": 15.0, "cache_read": 0.3, "cache_write_5m": 3.75, "cache_write_1h": 6.0}
"""Micro-dollars a token."""


class Purse:
    """A budget in memory, with a cap in micro-dollars."""

    def __init__(self, cap=10**9):
        self.cap, self.held, self.booked, self.made = cap, {}, {}, 0

    def reserve(self, *, stage, model, tokens, is_batch=False):
        cost = price(tokens)
        if sum(self.held.values()) + sum(map(price, self.booked.values())) + cost > self.cap:
            raise OverBudget(f"The run may spend {self.cap}.")
        self.made += 1
        self.held[f"res_{self.made}"] = cost
        return f"res_{self.made}"

    def settle(self, reservation, *, tokens, request_id=""):
        self.held.pop(reservation, None)
        self.booked[reservation] = tokens

    def release(self, reservation):
        self.held.pop(reservation, None)

    def usage(self):
        return {"micro_dollars": round(sum(map(price, self.booked.values())))}


def price(tokens):
    return sum(getattr(tokens, name) * rate for name, rate in PRICES.items())


def workspace(client=None, **given):
    values = {
        "client": client, "connection": "con_1", "stores": {}, "sessions": frozenset(), "source": "test",
        "model": "claude-sonnet-5", "instructions": "", "budget": Purse(), "clock": lambda: NOW,
        "is_protected": lambda _namespace, path: path.startswith("/policies/"),
    }  # fmt: skip
    return Workspace(**values | given)
