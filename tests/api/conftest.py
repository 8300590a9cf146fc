from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.enums import Scope
from audit.verify import canonical


@dataclass
class Machine:
    """A client with a token."""

    token: object
    secret: str

    def __post_init__(self):
        self.client = Client(headers={"authorization": f"Bearer {self.secret}"})

    def get(self, path, **headers):
        return self.client.get(f"/api/v1{path}", headers=headers)

    def post(self, path, body):
        return self.client.post(f"/api/v1{path}", body, content_type="application/json")


@pytest.fixture(autouse=True)
def _no_calls_counted():
    cache.clear()


@pytest.fixture
def machine(team):
    return machine_of(team)


def machine_of(people, scopes=Scope.values, agent=None):
    now = timezone.now()
    token, secret = tokens.create(
        team=people.row,
        name="Pipeline",
        scopes=scopes,
        expires_at=now + timedelta(days=1),
        by=people.admin,
        at=now,
        agent_id_only=agent.public_id if agent else "",
    )
    return Machine(token, secret)


def fault(response):
    """Status, code and place of a refusal; anything else fails here."""
    error = response.json()["error"]
    assert set(error) == {"code", "message", "where", "details"}
    assert error["message"]
    return response.status_code, error["code"], error["where"]


def data_of(event):
    return canonical.loads(bytes(event.body))["data"]
