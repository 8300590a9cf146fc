import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import override_settings
from django.urls import include, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import confirming, members, roles
from accounts.access import needs
from accounts.confirming import kinds
from accounts.stepping_up import FRESH_SECONDS, needs_fresh_sign_in
from audit import trail
from audit.models import Event
from config import urls
from demo import loading, sample
from tests import recipes
from tests.accounts import confirmations
from tests.recipes import AT

PASSWORD = "correct horse battery"


@require_POST
@needs(roles.MANAGE_TEAM)
@needs_fresh_sign_in
def rename(request, team):
    """A grave act of this test: what is done is a team's name, by its real verb."""
    name = request.POST["name"] + request.GET.get("more", "")
    members.set_team(
        team=request.team, name=name, time_zone="UTC", sole_reviewer=False, by=request.user, at=timezone.now()
    )
    return redirect("accounts:team", team)


@needs(roles.VIEW)
@needs_fresh_sign_in
def look(request, team):
    return HttpResponse("seen")


urlpatterns = [
    path("t/<slug:team>/grave/", rename, name="grave"),
    path("t/<slug:team>/look/", look, name="look"),
    path("", include("demo.urls")),
    *urls.urlpatterns,
]


@pytest.fixture(autouse=True)
def _grave():
    cache.clear()  # of what counts sign-ins
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def admin(team):
    team.admin.set_password(PASSWORD)
    team.admin.save()
    return team.admin


def sign_in(client, person):
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


def let_pass(client, seconds):
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [one | {"at": one["at"] - seconds} for one in records]
    session.save()


def url(team, name="grave"):
    return f"/t/{team.slug}/{name}/"


def again(client, answer, password=PASSWORD, **more):
    """What the page of the sign-in sends: the password, and where one came from."""
    back = client.get(answer.url).context["redirect_field_value"]
    return client.post(reverse("account_reauthenticate"), {"password": password, "next": back}, **more)


def named(team):
    team.row.refresh_from_db()
    return team.row.name


def told():
    return [one.type for one in Event.objects.of_log(trail.INSTALLATION).oldest_first()]


@pytest.mark.parametrize(("age", "is_fresh"), ((0, True), (FRESH_SECONDS - 5, True), (FRESH_SECONDS, False)))
def test_a_sign_in_is_fresh_for_five_minutes(client, team, admin, age, is_fresh):
    sign_in(client, admin)
    let_pass(client, age)

    answer = client.post(url(team), {"name": "Northern"})

    assert (named(team) == "Northern") == is_fresh
    assert answer.url.startswith(reverse("accounts:team", args=[team.slug]) if is_fresh else "/accounts/reauth")


def test_what_was_typed_is_done_after_the_sign_in(client, team, admin):
    sign_in(client, admin)
    let_pass(client, FRESH_SECONDS)

    asked = client.post(url(team) + "?more=+%26+more", {"name": "Nörthern <b>"})
    done = again(client, asked)

    assert named(team) == "Nörthern <b> & more"
    assert done.url == reverse("accounts:team", args=[team.slug])
    assert told() == ["auth.signed_in", "auth.signed_in_again"]
    assert client.post(url(team), {"name": "At once"}).url == done.url


def test_a_page_is_shown_after_the_sign_in(client, team, admin):
    sign_in(client, admin)
    let_pass(client, FRESH_SECONDS)

    asked = client.get(url(team, "look") + "?page=2")

    assert again(client, asked).url == url(team, "look") + "?page=2"


def test_a_wrong_password_does_nothing_and_is_told(client, team, admin):
    before = named(team)
    sign_in(client, admin)
    let_pass(client, FRESH_SECONDS)
    asked = client.post(url(team), {"name": "Northern"})

    wrong = again(client, asked, password="wrong password")
    right = again(client, asked)

    assert wrong.status_code == 200
    assert "auth.sign_in_failed" in told()
    assert (before != "Northern", named(team)) == (True, "Northern")
    assert right.status_code == 302


def test_guards_hold_when_a_kept_form_goes_on(client, team, admin):
    before = named(team)
    sign_in(client, admin)
    let_pass(client, FRESH_SECONDS)
    asked = client.post(url(team), {"name": "Northern"})
    team.admin.memberships.update(roles=["member"])

    assert again(client, asked).status_code == 403
    assert named(team) == before


