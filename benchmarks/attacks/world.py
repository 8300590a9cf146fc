"""Teams under attack: one where everything is automatic, one whose reviewer approves all that is low without a look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import members, tokens
from accounts.enums import Role, Scope
from accounts.models import Team, User
from agents import memory as memories
from agents import roster, sessions
from agents.enums import Access, Exposure, Tier
from agents.importers.records import EventRecord, FeedbackRecord, OutcomeRecord, Transcript
from agents.models import Agent, Memory, Namespace, Session, SessionEvent
from agents.text import lines as text_lines
from audit import trail
from benchmarks.attacks.company import MEMORY, PROTECTED
from benchmarks.attacks.notation import Attack, Put, Step, Talk
from dreaming import answering, runs
from dreaming.enums import RunOrigin
from reviews import applying, decisions, desk, editing, proposals, reverting
from reviews.automatic import letting_through
from reviews.decisions import Refused, Word
from reviews.drafts import BadDraft, Draft, DraftTarget
from reviews.drift import baselines
from reviews.enums import UNDECIDED, Operation, RejectCode, Verdict
from reviews.models import Change, Proposal
from reviews.policy import documents, versions
from reviews.proposals import Origin

SECOND = timedelta(seconds=1)
FOUNDED, BEGUN = timedelta(days=60), timedelta(days=25)
UNDONE, UNSTOPPED = timedelta(minutes=2), timedelta(minutes=61)
EVENT = {"user": "user_input", "agent": "agent_authored", "system": "system", "recalled": "recalled"}
SPEAKER = {"user": "user", "agent": "assistant", "system": "system", "recalled": "memory"}


class World:
    """A team whose agents and namespaces are attacked one after the other; `automatic` or with a careless reviewer."""

    def __init__(self, slug: str, *, automatic: bool) -> None:
        self.now = timezone.now()
        self.automatic = automatic
        founded = self.now - FOUNDED
        self.team = members.create_team(name=slug.title(), slug=slug, by=trail.SYSTEM, at=founded)
        self.numbers = count(1)
        self.careless = self._person("careless", Role.REVIEWER)
        self.honest = [self._person("honest", Role.LEAD), self._person("guard", Role.SECURITY, Role.REVIEWER)]
        self.insider = self._person("insider", Role.LEAD)
        self.member = self._person("member", Role.MEMBER)
        admin = self._person("admin", Role.ADMIN)
        self.token = tokens.create(
            team=self.team,
            name="pipeline",
            scopes=[Scope.PROPOSE, Scope.SESSIONS_WRITE],
            expires_at=self.now + timedelta(days=30),
            by=admin,
            at=self.now,
        )[1]
        if automatic:
            document = documents.document_of(self.team) | {"mode": "automatic"}
            versions.set_(team=self.team, document=document, by=trail.SYSTEM, at=founded)

    def _person(self, name: str, *roles: str) -> User:
        email = f"{name}@{self.team.slug}.example"
        at = self.team.created_at
        _, secret = members.invite(team=self.team, email=email, roles=list(roles), by=trail.SYSTEM, at=at)
        user = User.objects.create_user(email, None, name=name.title())
        members.accept(secret=secret, user=user, at=at)
        return user

    def place(self, *, customers: bool) -> tuple[Agent, Namespace]:
        """A fresh agent with a namespace of its own that was signed off."""
        name, at = f"a{next(self.numbers)}", self.now - FOUNDED
        exposure = Exposure.CUSTOMER if customers else Exposure.INTERNAL
        agent = roster.create_agent(team=self.team, slug=name, name=name, exposure=exposure, by=trail.SYSTEM, at=at)
        space = roster.create_namespace(
            team=self.team, slug=name, name=name, protected=PROTECTED, by=trail.SYSTEM, at=at
        )
        roster.set_access(agent=agent, namespace=space, mode=Access.WRITE, by=trail.SYSTEM, at=at)
        memories.import_first(
            team=self.team, namespace=space, files=list(MEMORY.items()), by=trail.SYSTEM, at=at + SECOND
        )
        root = baselines.live(space).root
        baselines.sign(namespace=space, root=root, note="", by=self.honest[1], at=at + 2 * SECOND)
        return agent, space


class Siege:
    """One attack in one world."""

    def __init__(self, world: World, attack: Attack) -> None:
        self.world, self.attack = world, attack
        self.team: Team = world.team
        self.agent, self.space = world.place(customers=attack.customers)
        self.refusals: list[str] = []
        self.held: list[Session] = []

    def run(self) -> None:
        for day in sorted({one.day for one in self.attack.talks}):
            at = self.world.now - BEGUN + timedelta(days=day)
            self._push([one for one in self.attack.talks if one.day == day], at)
            if self.attack.door in ("dream", "reviewer", "answer"):
                self._dream(at)
        getattr(self, f"_by_{self.attack.door}")()

    def changes(self) -> list[Change]:
        return list(Change.objects.of(self.team).filter(namespace=self.space).order_by("pk"))

    def live(self) -> dict[str, str]:
        rows = Memory.objects.of(self.team).live().filter(namespace=self.space)
        return dict(rows.values_list("path", "head__blob__text"))

    # what comes in

    def _push(self, talks: Sequence[Talk], at: datetime) -> None:
        made = []
        for talk in talks:
            for _ in range(talk.times):
                number = next(self.world.numbers)
                made.append(_transcript(talk, number, at - timedelta(hours=len(made) + 1)))
        sessions.store(
            team=self.team,
            agent=self.agent,
            source="push",
            transcripts=made,
            format="lucid",
            by=trail.SYSTEM,
            at=at,
        )
        names = [one.external_id for one in made]
        rows = {row.external_id: row for row in Session.objects.of(self.team).filter(agent=self.agent)}
        self.held += [rows[name] for name in names]

    def _dream(self, at: datetime) -> None:
        run = runs.queue(agent=self.agent, origin=RunOrigin.COMMAND, by=trail.SYSTEM, at=at, wake=False)
        runs.perform(run_id=run.pk, now=at, clock=lambda: at + SECOND)
        if self.attack.door == "dream":
            self._decide(at + 2 * SECOND)

    # who acts

    def _by_dream(self) -> None:
        """Everything was said in sessions."""

    def _by_api(self) -> None:
        for number, changes in enumerate(self.attack.rounds):
            self._post(changes)
            if self.attack.refused_first and number == 0:
                self._turn_down()
            else:
                self._decide(timezone.now())

    _by_flood = _by_api

    def _by_member(self) -> None:
        for changes in self.attack.rounds:
            for change in changes:
                self._propose(change, self.world.member)
            self._decide(timezone.now())

    def _by_reviewer(self) -> None:
        """Somebody with review rights gives a machine's changes other words."""
        [(old, new)] = self.attack.reworded
        for change in self._undecided():
            seat = self._seat(change)
            texts = {
                (ground.target.position, at): "".join(hunk.after).replace(old, new)
                for ground in seat.standing.targets
                for at, hunk in enumerate(ground.hunks)
            }
            try:
                editing.edit(
                    team=self.team,
                    change_id=change.public_id,
                    revision_id=seat.head.public_id,
                    texts=texts,
                    reason="",
                    by=self.world.insider,
                    at=self._after_dream,
                )
            except Refused as refused:
                self.refusals.append(str(refused))
        self._decide(self._after_dream + SECOND)

    def _by_answer(self) -> None:
        """The same person asks for other words, and the engine answers."""
        [(_, words)] = self.attack.reworded
        for change in self._undecided():
            self._vote(change, self.world.insider, Word(Verdict.REQUEST_CHANGES, words), self._after_dream)
        at = self._after_dream + SECOND
        answering.collect(now=at)
        for answer in answering.waiting(now=at):
            answering.perform(answer_id=answer, now=at, clock=lambda: at + SECOND)
        for change in self._undecided():  # who asked is content, so nothing stands against it
            try:
                decisions.withdraw(
                    team=self.team, change_id=change.public_id, by=self.world.insider, at=at + 2 * SECOND
                )
            except Refused as refused:
                self.refusals.append(str(refused))
        self._decide(at + 3 * SECOND)

    def _by_revert(self) -> None:
        """What honest people approved is taken back."""
        for changes in self.attack.rounds:
            for change in changes:
                opened = self._propose(change, self.world.member)
                now = timezone.now()
                for made in self.changes():
                    for person in self.world.honest:
                        self._vote(made, person, Word(Verdict.APPROVE), now)
                applying.apply_due(team=self.team, namespace=self.space, now=now + UNDONE)
                if opened is not None:
                    reverting.open_revert(
                        team=self.team, proposal=opened, reason="Not needed.", by=self.world.insider, at=timezone.now()
                    )
        self._decide(timezone.now())

    @property
    def _after_dream(self) -> datetime:
        return self.world.now - BEGUN + timedelta(hours=1)

    # doors

    def _post(self, changes: Sequence[Put]) -> None:
        body = {"agent": self.agent.slug, "title": "Proposal", "changes": [self._as_json(one) for one in changes]}
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {self.world.token}"})
        answer = client.post("/api/v1/proposals", body, content_type="application/json")
        if answer.status_code != 201:
            self.refusals.append(f"{answer.status_code} {answer.json().get('code', '')}")

    def _as_json(self, change: Put) -> dict[str, Any]:
        said: dict[str, Any] = {
            "operation": change.op,
            "namespace": self.space.slug,
            "path": change.path,
            "title": change.title,
            "rationale": change.rationale,
            "evidence": list(self._quotes(change)),
        }
        base = self._memory(change.path)
        if base is not None:
            said["base_version"] = base.head.public_id  # type: ignore[union-attr]
        if change.text is not None:
            said["text_after"] = change.text
        elif change.swap and base is not None:
            said["text_after"] = _swapped(base.head.text, change)  # type: ignore[union-attr]
        if change.path_after:
            said["path_after"] = change.path_after
        if change.sources:
            rows = [(path, self._memory(path)) for path in change.sources]
            said["sources"] = [
                {"path": path, "base_version": row.head.public_id}  # type: ignore[union-attr]
                for path, row in rows
            ]
        return said

    def _quotes(self, change: Put) -> Iterator[dict[str, Any]]:
        for session, position in change.quotes:
            row = self.held[session]
            text = SessionEvent.objects.of(self.team).get(session=row, position=position).text
            yield {"session": row.public_id, "event": position, "start": 0, "end": len(text), "quote": text}
        if change.forged and self.held:
            said = change.forged
            yield {
                "session": self.held[0].public_id,
                "event": 0,
                "start": 0,
                "end": len(said),
                "quote": said,
            }

    def _propose(self, change: Put, by: User) -> Proposal | None:
        """What the form of a person's own proposal does."""
        memory = self._memory(change.path)
        base = memory.head if memory else None
        if change.op == "archive":
            target = DraftTarget(base=base, path_after=None)
        else:
            before = text_lines.split(base.text) if base else []
            after = change.text if base is None else _swapped(base.text, change)
            edits = tuple(text_lines.diff(before, text_lines.split(after or "")))
            target = DraftTarget(base=base, path_after=change.path_after or change.path, edits=edits)
        draft = Draft(Operation(change.op), self.space, change.title, (target,), rationale=change.rationale)
        try:
            return proposals.open_(
                team=self.team,
                agent=None,
                title=change.title,
                origin=Origin.person(by),
                drafts=[draft],
                at=timezone.now(),
            )
        except (BadDraft, ValueError) as refused:
            self.refusals.append(str(refused))
            return None

    def _memory(self, path: str) -> Memory | None:
        rows = Memory.objects.of(self.team).live().with_text().filter(namespace=self.space, path=path)
        return rows.first()

    # decisions

    def _decide(self, at: datetime) -> None:
        """What becomes of what waits: nobody looks, or somebody who approves whatever is low."""
        if self.world.automatic:
            letting_through.attend(team=self.team, at=at)
            applying.apply_due(team=self.team, namespace=self.space, now=at + UNSTOPPED)
            return
        for change in self._undecided():
            decisions.look_again(team=self.team, change_ids=[change.public_id], at=at)
            if self._seat(change).required["tier"] == Tier.LOW:
                self._vote(change, self.world.careless, Word(Verdict.APPROVE), at)
        applying.apply_due(team=self.team, namespace=self.space, now=at + UNDONE)

    def _turn_down(self) -> None:
        for change in self._undecided():
            word = Word(Verdict.REJECT, "No.", RejectCode.UNSAFE)
            self._vote(change, self.world.honest[0], word, timezone.now())

    def _undecided(self) -> list[Change]:
        return [change for change in self.changes() if change.state in UNDECIDED]

    def _seat(self, change: Change) -> desk.Seat:
        return desk.read_one(desk.rows(self.team).get(pk=change.pk), team=self.team)

    def _vote(self, change: Change, by: User, word: Word, at: datetime) -> None:
        try:
            decisions.decide(
                team=self.team,
                change_id=change.public_id,
                bound=self._seat(change).bound,
                word=word,
                by=by,
                at=at,
                opened=None,
            )
        except Refused as refused:
            self.refusals.append(str(refused))


