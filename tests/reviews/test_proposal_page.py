import re

import pytest
from django.urls import reverse
from django.utils import timezone

from agents.importers.records import EventRecord
from reviews import editing
from reviews.enums import Verdict
from reviews.models import AT_ONCE, Change
from reviews.panels import PANELS
from reviews.reading import cards, wording
from reviews.reading.card import Reader
from tests import agent_recipes
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def proposal_of(space, count, *, by=None, quotes=()):
    memory = scenes.memory(space, text="".join(f"- {n}\n" for n in range(count)))
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in range(count)]
    return scenes.propose(space.team, *drafts, by=by)


def url(team, name, *args):
    return reverse(f"reviews:{name}", args=[team.slug, *args])


@pytest.mark.parametrize("count", [2, 8, 40])
def test_proposal_page_takes_the_same_queries_for_any_number_of_changes(
    client, team, space, count, django_assert_num_queries
):
    proposal = proposal_of(space, count)
    scenes.vote(scenes.changes(proposal)[0], team.second)
    client.force_login(team.reviewer)

    with django_assert_num_queries(37):
        page = client.get(url(team, "proposal", proposal.number))

    assert page.content.count(b"<article") == min(count, AT_ONCE)


def form_of(change, **values):
    """What the card's form sends."""
    seat = scenes.seat(change)
    hashes = {name: getattr(seat.bound, name) for name in ("base", "proposed", "requirement", "evidence")}
    return {"verdict": "approve", "revision": seat.head.public_id} | hashes | values


def test_without_scripts_a_vote_leads_to_the_next_undecided_change(client, team, space):
    first, second = scenes.changes(proposal_of(space, 2))
    client.force_login(team.reviewer)

    response = client.post(url(team, "decide", first.public_id), form_of(first))

    assert response.status_code == 302
    assert response.url == f"{url(team, 'proposal', first.proposal.number)}#{second.public_id}"
    first.refresh_from_db()
    assert first.state == "approved"


def test_with_scripts_a_vote_answers_with_the_card_its_undo_and_the_count(
    client, team, space, django_assert_max_num_queries
):
    change = scenes.changes(proposal_of(space, 2))[0]
    client.force_login(team.reviewer)

    with django_assert_max_num_queries(62):  # of the person, the look again, the vote, its events and the card
        page = client.post(url(team, "decide", change.public_id), form_of(change), headers={"HX-Request": "true"})

    text = page.content.decode()
    assert page.status_code == 200
    assert text.startswith("\n<article") or text.lstrip().startswith("<article")
    assert "Approved by you" in text
    assert "You voted on 1 of 2, 1 decided" in text
    assert 'class="is-decided" hx-swap-oob="true"' in text
    assert text.count(url(team, "withdraw_vote", change.public_id)) >= 2
    assert '<span id="turns" hx-swap-oob="true"><span class="count">1<' in text


