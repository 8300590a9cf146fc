"""Mails that say whose turn it is: each notice by itself, or at most one mail an hour, as the person chose.

The notices are the outbox. A worker holds those of a person for some minutes, sends, and marks them as mailed after
that: two workers send none twice, and where sending fails or the worker is killed the next one tries again. So a worker
killed just after sending mails twice: better than never. Mails count and link: no title and no text of memory is in
them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
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
from agents.models import Namespace
from agents.text import covering, hidden
from audit import trail
from reviews.enums import NoticeKind
from reviews.models import Notice, NoticeQuerySet, Proposal
from reviews.reading.quoting import when
from reviews.talking import noticing

log = structlog.get_logger(__name__)

KINDS = (
    NoticeKind.YOUR_TURN,
    NoticeKind.STALE,
    NoticeKind.ANSWERED,
    NoticeKind.REPLIED,
    NoticeKind.MENTIONED,
    NoticeKind.OVERDUE,
    NoticeKind.UNREVIEWED,
    NoticeKind.CERTIFY,
    NoticeKind.BUDGET,
    NoticeKind.GLASS,
    NoticeKind.GLASS_ALARM,
    NoticeKind.GLASS_WEEK,
    NoticeKind.AUTOMATIC,
    NoticeKind.AUTO_APPLIED,
    NoticeKind.FELL_BACK,
    NoticeKind.SEAL,
    NoticeKind.EXPORT,
    NoticeKind.EXPORT_FAILED,
)
OLDEST = timedelta(days=7)  # what waited longer is in the list alone
HELD = timedelta(minutes=5)  # several times what a mail server may take; whoever comes later tries again
MOST = 50  # notices in one mail


def is_due(now: datetime) -> bool:
    return _due(now).exists()


def send_due(*, clock: Callable[[], datetime]) -> int:
    """Send what is due in every team, outside of any transaction, and return how many mails went out."""
    pairs = _due(clock()).order_by("team", "person").values_list("team", "person").distinct()
    sent = 0
    for team_id, person_id in list(pairs):
        team, person = Team.objects.get(pk=team_id), User.objects.get(pk=person_id)
        while (claimed := _claim(team, person, clock())) and _send(claimed, team, person):
            claimed_ids = [one.pk for one in claimed]
            Notice.objects.of(team).filter(pk__in=claimed_ids, mailed_at=None).update(mailed_at=clock())
            sent += 1
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
    had = Q(mailed_at__gt=now - timedelta(hours=1)) | Q(mailed_at=None, mail_after__gt=now)
    just_now = Notice.objects.across_teams().filter(had, team=OuterRef("team"), person=OuterRef("person"))
    member = Membership.objects.across_teams().active().filter(team=OuterRef("team"), user=OuterRef("person"))
    wanted = Q(person__notify_by=Digest.EACH) | Q(person__notify_by=Digest.HOURLY) & ~Exists(just_now)
    free = Q(mail_after=None) | Q(mail_after__lte=now)
    rows = Notice.objects.across_teams().unread().filter(free, mailed_at=None, kind__in=KINDS, at__gt=now - OLDEST)
    return rows.filter(wanted, Exists(member), person__is_demo=False)


def _claim(team: Team, person: User, now: datetime) -> list[Notice]:
    """The notices that the next mail is about, oldest first, held for this worker: none that another one holds."""
    most = 1 if person.notify_by == Digest.EACH else MOST
    with trail.unit_of_work(at=now):
        Membership.objects.of(team).select_for_update(no_key=True).get(user=person)  # look only after locking
        rows = (
            _due(now)
            .filter(team=team, person=person)
            .select_related("team", "proposal", "namespace")
            .order_by("at", "pk")
        )
        claimed = list(rows[:most])
        Notice.objects.of(team).filter(pk__in=[one.pk for one in claimed]).update(mail_after=now + HELD)
    return claimed


def _send(claimed: Sequence[Notice], team: Team, person: User) -> bool:
    try:
        message(claimed, team=team, person=person).send()
    except (SMTPException, OSError, ValueError) as failure:  # ValueError: an address that is none
        log.warning("mail.failed", person=person.public_id, error=type(failure).__name__)
        return False
    return True


def _reason(notices: Sequence[Notice]) -> str:
    """Why it is their turn: of one notice what it is, of several how many."""
    if len(notices) == 1:
        return str(notices[0].get_kind_display()).lower()
    return _("%(count)d things wait for you") % {"count": len(notices)}


def _items(notices: Sequence[Notice], team: Team) -> list[tuple[str, str]]:
    """What waits, by proposal or namespace: words without any title, and an address."""
    by_thing: dict[Proposal | Namespace | tuple[str, str], list[Notice]] = defaultdict(list)
    for one in notices:
        by_thing[one.proposal or one.namespace or (one.page, one.page_arg)].append(one)
    items = []
    for own in by_thing.values():
        items.append((_line(own), _address(own[0], team)))
        if any(one.kind == NoticeKind.AUTO_APPLIED for one in own):
            items.append((_("Take it back, as a proposal of its own"), _revert_address(own[0], team)))
    return items


def _line(own: Sequence[Notice]) -> str:
    """What happened to one proposal, to the memory of one namespace, or on one page."""
    kinds: dict[str, int] = defaultdict(int)
    for one in own:
        kinds[str(one.get_kind_display()).lower()] += 1
    words = ", ".join(f"{kind} (×{count})" if count > 1 else kind for kind, count in kinds.items())
    values: dict[str, object] = {"words": words, "when": when(own[0].at)}
    proposal = own[0].proposal
    if proposal is None:
        return capfirst(_("%(words)s, since %(when)s") % values)
    return capfirst(_("Proposal #%(number)d: %(words)s, since %(when)s") % (values | {"number": proposal.number}))


def _address(notice: Notice, team: Team) -> str:
    if notice.proposal is None:
        notice.team = team
        if notice.namespace is not None:
            notice.namespace.team = team
        return f"{settings.SITE_URL}{noticing.place(notice)}"
    return f"{settings.SITE_URL}{reverse('reviews:proposal', args=[team.slug, notice.proposal.number])}"


def _revert_address(notice: Notice, team: Team) -> str:
    assert notice.proposal is not None  # noqa: S101  what a policy wrote was proposed
    return f"{settings.SITE_URL}{reverse('reviews:revert', args=[team.slug, notice.proposal.number])}"


def _plain(text: str) -> str:
    """On one line, with nothing in it that a reader would not see: names are what people typed."""
    return hidden.HIDDEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(covering.text(text).split()))
