"""Verifying an evidence pack: from the zip through manifest, files and checkpoints to each event. docs/packs.md."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from audit.verify import chain, looking, merkle, notes, packs, walking
from audit.verify.archives import Archive, BadArchive
from audit.verify.chain import Fault
from audit.verify.verdicts import Stop, Verdict

MAX_REDACTED = 2_000_000
MAX_REDACTIONS = 100_000
_WALKED = (packs.EVENTS, packs.GAPS, packs.DISCLOSURES)
_PROVEN = (packs.EVENTS, packs.GAPS, packs.DISCLOSURES, packs.REDACTIONS)


class BadPin(ValueError):
    """What the caller gave as a pin is no checkpoint signed by the caller's keys."""


@dataclass(frozen=True)
class Trust:
    """What the caller brings. A fingerprint admits the key of the pack that has it."""

    keys: Sequence[notes.PublicKey] = ()
    fingerprints: Sequence[str] = ()
    pin: bytes | None = None


@dataclass
class _Pack:
    archive: Archive
    manifest: packs.Manifest
    keys: Sequence[notes.PublicKey]
    verdict: Verdict
    sealed: int = 0
    roots: list[walking.Root] = field(default_factory=list)
    redacted: dict[str, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("Q")))
    copies: dict[int, bytes] = field(default_factory=dict)

    def read(self, name: str) -> Iterator[bytes]:
        """A file in pieces; at its end, whether it is the one that the manifest names. Raises Stop."""
        digest, wanted = hashlib.sha256(), self.manifest.files[name]
        try:
            for piece in self.archive.read(name):
                digest.update(piece)
                yield piece
        except BadArchive as error:
            raise Stop(error.reason, str(error)) from None
        self.verdict.checked["files"] += 1
        if (digest.hexdigest(), self.archive.entries[name].size) != (wanted.sha256, wanted.size):
            self.verdict.add([Fault(None, "file-hash", f"{name} is not the file that the manifest names")])

    def names(self, folder: str) -> list[str]:
        return sorted(name for name in self.manifest.files if name.startswith(folder))


def verify(file: IO[bytes], trust: Trust, *, strict: bool = False) -> Verdict:
    """Check a pack, offline. `strict` also reads the form of each event and the links between them. Raises BadPin."""
    verdict = Verdict()
    try:
        pack = _opened(file, trust, verdict)
        _check_files(pack)
        _check_checkpoints(pack)
        _pin(pack, trust.pin)
        _read_redactions(pack)
        _walk(pack, strict=strict)
    except BadArchive as error:
        verdict.add([Fault(None, error.reason, str(error))])
    except Stop as stop:
        verdict.add([stop.fault])
    verdict.not_checked += _not_checked(verdict, trust, strict=strict)
    return verdict


def _opened(file: IO[bytes], trust: Trust, verdict: Verdict) -> _Pack:
    archive = Archive(file)
    for name in (packs.MANIFEST, packs.MANIFEST_NOTE):
        if name not in archive.entries:
            raise Stop("file-missing", f"there is no {name}")
    raw = archive.read_whole(packs.MANIFEST, packs.MAX_MANIFEST)
    try:
        manifest = packs.Manifest.parse(raw)
    except packs.OtherVersion as error:
        raise Stop("version", str(error)) from None
    except packs.BadPack as error:
        raise Stop("manifest", f"the manifest {error}") from None
    keys = [*trust.keys, *_named_keys(archive, trust.fingerprints)]
    note = _signed(archive.read_whole(packs.MANIFEST_NOTE, packs.MAX_NOTE), keys, "the manifest")
    if note.text != packs.manifest_text(log=manifest.about.log, manifest=raw):
        raise Stop("manifest", "the note signs another manifest")
    verdict.checked["signatures"] += len(note.signatures)
    verdict.about = _summary(manifest)
    _compare_names(archive, manifest)
    return _Pack(archive, manifest, keys, verdict)


