import re

import pytest
from django.urls import reverse

from audit import catalogue
from audit.models import Event
from reviews.enums import Verdict
from reviews.reading import activity
from reviews.talking import threads
from tests.reviews import scenes

OF_A_PERSON = {
    "review.drafted",
    "filter.saved",
    "filter.removed",
    "absence.set",
    "absence.ended",
    "notices.read",
}


@pytest.fixture
def proposal(team):
    memory = scenes.memory(scenes.namespace(team.row))
    drafts = (scenes.line_edit(memory, 0, 1, "- uno\n"), scenes.line_edit(memory, 2, 3, "- tre\n"))
    return scenes.propose(team.row, *drafts, by=team.member)


def say(change, by):
    return threads.open_(
        team=change.team, change_id=change.public_id, revision=1, spot=None, text="Why?", by=by, at=scenes.AT
    )


def texts(feed):
    return [re.sub(" “.*?”", "", one.text) for one in feed.happenings]


def test_every_event_of_the_desk_about_a_proposal_has_a_sentence():
    told = {name.split()[0] for name in activity.SENTENCES}

    assert set(catalogue.DESK) - told == OF_A_PERSON
    assert told <= set(catalogue.EVENTS)


def test_every_kind_shows_its_events_alone(team, proposal):
    first, second = scenes.changes(proposal)
    scenes.vote(first, team.reviewer, Verdict.REJECT, reason_code="false")
    comment = say(second, team.second)
    threads.resolve(team=team.row, thread_id=comment.thread.public_id, by=team.lead, at=scenes.AT)
    scenes.vote(second, team.reviewer)
    scenes.apply(second.namespace)

    feeds = {kind: texts(activity.of_proposal(proposal, kind=kind)) for kind in activity.LABELS}

    assert feeds["comments"] == ["Lead resolved a thread about", "Second wrote about"]
    assert feeds["decisions"] == [
        "The last change was settled by Lucid: the proposal is closed",
        "“Edit 2-3 ('- tre\\n',)” was written to memory by Lucid",
        "Reviewer approved",
        "Reviewer rejected",
    ]
    assert feeds["machine"] == feeds["decisions"][:2]
    assert set(feeds["comments"]) | set(feeds["decisions"]) < set(feeds["all"])
    assert feeds["all"][-1] == "Member opened this proposal"


def test_a_change_tells_of_itself_alone(team, proposal):
    first, second = scenes.changes(proposal)
    say(first, team.second)
    thread = say(second, team.lead).thread

    (told,) = activity.of_change(second).happenings

    assert told.text.startswith("Lead wrote about")
    assert told.url == f"/t/{team.slug}/changes/{second.public_id}/#in-{thread.public_id}"


def test_older_events_are_on_the_next_page_and_none_is_twice(team, proposal, monkeypatch):
    monkeypatch.setattr(activity, "SHOWN", 4)
    for change in scenes.changes(proposal) * 4:
        say(change, team.second)

    seen, before = [], None
    for _ in range(9):
        feed = activity.of_proposal(proposal, before=before)
        seen += [one.seq for one in feed.happenings]
        before = feed.older
        if before is None:
            break

    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 9


@pytest.mark.parametrize(("who", "verifies"), [("auditor", True), ("reviewer", False)])
def test_who_may_read_the_trail_gets_a_way_to_each_event(client, team, proposal, who, verifies):
    client.force_login(getattr(team, who))

    body = client.get(reverse("reviews:activity", args=[team.slug, proposal.number])).content.decode()

    event = Event.objects.of_log(team.row.trail_log).matching(types=["proposal.opened"]).get()
    assert (f"/audit/events/{event.public_id}/" in body) == verifies
    assert f"vent {event.seq}" in body


def test_the_filter_is_a_link_and_a_part_is_the_list_alone(client, team, proposal):
    client.force_login(team.reviewer)
    change = scenes.changes(proposal)[0]
    for address in (
        reverse("reviews:activity", args=[team.slug, proposal.number]),
        reverse("reviews:change_activity", args=[team.slug, change.public_id]),
    ):
        page = client.get(f"{address}?show=comments&before=x")
        part = client.get(f"{address}?show=comments", headers={"HX-Request": "true"})

        assert b"<html" in page.content
        assert b"<html" not in part.content
        assert "HX-Request" in page["Vary"]
        assert b"Nothing of this kind" in part.content


@pytest.mark.parametrize("count", (1, 3))
def test_the_list_takes_the_same_queries_for_any_length(client, team, proposal, count, django_assert_num_queries):
    for change in scenes.changes(proposal) * count:
        say(change, team.second)
    client.force_login(team.reviewer)

    with django_assert_num_queries(8):  # session, person, membership, proposal; changes twice, events, people
        client.get(reverse("reviews:activity", args=[team.slug, proposal.number]), headers={"HX-Request": "true"})


def test_titles_are_text(client, team):
    memory = scenes.memory(scenes.namespace(team.row))
    proposal = scenes.propose(team.row, scenes.edit(memory, "- x\n", title="<img src=x>\u202e"))
    scenes.vote(scenes.changes(proposal)[0], team.reviewer)
    client.force_login(team.lead)

    body = client.get(reverse("reviews:activity", args=[team.slug, proposal.number])).content.decode()

    assert "approved “&lt;img src=x&gt;" in body
    assert "\u202e" not in body
