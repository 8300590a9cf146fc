import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as examples

from audit import trail
from dreaming import comparing, presets, settings
from dreaming.comparing import Difference
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.curation import settings as curation_settings
from dreaming.forms import CurationForm
from dreaming.models import DreamSettings
from tests.dreaming import scenes
from tests.dreaming.engines.local.test_curation import POLICIES
from tests.dreaming.scenes import AT


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row)


@pytest.fixture
def page(client, team, agent):
    client.force_login(team.admin)
    return reverse("dreaming:curation", args=[team.slug, agent.slug])


@pytest.fixture
def document(client, team, agent):
    client.force_login(team.admin)
    return reverse("dreaming:curation_document", args=[team.slug, agent.slug])


def filled(policy=None, **values):
    """What a browser sends of a form that shows a policy."""
    form = CurationForm(policy=policy or Curation())
    return {bound.html_name: bound.field.prepare_value(bound.initial) for bound in form} | values


def store(team, curation):
    DreamSettings.objects.of(team.row).update(curation=curation)


@examples(deadline=None, max_examples=50)
@given(POLICIES)
def test_form_of_a_policy_gives_the_same_policy(policy):
    form = CurationForm(filled(policy), policy=Curation())

    assert form.is_valid(), form.errors
    assert form.policy == policy


def test_form_has_each_field_once_and_says_what_it_means(client, page):
    answer = client.get(page)

    groups = list(answer.context["form"].groups())
    shown = [bound.name.partition(".")[0] for _title, _words, fields in groups for bound in fields]
    text = answer.content.decode()
    assert list(dict.fromkeys(shown)) == list(curation_settings())
    assert [str(title) for title, _words, _fields in groups] == [
        "What a run may propose",
        "What counts as a pattern",
        "Keeping and pruning",
        "Protection",
        "Weights",
    ]
    for about in curation_settings().values():
        assert about.label in text
        assert about.meaning in text


def test_admin_sets_every_field(client, team, agent, page):
    answer = client.post(
        page,
        filled(
            propose=["add", "edit"],
            max_share="0.05",
            review_after_days="/policies: 180\r\n\r\n/a b: 7",
            protected_phrases=" must \nshall",
            **{"weights.human": "0.9"},
        ),
    )

    kept = settings.of(agent)
    assert (answer.status_code, answer.url, kept.version) == (302, page, 1)
    assert kept.curation == {
        "version": 1,
        "propose": ["add", "edit"],
        "max_share": 0.05,
        "review_after_days": {"/policies": 180, "/a b": 7},
        "protected_phrases": ["must", "shall"],
        "weights": Curation().weights | {"human": 0.9},
    }
    assert "Saved as version 1." in client.get(page).content.decode()


def test_saving_what_is_set_makes_no_version(client, agent, page):
    client.post(page, filled(max_changes="12"))

    client.post(page, filled(max_changes="12"))

    assert settings.of(agent).version == DreamSettings.history.count() == 1
    assert "so nothing was saved" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_changes", "1001", "less than or equal to 1000"),
        ("max_share", "nan", "Enter a number"),
        ("weights.human", "1.5", "less than or equal to 1"),
        ("propose", ["add", "purge"], "purge is not one of the available choices"),
        ("protected_paths", "policies", "'policies' must be a path that begins with a slash, such as /policies"),
        ("protected_paths", "/a\n/a", "'/a' stands in it twice"),
        ("protected_phrases", "a" * 201, "must be at most 200 characters long"),
        ("review_after_days", "/a 30", "“/a 30” is not a path, a colon and a number of days."),
        ("review_after_days", "/a: 0", "review_after_days./a: must be a whole number from 1 to 36500"),
        ("review_after_days", "/a: 1\n/a: 2", "/a stands in it twice."),
    ],
)
def test_form_says_which_field_is_wrong_and_keeps_what_was_typed(client, agent, page, name, value, message):
    answer = client.post(page, filled(**{"max_quotes": "7", name: value}))

    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert list(errors) == [name]
    assert message in errors[name][0]
    assert answer.context["form"]["max_quotes"].value() == "7"
    assert answer.context["form"][name].value() == value
    assert settings.of(agent).version == 0


