"""What stands in URLs of a team, by the name of the parameter. A new name needs a line in one of the two tables.

`ROWS` makes a row of the team and returns what names it in a URL; tests put such a value of one team into URLs of
another. `PLAIN` holds parameters that name no row by themselves: numbers, formats, secrets.
"""

from tests import recipes

ROWS = {
    "membership_id": lambda people: recipes.membership(people.row, user=recipes.user()).public_id,
    "invitation_id": lambda people: recipes.invitation(people.row).public_id,
    "token_id": lambda people: recipes.api_token(people.row, created_by=people.admin).public_id,
}

PLAIN = {}
