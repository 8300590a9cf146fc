from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def no_demo_in_production(app_configs: Any, **kwargs: Any) -> list[Error]:
    """One-click sign-in has no place on a server that others reach."""
    if not settings.DEMO:
        return []
    return [Error("DEMO is set: anybody on this machine signs in with one click.", hint="Unset DEMO.", id="demo.E001")]
