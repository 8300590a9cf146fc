"""Pages of the team's rules: who sees and who writes, examples as they are typed, the trial, reviews, versions."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import confirming
from audit.models import Event
from reviews.models import Proposal, TeamRule
from reviews.rulebook import holding, switching
from tests import recipes
from tests.reviews import scenes
from tests.reviews.rulebook import scenes as rules

LIST, RULE = 6, 13  # queries
TYPED = {
    "seen": "0",
    "title": "No promised refunds",
    "kind": "must_not",
    "says": "guaranteed refund\r\n\r\nmoney back\r\n",
    "severity": "blocking",
    "reason": "Legal decides.",
    "breaking": "A guaranteed refund.\r\nYour money  back!",
    "keeping": "Refunds are decided by legal.",
}


def url(team, name, *args):
    return reverse(f"reviews:{name}", args=[team.slug, *args])


@pytest.fixture
def signed(client, team):
    client.force_login(team.security)
    return client


def test_an_officer_writes_tries_and_switches_a_rule(signed, team):
    scenes.memory(scenes.namespace(team.row), text="- Offer your money back.\n")

    saved = signed.post(url(team, "rule_new"), TYPED, follow=True)
    rule = TeamRule.objects.of(team.row).select_related("newest").get()
    switched = signed.post(url(team, "rule_switch", rule.public_id), {"version": "1"}, follow=True)

    assert rule.newest.says == {"phrases": ["guaranteed refund", "money back"], "pattern": ""}
    assert rule.newest.breaking == ["A guaranteed refund.", "Your money back!"]
    assert "<mark>money back</mark>" in saved.content.decode()
    assert "Switch version 1 on" in saved.content.decode()
    assert "Every change is held against it" in switched.content.decode()
    rule.refresh_from_db()
    assert rule.holds == rule.newest

    off = signed.post(url(team, "rule_switch", rule.public_id), follow=True)

    assert "The rule is off." in off.content.decode()
    rule.refresh_from_db()
    assert rule.holds is None


def test_letting_a_rule_go_takes_a_second_person_where_the_policy_wants_one(signed, team):
    recipes.policy(team.row, second_person=["policy"])
    first = rules.on(team)
    second = rules.saved(team, rules.must(), rule=first.rule, after=1)
    rule, address = first.rule, url(team, "rule_switch", first.rule.public_id)

    def holds():
        return TeamRule.objects.of(team.row).get().holds

    for data, after in (({"version": "2"}, second), ({}, None)):
        asked = signed.post(address, data, follow=True).content.decode()
        held = holding.waiting(rule)
        assert "It waits for a second person" in asked
        assert "Waits for a second person" in asked
        assert holds() not in (after, None)
        with pytest.raises(confirming.SamePerson):
            confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=timezone.now())
        confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.lead, at=timezone.now())
        assert holds() == after
    assert "is on." in signed.post(address, {"version": "1"}, follow=True).content.decode()
    signed.post(address)
    switching.on(version=second, by=team.admin, at=timezone.now())
    held = holding.waiting(rule)
    done = confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.lead, at=timezone.now())
    assert done.state == "failed"
    assert holds() == second


def test_what_is_no_rule_comes_back_as_it_was_typed(signed, team):
    answer = signed.post(url(team, "rule_new"), TYPED | {"keeping": "No money back."})

    assert answer.status_code == 422
    said = answer.content.decode()
    assert "“No money back.” should keep the rule and breaks it." in said
    assert 'value="No promised refunds"' in said
    assert not TeamRule.objects.of(team.row).exists()


def test_examples_are_tried_as_they_are_typed(signed, team):
    typed = {"kind": "must_not", "says": "refund", "breaking": "A refund.", "keeping": "No refund.", "try": "1"}

    part = signed.post(url(team, "rule_new"), typed, headers={"HX-Request": "true"})

    said = " ".join(part.content.decode().split())
    assert "<html" not in said
    assert "as it should</span> breaks it: A refund." in said
    assert "not as it should</span> breaks it: No refund." in said
    assert not TeamRule.objects.of(team.row).exists()


def test_a_pattern_that_cannot_be_used_is_told_as_it_is_typed(signed, team):
    part = signed.post(
        url(team, "rule_new"),
        {"kind": "must_not", "says_pattern": "(a", "try": "1"},
        headers={"HX-Request": "true"},
    )

    assert "this pattern cannot be used (missing ): (a)." in part.content.decode()


def test_examples_are_tried_without_javascript_too(signed, team):
    page = signed.post(url(team, "rule_new"), TYPED | {"try": "1"})

    said = page.content.decode()
    assert (page.status_code, said.count("as it should")) == (200, 3)
    assert 'value="No promised refunds"' in said
    assert not TeamRule.objects.of(team.row).exists()


def test_a_rule_is_changed_from_what_it_says_and_compared(signed, team):
    version = rules.saved(team)
    edit = url(team, "rule_edit", version.rule.public_id)

    page = signed.get(edit)
    form = page.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"severity": "warning"}
    signed.post(edit, typed)
    compared = signed.get(url(team, "rule_compare", version.rule.public_id)).content.decode()

    assert "as it should" in page.content.decode()
    assert TeamRule.objects.of(team.row).get().newest.number == 2
    assert "blocks the change" in compared
    assert "warns" in compared
    assert "Legal: refunds" not in compared  # what is the same in both


def test_who_saw_an_older_version_keeps_what_was_typed(signed, team):
    version = rules.saved(team)
    rules.saved(team, rules.written(severity="warning"), rule=version.rule, after=1)

    answer = signed.post(url(team, "rule_edit", version.rule.public_id), TYPED | {"seen": "1"})

    assert answer.status_code == 409
    assert "Another version was saved meanwhile" in answer.content.decode()


def test_a_review_is_opened_from_the_hits(signed, team):
    memory = scenes.memory(scenes.namespace(team.row), text="- one\n- A guaranteed refund.\n")
    version = rules.on(team)

    answer = signed.post(url(team, "rule_review", version.rule.public_id), {"version": "1"}, follow=True)

    proposal = Proposal.objects.of(team.row).get()
    assert proposal.opened_by_id == team.security.public_id
    assert scenes.changes(proposal)[0].title == f"{memory.path}: without what “No promised refunds” forbids"
    assert "This takes out what the rule forbids" in answer.content.decode()

    again = signed.post(url(team, "rule_review", version.rule.public_id), {"version": "1"}, follow=True)

    assert "All of this is proposed already." in again.content.decode()
    assert Proposal.objects.of(team.row).count() == 1


def test_what_is_missing_no_review_writes(signed, team):
    scenes.memory(scenes.namespace(team.row), text="- A discount of 5 %.\n")
    version = rules.on(team, rules.must())
    page = url(team, "rule", version.rule.public_id)

    assert "Open a review" not in signed.get(page).content.decode()
    refused = signed.post(url(team, "rule_review", version.rule.public_id), {"version": "1"}, follow=True)
    assert "What is missing, a person has to write." in refused.content.decode()
    assert not Proposal.objects.of(team.row).exists()


def test_hits_show_no_secret_and_no_markup(signed, team):
    key = "AKIA" + "Q3EGRMNTQVWXZ2BC"
    scenes.memory(scenes.namespace(team.row), text=f"- <b>guaranteed refund</b> with {key}\n")
    version = rules.saved(team)

    said = signed.get(url(team, "rule", version.rule.public_id)).content.decode()

    assert "&lt;b&gt;<mark>guaranteed refund</mark>&lt;/b&gt;" in said
    assert key not in said


def test_hits_are_paged(signed, team, monkeypatch):
    monkeypatch.setattr("accounts.paging.SIZE", 2)
    space = scenes.namespace(team.row)
    for n in range(3):
        scenes.memory(space, f"/{n}.md", "- A guaranteed refund.\n")
    page = url(team, "rule", rules.saved(team).rule.public_id)

    first = signed.get(page)
    second = signed.get(page + first.context["next_url"])

    assert [[one.hit.memory.path for one in answer.context["hits"]] for answer in (first, second)] == [
        ["/0.md", "/1.md"],
        ["/2.md"],
    ]
    assert "Live memories that break it: 3, of 3 looked at." in " ".join(first.content.decode().split())
    assert signed.get(page, {"after": "mem_none"}).status_code == 404


@pytest.mark.parametrize("who", ["lead", "reviewer", "auditor", "member"])
def test_who_does_not_write_rules_reads_them(client, team, who):
    rule = rules.on(team).rule
    client.force_login(getattr(team, who))

    assert client.get(url(team, "rules")).status_code == 200
    shown = client.get(url(team, "rule", rule.public_id)).content.decode()
    assert "Switch off" not in shown
    assert client.get(url(team, "rule_edit", rule.public_id)).status_code == 403
    assert client.post(url(team, "rule_switch", rule.public_id)).status_code == 403
    assert TeamRule.objects.of(team.row).get().holds is not None
    assert Event.objects.of_log(team.row.trail_log).filter(type="access.denied").count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(signed, team, count, django_assert_num_queries):
    for n in range(count):
        rules.on(team, rules.written(title=f"Rule {n}"))
    signed.get(url(team, "rules"))

    with django_assert_num_queries(LIST):
        assert signed.get(url(team, "rules")).content.decode().count('class="row__title"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_rule_takes_the_same_queries_for_any_number_of_hits(signed, team, count, django_assert_num_queries):
    space = scenes.namespace(team.row)
    for n in range(count):
        scenes.memory(space, f"/{n}.md", "- A guaranteed refund.\n")
    page = url(team, "rule", rules.on(team).rule.public_id)
    signed.get(page)

    with django_assert_num_queries(RULE):
        assert signed.get(page).content.decode().count("<mark>") == count
