"""Acts on dreams, and on sessions that turned out bad."""

from accounts import roles
from agents import sessions
from dreaming import runs
from dreaming.engines.managed import account as accounts
from dreaming.enums import RunOrigin
from dreaming.models import JournalEntry
from tests import agent_recipes, recipes
from tests.acts.act import act
from tests.acts.deciding import propose
from tests.dreaming import scenes as dreams
from tests.reviews import scenes

REASON = {"reason": "A customer made it up."}
PRICE = dict.fromkeys(("input", "output", "cache_write_5m", "cache_write_1h", "cache_read"), "0.25") | {
    "model": "claude-new-*",
    "valid_from": "2026-03-02",
    "above_tokens": "0",
    "batch_percent": "50",
    "region_percent": "110",
}


def _marked(scene):
    session = agent_recipes.session(agent_recipes.agent(scene.team))
    sessions.mark_tainted(session=session, reason="Made up.", by=scene.people.lead, at=recipes.AT)
    return {"session_id": session.public_id}


def _written(scene):
    """A memory says what a session said that was marked meanwhile."""
    session = agent_recipes.session(agent_recipes.agent(scene.team), texts=("Refunds take a day.",))
    quote = scenes.quote(session, 0, "Refunds take a day.")
    memory = scenes.memory(scenes.namespace(scene.team))
    propose(scene, scenes.edit(memory, "- one\n- Refunds take a day.\n", quotes=(quote,)))
    scenes.approve_and_apply(scene.change, scene.people.second)
    sessions.mark_tainted(session=session, reason="Made up.", by=scene.people.lead, at=recipes.AT)
    return {"session_id": session.public_id}


def _queued(scene):
    agent = dreams.agent_that_writes(scene.team)
    run = runs.queue(agent=agent, origin=RunOrigin.PERSON, by=scene.people.lead, at=recipes.now())
    return {"run_number": run.number}


def _connection(scene):
    scene.connection = agent_recipes.connection(scene.team)
    return {"run_number": dreams.run(agent_recipes.agent(scene.team)).number}


def _left(scene):
    run = dreams.run(agent_recipes.agent(scene.team))
    account = accounts.Account(connection="con_0", digest="0", model="claude-sonnet-5", left=["memstore_1"])
    given = {"key": f"{accounts.KEY}0", "value": accounts.plain(account), "at": recipes.AT}
    JournalEntry.objects.create(team=scene.team, run=run, **given)
    return {"run_number": run.number}


ACTS = {
    "dreaming:settings": act(roles.MANAGE_AGENTS, "dream.settings_set", {"max_minutes": "5"}, page="dreaming:settings"),
    "dreaming:curation": act(
        roles.MANAGE_AGENTS, "dream.settings_set", {"max_changes": "12"}, page="dreaming:curation"
    ),
    "dreaming:curation_document": act(
        roles.MANAGE_AGENTS,
        "dream.settings_set",
        {"document": '{"min_sessions": 9}'},
        page="dreaming:curation_document",
    ),
    "dreaming:caps": act(roles.MANAGE_AGENTS, "dream.caps_set", {"day": "5", "month": "50.50"}),
    "dreaming:caps_of": act(roles.MANAGE_AGENTS, "dream.caps_set", {"day": "5", "month": ""}),
    "dreaming:costs_sheet": act(roles.VIEW, "export.made", {"since": "2026-03-02"}, status=200),
    "dreaming:prices": act(roles.MANAGE_AGENTS, "dream.price_set", PRICE),
    "dreaming:run_now": act(roles.RUN_DREAMS, "dream.settings_set dream.queued"),
    "dreaming:estimate": act(roles.RUN_DREAMS, status=200),
    "dreaming:run_cancel": act(roles.RUN_DREAMS, "dream.canceled", make=_queued),
    "dreaming:leftovers_hand_over": act(
        roles.MANAGE_CONNECTIONS, typed=lambda scene: {"connection": scene.connection.public_id}, make=_connection
    ),
    "dreaming:leftovers_let_go": act(roles.MANAGE_CONNECTIONS, "dream.leftovers_let_go", make=_left),
    "dreaming:taint": act(roles.TAINT, "session.tainted", REASON),
    "dreaming:revoke": act(roles.REVERT, "change.opened proposal.opened session.revoked", make=_written),
    "dreaming:clear_taint": act(roles.TAINT, "session.cleared", REASON, make=_marked),
}
