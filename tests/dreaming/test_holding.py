from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from accounts import confirming
from accounts.models import Confirmation, Membership, Team
from agents import roster
from audit import trail
from audit.models import Event
from dreaming import holding, settings, widening
from dreaming.models import DreamSettings
from tests import agent_recipes, recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT
from tests.dreaming.test_pages import FORM

LATER = AT + timedelta(hours=1)


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row)


def save(agent, team, values, *, by=None, at=AT, **more):
    return holding.save(agent=agent, values=values, by=by or team.admin, at=at, **more)


def confirm(held, team, *, by=None, at=LATER):
    return confirming.confirm(team=team.row, confirmation_id=held.public_id, by=by or team.lead, at=at)


@pytest.mark.parametrize(
    ("name", "before", "after", "wider"),
    [
        ("frequency", "off", "daily", True),
        ("frequency", "off", "off", False),
        ("frequency", "daily", "hourly", False),
        ("frequency", "daily", "off", False),
        ("namespaces", [], ["a"], False),
        ("namespaces", [], [], False),
        ("namespaces", ["a"], [], True),
        ("namespaces", ["a"], ["a", "b"], True),
        ("namespaces", ["a"], ["b"], True),
        ("namespaces", ["a", "b"], ["b"], False),
        ("agents", [], ["a"], True),
        ("agents", ["a"], [], False),
        ("agents", ["a"], ["b"], True),
        ("window_days", 90, 91, True),
        ("window_days", 90, 30, False),
        ("engine", "local", "other", True),
        ("engine", "local", "local", False),
        ("hour", 2, 3, False),
        ("max_minutes", 30, 300, False),
        ("instructions", "", "Look.", False),
    ],
)
def test_what_widens_how_an_agent_dreams(name, before, after, wider):
    assert widening.widened({name: before}, {name: after}) == ({name: after} if wider else {})


def test_a_save_that_mixes_both_keeps_what_is_harmless_and_holds_the_rest(agent, team):
    saved = save(agent, team, {"frequency": "daily", "hour": 4, "window_days": 120})

    kept = settings.of(agent)
    assert (kept.version, kept.frequency, kept.hour, kept.window_days) == (1, "off", 4, 90)
    assert saved.held.is_waiting
    assert saved.held.diff == [
        {"label": "Dreams", "before": "Never", "after": "Every day"},
        {"label": "Days of sessions to look back on", "before": "90", "after": "120"},
    ]


def test_the_second_person_sets_it_in_one_unit(agent, team):
    held = save(agent, team, {"frequency": "daily", "hour": 4}).held

    assert confirm(held, team).state == "confirmed"

    kept = settings.of(agent)
    event = Event.objects.filter(type="dream.settings_set").latest("seq")
    assert (kept.version, kept.frequency, kept.hour) == (2, "daily", 4)
    assert event.content()["data"]["confirmation"] == held.public_id
    assert (event.actor_id, DreamSettings.history.latest().history_user) == (team.lead.public_id, team.admin)


def test_people_set_nothing_wider_by_any_other_way(agent, team):
    other = scenes.agent_that_writes(team.row)
    held = confirm(save(other, team, {"frequency": "daily"}).held, team)

    for by, confirmed in ((team.admin, None), (team.admin.trail_actor, None), (team.admin, held)):
        with pytest.raises(settings.NeedsConfirmation):
            settings.set_(agent=agent, values={"frequency": "daily"}, by=by, at=LATER, confirmed=confirmed)

    assert settings.of(agent).version == 0


def test_a_confirmation_that_waits_sets_nothing(agent, team):
    held = save(agent, team, {"frequency": "daily"}).held

    with pytest.raises(settings.NeedsConfirmation):
        settings.set_(agent=agent, values={"frequency": "daily"}, by=team.lead, at=LATER, confirmed=held)


def test_other_values_than_those_agreed_to_are_not_set(agent, team):
    held = confirm(save(agent, team, {"window_days": 120}).held, team)

    with pytest.raises(settings.NeedsConfirmation):
        settings.set_(agent=agent, values={"window_days": 3000}, by=team.admin, at=LATER, confirmed=held)


def test_settings_that_moved_meanwhile_are_not_set(agent, team):
    held = save(agent, team, {"window_days": 120}).held
    save(agent, team, {"window_days": 30})

    failed = confirm(held, team)

    assert (failed.state, settings.of(agent).window_days) == ("failed", 30)
    assert "changed since this was asked for" in failed.reason