def test_preset_fills_in_the_form_and_saves_nothing(client, team, agent, page):
    settings.set_(agent=agent, values={"curation": {"max_changes": 20, "max_quotes": 3}}, by=team.admin, at=AT)

    answer = client.get(page, {"preset": "compliance-evidence"})

    policy = presets.find("compliance-evidence").policy
    text = answer.content.decode()
    assert filled(policy) == {
        bound.html_name: bound.field.prepare_value(bound.initial) for bound in answer.context["form"]
    }
    assert Difference("Sessions quoted for a change", ("3",), ("12",)) in answer.context["differences"]
    assert "Changes that a run may propose" not in {one.label for one in answer.context["differences"]}
    assert "What “Compliance evidence” would change" in text
    assert settings.of(agent).curation == {"version": 1, "max_changes": 20, "max_quotes": 3}


def test_unknown_preset_fills_in_nothing(client, page):
    answer = client.get(page, {"preset": "../../secrets"})

    assert answer.status_code == 200
    assert answer.context["preset"] is None


def test_document_shows_the_whole_policy_and_takes_its_place(client, team, agent, document):
    settings.set_(agent=agent, values={"curation": {"max_changes": 20}}, by=team.admin, at=AT)

    shown = client.get(document).context["form"]["document"].value()
    answer = client.post(document, {"document": '{"min_sessions": 3, "weights": {"survey": 0}}'})

    assert json.loads(shown) == Curation(max_changes=20).document()
    assert answer.status_code == 302
    assert settings.of(agent).curation == {
        "version": 1,
        "min_sessions": 3,
        "weights": Curation().weights | {"survey": 0.0},
    }


def test_uploaded_document_counts_before_the_text(client, agent, document):
    upload = SimpleUploadedFile("policy.json", b'{"version": 1, "max_changes": 7}')

    client.post(document, {"document": "{}", "upload": upload})

    assert settings.of(agent).curation == {"version": 1, "max_changes": 7}


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["This field is required."]),
        ("{", ["No JSON at line 1, column 2: Expecting property name enclosed in double quotes."]),
        ("[]", ["document: must be a JSON object"]),
        ('{"max_changes": NaN}', ["NaN is no number in JSON"]),
        ('{"max_changes": 1, "max_changes": 2}', ["max_changes: stands in it twice"]),
        ('{"weights": {"human": 1, "human": 0}}', ["human: stands in it twice"]),
        ('{"version": 2}', ["version: must be 1, the version of the format that is known here"]),
        (
            '{"max_changes": -1, "weights": {"human": 2}, "protected_paths": ["a"]}',
            [
                "max_changes: must be a whole number from 0 to 1000",
                "weights.human: must be a number from 0 to 1",
                "protected_paths: 'a' must be a path that begins with a slash, such as /policies",
            ],
        ),
        ("[" * 100_000, ["It is nested too deeply."]),
    ],
)
def test_document_errors_name_the_field_and_nothing_typed_is_lost(client, agent, document, text, messages):
    answer = client.post(document, {"document": text})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"document": messages}
    assert answer.context["form"]["document"].value() == text
    assert settings.of(agent).version == 0


@pytest.mark.parametrize("text", ['{"\\ud800": 1}', '{"weights": {"\\ud800": 1}}', '{"protected_paths": ["\\ud800"]}'])
def test_half_a_sign_in_a_document_is_told_and_not_stored(client, agent, document, text):
    answer = client.post(document, {"document": text})

    assert answer.status_code == 422
    assert "\\ud800" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "field", "message"),
    [
        (b'{"max_changes": -1}', "document", "max_changes: must be a whole number from 0 to 1000"),
        (b"\xff\xfe", "upload", "The file is not text in UTF-8."),
        (b" " * (256 * 1024 + 1), "upload", "The file is larger than a policy can be."),
    ],
)
def test_what_is_wrong_with_an_upload_is_told(client, agent, document, content, field, message):
    answer = client.post(document, {"document": "{}", "upload": SimpleUploadedFile("policy.json", content)})

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [message]
    if field == "document":
        assert answer.context["form"]["document"].value() == content.decode()


def test_stored_policy_that_cannot_be_read_is_told_and_can_be_mended(client, team, agent, page, document):
    settings.ensure(agent=agent, at=AT)
    store(team, {"max_changes": "many", "min_sessions": 4})

    form, text = client.get(page), client.get(document)

    for answer in (form, text):
        assert "max_changes: must be a whole number from 0 to 1000" in answer.content.decode().replace("&#x27;", "'")
    assert form.context["form"]["min_sessions"].value() == 4
    assert json.loads(text.context["form"]["document"].value()) == {"max_changes": "many", "min_sessions": 4}
    client.post(page, filled(Curation(min_sessions=4)))
    assert settings.of(agent).curation == {"version": 1, "min_sessions": 4}


