from datetime import timedelta
from email import message_from_bytes
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import Membership, User
from reviews.enums import NoticeKind
from reviews.models import Notice
from reviews.talking import mailing, noticing
from tests.reviews import scenes

HOSTILE = "Refunds\r\nBcc: all@x.example\r\n\r\n<script>\u202e\x1b[31m"
NOW = scenes.LATER


class Broken(EmailBackend):
    def send_messages(self, messages):
        raise SMTPException("no")


class Picky(EmailBackend):
    def send_messages(self, messages):
        if messages[0].to == ["reviewer@north.example"]:
            raise SMTPException("no such box")
        return super().send_messages(messages)


@pytest.fixture
def proposal(team):
    memory = scenes.memory(scenes.namespace(team.row), path="/secret-path.md", text="- sesame\n- two\n")
    return scenes.propose(team.row, scenes.line_edit(memory, 0, 1, "- open\n", title=HOSTILE), title=HOSTILE)


def prefer(person, how, **more):
    User.objects.filter(pk=person.pk).update(notify_by=how, **more)


def notify(proposal, *people, kind=NoticeKind.YOUR_TURN, at=scenes.AT, **about):
    return noticing.tell(people=people, kind=kind, proposal=proposal, at=at, **about)


def send_due(now):
    return mailing.send_due(clock=lambda: now)


def mails():
    return [(one.to, one.subject) for one in mail.outbox]


def test_a_mail_says_whose_turn_it_is_and_why_and_nothing_of_memory(team, proposal, settings):
    settings.SITE_URL = "https://lucid.example"
    prefer(team.reviewer, "hourly", time_zone="Asia/Tokyo", name=HOSTILE)
    team.row.name = HOSTILE
    team.row.save()
    notify(proposal, team.reviewer)

    assert send_due(NOW) == 1

    (sent,) = mail.outbox
    assert sent.body.splitlines()[0].startswith("Your turn, RefundsBcc: all@x.example<script>[31m, in")
    assert sent.body.splitlines()[0].endswith(": it is your turn.")
    assert "2 Mar, 18:00" in sent.body
    assert f"https://lucid.example/t/{team.slug}/proposals/{proposal.number}/" in sent.body
    assert "at most one mail an hour" in sent.body
    for text in ("sesame", "secret-path", "- open", "\u202e", "\x1b"):
        assert text not in sent.body + sent.subject
    parsed = message_from_bytes(sent.message().as_bytes())
    assert parsed["Bcc"] is None
    assert (parsed["To"], parsed["List-Unsubscribe"]) == ("reviewer@north.example", "<https://lucid.example/profile/>")
    assert parsed.get_content_type() == "text/plain"


def test_titles_stand_in_no_mail(team, proposal):
    notify(proposal, team.reviewer)

    send_due(NOW)

    assert "Refunds" not in mail.outbox[0].body + mail.outbox[0].subject


def test_a_digest_holds_what_came_and_the_next_waits_an_hour(team, proposal):
    notify(proposal, team.reviewer)
    notify(proposal, team.reviewer, kind=NoticeKind.STALE, change=scenes.changes(proposal)[0])

    send_due(NOW)
    notify(proposal, team.reviewer, kind=NoticeKind.OVERDUE, at=NOW)
    send_due(NOW + timedelta(minutes=59))
    assert mails() == [(["reviewer@north.example"], f"2 things wait for you in {team.row.name}")]

    send_due(NOW + timedelta(minutes=60))
    assert mails()[1:] == [(["reviewer@north.example"], f"1 thing waits for you in {team.row.name}")]


def test_each_by_itself_where_that_is_what_they_want(team, proposal):
    prefer(team.reviewer, "each")
    notify(proposal, team.reviewer)
    notify(proposal, team.reviewer, kind=NoticeKind.MENTIONED, change=scenes.changes(proposal)[0])

    assert send_due(NOW) == 2
    assert send_due(NOW) == 0


