"""What a change does to the agents that read its namespace: the very pages they are given, before and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.db.models.functions import Length

from agents import reading
from agents.models import Agent, Memory, NamespaceAccess, ReadTrace
from agents.reading import Page
from agents.text import diffs, specifics
from agents.text import lines as text_lines
from agents.text.lines import Edit
from agents.text.specifics import Specific
from reviews import places
from reviews.bounds import TargetGround
from reviews.desk import Seat
from reviews.enums import State
from reviews.models import Change
from reviews.reading import comparing, telling
from reviews.reading.telling import Said

READS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Turned:
    """One page that the change touches; None where the agent has no such page before, or after."""

    before: Page | None
    after: Page | None
    rows: list[diffs.Row]

    @property
    def tokens(self) -> tuple[int, int]:
        return (self.before.tokens if self.before else 0, self.after.tokens if self.after else 0)

    @property
    def more_tokens(self) -> int:
        before, after = self.tokens
        return after - before

    @property
    def path(self) -> str:
        paths = [page.path for page in (self.before, self.after) if page]
        return " → ".join(dict.fromkeys(paths))


@dataclass(frozen=True, slots=True)
class Reader:
    """An agent that reads the namespace: all that it is given now and then, and how often it asked lately."""

    agent: Agent
    tokens: int
    tokens_after: int
    reads: int
    last_at: datetime | None
    left_out: int

    @property
    def share(self) -> str:
        """By how much its reading grows, as per cent."""
        return f"{100 * (self.tokens_after - self.tokens) / self.tokens:+.1f} %" if self.tokens else ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Statements that stand nowhere else once they are taken out, and what is exact in them that no text holds."""

    statements: list[str]
    specifics: list[Specific]


def turned(seat: Seat) -> list[Turned]:
    """The pages that the change touches. What stands in memory now counts, not what stood when it was proposed; of a
    change that was applied, what it was made from and what it made of it.
    """
    turn = _written if seat.change.applied_at else _turned
    return [turn(seat.change, ground) for ground in seat.standing.targets]


def readers(change: Change, pages: Sequence[Turned], *, at: datetime) -> list[Reader]:
    """The agents that read the namespace, with all that they are given from every namespace of theirs. What memory
    holds now is after a change that was applied, and neither before nor after one that was taken back.
    """
    team = change.team
    access = NamespaceAccess.objects.of(team).filter(namespace=change.namespace_id)
    agents = list(Agent.objects.of(team).active().filter(pk__in=access.values("agent")).order_by("name", "pk"))
    tokens = _tokens(change, agents)
    traces = ReadTrace.objects.of(team).filter(agent__in=agents, at__gte=at - READS).values_list("agent")
    cut = Count("pk", filter=Q(left_out__gt=0))
    read = {pk: told for pk, *told in traces.annotate(n=Count("pk"), last=Max("at"), cut=cut).order_by("agent")}
    more = sum(page.more_tokens for page in pages)
    less = more if change.state == State.APPLIED else 0
    more = 0 if change.applied_at else more
    return [
        Reader(agent, tokens[agent.pk] - less, tokens[agent.pk] + more, *read.get(agent.pk, (0, None, 0)))
        for agent in agents
    ]


def _tokens(change: Change, agents: Sequence[Agent]) -> Counter[int]:
    """The tokens that each agent is given, by primary key."""
    access = NamespaceAccess.objects.of(change.team).filter(agent__in=agents).values_list("agent", "namespace")
    spaces = list(access)
    live = Memory.objects.of(change.team).live().filter(namespace__in={space for _agent, space in spaces})
    sizes = Counter[int]()
    for space, length in live.annotate(length=Length("head__blob__text")).values_list("namespace", "length"):
        sizes[space] += reading.tokens_of_length(length or 0)
    found = Counter[int]()
    for agent, space in spaces:
        found[agent] += sizes[space]
    return found


def forgotten(change: Change, said: Said) -> Forgotten:
    """What nothing that the agents read says any more; what is exact in it stays known where any text holds it."""
    if not said.gone:
        return Forgotten([], [])
    standing = [*(told for told, _source in telling.standing(change, said)), *said.fresh]
    known = {one.normal for one in standing}
    gone = [one for one in said.gone if one.normal not in known]
    words = {word for one in gone for word in one.words}
    near = "\n".join(one.text for one in standing if not words.isdisjoint(one.words))
    lost = specifics.lost([one.text for one in gone], near) if gone else ()
    return Forgotten(list(dict.fromkeys(one.text for one in gone)), sorted(lost))


def _turned(change: Change, ground: TargetGround) -> Turned:
    target, memory = ground.target, ground.memory
    space, before, after = change.namespace.slug, None, None
    old: list[str] = []
    if memory is not None and not memory.archived:
        old = ground.ground.now()
        before = reading.page(namespace=space, path=memory.path, text="".join(old))
    new = lines_after(change, ground)
    if target.path_after is not None:
        after = reading.page(namespace=space, path=target.path_after, text="".join(new))
    return _page_turned(before, after, old, new)


def _written(change: Change, ground: TargetGround) -> Turned:
    target, space, before, after = ground.target, change.namespace.slug, None, None
    old, new = comparing.sides(target)
    if target.base is not None and not target.base.archived:
        before = reading.page(namespace=space, path=target.path_before, text="".join(old))
    if target.path_after is not None:
        after = reading.page(namespace=space, path=target.path_after, text="".join(new))
    return _page_turned(before, after, old, new)


def _page_turned(before: Page | None, after: Page | None, old: list[str], new: list[str]) -> Turned:
    edits = text_lines.diff(old, new if after else [])
    return Turned(before, after, diffs.rows(old, edits) if edits else [])


def lines_after(change: Change, ground: TargetGround) -> list[str]:
    """The lines once the change is applied: to what stands there now, or where that moved, to what it was made from."""
    if ground.held and ground.memory is not None:
        now = ground.ground.now()
        ground = replace(ground, ground=deepcopy(ground.ground))  # which keeps what is written into it
        position = change.position
        edits = ((hunk, change.public_id, position if hunk.order is None else hunk.order) for hunk in ground.hunks)
        return places.write_text(now, ground.ground.write(edits))
    base = text_lines.split(ground.target.base.text) if ground.target.base else []
    return text_lines.apply(base, [Edit(hunk.start, hunk.end, hunk.after) for hunk in ground.hunks])
