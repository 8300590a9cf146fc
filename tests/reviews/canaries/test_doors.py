"""Every door by which a change could be written, taught from or counted is shut for a test of the review."""

import io
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from agents.models import MemoryVersion, SearchRow
from audit import trail
from dreaming import verdicts
from reviews import (
    applying,
    bulk,
    decisions,
    desk,
    drafting,
    editing,
    joining,
    rebasing,
    resolving,
    reverting,
    revisions,
    splitting,
    ticking,
)
from reviews.automatic import letting_through, offering
from reviews.breaking_glass import breaking
from reviews.budgets import spending
from reviews.canaries import planting
from reviews.decisions import Word
from reviews.drift import baselines, finding
from reviews.examining import precision, turned_down
from reviews.inbox import duplicates
from reviews.models import Canary, Change, Decision, Notice, Proposal, Provenance, SecondReview
from reviews.policy import backtest, documents
from reviews.reading import impact, searching, telling
from reviews.taint import deriving
from reviews.talking import threads
from reviews.watching import figures
from tests import recipes
from tests.api.conftest import fault, machine_of
from tests.reviews import scenes
from tests.reviews.canaries.test_deciding import SOON, say


def texts(team):
    return sorted(version.text for version in MemoryVersion.objects.of(team.row).select_related("blob"))


def given(canary, person):
    """What every verb about one change is asked with."""
    change = desk.shown(canary.team).get(pk=canary.change_id)
    bound = desk.read_one(change, team=canary.team).bound
    own = {"team": canary.team, "change_id": change.public_id, "by": person, "at": scenes.LATER}
    return change, bound, own


