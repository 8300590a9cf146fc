"""A kind of act for tests that is a real one: renaming a team, which a lead or admin asks for and a lead confirms."""

from accounts import confirming, members, roles
from tests.recipes import AT

KIND = "rename"


def perform(confirmation, *, by, at):
    team = confirmation.team
    members.set_team(
        team=team, name=confirmation.payload["name"], time_zone="UTC", sole_reviewer=team.sole_reviewer, by=by, at=at
    )


def check(confirmation):
    confirmation.team.refresh_from_db()
    if confirmation.team.name != confirmation.diff[0]["before"]:
        raise confirming.NoLongerHolds(f"The team is called {confirmation.team.name} now.")


def register():
    confirming.performs(
        KIND, label="Rename", asks=roles.RUN_DREAMS, permission=roles.DISMISS, perform=perform, check=check
    )


def ask(team, name="Northern", *, by, at=AT, target="team"):
    return confirming.ask(
        team=team,
        kind=KIND,
        target=target,
        title=f"Rename to {name}",
        diff=[confirming.line("Name", team.name, name)],
        payload={"version": 1, "name": name},
        by=by,
        at=at,
    )
