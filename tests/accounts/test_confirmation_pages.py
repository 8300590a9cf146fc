import pytest
from django.urls import reverse

from accounts import confirming
from accounts.confirming import kinds
from accounts.models import Membership, Team
from audit.models import Event
from tests import recipes
from tests.accounts import confirmations
from tests.recipes import AT


@pytest.fixture(autouse=True)
def _rename(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    confirmations.register()


@pytest.fixture
def row(team):
    return confirmations.ask(team.row, by=team.lead, at=recipes.now())


def url(name, row):
    return reverse(f"accounts:{name}", args=[row.team.slug, row.public_id])


def listed(client, team, show):
    page = client.get(reverse("accounts:confirmations", args=[team.slug]), {"show": show})
    return [one.public_id for one in page.context["page"].rows]


def test_lists_sort_what_waits_by_who_may_confirm(client, team, row):
    own = confirmations.ask(team.row, by=team.admin, target="another", at=recipes.now())
    recipes.membership(other := team.row, user=(both := recipes.user()), roles=["admin", "lead"])
    theirs = confirmations.ask(other, by=both, target="third", at=recipes.now())
    done = recipes.confirmation(team.row, asked_by=team.admin, state="expired", decided_at=AT)

    expected = {
        both: ([own, row], [theirs], [done]),
        team.security: ([theirs, own, row], [], [done]),
        team.member: ([], [theirs, own, row], [done]),
    }
    for person, (mine, others, ended) in expected.items():
        client.force_login(person)
        for show, rows in (("me", mine), ("others", others), ("done", ended)):
            assert listed(client, team, show) == [one.public_id for one in rows], (person, show)


@pytest.mark.parametrize("count", (1, 3))
def test_list_takes_the_same_queries_for_any_length(client, team, count, django_assert_num_queries):
    for _ in range(count):
        recipes.confirmation(team.row, asked_by=team.lead)
    client.force_login(team.security)

    with django_assert_num_queries(10):
        page = client.get(reverse("accounts:confirmations", args=[team.slug]))

    assert len(page.context["page"].rows) == count


@pytest.mark.parametrize("count", (1, 3))
def test_page_takes_the_same_queries_for_any_length(client, team, row, count, django_assert_num_queries):
    for _ in range(count):
        recipes.membership(team.row, user=recipes.user(), roles=["lead"])
    client.force_login(team.security)

    with django_assert_num_queries(8):
        client.get(url("confirmation", row))


def test_the_count_stands_on_every_page_of_who_may_confirm(client, team, row):
    for person, expected in ((team.security, True), (team.lead, False), (team.member, False)):
        client.force_login(person)
        for page in (reverse("reviews:inbox", args=[team.slug]), reverse("accounts:team", args=[team.slug])):
            assert ("Confirmations that wait for you: 1" in client.get(page).content.decode()) == expected


def test_second_person_confirms_in_the_browser(client, team, row):
    client.force_login(team.security)

    page = client.get(url("confirmation", row)).content.decode()
    done = client.post(url("confirmation_confirm", row), follow=True)

    team.row.refresh_from_db()
    assert "Rename to Northern" in page
    assert "Confirm: do it" in page
    assert "Confirmed: it is done." in done.content.decode()
    assert team.row.name == "Northern"


def test_second_person_refuses_with_a_reason(client, team, row):
    client.force_login(team.security)

    empty = client.post(url("confirmation_refuse", row), {"reason": " "})
    done = client.post(url("confirmation_refuse", row), {"reason": "Not before May."}, follow=True)

    row.refresh_from_db()
    assert empty.status_code == 422
    assert (row.state, row.reason) == ("refused", "Not before May.")
    assert "Not before May." in done.content.decode()


def test_who_asked_withdraws(client, team, row):
    client.force_login(team.lead)

    done = client.post(url("confirmation_withdraw", row), follow=True)

    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert "Withdrawn: nothing was changed." in done.content.decode()


@pytest.mark.parametrize(
    ("who", "status", "code", "says"),
    (
        ("lead", 403, "same_person", "You asked for this yourself: another person has to agree."),
        ("reviewer", 403, "no_permission", "This takes one of these roles: Lead or Security."),
    ),
)
def test_who_may_not_confirm_reads_why(client, team, row, who, status, code, says):
    client.force_login(getattr(team, who))

    page = client.get(url("confirmation", row)).content.decode()
    denied = client.post(url("confirmation_confirm", row))

    row.refresh_from_db()
    assert "Confirm: do it" not in page
    assert (denied.status_code, row.state) == (status, "waiting")
    assert says in denied.content.decode()
    assert Event.objects.get(type="access.denied").content()["data"]["reason_code"] == code


def test_a_replayed_form_does_nothing_and_says_so(client, team, row):
    client.force_login(team.security)
    client.post(url("confirmation_confirm", row))
    Team.objects.filter(pk=team.row.pk).update(name="Else")

    again = client.post(url("confirmation_confirm", row))

    team.row.refresh_from_db()
    assert (again.status_code, team.row.name) == (409, "Else")
    assert "This waits no longer, so nothing was done. It is: confirmed." in again.content.decode()
    assert Event.objects.get(type="access.denied").content()["data"]["reason_code"] == "settled"


def test_a_member_of_another_team_finds_nothing_and_leaves_an_event(client, team, other_team, row):
    client.force_login(other_team.security)

    assert client.get(url("confirmation", row)).status_code == 404
    assert client.post(url("confirmation_confirm", row)).status_code == 404

    row.refresh_from_db()
    assert row.state == "waiting"
    denied = Event.objects.get(log=team.row.public_id, type="access.denied")
    assert (denied.actor_id, denied.content()["data"]["reason_code"]) == (other_team.security.public_id, "not_member")


def test_what_can_not_be_performed_any_more_says_why(client, team, row):
    Team.objects.filter(pk=team.row.pk).update(name="Southern")
    client.force_login(team.security)

    page = client.post(url("confirmation_confirm", row), follow=True).content.decode()

    assert "Not performed: The team is called Southern now." in page


def test_a_team_of_one_reads_what_to_do_and_may_then_do_it(client, team, row):
    Membership.objects.of(team.row).exclude(user=team.lead).update(removed_at=AT)
    Membership.objects.of(team.row).filter(user=team.lead).update(roles=["admin", "lead"])
    client.force_login(team.lead)

    alone = client.get(url("confirmation", row)).content.decode()
    Team.objects.filter(pk=team.row.pk).update(sole_reviewer=True)
    waived = client.get(url("confirmation", row)).content.decode()
    done = client.post(url("confirmation_confirm", row), follow=True).content.decode()

    assert "Nobody else in this team may agree" in alone
    assert reverse("accounts:invite", args=[team.slug]) in alone
    assert "Do it without a second person" in waived
    assert "as the only one who may" in done


def test_a_row_that_no_app_performs_any_more_is_still_read(client, team):
    old = recipes.confirmation(team.row, asked_by=team.lead, kind="gone")
    client.force_login(team.security)

    page = client.get(url("confirmation", old))

    assert page.status_code == 200
    with pytest.raises(confirming.UnknownKind):
        client.post(url("confirmation_confirm", old))
