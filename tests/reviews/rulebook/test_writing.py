"""Saving rules as versions, switching them, trying them on live memory and opening a review of what breaks them."""

import json

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from reviews.models import TeamRule, TeamRuleVersion
from reviews.rulebook import clearing, reading, switching, trying, writing
from reviews.rulebook.matching import Wording
from reviews.rulebook.writing import BadRule, Overtaken
from tests.reviews import scenes
from tests.reviews.rulebook import scenes as rules
from tests.reviews.rulebook.scenes import AT, must, on, saved, written


def events(team):
    rows = Event.objects.of_log(team.row.trail_log).filter(type__startswith="rule.").oldest_first()
    return [(row.type, row.actor_id, row.content()["data"]) for row in rows]


def test_each_save_is_a_version_and_an_event(team):
    first = saved(team)
    second = saved(team, written(severity="warning"), rule=first.rule, after=1)

    assert [(one.number, one.severity) for one in (first, second)] == [(1, "blocking"), (2, "warning")]
    assert TeamRule.objects.of(team.row).get().newest == second
    assert [(type, by, data["number"], data["severity"]) for type, by, data in events(team)] == [
        ("rule.saved", team.security.public_id, 1, "blocking"),
        ("rule.saved", team.security.public_id, 2, "warning"),
    ]
    assert events(team)[0][2]["sha256"] == writing.digest(written())


def test_what_is_saved_unchanged_makes_no_version(team):
    first = saved(team)

    assert saved(team, rule=first.rule, after=1) == first
    assert len(events(team)) == 1


def test_who_saw_an_older_version_is_refused(team):
    first = saved(team)
    saved(team, must(), rule=first.rule, after=1)

    with pytest.raises(Overtaken):
        saved(team, rule=TeamRule.objects.of(team.row).select_related("newest").get(), after=1)
    first.rule.newest = first  # of two at once, each read before the other wrote
    with pytest.raises(Overtaken):
        saved(team, written(severity="warning"), rule=first.rule, after=1)

    assert TeamRuleVersion.objects.of(team.row).count() == 2


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"says": Wording()}, "Say what it looks for: phrases, a pattern or both."),
        ({"says": Wording(pattern="(a")}, "What it looks for: this pattern cannot be used (missing ): (a)."),
        ({"says": Wording(("…",))}, "What it looks for: a phrase needs a letter or a digit."),
        ({"says": Wording(("x" * 121,))}, "What it looks for: at most 50 phrases of 120 characters each."),
        ({"breaking": ()}, "Give an example that breaks the rule, and one that keeps it."),
        ({"breaking": ("Offer tea.",)}, "“Offer tea.” should break the rule and does not."),
        ({"keeping": ("A guaranteed refund!",)}, "“A guaranteed refund!” should keep the rule and breaks it."),
        ({"kind": "must"}, "Say what has to stand there as well."),
        ({"also": Wording(("legal",))}, "A rule that only forbids asks for nothing else."),
        ({"namespaces": ("a",) * 21}, "At most 20 patterns of namespaces."),
        ({"title": "\0"}, "A NUL character is no text."),
    ],
)
def test_what_is_no_rule_is_not_saved(team, values, says):
    with pytest.raises(BadRule) as refused:
        saved(team, written(**values))

    assert refused.value.faults == [says]
    assert (TeamRule.objects.of(team.row).count(), events(team)) == (0, [])


def test_a_rule_warns_or_blocks_in_the_database_too(team):
    version = saved(team)

    with pytest.raises(IntegrityError):
        TeamRuleVersion.objects.of(team.row).filter(pk=version.pk).update(severity="note")


PHRASES = st.lists(st.sampled_from(["refund", "discount code", "free", "opt-out"]), min_size=1, unique=True)
TEXTS = st.lists(st.sampled_from(["A refund.", "No.", "A discount  code", "freedom", "opt‑out, free"]), min_size=1)


@given(phrases=PHRASES, also=PHRASES, breaking=TEXTS, keeping=TEXTS, kind=st.sampled_from(["must", "must_not"]))
def test_examples_of_what_may_be_saved_come_out_as_they_say(phrases, also, breaking, keeping, kind):
    one = written(
        kind=kind,
        says=Wording(tuple(phrases)),
        also=Wording(tuple(also)) if kind == "must" else Wording(),
        breaking=tuple(breaking),
        keeping=tuple(keeping),
    )

    outcomes = writing.outcomes(one)

    assert (writing.faults_of(one) == []) == all(example.holds for example in outcomes)
    stored = TeamRuleVersion(rule=TeamRule(), number=1, **writing.columns_of(one))
    held = reading.of(stored)
    assert [bool(held.broken_at(example.text)) for example in outcomes] == [example.does for example in outcomes]


