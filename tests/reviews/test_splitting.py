import re
from dataclasses import replace

import pytest
from django.urls import reverse

from audit.models import Event
from reviews import reverting, splitting
from reviews.decisions import Moved, Refused, Settled
from reviews.models import AT_ONCE, Evidence, EvidenceLink
from tests import agent_recipes
from tests.reviews import scenes

BEFORE = "- a\n- b\n- c\n- d\n- e\n"
AFTER = "- A\n- b\n- C\n- new\n- d\n"


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def memory(space):
    return scenes.memory(space, text=BEFORE)


@pytest.fixture
def change(team, memory):
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, AFTER), by=team.lead))[0]


def accept(change, person, *parts, **values):
    seat = scenes.seat(change)
    given = {"revision_id": seat.head.public_id, "bound": seat.bound, "parts": set(parts)} | values
    return splitting.accept(team=change.team, change_id=change.public_id, by=person, at=scenes.AT, **given)


def says(change):
    hunks = [hunk for target in scenes.seat(change).head.targets.all() for hunk in target.hunks]
    return [(hunk["before"], hunk["after"]) for hunk in hunks]


def test_accepted_lines_are_approved_and_the_rest_waits(team, change):
    split = accept(change, team.reviewer, (0, 1))

    assert (split.change.state, split.change.head.origin, split.change.head.number) == ("approved", "part_accepted", 2)
    assert says(split.change) == [(["- c\n"], ["- C\n", "- new\n"])]
    assert says(split.rest) == [(["- a\n"], ["- A\n"]), (["- e\n"], [])]
    assert (split.rest.state, split.rest.rest_of, split.rest.position) == ("open", change, change.position)
    assert split.rest.fingerprint != change.fingerprint
    assert split.change.head.contributors == split.rest.head.contributors == [team.lead.public_id]
    assert scenes.changes(change.proposal) == [split.change, split.rest]


def test_the_events_name_both_parts_and_the_vote(team, change):
    split = accept(change, team.reviewer, (0, 0))

    told = [(event.type, event.target_id) for event in Event.objects.of_log(team.row.trail_log).order_by("pk")][-4:]
    assert told == [
        ("change.opened", split.rest.public_id),
        ("change.split", change.public_id),
        ("change.voted", change.public_id),
        ("change.approved", change.public_id),
    ]


@pytest.mark.parametrize("rest_first", [True, False])
@pytest.mark.parametrize("parts", [[(0, 0)], [(0, 1)], [(0, 0), (0, 2)], [(0, 1), (0, 2)]])
def test_both_parts_write_what_the_whole_would_have_written(team, space, memory, change, parts, rest_first):
    split = accept(change, team.reviewer, *parts)

    if rest_first:
        scenes.vote(change, team.second, "request_changes", reason="Wait.")
        scenes.approve_and_apply(split.rest, team.reviewer)
        scenes.vote(change, team.second)
    scenes.apply(space)
    if not rest_first:
        scenes.approve_and_apply(split.rest, team.reviewer)
    change.refresh_from_db()

    assert change.state == "applied"
    assert scenes.text(memory) == AFTER


def test_lines_added_at_one_place_by_two_parts_keep_their_order(team, space, memory):
    first, second = scenes.changes(
        scenes.propose(
            team.row, scenes.edit(memory, "- a\n- b\n- 1\n- c\n- d\n- E\n"), scenes.line_edit(memory, 2, 2, "- 2\n")
        )
    )
    split = accept(first, team.reviewer, (0, 1))

    scenes.approve_and_apply(second, team.reviewer)
    scenes.approve_and_apply(split.rest, team.reviewer)

    assert scenes.text(memory) == "- a\n- b\n- 1\n- 2\n- c\n- d\n- E\n"


def test_a_part_of_a_rest_is_accepted_like_any_other(team, space, memory, change):
    rest = accept(change, team.reviewer, (0, 2)).rest
    last = accept(rest, team.reviewer, (0, 1)).rest
    scenes.approve_and_apply(last, team.reviewer)

    assert [one.rest_of_id for one in scenes.changes(change.proposal)] == [None, change.pk, rest.pk]
    assert scenes.text(memory) == AFTER


def test_the_rest_rests_on_the_same_quotes(team, memory):
    session = agent_recipes.session(agent_recipes.agent(team.row), texts=("We say A.", "No, never."))
    quotes = (scenes.quote(session, 0, "We say A."), scenes.quote(session, 1, "No, never.", stance="against"))
    change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, AFTER, quotes=quotes)))[0]

    split = accept(change, team.reviewer, (0, 0))

    for one in (split.change, split.rest):
        quoted = Evidence.objects.of(team.row).filter(change=one).order_by("pk")
        assert [(row.quote, row.stance, row.status) for row in quoted] == [
            ("We say A.", "for", "verified"),
            ("No, never.", "against", "verified"),
        ]
        linked = EvidenceLink.objects.of(team.row).filter(revision=one.head)
        assert {link.evidence.change_id for link in linked} == {one.pk}
        assert len(linked) == 2


def test_who_wrote_the_lines_takes_them_apart_without_approving(team, change):
    split = accept(change, team.lead, (0, 0))

    assert (split.approved, split.change.state, split.change.decisions.count()) == (False, "open", 0)