@pytest.mark.parametrize("why", ["never", "read", "old", "demo", "left", "switched off", "no turn"])
def test_nobody_is_mailed_who_shall_not_be(team, proposal, why):
    kind = NoticeKind.DECIDED if why == "no turn" else NoticeKind.YOUR_TURN
    notify(proposal, team.reviewer, kind=kind)
    if why == "never":
        prefer(team.reviewer, "never")
    elif why == "read":
        noticing.read(person=team.reviewer, team=team.row, at=NOW)
    elif why == "old":
        Notice.objects.of(team.row).update(at=NOW - timedelta(days=8))
    elif why == "demo":
        prefer(team.reviewer, "each", is_demo=True)
    elif why == "left":
        Membership.objects.of(team.row).filter(user=team.reviewer).update(removed_at=NOW)
    elif why == "switched off":
        prefer(team.reviewer, "each", is_active=False)

    assert not mailing.is_due(NOW)
    assert send_due(NOW) == 0
    assert mail.outbox == []


def test_what_could_not_be_sent_is_tried_again_after_a_while(team, proposal, settings):
    notify(proposal, team.reviewer)
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    assert send_due(NOW) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert not mailing.is_due(NOW + timedelta(minutes=4))
    assert send_due(NOW + timedelta(minutes=5)) == 1
    assert send_due(NOW + timedelta(minutes=6)) == 0


def test_one_bad_address_keeps_no_mail_from_others(team, proposal, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    notify(proposal, team.reviewer, team.second)

    assert send_due(NOW) == 1

    assert [one.to for one in mail.outbox] == [["second@north.example"]]


class Killed(BaseException):
    """The worker is gone: nothing of it runs any more."""


class Killing(EmailBackend):
    """Takes one mail; with the next the worker is killed."""

    def send_messages(self, messages):
        if mail.outbox:
            raise Killed
        return super().send_messages(messages)


def test_a_worker_killed_while_sending_loses_no_mail_and_holds_none_for_long(team, proposal, settings):
    notify(proposal, team.reviewer, team.second, team.lead)
    settings.EMAIL_BACKEND = f"{__name__}.Killing"
    with pytest.raises(Killed):
        send_due(NOW)
    assert len(mail.outbox) == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert send_due(NOW + timedelta(minutes=1)) == 1  # whose turn had not come
    assert send_due(NOW + timedelta(minutes=4)) == 0
    assert send_due(NOW + timedelta(minutes=5)) == 1
    assert send_due(NOW + timedelta(hours=2)) == 0

    assert sorted(one.to[0] for one in mail.outbox) == sorted(
        one.email for one in (team.reviewer, team.second, team.lead)
    )


def test_a_worker_killed_between_sending_and_marking_mails_twice_rather_than_never(team, proposal):
    notify(proposal, team.reviewer)
    moments = iter([NOW, NOW])

    with pytest.raises(StopIteration):  # where it would ask for the moment of its mark
        mailing.send_due(clock=lambda: next(moments))

    assert len(mail.outbox) == 1
    assert send_due(NOW + timedelta(minutes=5)) == 1
    assert send_due(NOW + timedelta(hours=2)) == 0


def test_an_hour_is_kept_while_a_mail_is_on_its_way(team, proposal):
    """What comes while a slow server takes the first mail waits for the next."""
    notify(proposal, team.reviewer)
    assert len(mailing._claim(team.row, team.reviewer, NOW)) == 1
    notify(proposal, team.reviewer, kind=NoticeKind.OVERDUE)

    assert mailing._claim(team.row, team.reviewer, NOW) == []
    assert send_due(NOW) == 0


def test_what_is_held_counts_from_its_own_moment(team, proposal):
    """A worker that is busy for long with others' mails holds the next as long as any other."""
    notify(proposal, team.reviewer, team.second)
    moments = iter(NOW + timedelta(minutes=10 * number) for number in range(20))

    assert mailing.send_due(clock=lambda: next(moments)) == 2

    held = Notice.objects.of(team.row).order_by("mailed_at").values_list("mail_after", "mailed_at")
    assert [(held_until - NOW, mailed - NOW) for held_until, mailed in held] == [
        (timedelta(minutes=15), timedelta(minutes=20)),
        (timedelta(minutes=45), timedelta(minutes=50)),
    ]


def test_the_tick_asks_for_mails_only_where_some_are_due(team, proposal, monkeypatch):
    from reviews import tasks, ticking

    asked = []
    monkeypatch.setattr(tasks, "wake_mail", lambda: asked.append(1))
    Notice.objects.of(team.row).update(read_at=NOW)
    ticking.tick(now=NOW)
    assert asked == [1]  # the tick itself told everybody who may decide whose turn it is

    Notice.objects.of(team.row).update(read_at=NOW)
    ticking.tick(now=NOW)

    assert asked == [1]