def test_a_version_is_switched_on_and_off_with_events(team):
    scenes.memory(scenes.namespace(team.row), text="- A guaranteed refund.\n")
    first = on(team)
    second = saved(team, must(), rule=first.rule, after=1)
    assert TeamRule.objects.of(team.row).get().holds == first

    switching.on(version=second, by=team.admin, at=AT)
    switching.on(version=second, by=team.admin, at=AT)
    switching.off(rule=first.rule, by=team.security, at=AT)
    switching.off(rule=first.rule, by=team.security, at=AT)

    assert TeamRule.objects.of(team.row).get().holds is None
    assert [(by, data) for type, by, data in events(team) if type == "rule.switched"] == [
        (team.security.public_id, {"on": True, "number": 1, "before": None, "memories": 1, "hits": 1}),
        (team.admin.public_id, {"on": True, "number": 2, "before": 1, "memories": 1, "hits": 0}),
        (team.security.public_id, {"on": False, "before": 2}),
    ]


def tried(version, size=50):
    return [(hit.memory.path, hit.spans) for hit in trying.page(version, after=0, size=size).hits]


def test_a_trial_looks_at_all_live_memory_of_its_namespaces(team, other_team, monkeypatch):
    monkeypatch.setattr(trying, "AT_ONCE", 2)
    support, legal = scenes.namespace(team.row, slug="support"), scenes.namespace(team.row, slug="legal")
    for n in range(5):
        scenes.memory(support, f"/{n}.md", "- A guaranteed refund.\n" if n % 2 else "- tea\n")
    scenes.memory(legal, "/l.md", "- A guaranteed refund.\n")
    scenes.memory(scenes.namespace(other_team.row, slug="support"), "/o.md", "- A guaranteed refund.\n")
    gone = scenes.memory(support, "/gone.md", "- A guaranteed refund.\n")
    scenes.approve_and_apply(scenes.changes(scenes.propose(team.row, scenes.archive(gone)))[0], team.reviewer)
    version = saved(team, written(namespaces=("sup*",)))

    assert tried(version) == [("/1.md", ((4, 21),)), ("/3.md", ((4, 21),))]
    assert trying.count(version) == trying.Count(memories=5, hits=2)
    first = trying.page(version, after=0, size=1)
    assert (len(first.hits), first.more) == (1, True)
    rest = trying.page(version, after=first.hits[-1].memory.pk, size=1)
    assert ([hit.memory.path for hit in rest.hits], rest.more) == (["/3.md"], False)


@pytest.mark.parametrize("count", [1, 3])
def test_a_trial_takes_the_same_queries_for_any_number_of_hits(team, count, django_assert_num_queries):
    space = scenes.namespace(team.row)
    for n in range(count):
        scenes.memory(space, f"/{n}.md", "- A guaranteed refund.\n")
    version = saved(team)

    with django_assert_num_queries(3):
        assert len(tried(version)) == count


def test_lines_of_a_hit_are_those_that_its_places_touch(team):
    memory = scenes.memory(scenes.namespace(team.row), text="- one\n- guaranteed\n  refund\n- two guaranteed refund\n")

    (hit,) = trying.page(saved(team), after=0, size=50).hits

    assert hit.memory == memory
    assert hit.lines() == {1: [(2, 13)], 2: [(0, 8)], 3: [(6, 23)]}


def test_a_review_takes_out_the_lines_and_archives_what_is_empty_then(team):
    space = scenes.namespace(team.row)
    long = scenes.memory(space, "/a.md", "- one\n- A guaranteed refund.\n- two\n- guaranteed refund\n")
    only = scenes.memory(space, "/b.md", "- A guaranteed refund.\n")
    version = on(team)

    proposal = clearing.propose(
        version=version, hits=trying.page(version, after=0, size=50).hits, by=team.security, at=AT
    )

    assert (proposal.origin_kind, proposal.opened_by_id) == ("person", team.security.public_id)
    edit, archive = scenes.changes(proposal)
    assert [(one.operation, one.checks_found) for one in _with_checks(edit, archive)] == [("edit", 0), ("archive", 0)]
    for change in (edit, archive):
        scenes.vote(change, team.reviewer)
    scenes.apply(space)
    assert scenes.text(long) == "- one\n- two\n"
    only.refresh_from_db()
    assert only.archived


def _with_checks(*changes):
    for change in changes:
        change.checks_found = change.head.checks.filter(rule="rulebook").count()
    return changes


def test_a_second_review_holds_only_what_is_new(team):
    space = scenes.namespace(team.row)
    scenes.memory(space, "/a.md", "- one\n- A guaranteed refund.\n")
    version = on(team)
    hits = trying.page(version, after=0, size=50).hits
    clearing.propose(version=version, hits=hits, by=team.security, at=AT)
    with pytest.raises(clearing.NothingToTakeOut):
        clearing.propose(version=version, hits=hits, by=team.security, at=AT)
    scenes.memory(space, "/b.md", "- two\n- A guaranteed refund.\n")

    hits = trying.page(version, after=0, size=50).hits
    second = clearing.propose(version=version, hits=hits, by=team.security, at=AT)

    assert [change.title[:5] for change in scenes.changes(second)] == ["/b.md"]


def test_a_review_of_nothing_is_not_opened(team):
    version = on(team)

    with pytest.raises(clearing.NothingToTakeOut):
        clearing.propose(version=version, hits=[], by=team.security, at=AT)


def test_columns_are_plain_json():
    columns = writing.columns_of(rules.must())

    assert json.loads(json.dumps(columns)) == columns
    assert columns["also"] == {"phrases": [], "pattern": r"approved by \w+"}
