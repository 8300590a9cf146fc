"""A secret that stands in a session is neither taught nor quoted."""

from dataclasses import astuple

from tests.dreaming.engines import build
from tests.dreaming.engines.local.test_engine import dream

TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


def refused(name):
    return build.session(
        name,
        build.tried("push", f"Error: token {TOKEN} has expired", branch=name),
        build.tried("renew_token", item=name),
        build.tried("push", branch=name),
    )


def test_error_that_names_a_token_is_taught_without_it():
    result = dream(build.snapshot([refused("a"), refused("b")]))

    assert "call `renew_token`" in result.operations[0].title + str(result.operations[0].targets)
    assert TOKEN not in str(astuple(result))


def test_wish_that_holds_a_secret_is_not_taught():
    said = build.person(f"From now on, always use {TOKEN} for the push.")

    result = dream(build.snapshot([build.session("a", said)]))

    assert result.operations == ()
    assert TOKEN not in str(astuple(result))
