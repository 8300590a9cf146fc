from datetime import timedelta

import pytest
from django.urls import reverse

from agents import reading
from agents.importers.records import EventRecord
from agents.models import ReadTrace
from agents.outcomes import attach_outcome
from audit import trail
from reviews.reading import impact, past, telling
from tests import agent_recipes
from tests.reviews import scenes

NOW = scenes.AT + timedelta(days=3)


@pytest.fixture
def space(team):
    return scenes.namespace(team.row, slug="support")


@pytest.fixture
def reader(team, space):
    row = agent_recipes.agent(team.row, name="Desk")
    scenes.access(row, space, "read")
    return row


def change_of(team, *drafts):
    return scenes.changes(scenes.propose(team.row, *drafts))[0]


def pages(change):
    return [
        (one.before and (one.before.path, one.before.text), one.after and (one.after.path, one.after.text))
        for one in impact.turned(scenes.seat(change))
    ]


def told_readers(change):
    seat = scenes.seat(change)
    return [(one.tokens, one.tokens_after) for one in impact.readers(seat.change, impact.turned(seat), at=NOW)]


def test_pages_are_those_that_the_agent_is_given_before_and_after(team, space, reader):
    memory = scenes.memory(space, text="- one\n- two\n")
    change = change_of(team, scenes.edit(memory, "- one\n- 2\n"))
    before = reading.pages(reading.readable(reader))

    [turned] = impact.turned(scenes.seat(change))
    scenes.approve_and_apply(change, team.reviewer)
    after = reading.pages(reading.readable(reader))

    assert [(page.namespace, page.path, page.text, page.tokens) for page in before] == [
        (turned.before.namespace, turned.before.path, turned.before.text, turned.before.tokens)
    ]
    assert [(page.namespace, page.path, page.text, page.tokens) for page in after] == [
        (turned.after.namespace, turned.after.path, turned.after.text, turned.after.tokens)
    ]


def test_what_was_written_meanwhile_elsewhere_in_the_memory_stands_on_both_sides(team, space):
    memory = scenes.memory(space, text="- one\n- two\n- three\n- four\n- five\n")
    change = change_of(team, scenes.line_edit(memory, 4, 5, "- 5\n"))
    scenes.write_elsewhere(memory, "- ONE\n- two\n- three\n- four\n- five\n")

    assert pages(change) == [
        (
            ("/notes.md", "- ONE\n- two\n- three\n- four\n- five\n"),
            ("/notes.md", "- ONE\n- two\n- three\n- four\n- 5\n"),
        )
    ]


def test_added_archived_and_moved_memories_are_pages_that_come_go_and_move(team, space):
    first, second = scenes.memory(space, path="/a.md", text="- a\n"), scenes.memory(space, path="/b.md", text="- b\n")

    assert pages(change_of(team, scenes.add(space, "/c.md", "- c\n"))) == [(None, ("/c.md", "- c\n"))]
    assert pages(change_of(team, scenes.archive(first))) == [(("/a.md", "- a\n"), None)]
    assert pages(change_of(team, scenes.move(second, "/d.md"))) == [(("/b.md", "- b\n"), ("/d.md", "- b\n"))]


def test_readers_are_told_with_all_they_read_and_how_often_lately(team, space, reader):
    other = scenes.namespace(team.row)
    scenes.access(reader, other, "read")
    scenes.memory(other, text="x" * 39 + "\n")
    scenes.memory(space, text="y" * 79 + "\n")
    for days, left_out in ((1, 0), (2, 3), (40, 0)):
        at = NOW - timedelta(days=days)
        ReadTrace.objects.create(
            team=team.row, agent=reader, etag="e", tokens=1, left_out=left_out, actor_id="tok_1", at=at
        )
    change = change_of(team, scenes.add(space, "/new.md", "z" * 7 + "\n"))

    [told] = impact.readers(change, impact.turned(scenes.seat(change)), at=NOW)

    assert (told.agent, told.tokens, told.tokens_after, told.share) == (reader, 30, 32, "+6.7 %")
    assert (told.reads, told.last_at, told.left_out) == (2, NOW - timedelta(days=1), 1)


def called(tool):
    return [
        EventRecord("message", "user", "Please see to it", "user_input"),
        EventRecord("tool_call", "assistant", "{}", "agent_authored", tool=tool, call_id="c"),
    ]


def looked_back(change):
    said = telling.said(change)
    return past.read(change, said.fresh or said.gone, at=NOW)


def test_sessions_that_called_a_tool_which_the_change_names_are_counted_with_their_end(team, space, reader):
    made = [agent_recipes.session(reader, events=called(tool)) for tool in ("refund", "refund", "lookup", "page")]
    for session, name, source in ((0, "completed", "self-report"), (0, "failed", "test"), (2, "completed", "human")):
        attach_outcome(session=made[session], name=name, source=source, by=trail.SYSTEM, at=scenes.AT)
    change = change_of(team, scenes.add(space, "/a.md", "- Before calling `refund`, ask for the policy.\n"))

    seen = looked_back(change)

    assert (seen.tools, seen.words, seen.looked_at) == (["refund"], [], 4)
    assert (seen.applies.sessions, seen.applies.by_name) == (2, [("failed", 1), ("", 1)])
    assert (seen.others.sessions, seen.others.by_name, seen.others.completed) == (2, [("completed", 1), ("", 1)], 1)


