import pytest

from accounts.models import Membership
from audit import trail
from audit.models import Event
from reviews import editing, rebasing
from reviews.decisions import Refused
from reviews.enums import NoticeKind, Side
from reviews.models import Comment, Notice, Thread
from reviews.reading import requirements, talks
from reviews.talking import mentions, threads
from reviews.talking.carrying import Spot
from tests import recipes
from tests.reviews import scenes

BASE = "".join(f"- line {n}\n" for n in range(1, 13))


@pytest.fixture
def memory(team):
    return scenes.memory(scenes.namespace(team.row), text=BASE)


@pytest.fixture
def change(team, memory):
    """Line 3 becomes two lines, and line 9 another one."""
    after = BASE.replace("- line 3\n", "- three\n- and a half\n").replace("- line 9\n", "- nine\n")
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, after), by=team.member))[0]


def say(change, by, spot=None, text="Is that so?", revision=1, **more):
    return threads.open_(
        team=change.team,
        change_id=change.public_id,
        revision=revision,
        spot=spot,
        text=text,
        by=by,
        at=scenes.AT,
        **more,
    )


def after(first, last=None):
    return Spot(0, Side.AFTER, first, last or first)


def spots(change, reader):
    change.refresh_from_db()
    found = talks.read([change], team=change.team, person=reader, permissions=())
    return [one.spot for one in found[change.pk]]


def edit(team, change, texts, by):
    seat = scenes.seat(change)
    editing.edit(
        team=team.row,
        change_id=change.public_id,
        revision_id=seat.head.public_id,
        texts={(0, number): text for number, text in texts.items()},
        reason="",
        by=by,
        at=scenes.LATER,
    )


def events(team, *types):
    rows = Event.objects.of_log(team.row.trail_log).matching(types=types).oldest_first()
    return [(one.type, one.actor_id, one.content()["data"]) for one in rows]


def told(team, kind):
    return list(Notice.objects.of(team.row).filter(kind=kind).order_by("pk").values_list("person__name", flat=True))


def test_a_thread_keeps_a_copy_of_its_lines_and_says_so_in_the_trail(team, change):
    comment = say(change, team.reviewer, after(3, 4), text="Really, @Second?")

    thread = Thread.objects.of(team.row).get()
    assert (thread.lines, thread.line_start, thread.line_end) == ("- three\n- and a half\n", 3, 4)
    ((_, actor, data),) = events(team, "change.commented")
    assert actor == team.reviewer.public_id
    assert data == {
        "thread": thread.public_id,
        "comment": comment.public_id,
        "revision": thread.revision.public_id,
        "mentioned": [team.second.public_id],
        "lines": [3, 4],
    }


def test_what_was_written_is_in_no_event(team, change):
    say(change, team.reviewer, text="Only between us: sesame")

    bodies = b"".join(bytes(one.body) for one in Event.objects.of_log(team.row.trail_log))
    assert b"sesame" not in bodies


@pytest.mark.parametrize("spot", [after(14), after(13, 14), Spot(0, Side.BEFORE, 13, 13), Spot(1, Side.AFTER, 1, 1)])
def test_lines_that_are_not_there_have_no_thread(team, change, spot):
    with pytest.raises(Refused):
        say(change, team.reviewer, spot)

    assert not Thread.objects.of(team.row).exists()


def test_an_empty_comment_is_refused(team, change):
    with pytest.raises(Refused):
        say(change, team.reviewer, text=" \n")


@pytest.mark.parametrize(
    ("spot", "now"),
    [
        (after(1), after(1)),  # above everything
        (after(3), None),  # a line that was worded anew
        (after(4), after(5)),  # a line of the same hunk that was kept, one line further down
        (after(7), after(8)),  # between the hunks
        (after(3, 4), None),  # one of the two is gone
        (after(4, 5), after(5, 6)),
        (after(10), after(11)),  # the other hunk
        (Spot(0, Side.BEFORE, 3, 3), Spot(0, Side.BEFORE, 3, 3)),  # what is replaced stays what it was
    ],
)
def test_lines_are_found_in_an_edited_revision_by_their_place(team, change, spot, now):
    say(change, team.reviewer, spot)

    edit(team, change, {0: "- 3\n- really\n- and a half\n"}, by=team.second)

    assert spots(change, team.lead) == [now]