@pytest.mark.parametrize("name", ["curation", "curation_document"])
def test_policy_saved_by_somebody_else_meanwhile_is_not_replaced_unseen(client, team, agent, name):
    url = reverse(f"dreaming:{name}", args=[team.slug, agent.slug])
    client.force_login(team.admin)
    typed = filled(max_changes="12") | {"document": '{"max_changes": 12}', "seen": "0"}
    settings.set_(agent=agent, values={"curation": {"max_quotes": 3}}, by=team.lead, at=AT)

    told = client.post(url, typed)
    kept = settings.of(agent).curation
    again = client.post(url, typed | {"seen": "1"})

    text = told.content.decode()
    assert (told.status_code, kept, again.status_code) == (422, {"version": 1, "max_quotes": 3}, 302)
    assert "Version 1 was saved while this page was open." in text
    assert '<input type="hidden" name="seen" value="1">' in text
    assert settings.of(agent).curation == {"version": 1, "max_changes": 12}


@pytest.mark.parametrize("count", [1, 3])
def test_curation_pages_take_the_same_queries(client, team, agent, page, document, count, django_assert_num_queries):
    for number in range(count):
        settings.set_(agent=agent, values={"curation": {"max_changes": number}}, by=team.admin, at=AT)
    compare = reverse("dreaming:settings_compare", args=[team.slug, agent.slug])

    for url, queries in ((page, 6), (document, 6), (compare, 9)):
        with django_assert_num_queries(queries):
            assert client.get(url).status_code == 200


def test_two_versions_are_compared_field_by_field(client, team, agent):
    settings.set_(agent=agent, values={"hour": 2, "namespaces": [agent.space.public_id]}, by=team.admin, at=AT)
    settings.set_(
        agent=agent,
        values={"hour": 5, "namespaces": [], "curation": {"propose": ["add"], "weights": {"human": 0.5}}},
        by=trail.SYSTEM,
        at=AT,
    )
    client.force_login(team.admin)

    answer = client.get(reverse("dreaming:settings_compare", args=[team.slug, agent.slug]))

    assert answer.context["differences"] == [
        Difference("At", ("02:30",), ("05:30",)),
        Difference("Memory to look after", (agent.space.name,), ("All that it may use",)),
        Difference("Kinds of change", ("Add", "Edit", "Merge", "Move", "Archive"), ("Add",)),
        Difference("How much an outcome counts, by who reports it", ("Person: 0.8",), ("Person: 0.5",)),
    ]
    cells = re.findall(r'<td data-column="([^"]+)">', answer.content.decode())
    assert cells[:2] == ["Version 1", "Version 2"]


def test_page_of_an_agent_says_how_much_of_its_policy_was_set(client, team, agent):
    url = reverse("dreaming:agent", args=[team.slug, agent.slug])
    client.force_login(team.member)

    before = client.get(url).content.decode()
    settings.set_(agent=agent, values={"curation": {"max_changes": 3, "propose": ["add"]}}, by=team.admin, at=AT)
    after = client.get(url).content.decode()

    assert "as in the defaults</dd>" in before
    assert "2 fields not as in the defaults</dd>" in after


@pytest.mark.parametrize("query", ["", "?old=1&new=99", "?old=x&new=-1"])
def test_versions_that_do_not_exist_are_no_fault(client, team, agent, query):
    client.force_login(team.admin)

    answer = client.get(reverse("dreaming:settings_compare", args=[team.slug, agent.slug]) + query)

    assert answer.status_code == 200
    assert "Nobody has set anything yet" in answer.content.decode()


def test_policies_that_are_one_do_not_differ():
    assert comparing.policies(Curation(), Curation.read(Curation().document())) == []


@pytest.mark.parametrize("name", ["curation", "curation_document", "settings_compare"])
def test_members_do_not_see_how_an_agent_dreams(client, team, agent, name):
    client.force_login(team.member)

    assert client.get(reverse(f"dreaming:{name}", args=[team.slug, agent.slug])).status_code == 403
