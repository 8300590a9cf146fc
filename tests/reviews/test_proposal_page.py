import pytest
from django.urls import reverse

from reviews.enums import Verdict
from reviews.models import AT_ONCE
from reviews.panels import PANELS
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

    with django_assert_num_queries(33):
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


def test_with_scripts_a_vote_answers_with_the_card_its_undo_and_the_count(client, team, space):
    change = scenes.changes(proposal_of(space, 2))[0]
    client.force_login(team.reviewer)

    page = client.post(url(team, "decide", change.public_id), form_of(change), headers={"HX-Request": "true"})

    text = page.content.decode()
    assert page.status_code == 200
    assert text.startswith("\n<article") or text.lstrip().startswith("<article")
    assert "Approved by you" in text
    assert "1 of 2 decided" in text
    assert 'class="is-decided" hx-swap-oob="true"' in text
    assert text.count(url(team, "withdraw_vote", change.public_id)) >= 2


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
