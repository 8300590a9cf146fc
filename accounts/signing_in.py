"""What the installation's log says about people coming and going."""

from datetime import datetime

from accounts.models import User
from audit import trail


def succeeded(*, user: User, at: datetime, method: str = "password", is_demo: bool = False) -> None:
    with trail.unit_of_work(at=at) as unit:
        unit.record(
            "auth.signed_in",
            target=user_target(user),
            by=user,
            data={"method": method, "demo": is_demo},
            log=trail.INSTALLATION,
        )


def again(*, user: User, at: datetime, method: str, is_demo: bool = False) -> None:
    """Somebody signed in already proved once more who they are."""
    with trail.unit_of_work(at=at) as unit:
        unit.record(
            "auth.signed_in_again",
            target=user_target(user),
            by=user,
            data={"method": method, "demo": is_demo},
            log=trail.INSTALLATION,
        )


def failed(*, email: str, at: datetime, method: str = "password") -> None:
    """A refused sign-in. What was typed is only committed to: it may be a password in the wrong field."""
    known = User.objects.filter(email__iexact=email).first()
    with trail.unit_of_work(at=at) as unit:
        unit.record(
            "auth.sign_in_failed",
            target=user_target(known) if known else trail.Target("user", "unknown"),
            by=trail.SYSTEM,
            data={"method": method},
            private={"email": email},
            log=trail.INSTALLATION,
            outcome="denied",
            subject=known.public_id if known else "",
        )


def ended(*, user: User, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        unit.record("auth.signed_out", target=user_target(user), by=user, log=trail.INSTALLATION)


def password_set(*, user: User, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        unit.record("auth.password_changed", target=user_target(user), by=user, log=trail.INSTALLATION)


def user_target(user: User) -> trail.Target:
    return trail.Target("user", user.public_id)
