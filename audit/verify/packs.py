"""The evidence pack, version 1, as docs/packs.md describes it: names, limits, the manifest and the gaps."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.verify import canonical, merkle

VERSION = 1
MANIFEST = "manifest.json"
MANIFEST_NOTE = "manifest.note"
EVENTS = "events.jsonl"
GAPS = "proofs/gaps.jsonl"
DISCLOSURES = "disclosures.jsonl"
REDACTIONS = "redactions.jsonl"
KEYS = "keys.json"
CHECKPOINTS = "checkpoints/"
BLOBS = "blobs/"
REQUIRED = (EVENTS, GAPS, DISCLOSURES, REDACTIONS)

CONTIGUOUS = "contiguous"
FILTERED = "filtered"
ALL_NAMES = "*"  # in `withheld`: no private value is in the pack
REDACTED = "audit.redacted"  # the type of event that says which private values are gone, where its outcome is
DONE = "success"

MAX_TOTAL = 5_000_000_000
MAX_FILES = 65_535
MAX_RATIO = 100
RATIO_FROM = 1024 * 1024  # small files may compress better
MAX_MANIFEST = 32 * 1024 * 1024
MAX_NOTE = 64 * 1024
MAX_LINE = 1024 * 1024  # of gaps, disclosures and redactions; an event has 8 KiB
MAX_PARTS = 500_000  # values in a manifest: a few bytes of JSON can be many of memory
MAX_SEQ = 2**53 - 1
MAX_CHECKPOINTS = 10_000

NAME = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
HEX_32 = re.compile(r"[0-9a-f]{64}")
# A canonical line of disclosures whose value is ASCII and needs no escape: most are, and this way is ten times faster.
_PLAIN_DISCLOSURE = re.compile(
    rb'\{"event":(0|[1-9][0-9]{0,14}),"name":"([a-z0-9_]*)","salt":"((?:[0-9a-f]{2})*)","value":"([ !#-\[\]-~]*)"\}'
)
_NOTE_HEADER = "lucid-pack/v1"
_MANIFEST_FIELDS = {
    "version": int,
    "log": str,
    "origin": str,
    "made_at": str,
    "tool": str,
    "class": str,
    "scope": dict,
    "range": dict,
    "events": int,
    "withheld": list,
    "files": dict,
}


class BadPack(ValueError):
    """The pack is not what version 1 asks for."""


class OtherVersion(BadPack):
    """The pack is of a version that this code does not know."""


@dataclass(frozen=True)
class About:
    """What a pack says of itself. `first` and `last` bound the part of the log that was searched for its scope.

    `withheld` names the private fields whose values are left out on purpose, `("*",)` all of them.
    """

    log: str
    origin: str
    made_at: str
    tool: str
    completeness: str
    scope: Mapping[str, Any]
    first: int
    last: int
    withheld: Sequence[str] = ()


@dataclass(frozen=True)
class File:
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    about: About
    events: int
    files: Mapping[str, File]

    def encode(self) -> bytes:
        about = self.about
        return canonical.dumps(
            {
                "version": VERSION,
                "log": about.log,
                "origin": about.origin,
                "made_at": about.made_at,
                "tool": about.tool,
                "class": about.completeness,
                "scope": dict(about.scope),
                "range": {"first": about.first, "last": about.last},
                "events": self.events,
                "withheld": sorted(about.withheld),
                "files": {name: {"sha256": file.sha256, "bytes": file.size} for name, file in self.files.items()},
            },
            limit=MAX_MANIFEST,
        )

    @classmethod
    def parse(cls, raw: bytes) -> "Manifest":
        """Raises OtherVersion and BadPack."""
        if sum(raw.count(mark) for mark in b",[{") > MAX_PARTS:
            raise BadPack(f"has more than {MAX_PARTS} parts")
        try:
            content = canonical.loads(raw, limit=MAX_MANIFEST)
        except canonical.NotCanonical as error:
            raise BadPack(str(error)) from None
        if not isinstance(content, dict) or type(content.get("version")) is not int:
            raise BadPack("names no version")
        if content["version"] != VERSION:
            raise OtherVersion(f"a pack of version {content['version']}, not {VERSION}")
        _check_fields(content, _MANIFEST_FIELDS)
        about = About(
            log=content["log"],
            origin=content["origin"],
            made_at=content["made_at"],
            tool=content["tool"],
            completeness=_one_of(content["class"], (CONTIGUOUS, FILTERED)),
            scope=content["scope"],
            first=_bound(content["range"], "first"),
            last=_bound(content["range"], "last"),
            withheld=tuple(_all_text(content["withheld"])),
        )
        if not 0 <= content["events"] <= MAX_SEQ:
            raise BadPack("counts no events")
        return cls(about, content["events"], dict(_files(content["files"])))


@dataclass(frozen=True)
class Gap:
    """Events first to last, which the pack does not show: the roots of the subtrees that cover them.

    Beyond the newest checkpoint there are no nodes, for nothing proves what is there.
    """

    first: int
    last: int
    nodes: Sequence[bytes]

    def encode(self) -> bytes:
        content = {"first": self.first, "last": self.last, "nodes": b"".join(self.nodes).hex()}
        return canonical.dumps(content, limit=MAX_LINE) + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Gap":
        """Raises BadPack."""
        content = read_line(line, {"first": int, "last": int, "nodes": str})
        first, last = content["first"], content["last"]
        if not 0 < first <= last:
            raise BadPack("a gap goes from its first event to its last")
        joined = unhex(content["nodes"])
        step = merkle.HASH_BYTES
        return cls(first, last, [joined[start : start + step] for start in range(0, len(joined), step)])

    def levels(self) -> list[int]:
        return list(merkle.cover(self.first - 1, self.last))


@dataclass(frozen=True)
class Disclosure:
    """The value behind a commitment in `private` of event `seq`."""

    seq: int
    name: str
    salt: bytes
    value: str

    def encode(self) -> bytes:
        content = {"event": self.seq, "name": self.name, "salt": self.salt.hex(), "value": self.value}
        return canonical.dumps(content, limit=MAX_LINE) + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Disclosure":
        """Raises BadPack."""
        if plain := _PLAIN_DISCLOSURE.fullmatch(line):
            return cls(int(plain[1]), plain[2].decode(), bytes.fromhex(plain[3].decode()), plain[4].decode())
        content = read_line(line, {"event": int, "name": str, "salt": str, "value": str})
        return cls(content["event"], content["name"], unhex(content["salt"]), content["value"])


def manifest_text(*, log: str, manifest: bytes) -> str:
    """What `manifest.note` signs; its header keeps it from ever being read as a checkpoint."""
    return f"{_NOTE_HEADER}\n{log}\nsha256:{hashlib.sha256(manifest).hexdigest()}\n"


def checkpoint_name(size: int) -> str:
    return f"{CHECKPOINTS}{size:016d}.note"


def read_line(line: bytes, fields: Mapping[str, type]) -> dict[str, Any]:
    try:
        content = canonical.loads(line, limit=MAX_LINE)
    except canonical.NotCanonical as error:
        raise BadPack(str(error)) from None
    _check_fields(content, fields)
    found: dict[str, Any] = content
    return found


def unhex(text: str) -> bytes:
    """Lower-case hex digits, nothing else. Raises BadPack."""
    if not re.fullmatch(r"(?:[0-9a-f]{2})*", text):
        raise BadPack("not hex")
    return bytes.fromhex(text)


def _check_fields(content: object, fields: Mapping[str, type]) -> None:
    if not isinstance(content, dict) or content.keys() != fields.keys():
        raise BadPack(f"has other fields than {', '.join(sorted(fields))}")
    wrong = [name for name, kind in fields.items() if type(content[name]) is not kind]
    if wrong:
        raise BadPack(f"{', '.join(sorted(wrong))} is of another kind")


def _one_of(text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise BadPack(f"knows no class but {', '.join(known)}")
    return text


def _bound(bounds: dict[str, Any], name: str) -> int:
    _check_fields(bounds, {"first": int, "last": int})
    value: int = bounds[name]
    if value < 0:
        raise BadPack("a range has no numbers below 0")
    return value


def _all_text(values: list[Any]) -> list[str]:
    if not all(isinstance(one, str) for one in values):
        raise BadPack("withheld is a list of names")
    return values


def _files(files: dict[str, Any]) -> Iterator[tuple[str, File]]:
    for name, content in files.items():
        _check_fields(content, {"sha256": str, "bytes": int})
        if not NAME.fullmatch(name) or not HEX_32.fullmatch(content["sha256"]) or content["bytes"] < 0:
            raise BadPack("names a file without its hash and size")
        yield name, File(content["sha256"], content["bytes"])
