"""Agents of a workspace over HTTP: listed and read, no more."""

from anthropic.types.beta import BetaManagedAgentsAgent, agent_list_params

from tests.platform import auth, pages
from tests.platform.errors import missing
from tests.platform.ranges import within
from tests.platform.routing import route
from tests.platform.shaping import shaped

BETA = (auth.MANAGED,)


@route("GET", "/v1/agents", beta=BETA, query=agent_list_params.AgentListParams)
def listing(call):
    everything = call.query.get("include_archived", False)
    rows = [
        ((one["created_at"], id), shaped(BetaManagedAgentsAgent, one))
        for id, one in call.workspace.agents.items()
        if within(one["created_at"], call.query) and (everything or one["archived_at"] is None)
    ]
    return pages.listed(call, rows, order="desc")


@route("GET", "/v1/agents/{agent}", beta=BETA)
def retrieve(call, agent):
    if agent not in call.workspace.agents:
        raise missing("agent", agent)
    return shaped(BetaManagedAgentsAgent, call.workspace.agents[agent])
