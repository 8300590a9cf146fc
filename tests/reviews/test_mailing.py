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


def mails():
    return [(one.to, one.subject) for one in mail.outbox]


def test_a_mail_says_whose_turn_it_is_and_why_and_nothing_of_memory(team, proposal, settings):
    settings.SITE_URL = "https://lucid.example"
    prefer(team.reviewer, "hourly", time_zone="Asia/Tokyo", name=HOSTILE)
    team.row.name = HOSTILE
    team.row.save()
    notify(proposal, team.reviewer)

    assert mailing.send_due(now=NOW) == 1

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

    mailing.send_due(now=NOW)

    assert "Refunds" not in mail.outbox[0].body + mail.outbox[0].subject


def test_a_digest_holds_what_came_and_the_next_waits_an_hour(team, proposal):
    notify(proposal, team.reviewer)
    notify(proposal, team.reviewer, kind=NoticeKind.STALE, change=scenes.changes(proposal)[0])

    mailing.send_due(now=NOW)
    notify(proposal, team.reviewer, kind=NoticeKind.OVERDUE, at=NOW)
    mailing.send_due(now=NOW + timedelta(minutes=59))
    assert mails() == [(["reviewer@north.example"], f"2 things wait for you in {team.row.name}")]

    mailing.send_due(now=NOW + timedelta(minutes=60))
    assert mails()[1:] == [(["reviewer@north.example"], f"1 thing waits for you in {team.row.name}")]


def test_each_by_itself_where_that_is_what_they_want(team, proposal):
    prefer(team.reviewer, "each")
    notify(proposal, team.reviewer)
    notify(proposal, team.reviewer, kind=NoticeKind.MENTIONED, change=scenes.changes(proposal)[0])

    assert mailing.send_due(now=NOW) == 2
    assert mailing.send_due(now=NOW) == 0


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
    assert mailing.send_due(now=NOW) == 0
    assert mail.outbox == []


def test_what_could_not_be_sent_is_tried_again_after_a_while(team, proposal, settings):
    notify(proposal, team.reviewer)
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    assert mailing.send_due(now=NOW) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert not mailing.is_due(NOW + timedelta(minutes=4))
    assert mailing.send_due(now=NOW + timedelta(minutes=5)) == 1
    assert mailing.send_due(now=NOW + timedelta(minutes=6)) == 0


def test_one_bad_address_keeps_no_mail_from_others(team, proposal, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    notify(proposal, team.reviewer, team.second)

    assert mailing.send_due(now=NOW) == 1

    assert [one.to for one in mail.outbox] == [["second@north.example"]]


def test_what_another_worker_took_is_not_sent_again(team, proposal):
    notify(proposal, team.reviewer)
    first = mailing._claim(team.row, team.reviewer, NOW, 50)

    assert len(first) == 1
    assert mailing._claim(team.row, team.reviewer, NOW, 50) == []


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