def test_the_last_vote_takes_the_proposal_out_of_what_the_page_counts(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    client.force_login(team.reviewer)

    text = client.post(
        url(team, "decide", change.public_id),
        form_of(change, verdict="reject", reason_code="false"),
        headers={"HX-Request": "true"},
    ).content.decode()

    assert "You voted on 1 of 1, 1 decided" in text
    assert '<span id="turns" hx-swap-oob="true"></span>' in text
    assert '<span class="chip chip--closed" id="proposal-state" hx-swap-oob="true">Closed</span>' in text


def test_a_notice_draws_literals_as_such(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    Change.objects.of(team.row).update(state="conflict", state_reason="Line 3 of `/notes.md` is <b>taken</b>.")
    client.force_login(team.reviewer)

    page = client.get(change.get_absolute_url()).content.decode()

    assert '/notes.md<span class="md">`</span></code> is &lt;b&gt;taken&lt;/b&gt;.' in page


@pytest.mark.parametrize("htmx", [True, False])
def test_two_reviewers_decide_at_the_same_moment_and_no_typed_text_is_lost(client, team, space, htmx):
    change = scenes.changes(proposal_of(space, 2))[0]
    seen = form_of(change, verdict="reject", reason_code="false", reason="It says so in <b>no</b> session.")
    scenes.vote(change, team.second, Verdict.REJECT, reason_code="duplicate")
    client.force_login(team.reviewer)

    headers = {"HX-Request": "true"} if htmx else {}
    page = client.post(url(team, "decide", change.public_id), seen, headers=headers)

    text = page.content.decode()
    assert page.status_code == 409
    assert "This change is rejected already." in text
    assert "It says so in &lt;b&gt;no&lt;/b&gt; session." in text


def test_a_vote_on_what_was_edited_meanwhile_is_refused_with_the_text_kept(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    seen = form_of(change, reason="Fine by me.")
    client.force_login(team.second)
    edit(client, team, change, "- other words\n")
    client.force_login(team.reviewer)

    page = client.post(url(team, "decide", change.public_id), seen, headers={"HX-Request": "true"})

    assert page.status_code == 409
    assert "Another revision was saved meanwhile" in page.content.decode()
    assert "Revision 2, edited by Second" in page.content.decode()
    assert "Fine by me.</textarea>" in page.content.decode()


def test_a_vote_after_the_memory_moved_shows_what_it_became(client, team, space):
    memory = scenes.memory(space, text="- a\n- b\n- c\n- d\n- e\n")
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 4, "- B\n", "- c\n", "- D\n")))[0]
    seen = form_of(change, reason="Good")
    scenes.write_elsewhere(memory, "- new\n- a\n- b\n- c\n- D\n- e\n")
    client.force_login(team.reviewer)

    page = client.post(url(team, "decide", change.public_id), seen, headers={"HX-Request": "true"})

    change.refresh_from_db()
    assert (page.status_code, change.state, change.head.number) == (409, "open", 2)
    assert "Revision 2, rebased" in page.content.decode()


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"verdict": "reject", "reason": "Because."}, "Choose why you reject this."),
        ({"verdict": "request_changes"}, "Say what should be changed."),
        ({"verdict": "maybe"}, "This form was not complete."),
        ({"base": ""}, "This form was not complete."),
    ],
)
def test_an_incomplete_vote_is_refused_and_says_what_is_missing(client, team, space, missing, said):
    change = scenes.changes(proposal_of(space, 1))[0]
    client.force_login(team.reviewer)

    page = client.post(url(team, "decide", change.public_id), form_of(change, **missing))

    assert page.status_code == 422
    assert said in page.content.decode()
    assert missing.get("reason", "") in page.content.decode()


def edit(client, team, change, text, reason=""):
    values = {"revision": change.head.public_id, "after-0-0": text, "reason": reason}
    return client.post(url(team, "edit", change.public_id), values)


