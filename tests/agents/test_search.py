"""The search over real rows: what is written is found, what is gone is not, whatever the words look like."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents import memory as memories
from agents.enums import Cause, SearchKind
from agents.memory import Writing
from agents.models import SearchDue, SearchRow
from agents.search import due, finding, indexing, words
from agents.search.finding import Scope
from audit import trail
from tests import agent_recipes, recipes
from tests.reviews import scenes

AT = recipes.AT


def find(team, question, **scope):
    indexing.index_due(now=AT)
    return finding.find(team=team.row, asked=words.ask(question), scope=Scope(**scope))


def texts(found):
    return [row.text or row.title for row in found.rows]


def write(memory, text, *, archived=False):
    with trail.unit_of_work(at=AT) as unit:
        memories.lock(memory.namespace)
        memory.refresh_from_db()
        edits = memories.diff_edits(memory.head.text, text)
        writing = Writing(text=text, path=memory.path, archived=archived, edits=edits)
        memories.write(memory=memory, writing=writing, cause=Cause.CHANGE, by=trail.SYSTEM, at=AT, unit=unit)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("refund days", ["- Refunds take 30 days."]),
        ("REFUNDS", ["- Refunds take 30 days."]),
        ("refu", ["- Refunds take 30 days."]),
        ("save_review", ["- Call `save_review` last."]),
        ("resume", ["- Le résumé arrive à 9h."]),
        ("résumé", ["- Le résumé arrive à 9h."]),
        ("東京", ["- 東京都の支店は九時に開く。"]),
        ("supprt", []),
        ("refund unknown", []),
        ("-refund take", ["- Parcels take 3 days."]),
        ('"take 3"', ["- Parcels take 3 days."]),
        ('"3 take"', []),
        ("नमस्ते", ["- नमस्ते से शुरू करें"]),
        ("\"'\\* OR NOT ( :* & | ! <->", []),
        ("", []),
    ],
)
def test_words_find_the_statements_that_hold_them(team, question, said):
    space = scenes.namespace(team.row)
    lines = [
        "# Rules",
        "- Refunds take 30 days.",
        "- Call `save_review` last.",
        "- Le résumé arrive à 9h.",
        "- 東京都の支店は九時に開く。",
        "- Parcels take 3 days.",
        "- नमस्ते से शुरू करें",
    ]
    scenes.memory(space, text="\n".join(lines) + "\n")

    assert texts(find(team, question, kinds=(SearchKind.STATEMENT,))) == said


def test_a_statement_is_found_where_it_stands_now_and_not_where_it_was(team):
    memory = scenes.memory(scenes.namespace(team.row), text="- alpha one\n- beta two\n")
    find(team, "alpha")
    kept = SearchRow.objects.of(team.row).get(text="- beta two")

    write(memory, "- gamma three\n- new\n- beta two\n")

    assert texts(find(team, "alpha")) == []
    assert texts(find(team, "gamma")) == ["- gamma three"]
    found = find(team, "beta two").rows[0]
    assert (found.pk, found.record.start) == (kept.pk, 2)


def test_what_goes_to_the_archive_is_not_found(team):
    memory = scenes.memory(scenes.namespace(team.row), path="/billing/refunds.md", text="- alpha\n")
    assert [row.kind for row in (*find(team, "refunds").rows, *find(team, "alpha").rows)] == ["memory", "statement"]

    write(memory, "- alpha\n", archived=True)

    assert [*find(team, "refunds").rows, *find(team, "alpha").rows] == []
    assert not SearchRow.objects.of(team.row).exists()


def test_nothing_is_left_due_and_the_same_again_changes_nothing(team):
    memory = scenes.memory(scenes.namespace(team.row), text="- alpha\n")
    find(team, "alpha")
    before = list(SearchRow.objects.of(team.row).order_by("pk").values())

    write(memory, "- alpha\n")
    find(team, "alpha")

    assert not SearchDue.objects.across_teams().exists()
    statements = [row for row in before if row["kind"] == SearchKind.STATEMENT]
    rows = SearchRow.objects.of(team.row).filter(kind=SearchKind.STATEMENT).order_by("pk").values()
    assert list(rows) == statements


def test_a_session_is_found_by_what_people_said(team):
    agent = agent_recipes.agent(team.row)
    session = agent_recipes.session(agent, texts=("My parcel never arrived in Gdynia", "Sorry."))
    due.note(team_id=team.row.pk, kind=SearchKind.SESSION, ids=[session.public_id])

    assert [row.about for row in find(team, "gdynia parcel").rows] == [session.public_id]
    assert find(team, "sorry").rows == []


def test_one_team_never_finds_what_another_holds(team, other_team):
    scenes.memory(scenes.namespace(team.row), text="- alpha\n")

    assert find(other_team, "alpha").rows == []
    assert texts(find(team, "alpha")) == ["- alpha"]


def test_filters_narrow_the_answer(team):
    one, other = scenes.namespace(team.row), scenes.namespace(team.row)
    scenes.memory(one, text="- alpha in one\n")
    scenes.memory(other, text="- alpha in other\n")

    assert texts(find(team, "alpha", namespace=one.pk)) == ["- alpha in one"]
    assert texts(find(team, "alpha", kinds=(SearchKind.SESSION,))) == []


def test_where_little_fits_what_comes_near_is_shown(team):
    scenes.memory(scenes.namespace(team.row), text="- Invoices are paid within thirty days\n- Nothing like it\n")

    found = find(team, "invoicing paid within thirty")

    assert found.rows == []
    assert [row.text for row in found.near] == ["- Invoices are paid within thirty days"]


def test_a_common_word_is_answered_from_a_bounded_number_of_rows(team):
    lines = "".join(f"- common {n}\n" for n in range(finding.LOOKED_AT + 20))
    scenes.memory(scenes.namespace(team.row), text=lines)

    found = find(team, "common")

    assert found.has_more
    assert len(found.rows) == finding.SHOWN


@given(st.text(max_size=60))
def test_every_question_is_made_of_plain_words(question):
    asked = words.ask(question)

    for word in (*asked.all_words, *asked.without):
        assert word
        assert not set(word) & set("\"'\\:*()&|! ")


@given(st.text(max_size=60))
def test_a_text_is_found_by_each_of_its_words(text):
    said = words.words(text)

    assert words.words(" ".join(said)) == said or any(len(word) == words.LONGEST for word in said)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(max_size=40))
def test_no_question_breaks_the_database(team, question):
    found = finding.find(team=team.row, asked=words.ask(question), scope=Scope())

    assert (found.rows, found.near, found.has_more) == ([], [], False)
