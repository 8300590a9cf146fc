from allauth.account.adapter import DefaultAccountAdapter


class InvitationOnly(DefaultAccountAdapter):
    """Nobody signs up by themselves: an account is made by accepting an invitation."""

    def is_open_for_signup(self, request):
        return False