@pytest.mark.parametrize(
    ("parts", "told"),
    [([], "Choose the lines"), ([(0, 7), (3, 0)], "Choose the lines"), ([(0, 0), (0, 1), (0, 2)], "every line")],
)
def test_nothing_and_everything_are_no_part(team, change, parts, told):
    with pytest.raises(Refused, match=told):
        accept(change, team.reviewer, *parts)

    assert len(scenes.changes(change.proposal)) == 1


def test_what_is_not_seen_as_it_stands_is_not_split(team, memory, change):
    with pytest.raises(Moved, match="Another revision"):
        accept(change, team.reviewer, (0, 0), revision_id="rev_old")
    old = scenes.seat(change).bound
    scenes.write_elsewhere(memory, "- a\n- bee\n- c\n- d\n- e\n")
    with pytest.raises(Moved):
        accept(change, team.reviewer, (0, 0), bound=old)


def test_a_request_of_another_person_holds_all_lines(team, change):
    scenes.vote(change, team.second, "request_changes", reason="Say when.")

    with pytest.raises(Refused, match="Somebody asks for changes"):
        accept(change, team.reviewer, (0, 0))


def test_a_settled_change_is_not_split(team, change):
    scenes.vote(change, team.second, "reject", reason_code="other")

    with pytest.raises(Settled):
        accept(change, team.reviewer, (0, 0))


def test_only_edits_are_taken_apart(team, space, memory):
    other = scenes.memory(space, "/other.md")
    merged = scenes.changes(scenes.propose(team.row, scenes.merge(memory, AFTER, other)))[0]
    with pytest.raises(Refused, match="one piece"):
        accept(merged, team.reviewer, (0, 0))
    scenes.approve_and_apply(merged, team.reviewer)

    undo = reverting.open_revert(team=team.row, proposal=merged.proposal, reason="No.", by=team.lead, at=scenes.LATER)

    with pytest.raises(Refused, match="one piece"):
        accept(scenes.changes(undo)[0], team.reviewer, (0, 0))


def form_of(change, *parts):
    seat = scenes.seat(change)
    hashes = {name: getattr(seat.bound, name) for name in ("base", "proposed", "requirement", "evidence")}
    return {"revision": seat.head.public_id, "part": list(parts)} | hashes


def test_page_without_scripts_has_a_box_for_each_hunk(client, team, change):
    client.force_login(team.reviewer)
    url = reverse("reviews:parts", args=[team.slug, change.public_id])

    page = client.get(url).content.decode()
    answer = client.post(url, form_of(change, "0-1"))

    assert page.count('type="checkbox" name="part"') == 3
    assert answer.status_code == 302
    assert answer.url.endswith(f"#{scenes.changes(change.proposal)[1].public_id}")


def test_card_answers_with_both_cards(client, team, change):
    client.force_login(team.reviewer)
    url = reverse("reviews:parts", args=[team.slug, change.public_id])

    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    answer = client.post(url, form_of(change, "0-1"), headers={"HX-Request": "true"}).content.decode()

    assert part.count('type="checkbox" name="part"') == 3
    assert part.lstrip().startswith("<article")
    assert answer.count("<article") == 2
    assert "You voted on 1 of 2, 1 decided" in answer


def test_refusal_keeps_the_boxes(client, team, change):
    client.force_login(team.reviewer)
    url = reverse("reviews:parts", args=[team.slug, change.public_id])

    answer = client.post(url, form_of(change, "0-0", "0-1", "0-2"))

    assert answer.status_code == 409
    assert len(re.findall(r'value="0-\d" checked', answer.content.decode())) == 3


def test_parts_of_a_change_stay_on_one_sheet(client, team, space):
    memory = scenes.memory(space, "/long.md", "".join(f"- {n}\n" for n in range(40)))
    drafts = [scenes.edit(memory, scenes.text(memory).replace("- 0\n", "- x\n").replace("- 2\n", "- y\n"))]
    drafts += [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in range(10, 10 + AT_ONCE)]
    proposal = scenes.propose(team.row, *drafts)
    first = scenes.changes(proposal)[0]
    accept(first, team.reviewer, (0, 0))
    client.force_login(team.reviewer)

    page = client.get(reverse("reviews:proposal", args=[team.slug, proposal.number])).content.decode()
    more = client.get(reverse("reviews:more", args=[team.slug, proposal.number]), {"from": AT_ONCE}).content.decode()

    assert (page.count("<article"), more.count("<article")) == (AT_ONCE + 1, 1)
    assert f"from={AT_ONCE}" in page


def test_quotes_stay_at_their_lines_in_whichever_part_has_them(team, space, memory):
    session = agent_recipes.session(agent_recipes.agent(team.row), ["a is A.", "c is C."])
    quotes = (
        replace(scenes.quote(session, 0, "a is A."), lines=(0, 0, 1)),
        replace(scenes.quote(session, 1, "c is C."), lines=(0, 2, 3)),
    )
    draft = scenes.edit(memory, "- A\n- b\n- C\n- d\n- e\n", quotes=quotes)
    change = scenes.changes(scenes.propose(team.row, draft, by=team.lead))[0]

    split = accept(change, team.reviewer, (0, 1))

    def places(one):
        links = EvidenceLink.objects.of(team.row).filter(revision=one.head).order_by("evidence__position")
        return list(links.values_list("target_position", "line_start", "line_end"))

    nowhere = (None, None, None)
    assert places(split.change) == [nowhere, (0, 2, 3)]
    assert places(split.rest) == [(0, 0, 1), nowhere]
