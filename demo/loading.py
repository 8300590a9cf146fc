"""Fills an installation with the sample team, through the same verbs that people and pipelines use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from accounts import confirming, members
from accounts.models import Membership, Team, User
from agents import memory, roster, sessions
from agents.enums import Access
from agents.importers import detect
from agents.models import Agent, Namespace
from audit import trail
from demo import sample
from demo import team as cast
from dreaming import holding, runs, settings
from dreaming.enums import Frequency, RunOrigin
from dreaming.models import Run
from reviews.drift import baselines, finding

FOUNDED_DAYS = 200
HISTORY_SAYS = "sample team"
SIGNED_SAYS = "Read with the owners, as it was when the agents began to dream."


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is there now; `fresh` says that this call made it."""

    team: Team
    fresh: bool
    runs: tuple[Run, ...] = ()


class Cast(Protocol):
    """A team as plain data; `SECOND` is the address of who agrees to what the lead asks for."""

    NAME: str
    SLUG: str
    TIME_ZONE: str
    SECOND: str
    SOURCE: str

    def people(self) -> Sequence[cast.Person]: ...
    def agents(self) -> Sequence[cast.Agent]: ...
    def namespaces(self) -> Sequence[cast.Namespace]: ...
    def access(self) -> Sequence[cast.Grant]: ...
    def settings(self) -> Sequence[cast.Rhythm]: ...
    def memories(self) -> dict[str, list[tuple[str, str]]]: ...
    def age_days(self, path: str) -> int: ...
    def sessions(self, as_of: datetime) -> dict[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Founded:
    """A team that is there, before its agents have dreamed."""

    team: Team
    lead: User
    agents: dict[str, Agent]


def current() -> Team | None:
    """The team of the demo: the latest, because those that were set aside are older."""
    return Team.objects.filter(is_demo=True).order_by("-pk").first()


def load(*, as_of: datetime, now: datetime, reset: bool = False) -> Loaded:
    """Make the sample team as if its four weeks ended at `as_of`, and dream once for each agent.

    A team that is there already stays as it is, unless `reset` sets it aside for a new one with a new log.
    """
    present = current()
    if present is not None and not reset:
        return Loaded(present, fresh=False)
    with trail.unit_of_work(at=now):
        if present is not None:
            _set_aside(present, now)
        founded, namespaces = _found(sample, as_of, now)
    _sign_off(namespaces, as_of)  # held against the trail, which tells of all that once its unit is closed
    return Loaded(founded.team, fresh=True, runs=dream(founded, now))


def found(told: Cast, *, as_of: datetime, now: datetime) -> Founded:
    """Make a team of what is told, with people, memory and sessions; nobody has dreamed yet."""
    with trail.unit_of_work(at=now):
        founded, namespaces = _found(told, as_of, now)
    _sign_off(namespaces, as_of)
    return founded


def dream(founded: Founded, now: datetime) -> tuple[Run, ...]:
    """Dream once for each agent."""
    return tuple(
        runs.perform_here(agent=agent, origin=RunOrigin.PERSON, by=founded.lead, at=now)
        for agent in founded.agents.values()
    )


def _found(told: Cast, as_of: datetime, now: datetime) -> tuple[Founded, dict[str, Namespace]]:
    team = _make_team(told, as_of - timedelta(days=FOUNDED_DAYS))
    lead = _join(told, team)
    agents, namespaces = _make_agents(told, team, lead)
    _write_memories(told, team, namespaces, lead, as_of)
    _import_sessions(told, team, agents, as_of, now)
    _set_rhythms(told, team, agents, namespaces, lead, now)
    return Founded(team, lead, agents), namespaces


def _set_aside(team: Team, now: datetime) -> None:
    """A log is never cut: the old team keeps its own, loses its people, and dreams no more."""
    for agent in Agent.objects.of(team).order_by("pk"):
        settings.set_(agent=agent, values={"frequency": Frequency.OFF}, by=trail.SYSTEM, at=now)
        roster.archive_agent(agent=agent, archived=True, by=trail.SYSTEM, at=now)
    with trail.unit_of_work(at=now) as unit:
        for membership in Membership.objects.of(team).active().select_related("user"):
            membership.removed_at = now
            membership._change_reason = HISTORY_SAYS  # type: ignore[attr-defined]
            membership.save(update_fields=["removed_at"])
            unit.record("member.removed", target=membership, by=trail.SYSTEM, data={"roles": membership.roles})
        older = Team.objects.filter(slug__startswith=f"{cast.SLUG}-").count()
        team.slug = f"{cast.SLUG}-{older + 1}"
        team.save(update_fields=["slug"])
        unit.record("team.changed", target=team, by=trail.SYSTEM, data={"changed": ["slug"]})


def _make_team(told: Cast, at: datetime) -> Team:
    return members.create_team(
        name=told.NAME, slug=told.SLUG, by=trail.SYSTEM, at=at, time_zone=told.TIME_ZONE, is_demo=True
    )


def _join(told: Cast, team: Team) -> User:
    """Invite and join everybody; returns the lead, who sets up the rest."""
    for person in told.people():
        user = User.objects.filter(email=person.email).first()
        _, secret = members.invite(
            team=team, email=person.email, roles=person.roles, by=trail.SYSTEM, at=team.created_at
        )
        if user is None:
            user = User.objects.create_user(
                person.email, None, name=person.name, time_zone=person.time_zone, is_demo=True
            )
        members.accept(secret=secret, user=user, at=team.created_at)
    return User.objects.get(email=told.people()[0].email)


def _make_agents(told: Cast, team: Team, lead: User) -> tuple[dict[str, Agent], dict[str, Namespace]]:
    at = team.created_at
    agents = {
        one.slug: roster.create_agent(
            team=team,
            slug=one.slug,
            name=one.name,
            description=one.description,
            project=one.project,
            exposure=one.exposure,
            by=lead,
            at=at,
        )
        for one in told.agents()
    }
    people = dict(User.objects.values_list("email", "public_id"))
    namespaces = {
        one.slug: roster.create_namespace(
            team=team,
            slug=one.slug,
            name=one.name,
            description=one.description,
            owners=[
                {"pattern": owner.pattern, "users": [people[mail] for mail in owner.emails]} for owner in one.owners
            ],
            protected=list(one.protected),
            tier_floor=one.tier_floor,
            by=lead,
            at=at,
        )
        for one in told.namespaces()
    }
    for grant in told.access():
        roster.set_access(
            agent=agents[grant.agent], namespace=namespaces[grant.namespace], mode=Access(grant.mode), by=lead, at=at
        )
    return agents, namespaces


def _write_memories(told: Cast, team: Team, namespaces: dict[str, Namespace], lead: User, as_of: datetime) -> None:
    """Import every memory at the age it has, the oldest first."""
    by_age: dict[int, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for slug, files in told.memories().items():
        for path, text in files:
            by_age[told.age_days(path)][slug].append((path, text))
    for age in sorted(by_age, reverse=True):
        for slug, files in by_age[age].items():
            memory.import_first(
                team=team,
                namespace=namespaces[slug],
                files=files,
                by=lead.trail_actor,
                at=as_of - timedelta(days=age),
            )


def _sign_off(namespaces: dict[str, Namespace], as_of: datetime) -> None:
    """The memory that the sample begins with is signed off: what comes after is held against it."""
    for namespace in namespaces.values():
        signer = finding.signers(namespace.team)[0]
        root = baselines.live(namespace).root
        baselines.sign(namespace=namespace, root=root, note=SIGNED_SAYS, by=signer, at=as_of)


def _import_sessions(told: Cast, team: Team, agents: dict[str, Agent], as_of: datetime, now: datetime) -> None:
    for slug, data in told.sessions(as_of).items():
        name, transcripts = detect.read(f"{slug}.jsonl", data)
        sessions.store(
            team=team,
            agent=agents[slug],
            source=told.SOURCE,
            transcripts=transcripts,
            format=name,
            by=trail.SYSTEM,
            at=now,
        )


def _set_rhythms(
    told: Cast, team: Team, agents: dict[str, Agent], namespaces: dict[str, Namespace], lead: User, now: datetime
) -> None:
    """The lead asks for each agent to dream by itself, and the second person agrees."""
    second = User.objects.get(email=told.SECOND)
    for rhythm in told.settings():
        saved = holding.save(
            agent=agents[rhythm.agent],
            values={
                "frequency": rhythm.frequency,
                "hour": rhythm.hour,
                "minute": rhythm.minute,
                "weekday": rhythm.weekday,
                "time_zone": rhythm.time_zone,
                "namespaces": [namespaces[slug].public_id for slug in rhythm.namespaces],
                "window_days": rhythm.window_days,
            },
            by=lead,
            at=now,
        )
        if saved.held is not None:
            confirming.confirm(team=team, confirmation_id=saved.held.public_id, by=second, at=now)