def test_a_kept_form_is_done_once_and_nowhere_else(client, team, admin):
    sign_in(client, admin)
    let_pass(client, FRESH_SECONDS)
    client.post(url(team), {"name": "Northern"})
    before = named(team)

    for place in (f"/t/{team.slug}/look/", "https://evil.example/", ""):
        answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": place})
        assert answer.url == (place if place.startswith("/") else reverse("accounts:home"))

    assert named(team) == before


def test_a_part_of_a_page_leads_the_whole_window_there(client, team, admin):
    sign_in(client, admin)
    let_pass(client, FRESH_SECONDS)

    answer = client.post(url(team), {"name": "Northern"}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"].startswith(reverse("account_reauthenticate"))


def test_a_session_without_any_sign_in_is_not_fresh(client, team, admin):
    client.force_login(admin)

    assert client.post(url(team), {"name": "Northern"}).url.startswith(reverse("account_reauthenticate"))


def test_the_sign_in_of_another_person_does_not_count(client, team, admin):
    sign_in(client, admin)
    session = client.session
    session["account_authentication_methods_user"] = "0"
    session.save()

    assert client.post(url(team), {"name": "Northern"}).url.startswith(reverse("account_reauthenticate"))


def test_who_has_no_password_reads_what_to_do(client, team):
    team.lead.set_unusable_password()
    team.lead.save()
    client.force_login(team.lead)

    page = client.get(reverse("account_reauthenticate")).content.decode()

    assert "Your account has no password here" in page
    assert 'type="password"' not in page


def test_an_invited_person_who_just_joined_is_fresh(client, team):
    _, secret = members.invite(team=team.row, email="new@example.org", roles=["admin"], by=team.admin, at=recipes.now())
    client.post(reverse("accounts:accept", args=[secret]), {"name": "New", "password": "a long enough phrase"})

    client.post(url(team), {"name": "Northern"})

    assert named(team) == "Northern"


@pytest.fixture
def mara(db, settings):
    settings.DEMO = True
    return loading._join(sample, loading._make_team(sample, AT))


def look_url():
    return f"/t/{loading.current().slug}/look/"


def test_in_the_sample_team_one_click_signs_in_again(client, mara):
    client.post(reverse("demo:sign_in"), {"person": mara.public_id})
    assert client.get(look_url()).content == b"seen"
    let_pass(client, FRESH_SECONDS)

    asked = client.get(look_url())
    page = client.get(asked.url).content.decode()
    done = client.post(reverse("demo:sign_in_again"), {"next": look_url()}, follow=True)

    assert "Go on as Mara Okafor" in page
    assert done.content == b"seen"
    assert told()[-1] == "auth.signed_in_again"


@pytest.mark.parametrize("case", ("not a demo", "not from here", "not of the sample team", "nobody"))
def test_one_click_is_for_people_of_the_sample_team_on_this_machine(client, mara, team, settings, case):
    if case == "not of the sample team":
        client.force_login(team.admin)
    elif case != "nobody":
        client.force_login(mara)
    if case == "not a demo":
        settings.DEMO = False

    answer = client.post(
        reverse("demo:sign_in_again"),
        {"next": "/"},
        REMOTE_ADDR="203.0.113.9" if case == "not from here" else "127.0.0.1",
    )

    assert answer.status_code == (302 if case == "nobody" else 404)
    assert "auth.signed_in_again" not in told()


@pytest.mark.parametrize("fresh", (True, False))
def test_a_kind_may_take_a_fresh_sign_in_of_who_agrees(client, team, monkeypatch, fresh):
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    confirming.performs(
        confirmations.KIND, label="Rename", permission=roles.DISMISS, perform=confirmations.perform, fresh=True
    )
    team.security.set_password(PASSWORD)
    team.security.save()
    row = confirmations.ask(team.row, by=team.lead, at=recipes.now())
    sign_in(client, team.security)
    let_pass(client, 0 if fresh else FRESH_SECONDS)

    answer = client.post(reverse("accounts:confirmation_confirm", args=[team.slug, row.public_id]))
    if not fresh:
        row.refresh_from_db()
        assert row.state == "waiting"
        answer = again(client, answer)

    row.refresh_from_db()
    assert (row.state, answer.url, named(team)) == ("confirmed", row.get_absolute_url(), "Northern")
