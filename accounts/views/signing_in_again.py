"""The page that asks for the password once more; without one it says what to do."""

from allauth.account import views

from accounts import stepping_up


class SignInAgain(views.ReauthenticateView):
    def _check_reauthentication_method_available(self, request):
        """There is always a page: people of the sample team have no password, and go on with one click."""

    def form_valid(self, form):
        stepping_up.proved(self.request, method="password")
        return stepping_up.go_on(self.request)
