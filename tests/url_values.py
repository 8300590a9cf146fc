"""What stands in URLs of a team, by the name of the parameter. A new name needs a line in one of the two tables.

`ROWS` makes a row of the team and returns what names it in a URL; tests put such a value of one team into URLs of
another. `PLAIN` holds parameters that name no row by themselves: numbers, formats, secrets.
"""

from tests import agent_recipes, recipes


def _memory(people):
    space = agent_recipes.namespace(people.row)
    return agent_recipes.memories(space, {"/a.md": "- one\n"})[0].public_id


ROWS = {
    "membership_id": lambda people: recipes.membership(people.row, user=recipes.user()).public_id,
    "invitation_id": lambda people: recipes.invitation(people.row).public_id,
    "token_id": lambda people: recipes.api_token(people.row, created_by=people.admin).public_id,
    "agent": lambda people: agent_recipes.agent(people.row).slug,
    "namespace": lambda people: agent_recipes.namespace(people.row).slug,
    "memory_id": _memory,
    "session_id": lambda people: agent_recipes.session(agent_recipes.agent(people.row)).public_id,
}

PLAIN = {}
