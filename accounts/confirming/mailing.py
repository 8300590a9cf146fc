"""Mails to those who may confirm: that something waits and where, without any of its content."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.confirming import kinds, people
from accounts.enums import Digest
from accounts.models import Confirmation, User

log = structlog.get_logger(__name__)


def send_due(*, now: datetime) -> int:
    """Mail about what nobody was told of yet, outside of any transaction; returns how many mails went out."""
    waiting = Confirmation.objects.across_teams().waiting().filter(mailed_at=None).select_related("team", "asked_by")
    sent = 0
    for row in waiting.order_by("pk"):
        if Confirmation.objects.of(row.team).filter(pk=row.pk, mailed_at=None).update(mailed_at=now):
            sent += sum(_send(row, person) for person in _told(row))
    return sent


def _told(row: Confirmation) -> list[User]:
    kind = kinds.find(row.kind)
    able = people.others_who_may(people.of(row.team), kind.permission, besides=row.asked_by) if kind else []
    return [person for person in able if person.notify_by != Digest.NEVER and not person.is_demo]


def message(row: Confirmation, person: User) -> EmailMessage:
    profile = f"{settings.SITE_URL}{reverse('accounts:profile')}"
    team = " ".join(row.team.name.split())
    about = {
        "person": " ".join(str(person).split()),
        "team": team,
        "address": f"{settings.SITE_URL}{row.get_absolute_url()}",
        "days": (row.expires_at - row.asked_at).days,
        "profile": profile,
    }
    body = render_to_string("accounts/mail/confirmation.txt", about)
    headers = {"List-Unsubscribe": f"<{profile}>", "Auto-Submitted": "auto-generated"}
    subject = _("Something in %(team)s needs a second person") % {"team": team}
    return EmailMessage(subject, body, None, [person.email], headers=headers)


def _send(row: Confirmation, person: User) -> bool:
    try:
        message(row, person).send()
    except (SMTPException, OSError, ValueError) as failure:  # ValueError: an address that is none
        log.warning("mail.failed", person=person.public_id, error=type(failure).__name__)
        return False
    return True
