"""The pages about drift."""

from datetime import timedelta
from time import time

import pytest
from django.urls import reverse

from audit.models import Event
from reviews.drift import attending, baselines
from reviews.models import Baseline, Proposal, Provenance
from reviews.talking import noticing
from tests.reviews import scenes
from tests.reviews.drift import acts

LATER = acts.THEN + timedelta(minutes=1)


@pytest.fixture
def visit(client, team):
    def get(name, *args, by=team.security):
        client.force_login(by)
        return client.get(reverse(f"reviews:{name}", args=[team.slug, *args]))

    return get


@pytest.fixture
def post(client, team):
    def send(name, *args, by=team.security, signed_in=0.0, **data):
        client.force_login(by)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time() - signed_in}]
        session["account_authentication_methods_user"] = str(by.pk)
        session.save()
        return client.post(reverse(f"reviews:{name}", args=[team.slug, *args]), data)

    return send


def test_signing_off_from_the_page(visit, post, team, space, memory):
    page = visit("drift_namespace", space.slug)
    root = baselines.live(space).root

    assert f'name="root" value="{root}"' in page.content.decode()
    assert post("drift_sign", space.slug, root=root, note="Read it all.").status_code == 302
    assert Baseline.objects.of(team.row).get().note == "Read it all."
    assert "Nothing has moved since the last sign-off." in visit("drift_namespace", space.slug).content.decode()


def test_a_write_between_drawing_and_signing_is_refused(post, team, space, memory):
    root = baselines.live(space).root
    acts.decide(memory, "- one\n")

    answer = post("drift_sign", space.slug, root=root, note="Typed long.")

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "The memory has moved since you looked: look again." in text
    assert "Typed long." in text
    assert f'value="{baselines.live(space).root}"' in text
    assert not Baseline.objects.of(team.row).exists()


def test_signing_off_takes_a_fresh_sign_in(post, team, space, memory):
    answer = post("drift_sign", space.slug, root=baselines.live(space).root, signed_in=400)

    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not Baseline.objects.of(team.row).exists()


@pytest.mark.parametrize("role", ["admin", "lead", "reviewer", "auditor", "member"])
def test_only_the_security_role_signs(visit, post, team, space, memory, role):
    person = getattr(team, role)

    assert "Sign off what stands here" not in visit("drift_namespace", space.slug, by=person).content.decode()
    assert post("drift_sign", space.slug, by=person, root=baselines.live(space).root).status_code == 403
    assert Event.objects.of_log(team.row.trail_log).filter(type="access.denied").count() == 1


def test_an_unreviewed_write_is_shown_against_what_was_reviewed(visit, team, space, memory):
    acts.sign(space, team.security)
    acts.write(memory, "- one\n- two\n- <b>planted</b>\n")
    attending.attend(namespace=space, at=LATER)
    row = Provenance.objects.of(team.row).open().get()

    listed = visit("drift_namespace", space.slug).content.decode()
    page = visit("drift_write", row.public_id).content.decode()

    assert reverse("reviews:drift_write", args=[team.slug, row.public_id]) in listed
    assert "Edited outside of Lucid" in page
    assert "&lt;b&gt;" in page
    assert Proposal.objects.of(team.row).get().get_absolute_url() in page


def test_a_person_may_propose_to_take_it_back_again(post, team, space, memory):
    acts.write(memory, "- one\n")
    attending.attend(namespace=space, at=LATER)
    row = Provenance.objects.of(team.row).open().get()
    Provenance.objects.of(team.row).update(proposal=None)
    proposal = Proposal.objects.of(team.row).get()
    scenes.proposals.withdraw(proposal=proposal, by=team.lead.trail_actor, reason="x", at=LATER)

    answer = post("drift_restore", row.public_id, by=team.reviewer)

    opened = Proposal.objects.of(team.row).get(state="open")
    assert answer.url == opened.get_absolute_url()
    assert (opened.origin_kind, scenes.changes(opened)[0].head.contributors) == ("sync", [team.reviewer.public_id])


def test_notices_lead_to_the_namespace(client, team, space, memory):
    acts.write(memory, "- one\n")
    attending.attend(namespace=space, at=LATER)
    client.force_login(team.security)
    page = client.get(reverse("reviews:notices", args=[team.slug])).content.decode()

    assert reverse("reviews:drift_namespace", args=[team.slug, space.slug]) in page
    assert "Memory was written without a decision" in page
    assert noticing.of(team.security, team=team.row).unread().filter(namespace=space).count() == 1


def test_the_agent_is_shown_with_its_days(visit, team, space, memory):
    agent = scenes.agent(team.row)
    scenes.access(agent, space)
    acts.sign(space, team.security)
    acts.decide(memory, "- one\n- two\n- three\n- four\n")
    attending.attend(namespace=space, at=LATER)

    page = visit("drift_agent", agent.slug).content.decode()

    assert '<rect class="drift__added"' in page
    assert "1 added, 0 changed, 0 taken out" in page
    assert "Statements that moved, by the tier of the change" in page


@pytest.mark.parametrize("count", (1, 3))
@pytest.mark.parametrize(("name", "queries"), [("drift", 11), ("drift_agent", 13)])
def test_lists_take_the_same_queries_for_any_length(client, team, name, queries, count, django_assert_num_queries):
    agent = scenes.agent(team.row)
    for _ in range(count):
        space = scenes.namespace(team.row)
        scenes.access(agent, space)
        scenes.memory(space)
        acts.sign(space, team.security)
    client.force_login(team.security)
    url = reverse(f"reviews:{name}", args=[team.slug, *([agent.slug] if name == "drift_agent" else [])])

    with django_assert_num_queries(queries):
        client.get(url)


@pytest.mark.parametrize("count", (1, 3))
def test_writes_take_the_same_queries_for_any_number(client, team, space, count, django_assert_num_queries):
    for number in range(count):
        acts.write(scenes.memory(space, f"/{number}.md"), "- one\n")
    attending.attend(namespace=space, at=LATER)
    client.force_login(team.security)

    with django_assert_num_queries(14):
        client.get(reverse("reviews:drift_namespace", args=[team.slug, space.slug]))


def test_the_alarm_stands_in_the_navigation_and_on_the_agent(client, team, space, memory):
    agent = scenes.agent(team.row)
    scenes.access(agent, space)
    url = reverse("dreaming:agent", args=[team.slug, agent.slug])
    client.force_login(team.member)
    assert "memory was written without a decision" not in client.get(url).content.decode()

    acts.write(memory, "- one\n")
    attending.attend(namespace=space, at=LATER)

    page = client.get(url).content.decode()
    assert "memory was written without a decision" in page
    assert f"1 write to {space.name} came without a decision." in page


def test_who_signs_sees_what_waits_in_the_inbox(client, team, space, memory):
    acts.sign(space, team.security)
    acts.write(memory, "- one\n")
    attending.attend(namespace=space, at=LATER)
    url = reverse("reviews:inbox", args=[team.slug])

    for person, waits in ((team.security, True), (team.lead, False)):
        client.force_login(person)
        assert ("Your signature is asked for" in client.get(url).content.decode()) == waits