def test_without_a_tool_sessions_count_in_which_somebody_said_what_would_support_it(team, space, reader):
    agent_recipes.session(reader, texts=("The refund window is 14 days, is it not?", "Yes."))
    agent_recipes.session(reader, texts=("My parcel was wet.", "The refund window is 14 days."))
    agent_recipes.session(reader, texts=("What about days?", "Which?"))
    change = change_of(team, scenes.add(space, "/a.md", "- The refund window is 14 days.\n"))

    seen = looked_back(change)

    assert (seen.looked_at, seen.applies.sessions) == (3, 1)
    assert seen.words[0] == "14"


def test_sessions_of_others_and_of_long_ago_are_not_looked_at(team, space, reader):
    stranger = agent_recipes.agent(team.row)
    agent_recipes.session(stranger, texts=("The refund window is 14 days", "Yes"))
    agent_recipes.session(
        reader, texts=("The refund window is 14 days", "Yes"), ended_at=NOW - timedelta(days=91), at=NOW
    )
    change = change_of(team, scenes.add(space, "/a.md", "- The refund window is 14 days.\n"))

    assert looked_back(change).looked_at == 0


def forgotten(change):
    found = impact.forgotten(change, telling.said(change))
    return found.statements, {one.value for one in found.specifics}


def test_what_stands_nowhere_else_is_forgotten(team, space):
    memory = scenes.memory(
        space, path="/a.md", text="- Page Marcus at 4711.\n- Greet by name.\n- Ask for `LH-77` first.\n"
    )
    scenes.memory(space, path="/b.md", text="- Greet by name.\n- Claims begin with LH-77.\n")

    assert forgotten(change_of(team, scenes.archive(memory))) == (
        ["Page Marcus at 4711.", "Ask for `LH-77` first."],
        {"4711", "Marcus"},
    )


def test_a_merge_that_carries_everything_over_forgets_nothing(team, space):
    first = scenes.memory(space, path="/a.md", text="- Page Marcus at 4711.\n")
    second = scenes.memory(space, path="/b.md", text="- Greet by name.\n")

    whole = change_of(team, scenes.merge(first, "- Page Marcus at 4711.\n- Greet by name.\n", second))

    assert forgotten(whole) == ([], set())


@pytest.mark.parametrize("count", [1, 4])
def test_the_panel_takes_the_same_queries_for_any_number_of_agents_and_memories(
    client, team, space, count, django_assert_num_queries
):
    memories = [scenes.memory(space, path=f"/{n}.md", text=f"- rule {n} of {count}\n") for n in range(count + 1)]
    for _ in range(count):
        row = agent_recipes.agent(team.row)
        scenes.access(row, space, "read")
        agent_recipes.session(row)
    change = change_of(team, scenes.merge(memories[0], f"- rule 0 of {count}\n- all rules\n", *memories[1:]))
    client.force_login(team.member)

    with django_assert_num_queries(21):
        page = client.get(reverse("reviews:panel", args=[team.slug, change.public_id, "impact"])).content.decode()

    assert page.count('class="turned"') == count + 1
    assert "What is forgotten" in page


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (lambda space, memory: scenes.add(space, "/new.md", "- four\n"), "support /new.md"),
        (lambda space, memory: scenes.archive(memory), "No longer read"),
        (lambda space, memory: scenes.move(memory, "/moved.md"), "support /notes.md → /moved.md"),
        (lambda space, memory: scenes.edit(memory, "- one\n- two\n"), "5 → 3 tokens"),
    ],
)
def test_the_panel_draws_every_kind_of_change_before_and_after_it_is_applied(client, team, space, reader, draft, said):
    change = change_of(team, draft(space, scenes.memory(space)))
    client.force_login(team.member)
    url = reverse("reviews:panel", args=[team.slug, change.public_id, "impact"])

    before = client.get(url).content.decode()
    scenes.approve_and_apply(change, team.reviewer)
    after = client.get(url).content.decode()

    assert said in before
    assert "Desk" in before
    assert "Memory moved" not in before
    assert said in after
    assert "It is in memory already: this is what it changed." in after


def test_what_an_applied_change_gave_its_readers_is_counted_once(team, space, reader):
    memory = scenes.memory(space, text="- one\n- two\n")
    change = change_of(team, scenes.line_edit(memory, 2, 2, "- three and a few words more\n"))
    before = told_readers(change)
    drawn = pages(change)

    scenes.approve_and_apply(change, team.reviewer)

    assert (told_readers(change), pages(change)) == (before, drawn)
    assert before[0][0] < before[0][1]


def test_what_was_taken_back_is_given_no_more(team, space, reader):
    change = change_of(team, scenes.add(space, "/new.md", "- four\n"))
    scenes.approve_and_apply(change, team.reviewer)
    change.become("reverted", at=NOW)

    [(before, after)] = told_readers(change)

    assert before == after


def test_a_huge_memory_is_drawn_as_far_as_it_is_asked_for(client, team, space):
    change = change_of(team, scenes.add(space, "/huge.md", "".join(f"- fact {n}\n" for n in range(1000))))
    client.force_login(team.member)
    url = reverse("reviews:panel", args=[team.slug, change.public_id, "impact"])

    first = client.get(url).content.decode()
    whole = client.get(url, {"whole": "1"}).content.decode()

    assert "Show 800 more lines" in first
    assert ("fact 199" in first, "fact 200" in first) == (True, False)
    assert "fact 999" in whole
    assert "more lines" not in whole
