"""Pages of the policy: in words, as a form, as a document, version by version, tried before it is saved."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as examples

from accounts.models import Confirmation
from reviews import policy
from reviews.models import Change, Policy
from reviews.policy import DEFAULT, checking, comparing, documents, telling
from reviews.policy.forms import PolicyForm
from tests import recipes
from tests.reviews import scenes
from tests.reviews.test_automatic import dreamt, supported
from tests.reviews.test_policy_schema import DOCUMENTS

AGENTS = {"helpdesk": "agt_1"}
SPACES = {"terms": "nsp_3"}
MEMBERS = {"ana@x.example": "usr_1", "bo@x.example": "usr_2"}


@pytest.fixture
def space(team):
    Policy.objects.of(team.row).delete()
    return scenes.namespace(team.row, name="Contracts")


@pytest.fixture
def agent(team, space):
    row = scenes.agent(team.row, name="Contract review")
    scenes.access(row, space)
    return row


@pytest.fixture
def at_work(client, team, space):
    client.force_login(team.admin)
    return client


def page(team, name, *args):
    return reverse(f"reviews:{name}", args=[team.slug, *args])


def filled(document=None, **values):
    """What a browser sends of the form that shows a document."""
    form = PolicyForm(document=documents.whole(document or {}), members=MEMBERS, agents=AGENTS, namespaces=SPACES)
    shown = {bound.html_name: bound.field.prepare_value(bound.initial) for bound in form}
    return {name: value for name, value in shown.items() if value is not False and value is not None} | values


@examples(deadline=None, max_examples=60)
@given(DOCUMENTS)
def test_form_of_a_document_gives_the_same_document(document):
    now = documents.whole(document)

    form = PolicyForm(filled(now), document=now, members=MEMBERS, agents=AGENTS, namespaces=SPACES)

    assert form.is_valid(), form.errors
    assert documents.whole(form.document) == _told_fully(now)
    assert checking.faults(form.document) == []


def _told_fully(document):
    """A rule about owners says its namespace and path, and nobody twice; a vote says only what it asks for, and an
    agent of whose tools nothing is said is not named.
    """
    owners = [
        {key: value for key, value in ({"namespace": "*", "path": "*"} | rule).items() if value}
        for rule in document["owners"]
    ]
    votes = {tier: {key: value for key, value in vote.items() if value} for tier, vote in document["votes"].items()}
    tools = {agent: said for agent, said in document["tools"].items() if said}
    return document | {"owners": owners, "votes": votes, "tools": tools}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("helpdesk run_query", "is not an agent, a tool, and changes or looks"),
        ("helpdesk run_query maybe", "is not an agent, a tool, and changes or looks"),
        ("stranger run_query looks", "“stranger” is no agent of the team"),
        ("helpdesk a looks\nhelpdesk a changes", "“a” is said to do both"),
    ],
)
def test_form_names_the_line_about_a_tool_that_it_cannot_read(line, said):
    form = PolicyForm(
        filled(tools=line), document=documents.whole({}), members=MEMBERS, agents=AGENTS, namespaces=SPACES
    )

    assert not form.is_valid()
    assert said in form.errors["tools"][0]
    assert line in form["tools"].value()


def test_form_takes_what_tools_do_by_the_short_names_of_agents():
    form = PolicyForm(
        filled(tools="helpdesk run_query looks\n\nagt_1 sync changes\n"),
        document=documents.whole({}),
        members=MEMBERS,
        agents=AGENTS,
        namespaces=SPACES,
    )

    assert form.is_valid(), form.errors
    assert form.document["tools"] == {"agt_1": {"run_query": "looks", "sync": "changes"}}


def test_form_takes_own_writes_by_short_names_and_keeps_what_is_reviewed():
    now = documents.whole({"own_writes": {"namespaces": {"nsp_1": "automatic_low", "nsp_2": "reviewed"}}})
    typed = {"own_writes.agents": "helpdesk\n", "own_writes.namespaces": "terms\n"}

    form = PolicyForm(filled(now) | typed, document=now, members=MEMBERS, agents=AGENTS, namespaces=SPACES)

    assert form["own_writes.namespaces"].initial == {"nsp_1": "automatic_low", "nsp_2": "reviewed"}
    assert form.is_valid(), form.errors
    assert form.document["own_writes"] == {
        "agents": {AGENTS["helpdesk"]: "automatic_low"},
        "namespaces": {"nsp_2": "reviewed", SPACES["terms"]: "automatic_low"},
    }


def test_form_names_what_the_team_does_not_have():
    now = documents.whole({})
    typed = filled(now) | {"own_writes.agents": "stranger"}

    form = PolicyForm(typed, document=now, members=MEMBERS, agents=AGENTS, namespaces=SPACES)

    assert not form.is_valid()
    assert "“stranger” is no short name" in form.errors["own_writes.agents"][0]


def test_page_tells_the_policy_in_words_to_everybody_in_the_team(client, team, space, agent):
    named = {"agents": {agent.public_id: "reviewed"}, "namespaces": {space.public_id: "automatic_low"}}
    owners = [{"namespace": "con*", "path": "/terms/*", "people": [team.lead.public_id], "roles": ["security"]}]
    recipes.policy(
        team.row, owners=owners, tiers={"unsure": "off"}, checks={"personal": {"severity": "blocking"}}, **named
    )
    client.force_login(team.member)

    answer = client.get(page(team, "policy"))

    told = {field.place: [*map(str, field.lines)] for one in answer.context["sections"] for field in one.fields}
    assert told["votes.medium"] == ["1 person, an owner among them"]
    assert told["votes.critical"] == ["2 people, one of them with the role Security"]
    assert told["agents"] == ["Contract review: Reviewed by people"]
    assert told["namespaces"] == ["Contracts: Automatic for low risk"]
    assert told["owners"] == [f"con* /terms/*: {team.lead}, Security"]
    assert told["tiers.unsure"] == ["Does not count"]
    assert (told["checks.personal"], told["checks.secrets"]) == (["Blocking"], ["As it finds"])
    assert told["targets.critical"] == ["4 working hours"]
    assert told["baseline.thresholds.gone"] == ["10 %"]
    text = answer.content.decode()
    assert page(team, "policy_edit") not in text
    assert "version 1" in text


def test_every_key_of_the_document_is_told():
    places = {
        field.place.partition(".")[0] for one in telling.sections(documents.whole({}), {}) for field in one.fields
    }

    assert places >= set(DEFAULT) - {"version", "budgets"}


@pytest.mark.parametrize("name", ["policy_edit", "policy_document"])
def test_only_those_who_may_set_it_get_the_forms(client, team, space, name):
    client.force_login(team.lead)

    assert client.get(page(team, name)).status_code == client.post(page(team, name)).status_code == 403


def test_admin_sets_what_has_a_field_and_keeps_the_rest(at_work, team, space):
    recipes.policy(team.row, tiers={"check_personal": "high"}, namespaces={space.public_id: "reviewed"})
    typed = filled(
        policy.document_of(team.row),
        **{
            "votes.high.people": "3",
            "votes.high.role": "security",
            "votes.low.owner": "on",
            "targets.low": "30.5",
            "assign": "turns",
            "conversation": "on",
            "tiers.unsure": "off",
            "checks.links": "blocking",
            "watch.second_reviews": "15",
            "owners": f"con* /terms/* {team.lead.email} security\r\n\r\n* '/a b/*' reviewer",
        },
    )

    answer = at_work.post(page(team, "policy_edit"), typed)

    now = policy.document_of(team.row)
    changed = {key for key in now if now[key] != DEFAULT[key]}
    assert (answer.status_code, answer.url) == (302, page(team, "policy"))
    assert changed == {"votes", "targets", "assign", "conversation", "tiers", "checks", "watch", "owners", "namespaces"}
    assert (now["votes"]["high"], now["votes"]["low"]) == (
        {"people": 3, "role": "security"},
        {"people": 1, "owner": True},
    )
    assert now["targets"] == {"low": 30.5}
    assert now["tiers"] == {"check_personal": "high", "unsure": "off"}
    assert now["owners"] == [
        {"namespace": "con*", "path": "/terms/*", "people": [team.lead.public_id], "roles": ["security"]},
        {"namespace": "*", "path": "/a b/*", "roles": ["reviewer"]},
    ]


def test_saving_what_is_set_makes_no_version(at_work, team):
    at_work.post(page(team, "policy_edit"), filled())

    assert not Policy.objects.of(team.row).exists()
    assert "so nothing was saved" in at_work.get(page(team, "policy")).content.decode()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("votes.high.people", "0", "greater than or equal to 1"),
        ("automatic.after", "1", "greater than or equal to 10"),
        ("tiers.untrusted", "low", "low is not one of the available choices"),
        ("checks.secrets", "off", "off is not one of the available choices"),
        ("votes.critical.role", "auditor", "auditor is not one of the available choices"),
        ("owners", "* /a stranger@x.example", "“stranger@x.example” is neither a member of the team nor a role"),
        ("owners", "* /a", "“* /a” is not a namespace, a path and who owns it."),
        ("owners", '* "/a lead', "a quotation mark is open"),
        ("owners", "* /a usr_gone", "not a member of the team"),
        ("mode", "automatic", "Contracts has not earned it: 0 of 50 decided"),
    ],
)
def test_form_says_which_field_is_wrong_and_keeps_what_was_typed(at_work, team, name, value, message):
    answer = at_work.post(page(team, "policy_edit"), filled(**{"expiry_days": "9", name: value}))

    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (422, [name])
    assert message in errors[name][0]
    assert answer.context["form"]["expiry_days"].value() == "9"
    assert not Policy.objects.of(team.row).exists()


def test_document_shows_the_whole_policy_and_takes_its_place(at_work, team):
    recipes.policy(team.row, expiry_days=9, tiers={})

    shown = at_work.get(page(team, "policy_document")).context["form"]["document"].value()
    answer = at_work.post(page(team, "policy_document"), {"document": '{"version": 1, "votes": {"high": 3}}'})

    assert json.loads(shown) == documents.whole({"expiry_days": 9})
    assert answer.status_code == 302
    assert policy.document_of(team.row) == documents.whole({"votes": {"high": {"people": 3}}})


def test_uploaded_document_counts_and_what_is_downloaded_can_be_uploaded(at_work, team):
    recipes.policy(team.row, expiry_days=9)
    kept = at_work.get(page(team, "policy_download"))
    at_work.post(page(team, "policy_document"), {"document": "{}"})

    at_work.post(
        page(team, "policy_document"), {"document": "{}", "upload": SimpleUploadedFile("p.json", kept.content)}
    )

    assert kept["Content-Disposition"] == f'attachment; filename="{team.slug}-policy.json"'
    assert policy.document_of(team.row) == kept.json()
    assert at_work.get(page(team, "policy_download") + "?new=2").json() == documents.whole({})
    assert at_work.get(page(team, "policy_download") + "?new=99").status_code == 404


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{", ["No JSON at line 1, column 2: Expecting property name enclosed in double quotes."]),
        ("[]", ["must be a JSON object"]),
        ('{"mode": "reviewed", "mode": "automatic"}', ["mode: stands in it twice"]),
        (
            '{"votes": {"high": {"people": 0}}, "agents": {"agt_1": "x"}}',
            [
                "votes.high.people: at least 1",
                "agents.agt_1: 'x' is not one of “reviewed”, “automatic_low”, “automatic”",
            ],
        ),
        ('{"agents": {"agt_1": "reviewed"}}', ["agents.agt_1: no such agent"]),
    ],
)
def test_document_errors_name_the_place_and_nothing_typed_is_lost(at_work, team, text, messages):
    answer = at_work.post(page(team, "policy_document"), {"document": text})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"document": messages}
    assert answer.context["form"]["document"].value() == text


@pytest.mark.parametrize("name", ["policy_edit", "policy_document"])
def test_policy_saved_by_somebody_else_meanwhile_is_not_replaced_unseen(at_work, team, name):
    typed = filled(expiry_days="12") | {"document": '{"expiry_days": 12}', "seen": "0"}
    recipes.policy(team.row, tiers={}, assign="turns")

    told = at_work.post(page(team, name), typed)
    kept = policy.document_of(team.row)["assign"]
    again = at_work.post(page(team, name), typed | {"seen": "1"})

    text = told.content.decode()
    assert (told.status_code, kept, again.status_code) == (422, "turns", 302)
    assert "Version 1 was saved while this page was open." in text
    assert '<input type="hidden" name="seen" value="1">' in text
    assert policy.document_of(team.row)["expiry_days"] == 12


def test_what_waits_for_a_second_person_is_shown_with_its_difference(at_work, team):
    recipes.policy(team.row, tiers={}, second_person=["policy"])

    at_work.post(page(team, "policy_edit"), filled(policy.document_of(team.row), expiry_days="12", seen="1"))

    text = at_work.get(page(team, "policy")).content.decode()
    assert "Not saved yet, because a second person has to agree." in text
    assert "<ins>12 days</ins>" in text
    assert Confirmation.objects.of(team.row).get().is_waiting
    assert policy.document_of(team.row)["expiry_days"] == 7


def test_two_people_change_the_policy_on_its_pages(at_work, team, space, agent):
    drafts = [scenes.add(space, f"/{n}.md", f"- {n}\n", **supported(agent)) for n in range(50)]
    dreamt(team, agent, *drafts)
    Change.objects.of(team.row).update(state="applied")
    team.lead.set_password("correct horse battery")
    team.lead.save()

    at_work.post(page(team, "policy_edit"), filled(mode="automatic_low", seen="0"))
    held = Confirmation.objects.of(team.row).get()
    own = at_work.get(held.get_absolute_url()).content.decode()
    at_work.logout()
    at_work.post(reverse("account_login"), {"login": team.lead.email, "password": "correct horse battery"})
    read = at_work.get(held.get_absolute_url()).content.decode()
    tried = at_work.get(page(team, "policy_held", held.public_id))
    at_work.post(reverse("accounts:confirmation_confirm", args=[team.slug, held.public_id]))

    assert "Confirm: do it" not in own
    assert "it would have applied 50 without a vote, 0 of which people rejected or took back" in read
    assert page(team, "policy_held", held.public_id) in read
    assert (tried.status_code, len(tried.context["listed"]), tried.context["more"]) == (200, 50, 0)
    assert "It holds once a second person has agreed." in tried.content.decode()
    assert policy.document_of(team.row)["mode"] == "automatic_low"
    assert at_work.get(page(team, "policy_held", held.public_id)).status_code == 404


def test_it_is_tried_on_past_decisions_and_nothing_is_saved(at_work, team, space, agent):
    drafts = [scenes.add(space, f"/{name}.md", f"- {name}\n", **supported(agent)) for name in "ab"]
    kept, refused = scenes.changes(dreamt(team, agent, *drafts))
    Change.objects.of(team.row).filter(pk=kept.pk).update(state="applied")
    Change.objects.of(team.row).filter(pk=refused.pk).update(state="rejected")

    answers = [
        at_work.post(page(team, "policy_edit"), filled(mode="automatic", **{"try": "1"})),
        at_work.post(page(team, "policy_document"), {"document": '{"mode": "automatic"}', "try": "1"}),
    ]

    for answer in answers:
        text = " ".join(answer.content.decode().split())
        assert answer.status_code == 200
        assert (
            "Over the last 2 decisions:</strong> it would have applied 2 without a vote, 1 of which people rejected"
            in text
        )
        assert "It cannot be saved like this:" in text
        assert "Contracts has not earned it: 2 of 50 decided and 1 was edited or rejected" in text
        assert [one.change.pk for one in answer.context["listed"]] == [refused.pk, kept.pk]
        assert refused.get_absolute_url() in text
        assert answer.context["differences"] == [
            comparing.Difference("Mode of the team", ("Reviewed by people",), ("Automatic for low and medium risk",))
        ]
    assert not Policy.objects.of(team.row).exists()


def test_any_two_versions_are_compared_field_by_field(at_work, team, space):
    recipes.policy(team.row, tiers={}, expiry_days=9)
    recipes.policy(team.row, tiers={"check_personal": "high"}, expiry_days=9, namespaces={space.public_id: "reviewed"})

    newest = at_work.get(page(team, "policy_compare"))
    first = at_work.get(page(team, "policy_compare") + "?old=0&new=1")

    assert newest.context["differences"] == [
        comparing.Difference("Namespaces", (), ("Contracts: Reviewed by people",)),
        comparing.Difference("The check “personal” warns", (), ("High",)),
    ]
    assert re.findall(r'<td data-column="([^"]+)">', newest.content.decode())[:2] == ["Version 1", "Version 2"]
    (only,) = first.context["differences"]
    assert (str(only.label), only.after) == ("An approval that is not applied falls away after", ("9 days",))


@pytest.mark.parametrize("query", ["", "?old=1&new=99", "?old=x&new=-1"])
def test_versions_that_do_not_exist_are_no_fault(at_work, team, query):
    answer = at_work.get(page(team, "policy_compare") + query)

    assert answer.status_code == 200
    assert answer.context["differences"] is None


def test_mode_of_a_namespace_says_whose_word_holds_and_what_it_lacks(at_work, team, space, agent):
    recipes.policy(team.row, mode="automatic", namespaces={space.public_id: "reviewed"})

    answer = at_work.get(page(team, "policy_namespace", space.slug))

    text = " ".join(answer.content.decode().split())
    assert [(str(pair.mode.label), pair.because) for pair in answer.context["place"].pairs] == [
        ("Reviewed by people", "because Contracts is")
    ]
    assert "It has not earned automatic mode: 0 of 50 decided." in text
    assert 'value="automatic"' not in text


def test_what_suspends_automatic_mode_is_said_where_there_is_any(at_work, team, space, agent):
    urls = (page(team, "policy_namespace", space.slug), reverse("dreaming:settings", args=[team.slug, agent.slug]))
    reviewed = [at_work.get(url).context["place"].suspended for url in urls]
    recipes.policy(team.row, mode="automatic")

    automatic = [at_work.get(url).context["place"].suspended for url in urls]

    assert (reviewed, automatic) == ([[], []], [["nobody has signed this memory off"]] * 2)
    assert "Suspended, so people vote on everything: nobody has" in at_work.get(urls[0]).content.decode()


def test_mode_that_is_not_earned_is_refused_and_one_that_is_waits(at_work, team, space, agent):
    recipes.policy(team.row, tiers={}, automatic={"after": 10})
    url = page(team, "policy_namespace", space.slug)
    refused = at_work.post(url, {"mode": "automatic_low"}, follow=True).content.decode()
    drafts = [scenes.add(space, f"/{n}.md", f"- {n}\n", **supported(agent)) for n in range(10)]
    dreamt(team, agent, *drafts)
    Change.objects.of(team.row).update(state="applied")

    offered = at_work.get(url).content.decode()
    held = at_work.post(url, {"mode": "automatic_low"}, follow=True).content.decode()

    assert "Contracts has not earned it: 0 of 10 decided" in refused
    assert "It has earned automatic mode: 10 of 10 decided." in offered
    assert 'value="automatic_low"' in offered
    assert "Not saved yet, because a second person has to agree." in held
    assert policy.document_of(team.row)["namespaces"] == {}


def test_mode_of_an_agent_is_shown_and_set_on_its_settings(at_work, team, space, agent):
    settings = reverse("dreaming:settings", args=[team.slug, agent.slug])

    before = at_work.get(settings)
    answer = at_work.post(page(team, "policy_agent", agent.slug), {"mode": "reviewed"})
    after = at_work.get(settings)

    assert [pair.because for pair in before.context["place"].pairs] == ["because the team is"]
    assert (answer.status_code, answer.url) == (302, settings)
    assert policy.document_of(team.row)["agents"] == {agent.public_id: "reviewed"}
    assert [pair.because for pair in after.context["place"].pairs] == ["because Contract review is"]
    at_work.post(page(team, "policy_agent", agent.slug), {"mode": ""})
    assert policy.document_of(team.row)["agents"] == {}


def test_only_who_may_set_the_policy_sets_modes(client, team, space, agent):
    client.force_login(team.lead)

    assert client.get(page(team, "policy_namespace", space.slug)).status_code == 200
    for url in (page(team, "policy_namespace", space.slug), page(team, "policy_agent", agent.slug)):
        assert client.post(url, {"mode": "reviewed"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries(at_work, team, space, agent, count, django_assert_max_num_queries):
    for number in range(count):
        other = scenes.namespace(team.row)
        scenes.access(agent, other)
        scenes.access(scenes.agent(team.row), space)
        named = {"agents": {agent.public_id: "reviewed"}, "namespaces": {other.public_id: "reviewed"}}
        recipes.policy(team.row, expiry_days=number + 1, owners=[{"people": [team.lead.public_id]}], **named)
    counted = []
    for url in (
        page(team, "policy"),
        page(team, "policy_edit"),
        page(team, "policy_document"),
        page(team, "policy_compare"),
        page(team, "policy_namespace", space.slug),
    ):
        with django_assert_max_num_queries(14) as queries:
            assert at_work.get(url).status_code == 200
        counted.append(len(queries))

    assert counted == [13, 10, 7, 10, 9]
