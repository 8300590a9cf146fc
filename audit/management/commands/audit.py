import hashlib
import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from audit import checking, exporting, publishing, roles, trail
from audit.checkpoints import anchors, signing_keys
from audit.keys import BadKey
from audit.management import acts
from audit.management.commands._sealing import SealingActions
from audit.models import Event
from audit.verify.notes import BadNote, PublicKey

WRITERS = {"csv": exporting.csv_rows, "jsonl": exporting.jsonl}


class Command(SealingActions, BaseCommand):
    help = "Verify, seal or export the audit trail, list its types of events, or grant the role of the application."

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)

        verify = actions.add_parser("verify", help="check logs against themselves; 1 if anything is wrong")
        verify.add_argument("--log", help="one log (default: all)")
        verify.add_argument("--notes", type=Path, help="folder of checkpoints to hold the logs against, too")
        verify.add_argument("--key", action="append", default=[], help="public key of --notes (default: those here)")
        verify.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

        export = actions.add_parser("export", help="write events; JSON lines are the record, CSV guards its cells")
        export.add_argument("--log", required=True)
        export.add_argument("--format", choices=sorted(WRITERS), default="jsonl")
        export.add_argument("--since", type=moment, help="from this ISO 8601 time on; UTC where it names no zone")
        export.add_argument("--until", type=moment, help="before this time")
        export.add_argument("--type", action="append", default=[], help="only this type; may be repeated")
        export.add_argument("--actor", default="", help="only by this id")
        export.add_argument("--target", default="", help="only about this id")
        export.add_argument("--out", type=Path, help="file to write (default: standard output)")
        export.add_argument("--json", action="store_true", help="print what was written; needs --out")

        listed = actions.add_parser("catalogue", help="every type of event, as docs/events.md")
        listed.add_argument("--json", action="store_true", help="as docs/events.schema.json, a JSON Schema")

        self.add_sealing_arguments(actions)

        for name, act in acts.known.items():
            actions.add_parser(name, help=act.help)

        grant = actions.add_parser("grant", help="let a role do what the application needs, and no more")
        grant.add_argument("--role", required=True)
        grant.add_argument("--print", action="store_true", help="print the statements instead of running them")

    def handle(self, *args, action, **options):
        if action in acts.known:
            acts.known[action].do(self.stdout.write)
        else:
            getattr(self, action)(**options)

    def verify(self, *, log, notes, key, json, **_options):
        try:
            keys = [PublicKey.parse(text) for text in key] or [one.secret.public for one in signing_keys.held()]
            reports = [
                checking.check(name, anchors=anchors.known(name, place=notes, keys=keys))
                for name in ([log] if log else checking.logs())
            ]
        except checking.NoLog:
            raise CommandError(f"there is no log {log}", returncode=2) from None
        except BadNote as error:
            raise CommandError(f"--key: {error}", returncode=2) from None
        except (anchors.NotRead, BadKey) as error:
            raise CommandError(str(error), returncode=1) from error
        is_sound = all(report.is_sound for report in reports)
        if json:
            self._print({"version": 1, "ok": is_sound, "logs": [report.as_json() for report in reports]})
        else:
            self._print_reports(reports)
        if not is_sound:
            broken = ", ".join(report.log for report in reports if not report.is_sound)
            raise CommandError(f"does not verify: {broken}", returncode=1)

    def export(self, *, log, format, since, until, type, actor, target, out, json, **_options):
        if json and not out:
            raise CommandError("--json needs --out", returncode=2)
        if log not in checking.logs():
            raise CommandError(f"there is no log {log}", returncode=2)
        events = Event.objects.of_log(log).matching(types=type, actor=actor, target=target, since=since, until=until)
        digest, lines = hashlib.sha256(), 0
        try:
            with self._sink(out) as write:
                for part in WRITERS[format](events):
                    digest.update(part)
                    lines += part.count(b"\n")
                    write(part)
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}", returncode=1) from error
        made = {"format": format, "rows": lines - (format == "csv"), "sha256": digest.hexdigest()}
        narrowed = {"types": type, "actor": actor, "target": target, "since": since, "until": until}
        self._record_export(log, made | {name: as_data(value) for name, value in narrowed.items() if value})
        if json:
            self._print({"version": 1, "log": log, **made, "out": str(out)})

    def catalogue(self, *, json, **_options):
        self.stdout.write(publishing.schema() if json else publishing.page(), ending="")

    def grant(self, *, role, print, **_options):
        try:
            statements = roles.grants(role=role, connection=connection)
            if print:
                self.stdout.write("".join(f"{statement};\n" for statement in statements), ending="")
                return
            with connection.cursor() as cursor:
                cursor.execute(";\n".join(statements))
        except roles.NoRoles as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            raise CommandError(str(error).strip(), returncode=1) from error

    def _print(self, document):
        self.stdout.write(json.dumps(document, indent=2))

    def _print_reports(self, reports):
        for report in reports:
            checked = ", ".join(f"{count} {what}" for what, count in sorted(report.checked.items()))
            self.stdout.write(f"{report.log}: {'sound' if report.is_sound else 'BROKEN'}; checked {checked}")
            self.stdout.write(f"  size {report.size}, root {report.root or 'unknown'}")
            for fault in report.faults:
                place = f"event {fault.seq}" if fault.seq is not None else "log"
                self.stdout.write(f"  {place}: {fault.reason}: {fault.detail}")
            if report.fault_count > len(report.faults):
                self.stdout.write(f"  and {report.fault_count - len(report.faults)} more")
        unchecked = dict.fromkeys(one for report in reports for one in report.not_checked) or checking.NOT_CHECKED
        self.stdout.write("Not checked: " + "; ".join(unchecked) + ".")

    @contextmanager
    def _sink(self, out):
        """A function that takes bytes. A file appears under its name only when all of it is there."""
        if out is None:
            yield lambda part: self.stdout.write(part.decode(), ending="")
            return
        unfinished = out.with_name(out.name + ".part")
        try:
            with unfinished.open("wb") as file:
                yield file.write
            os.replace(unfinished, out)
        finally:
            unfinished.unlink(missing_ok=True)

    def _record_export(self, log, data):
        with trail.unit_of_work(at=timezone.now()) as unit:
            unit.record(
                "export.made",
                target=trail.Target("log", log),
                by=trail.SYSTEM,
                log=log,
                data={**data, "door": "command"},
            )


def as_data(value):
    return value.isoformat() if isinstance(value, datetime) else value


def moment(text):
    """An ISO 8601 time or date, as argparse wants it."""
    try:
        found = parse_datetime(text) or datetime.combine(parse_date(text), datetime.min.time())
    except (ValueError, TypeError):
        raise ValueError(text) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
