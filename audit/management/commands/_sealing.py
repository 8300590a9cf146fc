"""`audit checkpoint` and `audit keys`: the actions that need the signing key, and those that only read public ones."""

import getpass
import os
import socket
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.management.base import CommandError
from django.utils import timezone

from audit import checking, files, keys, trail
from audit.checkpoints import delivering, memory, restarting, signer, signing_keys
from audit.management import acts

REASONS = {
    "restored": "the database was restored from a backup",
    "state_lost": "what the signer remembered is gone",
    "key_lost": "the key that signed before is gone",
}


class SealingActions:
    """Mixed into the command `audit`."""

    def add_sealing_arguments(self, actions):
        sign = actions.add_parser("checkpoint", help="sign the head of logs now and deliver; 1 if one is refused")
        sign.add_argument("--log", help="one log (default: all)")
        sign.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        sign.add_argument("--restart", choices=sorted(REASONS), help="begin anew with --log, as an act that it records")
        sign.add_argument("--by", metavar="EMAIL", help="who answers for --restart: a member who may")

        keys_ = actions.add_parser("keys", help="the keys that sign checkpoints")
        keys_.add_argument("what", choices=["list", "rotate", "export"])
        keys_.add_argument("--out", help="file for the public keys (export; default: standard output)")
        keys_.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def checkpoint(self, *, log, restart, by, json, **_options):
        known = checking.logs()
        if (log and log not in known) or (restart and not log):
            raise CommandError(f"there is no log {log}" if log else "--restart needs --log", returncode=2)
        person = _answers_for(log, by) if restart else None
        now = timezone.now()
        refused = []
        with _said():
            if restart:
                restarting.restart(log, reason_code=restart, by=person, account=_account(), at=now)
            else:
                refused = signer.sign_each([log] if log else [*known, *_installation(known)], at=now)
            delivering.deliver_due(now=now)
            self._print_signed([log] if log else checking.logs(), refused, as_json=json)
        if refused:
            raise CommandError("\n".join(map(str, refused)), returncode=1)

    def keys(self, *, what, out, json, **_options):
        with _said():
            {"list": self._list, "rotate": self._rotate, "export": self._export}[what](out, as_json=json)

    def _list(self, _out, *, as_json):
        held = signing_keys.held()
        rows = [{"generation": one.generation, **_public(one.secret.public)} for one in held]
        if as_json:
            self._print({"version": 1, "folder": str(keys.folder()), "keys": rows})
            return
        for row in rows:
            self.stdout.write(f"{row['generation']}  {row['public']}\n   {row['fingerprint']}")
        if not rows:
            self.stdout.write("There is no key yet: the first checkpoint makes one.")

    def _rotate(self, _out, *, as_json):
        made = signing_keys.rotate()
        logs = checking.logs()
        now = timezone.now()
        refused = signer.sign_each(logs, at=now)
        delivering.deliver_due(now=now)
        if as_json:
            self._print({"version": 1, "generation": made.generation, **_public(made.secret.public), "logs": len(logs)})
        else:
            self.stdout.write(f"Generation {made.generation} signs from here on; logs handed over: {len(logs)}")
            self.stdout.write(made.secret.public.encode())
        if refused:
            raise CommandError("\n".join(map(str, refused)), returncode=1)

    def _export(self, out, *, as_json):
        published = signing_keys.published()
        if as_json:
            self._print({"version": 1, "keys": [_public(key) for key in published]})
            return
        text = "".join(f"{key.encode()}\n" for key in published)
        if out is None:
            self.stdout.write(text, ending="")
            return
        try:
            files.replace(Path(out), text.encode())
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}", returncode=1) from error

    def _print_signed(self, logs, refused, *, as_json):
        reasons = {one.log: one for one in refused}
        rows = [_row(log, memory.of(log), reasons.get(log)) for log in logs]
        if as_json:
            self._print({"version": 1, "ok": not refused, "logs": rows})
            return
        for row in rows:
            self.stdout.write(f"{row['log']}: {row['refused'] or 'signed'}; newest checkpoint at {row['size']}")
            self.stdout.write(row["note"])


@contextmanager
def _said():
    """What a person has to mend is said without a traceback."""
    try:
        yield
    except (keys.NoKey, keys.BadKey, memory.Unreadable, signer.Refused) as error:
        raise CommandError(str(error), returncode=1) from error


def _answers_for(log, email):
    if not email:
        raise CommandError("--restart needs --by, the address of who answers for it", returncode=2)
    try:
        return acts.person(email, log).trail_actor
    except acts.NotTheirs as refused:
        raise CommandError(f"--by: {refused}", returncode=2) from None


def _account():
    """Of the operating system, as nobody signs in here. A container may have a number and no name."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"


def _installation(known):
    return [] if trail.INSTALLATION in known else [trail.INSTALLATION]


def _public(key):
    return {"public": key.encode(), "fingerprint": key.fingerprint}


def _row(log, signed, refused):
    return {
        "log": log,
        "size": signed.size if signed else 0,
        "at": datetime.isoformat(signed.at) if signed else None,
        "note": signed.note if signed else "",
        "refused": refused.reason if refused else "",
    }
