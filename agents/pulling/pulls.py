"""One pull: what finished since the last one, with its events. A second pull of the same brings nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anthropic
import structlog
from django.utils.translation import gettext as _

from agents import sessions
from agents.connections import clients, sealing
from agents.importers import decoding, managed_agents, settling
from agents.importers.records import BadTranscript, Transcript
from agents.models import Agent, PlatformLink, PulledSession
from agents.pulling import erased, fetching, patience
from agents.pulling.erased import SOURCE
from agents.pulling.fetching import Fetched, Raw
from audit import keys, trail

FORMAT = "managed_agents"
EVERY = timedelta(minutes=10)
LOOK_BACK = timedelta(days=30)  # sessions that began before this, as seen from the watermark, are not asked about again
MOST = 100  # sessions brought by one pull; the rest comes with the next one, at once
TOGETHER = 20  # sessions stored in one unit
QUIET = 4  # asked about again once it was quiet for a quarter longer

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


@dataclass(slots=True)
class Pulled:
    """What a pull brought. `is_cut` where there is more; `problem` says why it ended early.

    `erased` sessions stand on the platform and were erased here: they are left out.
    """

    sessions: int = 0
    new: int = 0
    extended: int = 0
    events: int = 0
    unreadable: int = 0
    erased: int = 0
    is_cut: bool = False
    problem: str = ""


@dataclass(slots=True)
class _Batch:
    """Sessions that were fetched and are not stored yet, and how far the listing has come with them."""

    fetched: list[Fetched] = field(default_factory=list)
    reached: datetime | None = None


def due(*, now: datetime) -> list[int]:
    return list(PlatformLink.objects.across_teams().due(now).order_by("next_at", "pk").values_list("pk", flat=True))


def pull(*, link_id: int, now: datetime, clock: Clock) -> Pulled | None:
    """Pull the sessions of one link; None where nothing is due, or another worker is at it."""
    own = PlatformLink.objects.across_teams().due(now).filter(pk=link_id)
    if not own.update(next_at=now + EVERY):
        return None
    link = PlatformLink.objects.across_teams().select_related("team", "agent__team", "connection__team").get(pk=link_id)
    return _Pull(link, clock).run()


class _Pull:
    def __init__(self, link: PlatformLink, clock: Clock) -> None:
        self.link, self.clock = link, clock
        self.result = Pulled()
        known = PulledSession.objects.of(link.team).filter(agent=link.agent, connection=link.connection)
        self.known = {row.external_id: row for row in known}
        self.erased = erased.known(link.team)

    def run(self) -> Pulled:
        """What came before a failure is kept, and the next pull goes on from there."""
        batch = _Batch(reached=self.link.watermark)
        next_at: datetime | None = None
        try:
            self._bring(batch)
        except (clients.Refused, keys.BadKey) as refused:
            self.result.problem = str(refused)
        except sealing.Lost:
            self.result.problem = _("The key of the connection cannot be read any more.")
        except anthropic.APIError as error:
            self.result.problem = patience.told(error)
            next_at = patience.next_try(error, attempts=self.link.attempts, now=self.clock())
        self._store(batch)
        self._end(next_at)
        return self.result

    def _bring(self, batch: _Batch) -> None:
        link = self.link
        client = clients.platform_client(link.connection, residency=[link.agent.residency])
        since = link.watermark and link.watermark - LOOK_BACK
        with client:
            dreamt = fetching.of_dreams(client)
            for session in fetching.finished(client, agent=link.platform_agent, since=since):
                if erased.digest(session["id"]) in self.erased:
                    self.result.erased += 1
                elif session["id"] not in dreamt and self._is_news(client, session):
                    if self.result.sessions == MOST:
                        self.result.is_cut = True
                        return
                    self._fetch(client, session, batch)
                began = decoding.moment(session.get("created_at"))
                batch.reached = max(filter(None, (batch.reached, began)), default=None)
                if len(batch.fetched) == TOGETHER:
                    self._store(batch)

    def _is_news(self, client: anthropic.Anthropic, session: Raw) -> bool:
        """A session that is not known, or that changed; one that was quiet for long is asked about more rarely."""
        row = self.known.get(session["id"])
        if row is None or row.updated_at != decoding.moment(session.get("updated_at")):
            return True
        now = self.clock()
        quiet = now - (row.last_processed_at or row.looked_at)
        if row.is_final or row.problem or now - row.looked_at < quiet / QUIET:
            return False
        try:
            more = fetching.has_more(client, session["id"], since=row.last_processed_at, known=row.last_event)
        except anthropic.NotFoundError:
            more = False
        row.looked_at = now
        row.save(update_fields=["looked_at"])
        return more

    def _fetch(self, client: anthropic.Anthropic, session: Raw, batch: _Batch) -> None:
        try:
            batch.fetched.append(fetching.whole(client, session))
        except anthropic.NotFoundError:
            return  # deleted while we looked
        self.result.sessions += 1

    def _store(self, batch: _Batch) -> None:
        """In one unit: the sessions, what is known of them now, and how far the listing came."""
        link, at = self.link, self.clock()
        with trail.unit_of_work(at=at):
            read = [(one, *_read(one)) for one in self._still_wanted(batch)]
            report = sessions.store(
                team=link.team,
                agent=link.agent,
                source=SOURCE,
                transcripts=[transcript for _one, transcript, _problem in read if transcript is not None],
                format=FORMAT,
                by=trail.SYSTEM,
                at=at,
                door="platform",
            )
            for one, _transcript, problem in read:
                self._note(one, problem, at)
            link.watermark = batch.reached
            link.save(update_fields=["watermark"])
        self.result.new += report.created
        self.result.extended += report.extended
        self.result.events += report.stored_events
        self.result.unreadable += sum(bool(problem) for *_read, problem in read)

    def _still_wanted(self, batch: _Batch) -> list[Fetched]:
        """What was fetched, without what was erased meanwhile: an erasure locks the agent, too."""
        Agent.objects.of(self.link.team).select_for_update().get(pk=self.link.agent_id)
        gone = erased.known(self.link.team)
        wanted = [one for one in batch.fetched if erased.digest(one.session["id"]) not in gone]
        self.result.erased += len(batch.fetched) - len(wanted)
        batch.fetched = []
        return wanted

    def _note(self, fetched: Fetched, problem: str, at: datetime) -> None:
        session, link = fetched.session, self.link
        external_id = session["id"]
        row = self.known.get(external_id)
        if row is None:
            row = PulledSession(
                team=link.team, agent=link.agent, connection=link.connection, external_id=external_id[:200]
            )
            self.known[external_id] = row
        row.updated_at = decoding.moment(session.get("updated_at"))
        row.last_event, row.last_processed_at = fetched.last
        row.is_final = session.get("status") == "terminated" or session.get("archived_at") is not None
        row.looked_at, row.problem = at, problem[:300]
        row.save()

    def _end(self, next_at: datetime | None) -> None:
        link, result, at = self.link, self.result, self.clock()
        link.problem, link.last_at = result.problem[:300], at
        link.attempts = link.attempts + 1 if result.problem else 0
        link.next_at = next_at or (at if result.is_cut else at + EVERY)
        if not result.problem and not result.is_cut:
            link.erased = result.erased
        with trail.unit_of_work(at=at) as unit:
            link.save(update_fields=["problem", "last_at", "attempts", "next_at", "erased"])
            if result.new or result.extended:
                data = {
                    "connection": link.connection.public_id,
                    "sessions": result.sessions,
                    "new": result.new,
                    "extended": result.extended,
                    "events": result.events,
                    "erased": result.erased,
                }
                unit.record("sessions.pulled", target=link.agent, by=trail.SYSTEM, data=data)
        log.info("sessions_pulled", link=link.pk, sessions=result.sessions, new=result.new, failed=bool(result.problem))


def _read(fetched: Fetched) -> tuple[Transcript | None, str]:
    try:
        return settling.settle(fetched.session["id"], managed_agents.read(fetched.session, fetched.events)), ""
    except BadTranscript as bad:
        return None, str(bad)
