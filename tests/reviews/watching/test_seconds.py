"""Second opinions: of whom they are asked, that they are blind, and what a disagreement does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from reviews import decisions
from reviews.decisions import Refused
from reviews.models import Absence, Change, Decision, Notice, SecondReview, Thread
from reviews.watching import agreement, chance, seconds
from tests import recipes
from tests.reviews import scenes

LATER = scenes.AT + timedelta(seconds=5)


@pytest.fixture
def space(team):
    recipes.policy(team.row, votes={"low": {"people": 1}}, watch={"second_reviews": 1000})
    return scenes.namespace(team.row)


def low(team, space, **values):
    draft = scenes.add(space, f"/{recipes.number()}.md", "- new\n")
    return scenes.changes(scenes.propose(team.row, draft, **values))[0]


@pytest.fixture
def change(team, space):
    return low(team, space)


def asked(team):
    return SecondReview.objects.of(team.row).order_by("pk")


def give(second, verdict="reject", reason="It is wrong.", by=None, at=LATER):
    return seconds.give(
        team=second.team, second_id=second.public_id, verdict=verdict, reason=reason, by=by or second.person, at=at
    )


def state(change):
    return Change.objects.of(change.team).get(pk=change.pk).state


def test_a_vote_on_low_risk_is_asked_about_once(team, change):
    scenes.vote(change, team.reviewer)
    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=LATER)
    scenes.vote(change, team.second, at=LATER)

    second = asked(team).get()

    assert second.decision.by == team.reviewer
    assert second.person in (team.lead, team.second, team.security)
    assert [row.person for row in Notice.objects.of(team.row).filter(kind="second")] == [second.person]


@pytest.mark.parametrize(
    ("verdict", "count"), [("approve", 1), ("reject", 1), ("request_changes", 0), ("quarantine", 0)]
)
def test_approvals_and_rejections_are_asked_about(team, change, verdict, count):
    code = "other" if verdict == "reject" else ""
    scenes.vote(change, team.reviewer, verdict, reason="Say when.", reason_code=code)

    assert asked(team).count() == count


def test_graver_changes_are_not_asked_about(team, space):
    space.tier_floor = "medium"
    space.save()

    scenes.vote(low(team, space), team.lead)

    assert not asked(team).exists()


def test_nobody_is_asked_where_the_policy_says_nothing(team):
    scenes.vote(low(team, scenes.namespace(team.row)), team.reviewer)

    assert not asked(team).exists()


def test_who_wrote_it_spoke_already_or_is_away_is_not_asked(team, space):
    change = low(team, space, by=team.lead)
    until = scenes.AT + timedelta(days=1)
    Absence.objects.create(team=team.row, person=team.second, since=scenes.AT, until=until, at=scenes.AT)

    scenes.vote(change, team.reviewer)

    assert asked(team).get().person == team.security


def test_in_a_team_of_one_nobody_is_asked(team, space):
    people = (team.lead, team.second, team.security)
    until = scenes.AT + timedelta(days=1)
    for person in people:
        Absence.objects.create(team=team.row, person=person, since=scenes.AT, until=until, at=scenes.AT)

    scenes.vote(low(team, space), team.reviewer)

    assert not asked(team).exists()


def test_a_disagreement_stops_what_waits_to_be_written(team, change, space):
    scenes.vote(change, team.reviewer)
    assert state(change) == "approved"
    second = asked(team).get()

    give(second)
    scenes.apply(space)

    assert state(change) == "changes_requested"
    thread = Thread.objects.of(team.row).get(change=change)
    assert "It is wrong." in thread.comments.get().text
    told = set(Notice.objects.of(team.row).filter(kind="disagrees").values_list("person", flat=True))
    assert told == {team.reviewer.pk, team.lead.pk} - {second.person.pk}
    event = Event.objects.of_log(team.row.trail_log).get(type="watch.second_given").content()["data"]
    assert event == {"second": second.public_id, "verdict": "reject", "agrees": False}


def test_agreement_is_no_vote(team, change, space):
    scenes.vote(change, team.reviewer)

    give(asked(team).get(), "approve", "")
    scenes.apply(space)

    assert state(change) == "applied"
    assert Decision.objects.of(team.row).count() == 1
    assert not Thread.objects.of(team.row).exists()


def test_what_is_written_already_stays_and_people_are_told(team, change, space):
    scenes.approve_and_apply(change, team.reviewer)

    give(asked(team).get(), at=scenes.LATER)

    assert state(change) == "applied"
    assert Thread.objects.of(team.row).filter(change=change).count() == 1


def test_a_second_opinion_for_a_rejected_change_brings_nothing_into_memory(team, change, space):
    scenes.vote(change, team.reviewer, "reject", reason_code="other")

    give(asked(team).get(), "approve", "")
    scenes.apply(space)

    assert state(change) == "rejected"
    assert Thread.objects.of(team.row).filter(change=change).exists()


def test_of_a_vote_that_was_taken_back_nothing_follows(team, change):
    scenes.vote(change, team.reviewer)
    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.reviewer, at=LATER)

    give(asked(team).get())

    assert state(change) == "open"
    assert not Thread.objects.of(team.row).exists()


def test_said_again_it_is_harmless_and_by_another_it_is_not_there(team, change):
    scenes.vote(change, team.reviewer)
    second = asked(team).get()
    with pytest.raises(SecondReview.DoesNotExist):
        give(second, by=team.reviewer)
    with pytest.raises(Refused):
        give(second, reason=" ")
    with pytest.raises(Refused):
        give(second, "quarantine")

    give(second, "approve", "")
    give(second)

    assert asked(team).get().verdict == "approve"
    assert state(change) == "approved"


@pytest.mark.parametrize(
    "values", [{"verdict": "approve"}, {"given_at": LATER}, {"verdict": "quarantine", "given_at": LATER}]
)
def test_the_database_keeps_opinions_whole(team, change, values):
    scenes.vote(change, team.reviewer)

    with pytest.raises(IntegrityError):
        asked(team).update(**values)


def test_the_pages_do_not_show_the_first_vote(client, team, change):
    scenes.vote(change, team.reviewer, reason="Because Reviewer likes it.")
    second = asked(team).get()
    client.force_login(second.person)
    for name, args in (("seconds", []), ("second", [second.public_id])):
        page = client.get(reverse(f"reviews:{name}", args=[team.slug, *args])).content.decode()
        main = page.split("<main", 1)[1]
        assert change.title in main
        assert not any(word in main for word in (str(team.reviewer), "Because", "Approved", "approved"))


def test_an_opinion_is_given_on_the_page(client, team, change):
    scenes.vote(change, team.reviewer)
    second = asked(team).get()
    client.force_login(second.person)
    url = reverse("reviews:second", args=[team.slug, second.public_id])
    assert "1 second opinion is asked of you" in client.get(reverse("reviews:inbox", args=[team.slug])).content.decode()

    assert client.post(url, {"verdict": "reject", "reason": ""}).status_code == 409
    assert client.post(url, {"verdict": "x"}).status_code == 422
    assert client.post(url, {"verdict": "reject", "reason": "No."}).status_code == 302

    assert client.get(url).status_code == 302
    assert asked(team).get().reason == "No."
    assert client.get(reverse("reviews:seconds", args=[team.slug])).context["page"].rows == []


def test_it_is_there_for_the_person_alone(client, team, change):
    scenes.vote(change, team.reviewer)
    client.force_login(team.reviewer)

    assert client.get(reverse("reviews:second", args=[team.slug, asked(team).get().public_id])).status_code == 404


def test_leads_see_how_far_opinions_agree(client, team, space):
    for verdict, opinion in (("approve", "approve"), ("approve", "reject"), ("reject", "reject"), ("reject", "reject")):
        change = scenes.changes(
            scenes.propose(team.row, scenes.add(space, f"/{recipes.number()}.md", f"- {recipes.number()}\n"))
        )[0]
        scenes.vote(change, team.reviewer, verdict, reason_code="other" if verdict == "reject" else "")
        give(asked(team).last(), opinion)
    client.force_login(team.lead)

    page = client.get(reverse("reviews:watching", args=[team.slug])).content.decode()

    found = seconds.read(team.row)
    assert (found.asked, found.given, found.against, found.kappa) == (4, 4, 1, 0.5)
    assert "kappa 0.50" in page
    url = reverse("reviews:watching_opinions", args=[team.slug])
    counts = [len(client.get(url, {"show": shown}).context["page"].rows) for shown in ("", "given", "against", "x")]
    assert counts == [4, 4, 1, 4]
    client.force_login(team.reviewer)
    assert client.get(url).status_code == 403


def test_kappa_and_wilson_of_the_textbooks():
    yes, no = "approve", "reject"
    pairs = [(yes, yes)] * 20 + [(yes, no)] * 5 + [(no, yes)] * 10 + [(no, no)] * 15
    assert agreement.kappa(pairs) == pytest.approx(0.4)
    assert agreement.kappa([(yes, yes)] * 9) is None
    assert agreement.kappa([(yes, yes), (yes, no)]) is None
    assert agreement.kappa([]) is None
    assert agreement.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert agreement.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert agreement.wilson(0, 0) == (0.0, 1.0)


@given(st.text(), st.integers(0, 1000), st.integers(0, 1000))
def test_chance_comes_out_the_same_and_grows_with_the_share(on, less, more):
    less, more = sorted((less, more))
    drawn = chance.falls(on, per_mille=less, purpose="a")

    assert drawn == chance.falls(on, per_mille=less, purpose="a")
    assert not drawn or chance.falls(on, per_mille=more, purpose="a")
    assert not chance.falls(on, per_mille=0, purpose="a")
    assert chance.falls(on, per_mille=1000, purpose="a")


def test_chance_is_fair_and_hangs_on_the_key(settings):
    names = [f"chg_{n}" for n in range(4000)]
    drawn = {name for name in names if chance.falls(name, per_mille=50, purpose="a")}
    assert 150 <= len(drawn) <= 250

    settings.SECRET_KEY = "another key"

    assert drawn != {name for name in names if chance.falls(name, per_mille=50, purpose="a")}
