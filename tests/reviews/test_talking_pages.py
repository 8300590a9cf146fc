import pytest
from django.urls import reverse

from reviews.enums import Side
from reviews.models import Comment, Thread
from reviews.talking import threads
from reviews.talking.carrying import Spot
from tests.reviews import scenes

HOSTILE = "<img src=x onerror=alert(1)> \u202e{% now %} @Second<script>"


@pytest.fixture
def change(team):
    memory = scenes.memory(scenes.namespace(team.row), text="- one\n- two\n- three\n")
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n- zwei\n- three\n")))[0]


def say(change, by, spot=None, text="Is that so?", **more):
    given = {"revision": 1, "spot": spot, "text": text, "by": by, "at": scenes.AT}
    return threads.open_(team=change.team, change_id=change.public_id, **given | more)


def url(name, change, *args):
    return reverse(f"reviews:{name}", args=[change.team.slug, *args])


def test_a_line_number_leads_to_a_form_and_the_form_to_a_thread_under_its_line(client, team, change):
    client.force_login(team.auditor)
    page = client.get(change.proposal.get_absolute_url()).content.decode()
    form = f"{url('thread_new', change, change.public_id)}?r=1&amp;target=0&amp;side=after&amp;line=2"
    assert page.count(f'href="{form}"') == 1
    assert client.get(form.replace("&amp;", "&")).status_code == 200

    given = {"r": 1, "target": 0, "side": "after", "line": 2, "to": 2, "text": HOSTILE}
    response = client.post(url("thread_new", change, change.public_id), given, follow=True)

    thread = Thread.objects.of(team.row).get()
    assert response.redirect_chain[0][0].endswith(f"/changes/{change.public_id}/#in-{thread.public_id}")
    body = client.get(change.proposal.get_absolute_url()).content.decode()
    assert body.index('class="diff__under"') < body.index(f'id="{thread.public_id}"')
    assert "&lt;img src=x onerror=alert(1)&gt;" in body
    assert "<img src=x" not in body
    assert "\u202e" not in body
    assert '<span class="mention">@Second</span>&lt;script&gt;' in body


def test_a_part_gets_the_card_with_the_thread_to_look_at(client, team, change):
    client.force_login(team.reviewer)

    given = {"r": 1, "text": "Why?"}
    response = client.post(url("thread_new", change, change.public_id), given, headers={"HX-Request": "true"})

    assert (response["HX-Retarget"], response["HX-Reswap"]) == (f"#{change.public_id}", "outerHTML")
    assert b'tabindex="-1" data-focus' in response.content


@pytest.mark.parametrize(
    "given",
    [
        {"text": ""},
        {"text": "   "},
        {"text": "a" * 4001},
        {"text": "Hm", "line": 9, "target": 0, "side": "after"},
        {"text": "Hm", "line": "x"},
        {"text": "Hm", "line": 1, "to": 500},
        {"text": "Hm", "line": 2, "to": 1},
        {"text": "Hm", "tell": "Nobody"},
    ],
)
@pytest.mark.parametrize("part", [True, False])
def test_what_cannot_be_taken_comes_back_as_it_was_typed(client, team, change, given, part):
    client.force_login(team.reviewer)

    headers = {"HX-Request": "true"} if part else {}
    response = client.post(url("thread_new", change, change.public_id), {"r": 1} | given, headers=headers)

    assert response.status_code == 422
    assert b'role="alert"' in response.content
    assert given["text"][:4000].strip().encode() in response.content
    assert not Thread.objects.of(team.row).exists()


def test_whom_to_tell_is_named_in_the_text(client, team, change):
    client.force_login(team.reviewer)

    client.post(url("thread_new", change, change.public_id), {"r": 1, "text": "Look", "tell": "Second"})

    assert Comment.objects.of(team.row).get().text == "@Second Look"


def test_reply_resolve_and_reopen_in_the_panel(client, team, change):
    thread = say(change, team.second).thread
    client.force_login(team.reviewer)
    part = {"headers": {"HX-Request": "true"}}

    for act, given in (("reply", {"text": "Yes"}), ("resolve", {}), ("reopen", {})):
        page = client.post(url(f"thread_{act}", change, thread.public_id), given | {"place": "discussion"}, **part)
        assert page["HX-Retarget"] == f"#{change.public_id}-discussion"
        thread.refresh_from_db()
        assert (thread.resolved_at is not None) == (act == "resolve")

    assert [one.text for one in thread.comments.order_by("pk")] == ["Is that so?", "Yes"]


