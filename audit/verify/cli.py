"""lucid-verify: check an evidence pack, offline.

Exit codes: 0 verified, 1 tampered, 2 incomplete or unverifiable, 3 usage, 4 a version that it does not know.
"""

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from audit.verify import notes, verdicts, verifying

_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")
_MAX_KEY_FILE = 64 * 1024
_HEADLINES = {
    verdicts.VERIFIED: "VERIFIED",
    verdicts.TAMPERED: "NOT VERIFIED: this is not what the log recorded",
    verdicts.UNVERIFIABLE: "NOT VERIFIED: something is missing that verifying needs",
    verdicts.UNSUPPORTED: "NOT VERIFIED: this verifier does not know packs of this version",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(verdicts.USAGE, f"lucid-verify: {printable(message)}\n")


def main(argv: Sequence[str] | None = None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show a letter must not turn a verdict around
    options = _parser().parse_args(argv)
    try:
        trust = _trust(options.key, options.pin)
        with open(options.pack, "rb") as file:
            verdict = verifying.verify(file, trust, strict=options.strict)
    except (OSError, notes.BadNote, verifying.BadPin) as error:
        print(f"lucid-verify: {printable(_why(error))}", file=sys.stderr)
        return verdicts.USAGE
    _say(json.dumps(verdict.as_json(), ensure_ascii=True) if options.json else _in_words(options.pack, verdict))
    return verdict.exit_code


def _say(text: str) -> None:
    """Print; a reader that has gone, as `head` does, or a full disk must not turn a verdict around."""
    try:
        print(text, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is flushed at the exit


def printable(text: str) -> str:
    """Without what could move a cursor, colour a terminal or turn a line around."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="lucid-verify", description="Check an evidence pack of Lucid. Works offline.")
    parser.add_argument("pack", metavar="PACK.zip")
    parser.add_argument(
        "--key",
        action="append",
        required=True,
        help="public key (name+id+base64), a file of such lines, or a fingerprint (sha256:...); may be given again",
    )
    parser.add_argument("--pin", metavar="NOTE", help="a checkpoint of this log that you kept from before")
    parser.add_argument("--strict", action="store_true", help="also read each event and its link to the one before")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def read_keys(given: Sequence[str]) -> list[notes.PublicKey]:
    """The keys that these texts, or the files of these names, hold. Raises notes.BadNote and OSError."""
    lines = [line for text in given for line in (_key_lines(text) if os.path.isfile(text) else [text])]
    return [notes.PublicKey.parse(line) for line in lines]


def _trust(given: Sequence[str], pin: str | None) -> verifying.Trust:
    fingerprints = [text for text in given if _FINGERPRINT.fullmatch(text)]
    keys = read_keys([text for text in given if text not in fingerprints])
    return verifying.Trust(keys, fingerprints, None if pin is None else _read_pin(pin))


def _key_lines(path: str) -> list[str]:
    text = _limited(path).decode("utf-8", "replace")
    found = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not found:
        raise notes.BadNote(f"{path} holds no key")
    return found


def _read_pin(path: str) -> bytes:
    """A note, perhaps saved from a mail by a program that ends its lines in another way."""
    return _limited(path).replace(b"\r\n", b"\n")


def _limited(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(_MAX_KEY_FILE)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, verifying.BadPin):
        return f"--pin: {error}"
    return f"--key: {error}"


def _in_words(path: str, verdict: verdicts.Verdict) -> str:
    lines = [_HEADLINES[verdict.exit_code], f"pack: {path}"]
    about = verdict.about
    if about:
        bounds = about["range"]
        lines.append(f"log: {about['log']}, events {bounds['first']} to {bounds['last']}, {about['class']}")
        lines.append(f"made: {about['made_at']} by {about['tool']}")
    for fault in verdict.faults:
        place = "" if fault.seq is None else f" event {fault.seq}:"
        lines.append(f"  [{fault.reason}]{place} {fault.detail}")
    if verdict.fault_count > len(verdict.faults):
        lines.append(f"  and {verdict.fault_count - len(verdict.faults)} more")
    lines.append(
        "checked: " + (", ".join(f"{count} {what}" for what, count in verdict.checked.items() if count) or "-")
    )
    lines.append("not checked:")
    lines += [f"  - {what}" for what in verdict.not_checked]
    return "\n".join(printable(line) for line in lines)


if __name__ == "__main__":
    sys.exit(main())
