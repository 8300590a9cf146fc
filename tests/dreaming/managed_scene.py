"""An agent on the fake platform, with sessions that were pulled, and its runs followed to their end."""

from datetime import timedelta

from agents.enums import StoreKind
from agents.pulling import mapping, pulls
from agents.stores import linking
from audit import trail
from dreaming import leftovers, runs, settings
from dreaming.engines.managed import account as accounts
from dreaming.enums import RunOrigin, RunState
from dreaming.models import JournalEntry
from tests import agent_recipes
from tests.dreaming import scenes

AT = scenes.AT
PRICE = {
    "input_tokens": 2.0,
    "output_tokens": 10.0,
    "cache_read_input_tokens": 0.2,
    "cache_creation_input_tokens": 4.0,
}
SAID = "No, refunds above 150 EUR need approval, not those above 100."


class Scene:
    """`store` is the platform's store that the namespace is linked to, where there is one."""

    def __init__(self, team, platform, *, sessions=3, memories=None, wishes=(), **agent):
        self.platform, self.team, self.now = platform, team, AT
        self.platform_agent = platform.seed_agent()
        self.agent = scenes.agent_that_writes(team, memories=memories or {"/house.md": "- Be kind.\n"}, **agent)
        self.space = self.agent.space
        self.connection = agent_recipes.connection(team, base_url=platform.url, key=platform.key, name="Workspace")
        self.sessions = [self.talk(number) for number in range(sessions)]
        self.link = mapping.map_agent(
            agent=self.agent, connection=self.connection, platform_agent=self.platform_agent, by=trail.SYSTEM, at=AT
        )
        if sessions:
            self.pull()
        values = {"engine": "managed", "curation": {"max_changes": 1000, "max_removals": 1000, "max_share": 1}}
        settings.set_(agent=self.agent, values=values | dict(wishes), by=trail.SYSTEM, at=AT)
        platform.forget()

    def link_store(self, memories):
        """Keep the namespace in a store of the platform that holds these."""
        store = self.platform.seed_store(memories)
        linking.set_store(
            namespace=self.space,
            kind=StoreKind.ANTHROPIC,
            connection=self.connection,
            place=store,
            by=trail.SYSTEM,
            at=AT,
        )
        self.platform.forget()
        return store

    def talk(self, number, said=SAID):
        at = AT - timedelta(days=9) + timedelta(minutes=number)
        events = [
            {"type": "user.message", "content": [{"type": "text", "text": f"Ticket {number}: {said}"}]},
            {"type": "agent.message", "content": [{"type": "text", "text": "Understood."}]},
        ]
        events = [one | {"processed_at": at.isoformat()} for one in events]
        return self.platform.seed_session(events, agent=self.platform_agent, created_at=at.isoformat())

    def pull(self):
        while pulls.pull(link_id=self.link.pk, now=self.now, clock=self.clock) is not None:
            self.link.refresh_from_db()
            assert self.link.problem == ""

    def clock(self):
        return self.now

    def queue(self):
        return runs.queue(agent=self.agent, origin=RunOrigin.COMMAND, by=trail.SYSTEM, at=self.now)

    def step(self, run):
        """One taking up of a run; time moves to where it may go on."""
        run = runs.perform(run_id=run.pk, now=self.now, clock=self.clock)
        if run.state == RunState.QUEUED:
            assert run.resume_at > self.now
            self.now = run.resume_at
        return run

    def dream(self, most=200):
        run = self.queue()
        for _ in range(most):
            run = self.step(run)
            if not run.is_active:
                return run
        raise AssertionError(f"the run is {run.state} at {run.stage}")

    def clear_once(self):
        for pk in leftovers.due(now=self.now):
            leftovers.clear(entry_id=pk, now=self.now, clock=self.clock)
        self.now += timedelta(minutes=2)

    def clear(self, most=20):
        """The tick clears until nothing is left."""
        for _ in range(most):
            self.clear_once()
            if not JournalEntry.objects.of(self.team).filter(key__startswith=accounts.KEY).exists():
                return
        raise AssertionError("something is left")

    def stores(self):
        return set(self.platform.workspace.stores)

    def posts(self, path="/v1/dreams"):
        return self.platform.asked(f"POST {path}")

    def usage(self):
        """Micro-dollars of all dreams of the platform, by the price of the model, all that was cached for an hour."""
        used = [one.values["usage"] for one in self.platform.workspace.dreams.values()]
        return sum(round(sum(one[name] * rate for name, rate in PRICE.items())) for one in used)
