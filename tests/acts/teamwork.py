"""Acts of people who work together: whose turn it is, what is said, what each keeps and is told."""

import re
from html import unescape

from django.urls import reverse

from accounts import roles
from reviews import bulk, desk
from reviews.decisions import Word
from reviews.enums import NoticeKind, Verdict
from reviews.inbox import absences, assigning, claiming
from reviews.models import SecondReview, WatchAlarm
from reviews.talking import noticing, threads
from tests import recipes
from tests.acts.act import act
from tests.acts.deciding import propose
from tests.reviews import scenes

SAID = {"text": "Why is that so?"}
SIGNED = re.compile(r'name="(listed|signed)" value="([^"]+)"')
SETTLES = {"lead", "reviewer", "security"}  # who may edit; the one who began it may as well


def _told(scene):
    propose(scene)
    rows = noticing.tell(people=[scene.person], kind=NoticeKind.YOUR_TURN, proposal=scene.proposal, at=recipes.AT)
    return {"notice_id": rows[0].public_id}


def _away(scene):
    until = recipes.AT.replace(year=2100)
    row = absences.set_(team=scene.team, since=recipes.AT, until=until, delegate=None, by=scene.person, at=recipes.AT)
    return {"absence_id": row.public_id}


def _assigned(scene):
    given = propose(scene)
    by = scene.people.lead.trail_actor
    assigning.by_hand(proposal=scene.proposal, person=scene.people.second, by=by, at=recipes.AT)
    return given


def _claimed(scene):
    given = propose(scene)
    claiming.claim(proposal=scene.proposal, by=scene.person, at=recipes.AT)
    return given


def _thread(scene, *, is_draft=False, by=None):
    propose(scene)
    comment = threads.open_(
        team=scene.team,
        change_id=scene.change.public_id,
        revision=1,
        spot=None,
        text="Why?",
        by=by or scene.people.member,
        at=recipes.AT,
        is_draft=is_draft,
    )
    return {"thread_id": comment.thread.public_id, "comment_id": comment.public_id}


def _own_draft(scene):
    return _thread(scene, is_draft=True, by=scene.person)


def _resolved(scene):
    given = _thread(scene, by=scene.people.second)
    threads.resolve(team=scene.team, thread_id=given["thread_id"], by=scene.people.second, at=recipes.AT)
    return given


def _listed(scene):
    propose(scene)
    page = scene.client.get(reverse("reviews:several", args=[scene.team.slug, scene.proposal.number]))
    return _signed(page) | {"change": [scene.change.public_id], "verdict": "approve"}


def _promised(scene):
    return _signed(scene.client.post(reverse("reviews:preview_several", args=[scene.team.slug]), _listed(scene)))


def _signed(page):
    return {name: unescape(value) for name, value in SIGNED.findall(page.content.decode())}


def _batch(scene):
    propose(scene)
    row = desk.rows(scene.team).get(pk=scene.change.pk)
    (item,) = bulk.read([row], team=scene.team, verdict=Verdict.APPROVE, by=scene.person)
    seen = {row.public_id: item.seen}
    done = bulk.decide(team=scene.team, seen=seen, word=Word(Verdict.APPROVE), by=scene.person, at=recipes.AT)
    return {"batch": done.batch}


def _second(scene):
    propose(scene)
    scenes.vote(scene.change, scene.people.second)
    vote = scene.change.decisions.get()
    row = SecondReview.objects.create(team=scene.team, decision=vote, person=scene.person, at=recipes.AT)
    return {"second_id": row.public_id}


def _alarm(scene):
    about = {"approvals": 21, "together": 0, "since": recipes.AT, "until": recipes.AT, "at": recipes.AT}
    return {"alarm_id": WatchAlarm.objects.create(team=scene.team, person=scene.people.second, **about).public_id}


ACTS = {
    "reviews:notices_read": act(roles.VIEW, "notices.read", make=_told),
    "reviews:notice_read": act(roles.VIEW, "notices.read", make=_told),
    "reviews:filter_save": act(roles.VIEW, "filter.saved", {"name": "Grave", "q": "tier:high"}),
    "reviews:filter_remove": act(roles.DECIDE, "filter.removed", guarded=False),
    "reviews:show_as": act(roles.VIEW, "auth.preferences_set", {"view": "unified"}, make=propose),
    "reviews:absences": act(roles.VIEW, "absence.set", {"since": "2100-01-01T08:00", "until": "2100-01-09T08:00"}),
    "reviews:absence_end": act(roles.VIEW, "absence.ended", make=_away),
    "reviews:assign": act(
        roles.DECIDE,
        "proposal.assigned",
        lambda scene: {"person": scene.people.second.public_id},
        make=propose,
    ),
    "reviews:unassign": act(
        roles.DECIDE,
        "proposal.unassigned",
        lambda scene: {"person": scene.people.second.public_id},
        make=_assigned,
    ),
    "reviews:here": act(roles.VIEW, make=propose),
    "reviews:claim": act(roles.DECIDE, "proposal.claimed", make=propose),
    "reviews:release": act(roles.DECIDE, "proposal.released", make=_claimed),
    "reviews:thread_new": act(roles.VIEW, "change.commented", SAID, make=propose),
    "reviews:thread_reply": act(roles.VIEW, "change.commented", SAID, make=_thread),
    "reviews:thread_resolve": act(SETTLES | {"member"}, "thread.resolved", make=_thread, guarded=False),
    "reviews:thread_reopen": act(SETTLES, "thread.reopened", make=_resolved, guarded=False),
    "reviews:comment_send": act(roles.VIEW, "change.commented", make=_own_draft),
    "reviews:comment_discard": act(roles.VIEW, "review.drafted", make=_own_draft),
    "reviews:preview_several": act(roles.DECIDE, "", _listed, status=200),
    "reviews:decide_several": act(roles.DECIDE, "change.voted change.approved bulk.decided", _promised),
    "reviews:undo_batch": act(roles.DECIDE, "change.vote_withdrawn change.undone", make=_batch),
    "reviews:second": act(roles.DECIDE, "watch.second_given", {"verdict": "approve"}, make=_second),
    "reviews:watching_close": act(roles.WATCH, "watch.alarm_closed", make=_alarm),
}
