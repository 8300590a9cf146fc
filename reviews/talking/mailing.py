"""Mails that say whose turn it is: each notice by itself, or at most one mail an hour, as the person chose.

A notice is marked as mailed before its mail is sent, under a lock, so that two workers send none twice; where sending
fails the mark is taken back. Mails count and link: no title and no text of memory is in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Digest
from accounts.models import Membership, Team, User
from agents.text import hidden
from audit import trail
from reviews.enums import NoticeKind
from reviews.models import Notice, NoticeQuerySet, Proposal
from reviews.reading.quoting import when

log = structlog.get_logger(__name__)

KINDS = (
    NoticeKind.YOUR_TURN,
    NoticeKind.STALE,
    NoticeKind.ANSWERED,
    NoticeKind.REPLIED,
    NoticeKind.MENTIONED,
    NoticeKind.OVERDUE,
)
OLDEST = timedelta(days=7)  # what waited longer is in the list alone
AGAIN = timedelta(minutes=5)
MOST = 50  # notices in one mail


def is_due(now: datetime) -> bool:
    return _due(now).exists()


def send_due(*, now: datetime) -> int:
    """Send what is due in every team, outside of any transaction, and return how many mails went out."""
    pairs = _due(now).order_by("team", "person").values_list("team", "person").distinct()
    sent = 0
    for team_id, person_id in list(pairs):
        team, person = Team.objects.get(pk=team_id), User.objects.get(pk=person_id)
        each = person.notify_by == Digest.EACH
        while claimed := _claim(team, person, now, 1 if each else MOST):
            if not _send(claimed, team, person, now):
                break
            sent += 1
            if not each:
                break
    return sent


def message(notices: Sequence[Notice], *, team: Team, person: User) -> EmailMessage:
    """The mail about these notices, which come with their proposals, in the person's time zone."""
    profile = f"{settings.SITE_URL}{reverse('accounts:profile')}"
    name = _plain(team.name)
    with timezone.override(ZoneInfo(person.time_zone)):
        about = {
            "person": _plain(str(person)),
            "team": name,
            "reason": _reason(notices),
            "items": _items(notices, team),
            "inbox": f"{settings.SITE_URL}{reverse('reviews:inbox', args=[team.slug])}",
            "zone": person.time_zone,
            "profile": profile,
            "each": person.notify_by == Digest.EACH,
        }
        body = render_to_string("reviews/mail/your_turn.txt", about)
    count = len(notices)
    subject = ngettext("%(count)d thing waits for you in %(team)s", "%(count)d things wait for you in %(team)s", count)
    headers = {
        "List-Unsubscribe": f"<{profile}>",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(subject % {"count": count, "team": name}, body, None, [person.email], headers=headers)


def _due(now: datetime) -> NoticeQuerySet:
    """Unread notices of members who want mails, and who had none within the hour where that is what they want."""
    mailed = Notice.objects.across_teams().filter(
        team=OuterRef("team"), person=OuterRef("person"), mailed_at__gt=now - timedelta(hours=1)
    )
    member = Membership.objects.across_teams().active().filter(team=OuterRef("team"), user=OuterRef("person"))
    wanted = Q(person__notify_by=Digest.EACH) | Q(person__notify_by=Digest.HOURLY) & ~Exists(mailed)
    return _waiting(Notice.objects.across_teams(), now).filter(wanted, Exists(member), person__is_demo=False)


def _waiting(rows: NoticeQuerySet, now: datetime) -> NoticeQuerySet:
    again = Q(mail_after=None) | Q(mail_after__lte=now)
    return rows.unread().filter(again, mailed_at=None, kind__in=KINDS, at__gt=now - OLDEST)


def _claim(team: Team, person: User, now: datetime, most: int) -> list[Notice]:
    """The notices that this worker is going to mail, oldest first: none that another one has taken."""
    with trail.unit_of_work(at=now):
        rows = _waiting(Notice.objects.of(team).filter(person=person), now).order_by("at", "pk")
        locked = rows.select_for_update(skip_locked=True, of=("self",)).select_related("proposal")
        claimed = list(locked[:most])
        Notice.objects.of(team).filter(pk__in=[one.pk for one in claimed]).update(mailed_at=now)
    return claimed


def _send(claimed: Sequence[Notice], team: Team, person: User, now: datetime) -> bool:
    try:
        message(claimed, team=team, person=person).send()
    except (SMTPException, OSError, ValueError) as failure:  # ValueError: an address that is none
        own = Notice.objects.of(team).filter(pk__in=[one.pk for one in claimed])
        own.update(mailed_at=None, mail_after=now + AGAIN)
        log.warning("mail.failed", person=person.public_id, error=type(failure).__name__)
        return False
    return True


def _reason(notices: Sequence[Notice]) -> str:
    """Why it is their turn: of one notice what it is, of several how many."""
    if len(notices) == 1:
        return str(notices[0].get_kind_display()).lower()
    return _("%(count)d things wait for you") % {"count": len(notices)}


def _items(notices: Sequence[Notice], team: Team) -> list[tuple[str, str]]:
    """What waits, by proposal: words without any title, and an address."""
    by_proposal: dict[Proposal, list[Notice]] = defaultdict(list)
    for one in notices:
        by_proposal[one.proposal].append(one)
    return [(_line(proposal, own), _address(proposal, team)) for proposal, own in by_proposal.items()]


def _line(proposal: Proposal, own: Sequence[Notice]) -> str:
    kinds: dict[str, int] = defaultdict(int)
    for one in own:
        kinds[str(one.get_kind_display()).lower()] += 1
    words = ", ".join(f"{kind} (×{count})" if count > 1 else kind for kind, count in kinds.items())
    values = {"number": proposal.number, "words": words, "when": when(own[0].at)}
    return capfirst(_("Proposal #%(number)d: %(words)s, since %(when)s") % values)


def _address(proposal: Proposal, team: Team) -> str:
    return f"{settings.SITE_URL}{reverse('reviews:proposal', args=[team.slug, proposal.number])}"


def _plain(text: str) -> str:
    """On one line, with nothing in it that a reader would not see: names are what people typed."""
    return hidden.HIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
