from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import signing_in
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
    signing_in.succeeded(user=person, at=timezone.now(), method="demo", is_demo=True)
    return redirect(settings.LOGIN_REDIRECT_URL)
