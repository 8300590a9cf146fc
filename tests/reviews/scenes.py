"""Scenes for the desk: a namespace with memories, and proposals made through the public verbs."""

from datetime import UTC, datetime, timedelta

from agents import memory as memories
from agents.models import Agent, Memory, MemoryVersion, Namespace, NamespaceAccess
from agents.text import lines as text_lines
from audit import trail
from reviews import applying, decisions, desk, proposals
from reviews.decisions import Word
from reviews.drafts import Draft, DraftQuote, DraftTarget
from reviews.enums import Operation, Verdict
from reviews.models import Change
from reviews.proposals import Origin
from tests import recipes

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def agent(team, **values):
    n = recipes.number()
    given = {"slug": f"agent-{n}", "name": f"Agent {n}", "created_at": AT}
    return Agent.objects.create(team=team, **given | values)


def namespace(team, **values):
    n = recipes.number()
    given = {"slug": f"space-{n}", "name": f"Space {n}", "created_at": AT}
    return Namespace.objects.create(team=team, **given | values)


def access(an_agent, space, mode="write"):
    return NamespaceAccess.objects.create(team=space.team, agent=an_agent, namespace=space, mode=mode)


def memory(space, path="/notes.md", text="- one\n- two\n- three\n"):
    report = memories.import_first(team=space.team, namespace=space, files=[(path, text)], by=trail.SYSTEM, at=AT)
    return report.new[0]


def head(a_memory):
    pk = Memory.objects.of(a_memory.team).get(pk=a_memory.pk).head_id
    return MemoryVersion.objects.of(a_memory.team).select_related("memory", "blob").get(pk=pk)


def text(a_memory):
    return head(a_memory).text


def edit(a_memory, after, *, title="Edit", **values):
    """A draft that turns the memory's text into `after`."""
    base = head(a_memory)
    edits = text_lines.diff(text_lines.split(base.text), text_lines.split(after))
    target = DraftTarget(base=base, path_after=base.path, edits=edits)
    return Draft(Operation.EDIT, a_memory.namespace, title, (target,), **values)


def line_edit(a_memory, start, end, *lines, title="Edit"):
    base = head(a_memory)
    target = DraftTarget(base=base, path_after=base.path, edits=(text_lines.Edit(start, end, tuple(lines)),))
    return Draft(Operation.EDIT, a_memory.namespace, f"{title} {start}-{end} {lines}", (target,))


def add(space, path, text_after, **values):
    target = DraftTarget(
        base=None, path_after=path, edits=(text_lines.Edit(0, 0, tuple(text_lines.split(text_after))),)
    )
    return Draft(Operation.ADD, space, f"Add {path}", (target,), **values)


def archive(a_memory):
    target = DraftTarget(base=head(a_memory), path_after=None)
    return Draft(Operation.ARCHIVE, a_memory.namespace, f"Archive {a_memory.path}", (target,))


def move(a_memory, path):
    target = DraftTarget(base=head(a_memory), path_after=path)
    return Draft(Operation.MOVE, a_memory.namespace, f"Move to {path}", (target,))


def merge(into, after, *sources):
    base = head(into)
    edits = text_lines.diff(text_lines.split(base.text), text_lines.split(after))
    targets = [DraftTarget(base=base, path_after=base.path, edits=edits)]
    targets += [DraftTarget(base=head(source), path_after=None) for source in sources]
    return Draft(Operation.MERGE, into.namespace, "Merge", tuple(targets))


def propose(team, *drafts, by=None, title="A proposal", at=AT, agent=None):
    actor = by.trail_actor if by else trail.Actor("machine", "tok_1")
    kind = "person" if by else "agent"
    return proposals.open_(
        team=team, agent=agent, title=title, origin=Origin(kind, actor.id, actor), drafts=list(drafts), at=at
    )


def changes(proposal):
    return list(Change.objects.of(proposal.team).filter(proposal=proposal).order_by("position", "pk"))


def seat(change):
    row = desk.rows(change.team).get(pk=change.pk)
    return desk.read_one(row, team=row.team)


def vote(change, person, verdict=Verdict.APPROVE, *, bound=None, reason="", reason_code="", at=AT):
    """Without a bound, of somebody who sees what the checks say by now."""
    if bound is None:
        decisions.look_again(team=change.team, change_ids=[change.public_id], at=at)
    return decisions.decide(
        team=change.team,
        change_id=change.public_id,
        bound=bound or seat(change).bound,
        word=Word(verdict, reason, reason_code),
        by=person,
        at=at,
    ).change


def apply(space, at=LATER):
    return applying.apply_due(team=space.team, namespace=space, now=at)


def approve_and_apply(change, person, at=LATER):
    vote(change, person)
    apply(change.namespace, at)
    change.refresh_from_db()
    return change


def write_elsewhere(a_memory, after, at=AT):
    """Another proposal writes the memory meanwhile."""
    n = recipes.number()
    proposal = propose(a_memory.team, edit(a_memory, after, title=f"Elsewhere {n}", fingerprint=f"elsewhere-{n}"))
    change = changes(proposal)[0]
    reviewer = recipes.user(email=f"elsewhere{recipes.number()}@x.example")
    recipes.membership(a_memory.team, user=reviewer, roles=["reviewer"])
    vote(change, reviewer, at=at)
    return applying.apply_now(team=change.team, change_id=change.public_id, by=reviewer.trail_actor, at=at)


def quote(session, position, text, start=0, stance="for"):
    return DraftQuote(session.public_id, position, start, start + len(text), text, stance)
