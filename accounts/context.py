from django.conf import settings


def shell(request):
    """What the frame of every page shows."""
    return {"team": getattr(request, "team", None), "membership": getattr(request, "membership", None), "demo_mode": settings.DEMO}