VERBS = {
    "vote": lambda change, bound, own: decisions.decide(**own, bound=bound, word=Word("approve")),
    "cast": lambda change, bound, own: decisions.cast(**own, bound=bound, word=Word("approve")),
    "take back": lambda change, bound, own: decisions.withdraw(**own),
    "prepare": lambda change, bound, own: drafting.prepare(**own, bound=bound, word=Word("approve")),
    "apply now": lambda change, bound, own: applying.apply_now(**own | {"by": own["by"].trail_actor}),
    "emergency": lambda change, bound, own: breaking.break_(**own, bound=bound, reason="It harms customers right now."),
    "edit": lambda change, bound, own: editing.edit(
        **own, revision_id=change.head.public_id, texts={(0, 0): "- other\n"}, reason=""
    ),
    "parts": lambda change, bound, own: splitting.accept(
        **own, revision_id=change.head.public_id, bound=bound, parts={(0, 0)}
    ),
    "resolve": lambda change, bound, own: resolving.resolve(**own, seen="", choices={}, reason=""),
    "carry over": lambda change, bound, own: rebasing.refresh(team=own["team"], change_id=change.pk, at=own["at"]),
    "undo": lambda change, bound, own: reverting.open_revert_of(**own, reason=""),
    "talk": lambda change, bound, own: threads.open_(**own, revision=1, spot=None, text="Is it so?"),
    "more evidence": lambda change, bound, own: joining.join(
        change=change, quotes=(), by=own["by"].trail_actor, at=own["at"], unit=None
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_knows_it(team, canary, verb):
    change, bound, own = given(canary, team.lead)
    before = texts(team)

    with pytest.raises(Change.DoesNotExist):
        VERBS[verb](change, bound, own)

    assert texts(team) == before
    assert Canary.objects.of(team.row).waiting().count() == 1


def test_time_and_automatic_mode_let_none_through(team, canary):
    recipes.policy(team.row, mode="automatic", automatic={"after": 0, "unedited_percent": 0, "wait_minutes": 0})
    before = texts(team)

    letting_through.attend(team=team.row, at=scenes.LATER)
    ticking.tick(now=scenes.LATER)
    applying.apply_due(team=team.row, namespace=canary.change.namespace, now=scenes.LATER)

    assert texts(team) == before
    assert Canary.objects.of(team.row).waiting().count() == 1


def test_it_is_written_by_no_door_that_is_forced_open(team, canary):
    """Should somebody hand the row itself to what writes, the CHECK takes the whole of it back."""
    change = desk.shown(team.row).get(pk=canary.change_id)
    with pytest.raises((IntegrityError, Change.DoesNotExist)), trail.unit_of_work(at=SOON):
        change.become("approved", at=SOON, apply_after=SOON)


def test_bulk_and_reverts_of_its_proposal_leave_it_out(team, canary):
    rows = list(desk.rows(team.row).filter(proposal=canary.proposal))
    items = bulk.read(rows, team=team.row, verdict="approve", by=team.reviewer)

    assert canary.change_id not in {item.seat.change.pk for item in items}
    assert len(items) == 2
    assert canary.change not in canary.proposal.changes.all()
    assert canary.change not in canary.change.namespace.changes.all()


def read_all(team, space, agent, machine, tmp_path):
    """What is read from changes anywhere but on a reviewer's page."""
    row, document = team.row, documents.document_of(team.row)
    searching.index_due(now=scenes.LATER)
    out = io.StringIO()
    call_command("export_memory", agent.slug, to=tmp_path, team=row.slug, stdout=out)
    (outcome,) = backtest.compared(team=row, documents=[document])
    shelf = turned_down.shelf(row, space)
    since = scenes.AT.replace(year=2020)
    proposal = Proposal.objects.of(row).get()
    real = desk.rows(row).filter(proposal=proposal).earliest("pk")
    pages = impact.turned(desk.read_one(real, team=row))
    tokens = [(one.tokens, one.tokens_after) for one in impact.readers(real, pages, at=scenes.LATER)]
    finding.read_all(team=row, at=scenes.LATER)
    return {
        "memory": texts(team),
        "exported": out.getvalue(),
        "search": sorted(SearchRow.objects.of(row).values_list("kind", "about", "title")),
        "backtest": (len(outcome.fared), outcome.unknown),
        "record": offering.record(space, team=row, document=document),
        "open": verdicts.open_changes(row, [space]),
        "cooldowns": verdicts.cooldowns(row, [space], 30),
        "removals": verdicts.removals(row, [space]),
        "turned down": shelf,
        "precision": precision.measure(row),
        "duplicates": (duplicates.refresh(team=row, at=scenes.LATER), duplicates.counts([""], team=row)),
        "budget": list(spending.of_week(space, at=scenes.LATER)),
        "baseline": baselines.live(space).root,
        "figures": figures.read(row, since=since, until=scenes.LATER),
        "seconds": SecondReview.objects.of(row).count(),
        "votes": Decision.objects.of(row).count(),
        "api": machine.get(f"/proposals/{proposal.public_id}").json(),
        "impact": (pages, tokens, impact.forgotten(real, telling.said(real))),
        "alarms": (finding.compare(namespace=space, at=scenes.LATER), list(Provenance.objects.of(row).values("came"))),
        "notices": list(Notice.objects.of(row).values_list("kind", "person")),
        "proposals": [(one.state, one.waiting, one.tier) for one in Proposal.objects.of(row)],
    }


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_nothing_is_counted_searched_or_learnt_from_it(team, space, dream, switched_on, tmp_path, verdict):
    """All that reads changes says the same before there is a test, while it waits, and after somebody decided it."""
    proposal, machine = dream(), machine_of(team)
    told = partial(read_all, team, space, proposal.agent, machine, tmp_path / "before")
    before = told()

    (canary,) = planting.attend(team=team.row, at=SOON)
    waiting = told()
    say(canary, team.reviewer, verdict)
    after = told()

    assert waiting == before
    assert after == before


def test_a_machine_finds_none(team, canary):
    answer = machine_of(team).get(f"/changes/{canary.change.public_id}")

    assert fault(answer) == (404, "unknown_change", "")


def test_what_a_test_says_can_still_be_proposed_in_earnest(team, canary):
    """Neither while it waits nor once it was turned down does it stand in the way of the same words."""
    target = canary.change.head.targets.get()
    text = "".join(revisions.lines_after(target))
    scenes.propose(team.row, scenes.edit(target.memory, text, title=canary.change.title))
    say(canary, team.reviewer, "reject")
    (real,) = scenes.changes(Proposal.objects.of(team.row).latest("pk"))

    assert scenes.approve_and_apply(real, team.second).state == "applied"


def test_a_session_marked_bad_says_nothing_of_it(team, canary):
    session = canary.change.evidence.get().session

    found = deriving.of(session)

    assert canary.change.public_id not in found.changes
    assert len(found.changes) == 2
