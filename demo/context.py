from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import labels_of
from demo import doors


def people(request: HttpRequest) -> dict[str, Any]:
    """Whom the sign-in page offers, while this is a demo and the browser is on this machine."""
    if not settings.DEMO or not doors.is_local(request):
        return {}
    if request.path == reverse("account_reauthenticate"):
        return {"demo_again": doors.may_click_again(request)}
    if request.path != reverse("account_login"):
        return {}
    return {
        "demo_people": [
            {"name": one.user.name, "role": ", ".join(labels_of(one.roles)), "public_id": one.user.public_id}
            for one in doors.people()
        ]
    }