def _summary(manifest: packs.Manifest) -> dict[str, object]:
    about = manifest.about
    return {
        "log": about.log,
        "origin": about.origin,
        "class": about.completeness,
        "range": {"first": about.first, "last": about.last},
        "made_at": about.made_at,
        "tool": about.tool,
        "scope": about.scope,
    }


def _named_keys(archive: Archive, fingerprints: Sequence[str]) -> list[notes.PublicKey]:
    """Keys that lie in the pack and have a fingerprint that the caller knows."""
    if not fingerprints or packs.KEYS not in archive.entries:
        return []
    raw = archive.read_whole(packs.KEYS, packs.MAX_NOTE)
    try:
        named = [notes.PublicKey.parse(text) for text in json.loads(raw)["keys"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []
    return [key for key in named if key.fingerprint in fingerprints]


def _signed(raw: bytes, keys: Sequence[notes.PublicKey], what: str) -> notes.Note:
    try:
        return notes.verified(raw, keys)
    except notes.BadNote as error:
        raise Stop("note", f"the note of {what}: {error}") from None
    except notes.Forged as error:
        raise Stop("signature", f"{what}: {error}") from None
    except notes.Unsigned as error:
        raise Stop("key", f"{what}: {error}") from None


def _compare_names(archive: Archive, manifest: packs.Manifest) -> None:
    there = archive.entries.keys() - {packs.MANIFEST, packs.MANIFEST_NOTE}
    extra, missing = sorted(there - manifest.files.keys()), sorted(manifest.files.keys() - there)
    missing += [name for name in packs.REQUIRED if name not in manifest.files]
    if extra:
        raise Stop("file-extra", f"the manifest does not name {extra[0]}")
    if missing:
        raise Stop("file-missing", f"there is no {missing[0]}")


def _check_files(pack: _Pack) -> None:
    """Every file but those that are read later; a blob lies under its own hash."""
    for name in sorted(pack.manifest.files.keys() - {*_PROVEN}):
        for _ in pack.read(name):
            continue
        if name.startswith(packs.BLOBS):
            pack.verdict.checked["blobs"] += 1
            if name != packs.BLOBS + pack.manifest.files[name].sha256:
                pack.verdict.add([Fault(None, "blob", f"{name} does not hold the text of that hash")])


def _check_checkpoints(pack: _Pack) -> None:
    names = pack.names(packs.CHECKPOINTS)
    if len(names) > packs.MAX_CHECKPOINTS:
        raise Stop("limit", f"more than {packs.MAX_CHECKPOINTS} checkpoints")
    unknown = 0
    for name in names:
        raw = pack.archive.read_whole(name, packs.MAX_NOTE)
        try:
            _signed(raw, pack.keys, name)
            is_known = True
        except Stop as stop:
            if stop.fault.reason != "key":
                raise
            is_known = False
        checkpoint = _checkpoint(raw, name, pack.manifest.about.origin)
        pack.roots.append(walking.Root(checkpoint.size, checkpoint.root, "root", name))
        pack.verdict.checked["checkpoints"] += is_known
        unknown += not is_known
        pack.sealed = max(pack.sealed, checkpoint.size if is_known else 0)
    if unknown:
        pack.verdict.not_checked.append(f"who signed {unknown} of the checkpoints: not by a key that was given")
    if not names:
        raise Stop("no-checkpoint", "no checkpoint seals the pack")
    if unknown == len(names):
        raise Stop("key", "no checkpoint is signed by a key that was given")


def _checkpoint(raw: bytes, name: str, origin: str) -> notes.Checkpoint:
    try:
        checkpoint = notes.Checkpoint.parse(notes.Note.parse(raw).text)
    except notes.BadNote as error:
        raise Stop("checkpoint", f"{name}: {error}") from None
    if checkpoint.origin != origin:
        raise Stop("checkpoint", f"{name} is of another log")
    if name != packs.checkpoint_name(checkpoint.size) or checkpoint.size > packs.MAX_SEQ:
        raise Stop("checkpoint", f"{name} is of another size")
    return checkpoint


def _pin(pack: _Pack, raw: bytes | None) -> None:
    """Ask for the root that the caller kept."""
    if raw is None:
        return
    try:
        pin = notes.verified_checkpoint(raw, pack.keys)
    except ValueError as error:
        raise BadPin(str(error)) from None
    if pin.origin != pack.manifest.about.origin:
        raise Stop("pin-of-another-log", f"the pin is of {pin.origin}")
    if pin.size > pack.sealed:
        raise Stop("rollback", f"the pin knows {pin.size} events, the newest checkpoint {pack.sealed}")
    pack.roots.append(walking.Root(pin.size, pin.root, "pin", "the pin"))


def _read_redactions(pack: _Pack) -> None:
    """Which values may be missing, as copies of events say; the walk finds those events at their places."""
    values = 0
    for line in walking.lines(pack.read(packs.REDACTIONS)):
        content, _ = chain.read(0, line)
        if content is None or content["type"] != packs.REDACTED or content["log"] != pack.manifest.about.log:
            raise Stop("redaction", "a line of redactions is no event of redaction of this log")
        seqs, fields = content["data"].get("events", []), content["data"].get("fields", [])
        is_plain = isinstance(seqs, list) and isinstance(fields, list)
        if not is_plain or not all(type(seq) is int and seq > 0 for seq in seqs) or not _are_texts(fields):
            raise Stop("redaction", "a redaction does not name events and fields", content["seq"])
        values += len(seqs) * len(fields)
        if values > MAX_REDACTED or len(pack.copies) == MAX_REDACTIONS:
            raise Stop("limit", f"more than {MAX_REDACTIONS} redactions or {MAX_REDACTED} redacted values")
        pack.copies[content["seq"]] = merkle.leaf_hash(line)
        for name in fields if content["outcome"] == packs.DONE else ():
            pack.redacted[name].extend(seqs)


def _are_texts(values: list[object]) -> bool:
    return all(isinstance(one, str) for one in values)


def _walk(pack: _Pack, *, strict: bool) -> None:
    about = pack.manifest.about
    rules = looking.Rules(
        log=about.log,
        strict=strict,
        cuts=sorted({root.size for root in pack.roots}),
        withheld=frozenset(about.withheld),
        redacted={name: array("Q", sorted(seqs)) for name, seqs in pack.redacted.items()},
        copies=pack.copies,
        copied=sorted(pack.copies),
    )
    walk = walking.Walk(about, pack.roots, pack.sealed, pack.verdict)
    parts = walking.pieces(*(pack.read(name) for name in _WALKED))
    walking.go(walk, parts, rules, events_size=pack.archive.entries[packs.EVENTS].size)
    walk.finish(pack.manifest.events)
    for seq in sorted(pack.copies):
        if seq not in walk.copies_found or seq > pack.sealed:
            pack.verdict.add([Fault(seq, "redaction", "the event that erases is not among the sealed events")])


def _not_checked(verdict: Verdict, trust: Trust, *, strict: bool) -> Iterator[str]:
    if trust.pin is None:
        yield "whether whoever holds the key cut or rewrote the log: that takes --pin, a checkpoint kept from before"
    if not strict:
        yield "the form of each event and its link to the one before: that takes --strict"
    if verdict.about.get("class") == packs.FILTERED:
        yield "whether something in the range belongs to the scope and was left out: the pack is filtered"
    if verdict.checked["unsealed events"]:
        count = verdict.checked["unsealed events"]
        yield f"{count} events after the last checkpoint: unsealed, only the manifest vouches for them"
    if verdict.checked["withheld values"]:
        yield f"{verdict.checked['withheld values']} private values, which the pack declares withheld"
    yield "whether reports, tables and other files for people say what the events say"
    yield "whether what an event says is true"
