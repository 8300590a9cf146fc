"""The sink that needs no set-up beside mail: once a day the auditors of a team get its newest checkpoint."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import Membership, Team, User
from audit import trail
from audit.checkpoints.sinks import NotTaken, Unreachable
from audit.models import Checkpoint


class Mail:
    """With the checkpoint of the installation's log, which belongs to no team, in the same mail."""

    name = "mail"
    every = timedelta(days=1)

    def takes(self, log: str) -> bool:
        team = _team_of(log)
        return team is not None and not team.is_demo

    def deliver(self, checkpoint: Checkpoint) -> None:
        team = _team_of(checkpoint.log)
        people = auditors(team) if team else []
        if team is None or not people:
            raise NotTaken(_("nobody in the team has the role Auditor"))
        try:
            message(checkpoint, team=team, people=people).send()
        except (SMTPRecipientsRefused, ValueError) as refusal:  # ValueError: an address that is none
            raise NotTaken(_("the mail server refuses every auditor's address")) from refusal
        except (SMTPException, OSError) as failure:
            raise Unreachable(f"{type(failure).__name__}: {failure}") from failure


def message(checkpoint: Checkpoint, *, team: Team, people: list[User]) -> EmailMessage:
    """The mail. Its notes stand in the text and hang on as files, to be given to `lucid-verify --pin`."""
    newest = Checkpoint.objects.filter(log=trail.INSTALLATION).exclude(note="").order_by("-pk")[:1]
    sealed = [checkpoint, *newest]
    name = " ".join(team.name.split())
    about = {
        "team": name,
        "checkpoints": sealed,
        "address": f"{settings.SITE_URL}{reverse('compliance:trail', args=[team.slug])}",
    }
    body = render_to_string("compliance/mail/checkpoints.txt", about)
    mail = EmailMessage(
        _("Checkpoint of the audit log of %(team)s: %(size)d events") % {"team": name, "size": checkpoint.size},
        body,
        None,
        [person.email for person in people],
        headers={"Auto-Submitted": "auto-generated"},
    )
    for one in sealed:
        mail.attach(f"{one.log}-{one.size}.note", one.note, "text/plain")
    return mail


def auditors(team: Team) -> list[User]:
    members = Membership.objects.of(team).active().with_people()
    return [member.user for member in members if Role.AUDITOR in member.roles and not member.user.is_demo]


def _team_of(log: str) -> Team | None:
    prefix, _separator, number = log.partition("_")
    if prefix != "team" or len(number) != 32:
        return None
    return Team.objects.filter(pk=number).first()
