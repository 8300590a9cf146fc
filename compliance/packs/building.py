"""Making a pack: every file of it, in one order, from a plan that is fixed."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from accounts.models import Team
from audit import exporting
from audit.checkpoints import signing_keys
from audit.verify import canonical, packing, signing, single
from compliance import controls
from compliance.packs import directory, disclosing, plans, report, texts
from compliance.packs.plans import Plan
from compliance.packs.scopes import Scope
from compliance.packs.shown import Report, Shown, Survey, survey

SPOOLED = 4 * 1024 * 1024
_CHUNK = 1024 * 1024


def build(out: IO[bytes], *, team: Team, plan: Plan, scope: Scope, disclosure: str, progress: Report) -> Survey:
    """Write the pack into a seekable file and return what it holds. The same plan makes the same bytes.

    Raises keys.NoKey, keys.BadKey, packing.TooLarge, and what `progress` raises.
    """
    shown = Shown(team, plan, scope, progress)
    found = survey(shown)
    withheld = frozenset(name for name in found.names if not plans.is_disclosed(name, disclosure))
    notes = [note.encode() for note in plan.checkpoints]
    writer = packing.Writer(out, about=plans.about(plan, scope, withheld), checkpoints=notes)
    listed = directory.document(shown, found.ids)
    writer.add("report.html", report.page(shown, found, roles=listed["roles"], disclosure=disclosure))
    writer.add("VERIFY.md", report.instructions(shown))
    writer.add("verify.py", single.source().encode())
    writer.add_events(shown.leaves("events"))
    writer.add_disclosures(disclosing.disclosures(shown, disclosure))
    writer.add_redactions(shown.redacting())
    writer.add("events.csv", exporting.csv_rows(shown.events))
    writer.add("controls.csv", _controls(shown))
    writer.add("directory.json", canonical.dumps(listed, limit=None))
    writer.add("keys.json", canonical.dumps({"keys": plan.keys}, limit=None))
    _add_texts(writer, shown)
    progress("signing", plan.size, plan.size)
    signer = signing_keys.held()[-1].secret
    writer.finish(sign=lambda text: signing.signed_note(text, [signer]))
    return found


def _controls(shown: Shown) -> Iterator[bytes]:
    """Which event may serve as evidence for which control; whether a control is met is for an assessor to say."""
    lines = exporting.Lines()
    yield lines.row(["event", "id", "time", "type", "supports_evidence_for"])
    for page in shown.pages("controls"):
        yield b"".join(
            lines.row([str(one["seq"]), one["id"], one["time"], one["type"], control])
            for one in page
            for control in controls.supported_by(one["type"])
        )


def _add_texts(writer: packing.Writer, shown: Shown) -> None:
    """The list of texts waits beside the pack until the texts are in it."""
    with SpooledTemporaryFile(SPOOLED) as listed:
        listed.writelines(texts.write(shown, writer.add_blob))
        listed.seek(0)
        writer.add("texts.jsonl", iter(lambda: listed.read(_CHUNK), b""))