def test_an_empty_reply_comes_back(client, team, change):
    thread = say(change, team.second).thread
    client.force_login(team.reviewer)

    for headers in ({"HX-Request": "true"}, {}):
        page = client.post(url("thread_reply", change, thread.public_id), {"text": " "}, headers=headers)
        assert page.status_code == 422
        assert b'role="alert"' in page.content


def test_who_neither_began_a_thread_nor_may_edit_settles_none(client, team, change):
    theirs, own = say(change, team.second).thread, say(change, team.auditor).thread
    client.force_login(team.auditor)

    answers = [client.post(url("thread_resolve", change, one.public_id)).status_code for one in (theirs, own)]

    assert answers == [403, 302]


def test_a_draft_is_another_ones_secret(client, team, change):
    comment = say(change, team.reviewer, text="Sesame", is_draft=True)
    client.force_login(team.second)

    assert b"Sesame" not in client.get(change.proposal.get_absolute_url()).content
    for name, value in (("comment_send", comment.public_id), ("thread_reply", comment.thread.public_id)):
        assert client.post(url(name, change, value), {"text": "Hm"}).status_code == 404


def test_a_draft_is_sent_or_thrown_away(client, team, change):
    first, second = (say(change, team.reviewer, text=text, is_draft=True) for text in ("One", "Two"))
    client.force_login(team.reviewer)

    client.post(url("comment_send", change, first.public_id))
    client.post(url("comment_discard", change, second.public_id))

    assert [one.text for one in Comment.objects.of(team.row).sent()] == ["One"]
    assert Comment.objects.of(team.row).count() == 1


def test_a_line_that_is_gone_is_told_with_its_text(client, team, change):
    say(change, team.second, Spot(0, Side.AFTER, 2, 2))
    seat = scenes.seat(change)
    from reviews import editing

    editing.edit(
        team=team.row,
        change_id=change.public_id,
        revision_id=seat.head.public_id,
        texts={(0, 0): "- deux\n"},
        reason="",
        by=team.lead,
        at=scenes.LATER,
    )
    client.force_login(team.reviewer)

    body = client.get(change.proposal.get_absolute_url()).content.decode()

    assert "Line 2 on an earlier revision (1)" in body
    assert '<pre class="thread__lines" tabindex="0">- zwei\n</pre>' in body
    assert 'class="diff__under"' not in body


@pytest.mark.parametrize("count", (1, 3))
def test_threads_take_the_same_queries_for_any_number(client, team, change, count, django_assert_num_queries):
    for number in range(count):
        thread = say(change, team.second, Spot(0, Side.AFTER, 2, 2), text=f"{number}").thread
        for _ in range(count):
            threads.reply(team=team.row, thread_id=thread.public_id, text="Yes", by=team.lead, at=scenes.AT)
    client.force_login(team.reviewer)

    with django_assert_num_queries(40):
        response = client.get(change.proposal.get_absolute_url())

    assert response.content.count(b'class="thread"') == count


def test_lines_that_were_left_out_can_be_talked_about_as_well(client, team):
    memory = scenes.memory(scenes.namespace(team.row), text="".join(f"- {n}\n" for n in range(1, 31)))
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 0, 1, "- uno\n")))[0]
    client.force_login(team.reviewer)
    gap = reverse("reviews:gap", args=[team.slug, change.public_id, 1])

    found = [
        client.get(gap, {"left": left, "target": 0, "first": 5, "last": 30, "more": 26}).content.decode()
        for left in ("base", "current")
    ]
    page = client.get(reverse("reviews:revision", args=[team.slug, change.public_id, 1])).content.decode()

    form = f"{url('thread_new', change, change.public_id)}?r=1&amp;target=0"
    assert [f"{form}&amp;side=before&amp;line=20" in part for part in found] == [True, False]
    assert f'href="{form}&amp;line=1"' in page
