"""The published schema: committed, served to everybody, and kept to."""

import json

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from config.api import api
from config.wsgi import application
from tests import agent_recipes
from tests.api.conftest import machine_of

COMMITTED = settings.BASE_DIR / "docs" / "openapi.json"
RENEW = "manage.py export_openapi_schema --api config.api.api --indent 2 --output docs/openapi.json"

UNASKED = [positive_data_acceptance, negative_data_rejection]


def test_committed_schema_is_the_one_that_is_served(client):
    served = client.get("/api/v1/openapi.json")

    assert served.status_code == 200
    assert json.loads(COMMITTED.read_text()) == served.json(), f"renew it: {RENEW}"


def test_every_operation_asks_for_a_token_and_says_how_it_refuses():
    operations = [operation for path in api.get_openapi_schema()["paths"].values() for operation in path.values()]

    assert len(operations) == 9
    for operation in operations:
        assert operation["security"] == [{"Bearer": []}]
        assert {401, 403, 429} <= set(map(int, operation["responses"]))
        assert operation["description"]


schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
schema.app = application


@pytest.fixture
def known(team):
    """Names and ids that exist, so that calls come past the door."""
    agent = agent_recipes.agent(team.row)
    space = agent_recipes.namespace(team.row)
    agent_recipes.access(agent, space)
    agent_recipes.memories(space, {"/notes.md": "- one\n"})
    return {"agent": agent.slug, "namespace": space.slug, "session_id": agent_recipes.session(agent).public_id}


@pytest.fixture
def _kept_connection():
    """As Django's own test client has it: a request's end does not close the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("_kept_connection")
@schema.parametrize()
@examples(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_operation_keeps_to_its_schema(case, team, known, settings):
    settings.API_CALLS_A_MINUTE = 1_000_000
    machine = machine_of(team)
    case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
    if isinstance(case.body, dict) and "agent" in case.body:
        case.body["agent"] = known["agent"]
        changes = case.body.get("changes")
        for change in changes if isinstance(changes, list) else ():
            if isinstance(change, dict):
                change["namespace"] = known["namespace"]

    # Not asked: that all that fits is taken and all else refused. Texts, lines and versions have rules that no schema
    # says, names are put in above, and parameters that nobody knows are passed over.
    headers = {"Authorization": f"Bearer {machine.secret}"}
    case.call_and_validate(headers=headers, excluded_checks=UNASKED)