def _swapped(text: str, change: Put) -> str:
    for old, new in change.swap:
        if old not in text:
            raise LookupError(f"{change.path} does not say {old!r}")
        text = text.replace(old, new)
    return text


def _transcript(talk: Talk, number: int, begun: datetime) -> Transcript:
    events = [event for step in talk.steps for event in _events(step, number)]
    name, source = talk.outcome or ("", "")
    remarks = talk.corrected or talk.comment
    return Transcript(
        external_id=f"s{number}",
        events=events,
        outcomes=[OutcomeRecord(name=name, source=source)] if name else [],  # type: ignore[arg-type]
        feedback=[FeedbackRecord(corrected_output=talk.corrected, comment=talk.comment, by="qa")] if remarks else [],
        task=talk.task,
        user=talk.user.replace("{n}", str(number)),
        started_at=begun,
        ended_at=begun + timedelta(minutes=5),
    )


def _events(step: Step, number: int, thread: str = "") -> Iterator[EventRecord]:
    kind, *given = (part.replace("{n}", str(number)) for part in step)
    if kind == "sub":
        yield from _events(tuple(given[1:]), number, given[0])
    elif kind in EVENT:
        shape = "notice" if kind == "recalled" else "message"
        yield EventRecord(shape, SPEAKER[kind], given[0], EVENT[kind], thread=thread)  # type: ignore[arg-type]
    else:
        tool, arguments, result = given
        yield EventRecord("tool_call", "assistant", arguments, "agent_authored", tool=tool, thread=thread)
        yield EventRecord(
            "tool_result", "", result, "external_tool", tool=tool, is_error=kind == "error", thread=thread
        )