def test_equal_lines_are_told_apart(team):
    memory = scenes.memory(scenes.namespace(team.row), text="- a\n- same\n- b\n- same\n- c\n")
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- same\n", "- x\n")))[0]
    say(change, team.reviewer, after(5))  # the second "- same"

    edit(team, change, {0: "- other\n"}, by=team.second)

    assert spots(change, team.lead) == [after(4)]


def test_lines_are_carried_through_later_versions_of_the_memory(team, memory, change):
    for spot in (after(1), after(4), after(12), Spot(0, Side.BEFORE, 3, 3), Spot(0, Side.BEFORE, 9, 9)):
        say(change, team.reviewer, spot)

    later = BASE.replace("- line 9\n", "- nine\n").replace("- line 11\n", "- eleven\n")
    scenes.write_elsewhere(memory, "- new\n" + later)  # one of our hunks stands there already
    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    assert spots(change, team.lead) == [after(2), after(5), None, Spot(0, Side.BEFORE, 4, 4), None]
    assert change.head.number == 2


def test_a_reply_is_told_to_who_spoke_and_to_who_proposed_and_a_mention_to_who_is_named(team, change):
    thread = say(change, team.reviewer).thread

    threads.reply(
        team=team.row, thread_id=thread.public_id, text="Yes. @Lead, @Member: see?", by=team.second, at=scenes.LATER
    )

    assert told(team, NoticeKind.REPLIED) == ["Member", "Reviewer"]  # of the first word and of the second
    assert told(team, NoticeKind.MENTIONED) == ["Lead", "Member"]


def test_who_left_is_told_nothing(team, change):
    thread = say(change, team.reviewer).thread
    Membership.objects.of(team.row).filter(user__in=[team.reviewer, team.member]).update(removed_at=scenes.AT)

    threads.reply(team=team.row, thread_id=thread.public_id, text="@Reviewer?", by=team.second, at=scenes.LATER)

    assert told(team, NoticeKind.MENTIONED) == []
    assert told(team, NoticeKind.REPLIED) == ["Member"]  # of the first word, when they were a member


def test_resolving_twice_is_one_event_and_reopening_takes_it_back(team, change):
    thread = say(change, team.reviewer).thread
    for _ in range(2):
        threads.resolve(team=team.row, thread_id=thread.public_id, by=team.second, at=scenes.LATER)
    thread.refresh_from_db()
    assert thread.resolved_by == team.second
    assert told(team, NoticeKind.RESOLVED) == ["Reviewer"]

    threads.reopen(team=team.row, thread_id=thread.public_id, by=team.reviewer, at=scenes.LATER)

    thread.refresh_from_db()
    assert (thread.resolved_at, thread.resolved_by) == (None, None)
    data = {"thread": thread.public_id}
    assert events(team, "thread.resolved", "thread.reopened") == [
        ("thread.resolved", team.second.public_id, data),
        ("thread.reopened", team.reviewer.public_id, data),
    ]


def test_a_draft_is_seen_by_its_author_alone_and_tells_nobody(team, change):
    say(change, team.reviewer, text="@Second, not yet", is_draft=True)

    assert len(spots(change, team.reviewer)) == 1
    assert spots(change, team.second) == []
    assert not Notice.objects.of(team.row).exclude(kind=NoticeKind.YOUR_TURN).exists()
    assert events(team, "change.commented") == []


def test_nobody_answers_a_thread_that_is_another_ones_draft(team, change):
    thread = say(change, team.reviewer, is_draft=True).thread

    with pytest.raises(Exception, match="does not exist"):
        threads.reply(team=team.row, thread_id=thread.public_id, text="Hm", by=team.second, at=scenes.LATER)