def test_an_agent_put_away_meanwhile_does_not_dream(agent, team):
    held = save(agent, team, {"frequency": "daily"}).held
    roster.archive_agent(agent=agent, archived=True, by=team.admin, at=AT)

    assert confirm(held, team).reason == "The agent was put away."


def test_access_that_is_gone_meanwhile_is_said(agent, team):
    second = agent_recipes.namespace(team.row)
    agent_recipes.access(agent, second)
    save(agent, team, {"namespaces": [agent.space.public_id]})
    held = save(agent, team, {"namespaces": [agent.space.public_id, second.public_id]}).held
    roster.set_access(agent=agent, namespace=second, mode=None, by=team.admin, at=AT)

    failed = confirm(held, team)

    assert failed.state == "failed"
    assert second.public_id in failed.reason


def test_what_cannot_be_is_refused_before_anybody_is_asked(agent, team):
    for values in ({"frequency": "yearly", "hour": 3}, {"frequency": "daily", "hour": 24}):
        with pytest.raises(settings.BadSettings):
            save(agent, team, values)

    assert not Confirmation.objects.of(team.row).exists()
    assert settings.of(agent).version == 0


def test_a_version_that_nobody_saw_is_not_replaced(agent, team):
    save(agent, team, {"hour": 7})

    with pytest.raises(settings.Overtaken):
        save(agent, team, {"frequency": "daily", "hour": 4}, seen=0)

    assert (settings.of(agent).hour, Confirmation.objects.of(team.row).count()) == (7, 0)


def test_a_team_of_one_sets_it_at_once_and_marked(agent, team):
    Membership.objects.of(team.row).exclude(user=team.admin).update(removed_at=AT)
    Team.objects.filter(pk=team.row.pk).update(sole_reviewer=True)

    saved = save(agent, team, {"frequency": "daily", "hour": 4}, seen=0)

    assert (saved.settings.frequency, saved.settings.hour, saved.held.waived) == ("daily", 4, True)
    assert Event.objects.filter(type="confirmation.waived").count() == 1


def test_lucid_itself_needs_nobody(agent, team):
    assert settings.set_(agent=agent, values={"frequency": "daily"}, by=trail.SYSTEM, at=AT).frequency == "daily"


def test_the_page_of_a_team_with_one_admin_says_what_to_do(client, agent, team):
    Membership.objects.of(team.row).exclude(user=team.admin).update(removed_at=AT)
    client.force_login(team.admin)

    page = client.post(
        reverse("dreaming:settings", args=[team.slug, agent.slug]), FORM | {"seen": "0"}, follow=True
    ).content.decode()

    assert "Nobody else in this team may agree: that takes Admin, Lead or Security." in page
    assert reverse("accounts:invite", args=[team.slug]) in page
    assert reverse("accounts:team_settings", args=[team.slug]) in page


def test_everybody_sees_on_the_agent_that_something_waits(client, agent, team):
    held = save(agent, team, {"frequency": "daily"}).held
    client.force_login(team.member)

    page = client.get(reverse("dreaming:agent", args=[team.slug, agent.slug])).content.decode()

    assert held.get_absolute_url() in page


def test_a_team_of_one_that_saves_reads_that_nobody_else_agreed(client, agent, team):
    Membership.objects.of(team.row).exclude(user=team.admin).update(removed_at=AT)
    Team.objects.filter(pk=team.row.pk).update(sole_reviewer=True)
    client.force_login(team.admin)

    page = client.post(
        reverse("dreaming:settings", args=[team.slug, agent.slug]), FORM | {"seen": "0"}, follow=True
    ).content.decode()

    assert "Saved without a second person, which is recorded: Dreams." in page


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself")
@pytest.mark.django_db(transaction=True)
def test_agreeing_asking_and_saving_at_once_do_not_lock_each_other_out():
    team = recipes.people_of_a_team("north")
    agent = scenes.agent_that_writes(team.row)
    held = save(agent, team, {"frequency": "daily"}).held
    start, failed = Barrier(3), []

    def run(act):
        start.wait()
        try:
            act()
        except confirming.Settled:
            failed.append(act)
        finally:
            connection.close()

    acts = (
        lambda: confirm(held, team),
        lambda: save(agent, team, {"window_days": 120, "hour": 5}, at=LATER),
        lambda: save(agent, team, {"minute": 7}, at=LATER),
    )
    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    kept = settings.of(agent)
    assert (kept.hour, kept.minute, kept.window_days) == (5, 7, 90)
    assert (kept.frequency == "off") == bool(failed)  # else who asked anew came first
