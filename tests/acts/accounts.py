"""Acts on people, teams and what waits for a second person."""

from accounts import roles
from accounts.models import Membership
from tests import recipes
from tests.accounts import confirmations
from tests.acts.act import act

ASKS = {"admin"}  # who asked for what waits


def _asked(scene):
    row = confirmations.ask(scene.team, by=scene.people.admin, at=recipes.now())
    return {"confirmation_id": row.public_id}


def _member(scene):
    return {"membership_id": Membership.objects.of(scene.team).get(user=scene.people.member).public_id}


ACTS = {
    "accounts:confirmation_confirm": act(
        roles.DISMISS, "confirmation.confirmed team.changed", make=_asked, guarded=False
    ),
    "accounts:confirmation_refuse": act(
        roles.DISMISS, "confirmation.refused", {"reason": "Not now."}, make=_asked, guarded=False
    ),
    "accounts:confirmation_withdraw": act(ASKS, "confirmation.withdrawn", make=_asked, guarded=False),
    "accounts:team_settings": act(
        roles.MANAGE_TEAM, "team.changed", {"name": "Northern"}, page="accounts:team_settings"
    ),
    "accounts:invite": act(roles.MANAGE_TEAM, "member.invited", {"email": "new@example.org", "roles": ["reviewer"]}),
    "accounts:invitation_revoke": act(roles.MANAGE_TEAM, "member.invitation_withdrawn"),
    "accounts:member": act(roles.MANAGE_TEAM, "member.roles_set", {"roles": ["lead"]}, make=_member),
    "accounts:member_remove": act(roles.MANAGE_TEAM, "member.removed", make=_member),
    "accounts:tokens": act(
        roles.MANAGE_TEAM, "token.created", {"name": "Pipeline", "scopes": ["propose"]}, page="accounts:tokens"
    ),
    "accounts:token_revoke": act(roles.MANAGE_TEAM, "token.revoked"),
}
