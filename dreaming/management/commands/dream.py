import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agents import naming
from audit import trail
from dreaming import documents, rehearsing, runs
from dreaming.costs import estimating
from dreaming.engines.protocol import EngineFailed
from dreaming.enums import EngineName, RunOrigin, RunState

DONE = (RunState.COMPLETED, RunState.NO_CHANGE)


class Command(BaseCommand):
    help = "Dream here and now: read an agent's sessions beside its memory and open a proposal."

    def add_arguments(self, parser):
        parser.add_argument("agent", metavar="AGENT", help="the agent's slug")
        parser.add_argument("--team", default="", metavar="SLUG", help="needed where several teams have such an agent")
        parser.add_argument("--engine", default="", choices=EngineName.values, help="default: as its settings say")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")
        parser.add_argument("--estimate", action="store_true", help="only say what it may cost; no model is asked")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, agent, team, engine, dry_run, **options):
        try:
            chosen = naming.find_agent(agent, team)
        except naming.NotNamed as unknown:
            raise CommandError(str(unknown), returncode=2) from unknown
        if options["estimate"]:
            self._estimate(chosen, engine, options["json"])
            return
        document, reason = self._rehearse(chosen, engine) if dry_run else self._dream(chosen, engine)
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            self._tell(document)
        if not document["funnel"].get("namespaces_to_write", 1):
            self.stderr.write(f"{chosen.slug} may write no namespace, so nothing can be proposed to it")
        if document["state"] not in DONE:
            raise CommandError(reason or f"the run ended {document['state']}", returncode=1)

    def _rehearse(self, agent, engine):
        try:
            return rehearsing.rehearse(agent=agent, engine=engine, at=timezone.now()), ""
        except EngineFailed as failed:
            raise CommandError(str(failed), returncode=1) from failed

    def _dream(self, agent, engine):
        try:
            run = runs.perform_here(
                agent=agent, origin=RunOrigin.COMMAND, by=trail.SYSTEM, at=timezone.now(), engine=engine
            )
        except runs.AlreadyDreaming as busy:
            raise CommandError(f"{agent.slug}: {busy}; wait for it, or cancel it on its page", returncode=1) from busy
        return documents.document(run), run.error

    def _estimate(self, agent, engine, as_json):
        found = estimating.estimate(agent=agent, at=timezone.now(), engine=engine)
        if as_json:
            self.stdout.write(json.dumps(found.document()))
            return
        self.stdout.write(f"{found.sessions} new sessions, by engine {found.engine}: {found.money or 'unknown'}")
        if found.refusal:
            self.stdout.write(f"  would not begin: {found.refusal}")
        if found.is_counted:
            self.stdout.write("  what is read was counted by who would read it")
        elif found.uncounted:
            self.stdout.write(f"  {found.uncounted} It is taken from lengths.")
        for stage in found.stages:
            least, most = stage.tokens
            self.stdout.write(f"  {stage.name} ({stage.model or 'no model'}): {least:,} to {most:,} tokens")
        for cap in found.passes:
            self.stdout.write(f"  may be refused: {cap}")

    def _tell(self, document):
        changes, patterns = len(document["changes"]), len(document["patterns"])
        self.stdout.write(f"{document['state']}: {patterns} patterns, {changes} changes")
        for change in document["changes"]:
            paths = ", ".join(f"{target['namespace']}{target['path']}" for target in change["targets"])
            self.stdout.write(f"  {change['operation']} {paths}: {change['reason_code']}")