def test_who_edits_a_change_waits_for_another_reviewer_and_reads_so(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    client.force_login(team.reviewer)

    assert "- new 0" in client.get(url(team, "edit", change.public_id)).content.decode()
    saved = edit(client, team, change, "- better words\r\n")
    page = client.get(saved.url).content.decode()
    change.refresh_from_db()
    refused = client.post(url(team, "decide", change.public_id), form_of(change))

    assert saved.status_code == 302
    assert "You edited this: it waits for another reviewer." in page
    assert 'value="approve"' not in page
    assert refused.status_code == 409
    assert "another reviewer has to approve it" in refused.content.decode()
    assert scenes.vote(change, team.second).state == "approved"


def test_a_card_leads_to_what_changed_since_one_decided(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    scenes.vote(change, team.reviewer, Verdict.REQUEST_CHANGES, reason="Say when.")
    client.force_login(team.second)
    edit(client, team, change, "- new 0, since May\n")
    seen = {}
    for person in (team.reviewer, team.lead):
        client.force_login(person)
        seen[person] = client.get(url(team, "proposal", change.proposal.number)).content.decode()

    assert f'{url(team, "change", change.public_id)}r/2/">What changed since you decided' in seen[team.reviewer]
    assert "What changed since you decided" not in seen[team.lead]


def test_an_edit_on_an_old_revision_keeps_the_own_text_and_shows_theirs(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    client.force_login(team.second)
    edit(client, team, change, "- theirs\n")
    client.force_login(team.reviewer)

    page = edit(client, team, change, "- mine\n")

    text = page.content.decode()
    assert page.status_code == 409
    assert "Your text is kept here" in text
    assert "- mine" in text
    assert "theirs<" in text


def test_an_edit_that_changes_nothing_says_so(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    client.force_login(team.reviewer)

    page = edit(client, team, change, "- new 0\r\n")

    assert page.status_code == 409
    assert "Nothing was changed." in page.content.decode()


def test_a_vote_is_taken_back_while_the_change_waits(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    scenes.vote(change, team.reviewer)
    client.force_login(team.reviewer)

    response = client.post(url(team, "withdraw_vote", change.public_id))

    change.refresh_from_db()
    assert (response.status_code, change.state) == (302, "open")
    assert client.post(url(team, "withdraw_vote", change.public_id)).status_code == 409


def test_an_approved_change_is_applied_now_and_links_to_what_it_wrote(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    scenes.vote(change, team.reviewer)
    client.force_login(team.reviewer)

    response = client.post(url(team, "apply_now", change.public_id))
    page = client.get(response.url).content.decode()

    change.refresh_from_db()
    assert change.state == "applied"
    assert "/history/#v2" in page


def test_a_request_for_changes_is_set_aside_by_a_lead_with_a_reason(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    scenes.vote(change, team.reviewer, Verdict.REQUEST_CHANGES, reason="Say since when.")
    vote = change.decisions.get()
    client.force_login(team.lead)

    page = client.get(url(team, "proposal", change.proposal.number)).content.decode()
    unsaid = client.post(url(team, "dismiss", vote.public_id), {"reason": ""})
    done = client.post(url(team, "dismiss", vote.public_id), {"reason": "Since always."})

    assert "Say since when." in page
    assert (unsaid.status_code, done.status_code) == (422, 302)
    change.refresh_from_db()
    assert change.state == "open"


@pytest.mark.parametrize("name", ["decide", "withdraw_vote", "apply_now", "edit"])
def test_a_member_reads_but_does_not_decide(client, team, space, name):
    change = scenes.changes(proposal_of(space, 1))[0]
    client.force_login(team.member)

    page = client.get(url(team, "proposal", change.proposal.number))

    assert page.status_code == 200
    assert b'value="approve"' not in page.content
    assert client.post(url(team, name, change.public_id), form_of(change)).status_code == 403


def test_hostile_text_is_drawn_as_text(client, team, space):
    said = '<script>alert("x")</script>\u202e\u200b{{ 7 }}'
    session = agent_recipes.session(agent_recipes.agent(team.row), texts=(said, "No."))
    quote = scenes.quote(session, 0, said)
    memory = scenes.memory(space, text="- one\n")
    draft = scenes.edit(memory, f"- one\n- {said}\n", title=said, rationale=said, quotes=(quote,))
    proposal = scenes.propose(team.row, draft, title=said)
    client.force_login(team.reviewer)

    pages = [
        client.get(url(team, "proposal", proposal.number)).content.decode(),
        client.get(url(team, "inbox")).content.decode(),
        client.get(url(team, "edit", scenes.changes(proposal)[0].public_id)).content.decode(),
        client.get(url(team, "revisions", scenes.changes(proposal)[0].public_id)).content.decode(),
    ]

    assert not any("<script>alert" in page for page in pages)
    assert all("&lt;script&gt;" in page for page in pages)
    assert 'title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in pages[0]
    assert f"{session.public_id}/?event=0&amp;start=0" in pages[0]


def test_changes_after_the_first_come_as_they_are_reached(client, team, space):
    proposal = proposal_of(space, AT_ONCE + 3)
    *_, late = scenes.changes(proposal)
    client.force_login(team.member)

    first = client.get(url(team, "proposal", proposal.number)).content.decode()
    rest = client.get(url(team, "more", proposal.number), {"from": AT_ONCE}).content.decode()
    there = client.get(late.get_absolute_url()).content.decode()

    assert f"{url(team, 'more', proposal.number)}?from={AT_ONCE}" in first
    assert f'href="{url(team, "proposal", proposal.number)}?from={AT_ONCE}"' in first
    assert (first.count("<article"), rest.count("<article"), there.count("<article")) == (AT_ONCE, 3, 1)
    assert rest.count('-entry"') == 3
    assert "more/?from" not in rest
    assert late.public_id in there


@pytest.mark.parametrize("given", ["-1", "x", "9" * 30, ""])
def test_a_page_from_nowhere_is_the_whole_page(client, team, space, given):
    proposal = proposal_of(space, 2)
    client.force_login(team.member)

    page = client.get(url(team, "proposal", proposal.number), {"from": given})

    assert page.content.count(b"<article") == 2


def test_a_change_has_a_page_of_its_own_with_every_panel(client, team, space):
    change = scenes.changes(proposal_of(space, 2))[1]
    scenes.vote(change, team.reviewer)
    client.force_login(team.member)

    page = client.get(url(team, "change", change.public_id)).content.decode()
    part = client.get(url(team, "change", change.public_id), headers={"HX-Request": "true"})
    panel = client.get(url(team, "panel", change.public_id, "history")).content.decode()

    assert page.count("<article") == 1
    assert all(f'id="{name}"' in page for name in PANELS)
    assert "data-panel" not in page
    assert "Reviewer approved “Edit 1-2" in page
    assert "Reviewer approved “Edit 1-2" in panel
    assert "<html" not in panel
    assert b"<html" not in part.content
    assert "HX-Request" in part["Vary"]
    assert client.get(url(team, "panel", change.public_id, "none")).status_code == 404


def test_how_diffs_are_shown_is_remembered_on_the_person(client, team, space):
    proposal = proposal_of(space, 1)
    client.force_login(team.reviewer)

    client.post(url(team, "show_as", proposal.number), {"view": "unified"})

    team.reviewer.refresh_from_db()
    assert team.reviewer.diff_view == "unified"
    assert b"diff--split" not in client.get(url(team, "proposal", proposal.number)).content


def test_an_applied_proposal_is_undone_by_another_one(client, team, space):
    change = scenes.changes(proposal_of(space, 1))[0]
    scenes.approve_and_apply(change, team.reviewer)
    client.force_login(team.lead)

    response = client.post(url(team, "revert", change.proposal.number), {"reason": "It was wrong."})
    page = client.get(response.url)

    assert response.url != url(team, "proposal", change.proposal.number)
    assert f"#{change.proposal.number}" in page.content.decode()


def test_a_proposal_is_withdrawn_by_its_author(client, team, space):
    proposal = proposal_of(space, 1, by=team.member)
    client.force_login(team.member)

    client.post(url(team, "withdraw", proposal.number), {"reason": "Too early."})

    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_a_proposal_is_not_withdrawn_by_others(client, team, space):
    proposal = proposal_of(space, 1, by=team.reviewer)
    client.force_login(team.member)

    assert client.post(url(team, "withdraw", proposal.number), {"reason": "No."}).status_code == 403


def test_what_happened_is_told_in_sentences(client, team, space):
    proposal = proposal_of(space, 1, by=team.member)
    scenes.vote(scenes.changes(proposal)[0], team.reviewer)
    client.force_login(team.auditor)

    page = client.get(url(team, "proposal", proposal.number)).content.decode()
    feed = client.get(url(team, "activity", proposal.number)).content.decode()

    assert url(team, "activity", proposal.number) in page
    assert "Member opened this proposal" in feed
    assert "Reviewer approved “Edit 0-1" in feed


def test_a_card_names_its_place_and_tells_codes_and_shares_in_words(client, team, space):
    pattern = {"rate_ppm": 120_000, "support": 3, "first_seen": "2026-02-18", "statement": "It refuses decimals."}
    scenes.propose(team.row, scenes.add(space, "/x.md", "- x\n", reason_code="stated_preference", pattern=pattern))
    client.force_login(team.reviewer)

    text = client.get(url(team, "proposal", 1)).content.decode()

    seen = "<dt>first seen</dt><dd>2026-02-18</dd>"
    for said in (f"{space.name} &middot; /x.md", "Stated preference", "<dt>rate</dt><dd>12 %</dd>", seen):
        assert said in text
    assert "<dt>statement</dt>" not in text


def test_call_is_quoted_in_short_with_the_raw_beside_it(client, team, space):
    raw = '{"query": "p95 <b>", "step": "5m\\u202e"}'
    event = EventRecord("tool_call", "assistant", raw, "agent_authored", tool="ask")
    session = agent_recipes.session(agent_recipes.agent(team.row), events=[event])
    quote = scenes.quote(session, 0, raw)
    proposal = scenes.propose(team.row, scenes.add(space, "/a.md", "- new\n", quotes=(quote,)))
    client.force_login(team.reviewer)

    page = client.get(url(team, "proposal", proposal.number)).content.decode()

    assert "<blockquote>ask(query: p95 &lt;b&gt;, step: 5m<span" in page
    assert '<blockquote class="mono">{&quot;query&quot;: &quot;p95 &lt;b&gt;&quot;' in page


def test_the_reason_stands_before_the_evidence_and_numbers_behind_a_fold(client, team, space):
    session = agent_recipes.session(agent_recipes.agent(team.row), texts=("New.", "Not new."))
    quotes = (scenes.quote(session, 0, "New."), scenes.quote(session, 1, "Not new.", stance="against"))
    why = {"rationale": "People said so.", "reason_code": "said_by_people", "pattern": {"support": 7}}
    draft = scenes.add(space, "/a.md", "- new\n", quotes=quotes, **why)
    proposal = scenes.propose(team.row, draft)
    client.force_login(team.reviewer)

    page = client.get(url(team, "proposal", proposal.number)).content.decode()
    beside = page[page.index('class="change__evidence"') :]

    assert beside.index("People said so.") < beside.index(">Evidence</h3>")
    assert '<p class="small">Said by people</p>' in beside
    assert beside.count("<span>1 of 2 quotes</span>") == 2
    assert re.search(r"<details><summary[^>]*>In numbers</summary><dl[^>]*>.*<dt>support</dt><dd>7</dd>", beside)


@pytest.mark.parametrize(("at", "is_there"), (("own", True), ("other", False)))
def test_showing_texts_another_way_comes_back_to_the_change(client, team, space, at, is_there):
    proposal = proposal_of(space, AT_ONCE + 2)
    late = scenes.changes(proposal)[-1]
    other = scenes.changes(scenes.propose(team.row, scenes.add(space, "/a.md", "- new\n")))[0]
    client.force_login(team.reviewer)
    back = f"{proposal.get_absolute_url()}?queue=view%3Dopen"
    given = {"text": "source", "next": back, "at": (late if at == "own" else other).public_id}

    answer = client.post(url(team, "show_as", proposal.number), given, headers={"referer": f"http://testserver{back}"})

    place = f"{proposal.get_absolute_url()}?from={late.position}&queue=view%3Dopen#{late.public_id}"
    assert answer.headers["Location"] == (place if is_there else back)


LONG = (
    "`save` answered `No. Not now` to 3 of 9 calls in 2 sessions; “It failed. Again” stands in memory since 2026-11-03."
    " In both of them a later call worked. This was read from memory alone."
)


def test_a_long_reason_is_folded_after_its_first_sentence_and_says_which_days_it_means():
    first, more = wording.folded(LONG)

    assert first.endswith("stands in memory since 2026-11-03.")
    assert f"{first} {more}" == LONG
    assert wording.folded("Short. And good.") == ("Short. And good.", "")
    with timezone.override("Europe/Berlin"):
        assert wording.days_note(LONG) == "Days here are those of UTC."
    with timezone.override("UTC"):
        assert wording.days_note(LONG) == ""


def test_the_rest_of_a_long_reason_opens_on_the_card(client, team, space):
    memory = scenes.memory(space)
    draft = scenes.edit(memory, "- one\n", rationale=LONG, reason_code="recurring_error", confidence=0.75)
    change = scenes.changes(scenes.propose(team.row, draft))[0]
    client.force_login(team.reviewer)

    page = client.get(change.proposal.get_absolute_url()).content.decode()

    assert page.count("The whole reason</summary>") == 2  # beside the evidence, and above the buttons on a phone
    assert "Recurring error" in page
    assert f'{url(team, "change", change.public_id)}#pattern" title="How sure the proposer is' in page


def test_a_begun_proposal_goes_on_at_what_waits_and_marks_what_the_reader_edited(client, team, space):
    voted, edited, waits = scenes.changes(proposal_of(space, 3))
    scenes.vote(voted, team.reviewer)
    editing.edit(
        team=team.row,
        change_id=edited.public_id,
        revision_id=edited.head.public_id,
        texts={(0, 0): "- mine"},
        reason="",
        by=team.reviewer,
        at=scenes.AT,
    )
    client.force_login(team.reviewer)

    page = client.get(voted.proposal.get_absolute_url()).content.decode()

    assert re.findall(r'class="change change--current" id="(\w+)"', page) == [waits.public_id]
    assert page.count('<span class="visually-hidden">Edited by you</span>') == 1
    assert "You voted on 1 of 3, 1 decided" in page


def test_lines_around_a_change_read_as_they_stand_now(client, team, space):
    memory = scenes.memory(space, text="".join(f"- {n}\n" for n in range(7)))
    drafts = [scenes.line_edit(memory, n, n + 1, *lines) for n, lines in ((1, ["- one\n", "- more\n"]), (4, ["- x\n"]))]
    first, second = scenes.changes(scenes.propose(team.row, *drafts))
    scenes.approve_and_apply(first, team.reviewer)
    second.refresh_from_db()
    reader = Reader(team.reviewer, (), scenes.LATER)

    (card,) = cards.read([second], team=team.row, reader=reader)

    texts = ["".join(part[1] for part in row[4]) for row in card.targets[0].rows if row[0] == "equal"]
    assert texts == ["- 0", "- one", "- more", "- 2", "- 3", "- 5", "- 6"]
    assert (card.added, card.removed) == (1, 1)