def test_drafts_are_sent_together(team, change):
    first = say(change, team.reviewer, text="One", is_draft=True)
    say(change, team.second, text="Not mine", is_draft=True)
    threads.reply(
        team=team.row, thread_id=first.thread.public_id, text="Two", by=team.reviewer, at=scenes.AT, is_draft=True
    )

    with trail.unit_of_work(at=scenes.LATER) as unit:
        sent = threads.send_drafts(proposal=change.proposal, by=team.reviewer, at=scenes.LATER, unit=unit)

    assert [one.text for one in sent] == ["One", "Two"]
    assert [one.text for one in Comment.objects.of(team.row).sent().order_by("id")] == ["One", "Two"]
    assert len(events(team, "change.commented")) == 2


def test_a_draft_thrown_away_takes_its_empty_thread_along(team, change):
    comment = say(change, team.reviewer, is_draft=True)

    threads.discard(team=team.row, comment_id=comment.public_id, by=team.reviewer, at=scenes.LATER)

    assert not Thread.objects.of(team.row).exists()
    assert not Comment.objects.of(team.row).exists()


def test_what_was_sent_cannot_be_thrown_away(team, change):
    comment = say(change, team.reviewer)

    with pytest.raises(threads.Gone):
        threads.discard(team=team.row, comment_id=comment.public_id, by=team.reviewer, at=scenes.LATER)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Second", ["Second"]),
        ("see @second, please", ["Second"]),
        ("@Second @Second", ["Second"]),
        ("@Secondary", []),
        ("mail@second.example", []),
        ("(@Lead) and @Auditor.", ["Lead", "Auditor"]),
        ("@Nobody", []),
    ],
)
def test_names_are_found_as_whole_words(team, text, named):
    people = mentions.people(team.row)

    assert [one.name for one in people.named(text)] == named
    assert "".join(part for part, _ in people.parts(text)) == text


def test_a_name_of_two_people_names_nobody(team):
    for number in (1, 2):
        recipes.membership(team.row, user=recipes.user(email=f"a{number}@x.example", name="Ann Lee"))

    people = mentions.people(team.row)

    assert people.named("@Ann Lee") == []
    assert [one.email for one in people.named("@a1")] == ["a1@x.example"]


@pytest.fixture
def _resolved_first(team):
    recipes.policy(team.row, conversation="resolved")


def state_of(change):
    change.refresh_from_db()
    return change.state


@pytest.mark.usefixtures("_resolved_first")
def test_an_open_thread_keeps_a_change_from_being_approved_until_it_is_resolved(team, change):
    thread = say(change, team.second).thread
    say(change, team.second, text="A draft counts for nothing", is_draft=True)

    scenes.vote(change, team.reviewer)

    assert state_of(change) == "open"
    council = requirements.council([change], team=team.row)
    assert ("unsatisfied", "1 thread has to be resolved first") in [
        (one.state, one.text) for one in requirements.needs(scenes.seat(change), council)
    ]
    threads.resolve(team=team.row, thread_id=thread.public_id, by=team.second, at=scenes.AT)
    assert state_of(change) == "approved"


@pytest.mark.usefixtures("_resolved_first")
def test_a_thread_that_is_opened_or_taken_up_again_takes_the_approval_back(team, change):
    scenes.vote(change, team.reviewer)
    assert state_of(change) == "approved"

    thread = say(change, team.second).thread
    assert state_of(change) == "open"
    threads.resolve(team=team.row, thread_id=thread.public_id, by=team.second, at=scenes.AT)
    assert state_of(change) == "approved"
    threads.reopen(team=team.row, thread_id=thread.public_id, by=team.second, at=scenes.AT)
    scenes.apply(change.namespace)

    assert state_of(change) == "open"


def test_threads_stand_in_nobodys_way_unless_the_policy_says_so(team, change):
    say(change, team.second)

    scenes.vote(change, team.reviewer)

    assert state_of(change) == "approved"


@pytest.mark.parametrize("verb", [threads.send, threads.discard])
def test_a_draft_is_sent_or_thrown_away_once(team, change, verb):
    draft = say(change, team.reviewer, is_draft=True)
    given = {"team": team.row, "comment_id": draft.public_id, "by": team.reviewer, "at": scenes.AT}
    verb(**given)

    with pytest.raises(threads.Gone):
        verb(**given)
