from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import signing_in, stepping_up
from demo import doors


@require_POST
@login_not_required
def sign_in(request):
    """One click: only for people of the sample team, only from this machine, only while DEMO is set."""
    if not settings.DEMO or not doors.is_local(request):
        raise Http404
    wanted = request.POST.get("person", "")
    person = next((one.user for one in doors.people() if one.user.public_id == wanted), None)
    if person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    stepping_up.signed_in(request, method="demo")
    signing_in.succeeded(user=person, at=timezone.now(), method="demo", is_demo=True)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def sign_in_again(request):
    """One click once more, where a fresh sign-in is asked for: people of the sample team have no password."""
    if not doors.may_click_again(request):
        raise Http404
    stepping_up.proved(request, method="demo", is_demo=True)
    return stepping_up.go_on(request)
