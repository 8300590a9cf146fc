"""What people set for themselves."""

from collections.abc import Mapping
from datetime import datetime

from accounts import signing_in
from accounts.models import User
from audit import trail

FIELDS = ("name", "time_zone", "theme", "palette", "diff_view", "text_view", "notify_by")
KEYS = ("single_keys", "confirms_approval", "keys")


def set_own(*, user: User, values: Mapping[str, object], at: datetime) -> list[str]:
    """Store the given preferences and return the names of those that changed."""
    with trail.unit_of_work(at=at) as unit:
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        changed = [name for name in (*FIELDS, *KEYS) if name in values and getattr(user, name) != values[name]]
        if changed:
            for name in changed:
                setattr(user, name, values[name])
            user.save(update_fields=changed)
            unit.record(
                "auth.preferences_set",
                target=signing_in.user_target(user),
                by=user,
                data={"changed": changed},
                private={"name": user.name} if "name" in changed else None,
                log=trail.INSTALLATION,
            )
    return changed
