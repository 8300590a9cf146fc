"""Small logs and packs made of plain bytes, no database: each with the same keys, ids, times and salts every time."""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass, field, replace

from audit.verify import canonical, commitments, merkle, notes, packing, packs, signing
from audit.verify.chain import NO_LEAF

LOG = "team_a"
ORIGIN = "lucid/team_a"
KEY = signing.SecretKey(ORIGIN, bytes(range(32)))
OTHER_KEY = signing.SecretKey(ORIGIN, bytes(range(1, 33)))
SALT = bytes(range(16))
REASON = "Öl & 油"
BLOB = "- Refunds above 100 € need a lead.\n".encode()


@dataclass
class Log:
    """Bodies and leaves; event 3, 6, 9 … commit to a reason."""

    bodies: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)

    def append(self, **changes):
        seq = len(self.bodies) + 1
        content = event(seq=seq, prev=self.leaves[-1] if self.leaves else NO_LEAF) | changes
        self.append_raw(canonical.dumps(content))

    def append_raw(self, body):
        self.bodies.append(body)
        self.leaves.append(merkle.leaf_hash(body))

    def checkpoint(self, size=None, *, keys=(KEY,), origin=ORIGIN):
        size = len(self.leaves) if size is None else size
        root = merkle.tree_root(self.leaves[:size])
        return signing.signed_note(notes.Checkpoint(origin, size, root).text, keys)


@dataclass
class Scene:
    """All that goes into a pack; change a part and build it anew."""

    log: Log
    checkpoints: list[bytes]
    shown: set[int]
    about: packs.About
    disclosures: list[packs.Disclosure]
    redactions: list[bytes] = field(default_factory=list)
    extra: dict[str, bytes] = field(default_factory=dict)
    blobs: tuple[bytes, ...] = (BLOB,)
    key: signing.SecretKey = KEY

    def build(self):
        out = io.BytesIO()
        writer = packing.Writer(out, about=self.about, checkpoints=self.checkpoints)
        for name, content in self.extra.items():
            writer.add(name, content)
        for text in self.blobs:
            writer.add_blob(text)
        writer.add_events(
            (leaf, body if seq in self.shown else None)
            for seq, (leaf, body) in enumerate(zip(self.log.leaves, self.log.bodies, strict=True), start=1)
        )
        writer.add_disclosures(self.disclosures)
        writer.add_redactions(self.redactions)
        writer.finish(lambda text: signing.signed_note(text, [self.key]))
        return out.getvalue()


def event(*, seq, prev):
    private = {"reason": commitments.commit(name="reason", value=REASON, salt=SALT)} if seq % 3 == 0 else {}
    return {
        "v": 1,
        "log": LOG,
        "seq": seq,
        "prev": prev.hex(),
        "id": f"evt_{seq:032d}",
        "time": f"2026-03-01T12:{seq // 60 % 60:02d}:{seq % 60:02d}.000000Z",
        "type": "change.voted",
        "outcome": "success",
        "actor": {"type": "person", "id": "usr_1"},
        "target": {"type": "change", "id": "chg_1"},
        "data": {"verdict": "approve", "note": "ﬁne"},
        "private": private,
    }


def make_log(size):
    log = Log()
    for _ in range(size):
        log.append()
    return log


def about(*, first, last, completeness=packs.CONTIGUOUS, **changes):
    made = packs.About(LOG, ORIGIN, "2026-03-02T00:00:00.000000Z", "lucid 0.1.0", completeness, {}, first, last)
    return replace(made, **changes)


def disclosed(seqs):
    return [packs.Disclosure(seq, "reason", SALT, REASON) for seq in seqs if seq % 3 == 0]


def contiguous(size=50, *, first=1, sizes=(10, 20, 30, 40, 50), last=None):
    """All events from first to last, of a log of that size with these checkpoints."""
    log, last = make_log(size), last or size
    shown = set(range(first, last + 1))
    return Scene(
        log, [log.checkpoint(at) for at in sizes], shown, about(first=first, last=last), disclosed(sorted(shown))
    )


def filtered(size=50, *, every=7, sizes=(10, 20, 30, 40, 50)):
    """Each so manieth event of a log."""
    log, shown = make_log(size), set(range(every, size + 1, every))
    page = about(first=1, last=size, completeness=packs.FILTERED, scope={"agent": "agt_1"})
    return Scene(log, [log.checkpoint(at) for at in sizes], shown, page, disclosed(sorted(shown)))


def unpacked(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def zipped(files, **changes):
    """A zip laid out as in a pack, of any (name, content); `changes` go to every header."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", allowZip64=False) as pack:
        for name, content in files.items() if isinstance(files, dict) else files:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o100644 << 16, 3
            for field_name, value in changes.items():
                setattr(info, field_name, value)
            pack.writestr(info, content)
    return out.getvalue()


def with_manifest(files, raw):
    """Any bytes for a manifest, signed."""
    note = signing.signed_note(packs.manifest_text(log=LOG, manifest=raw), [KEY])
    return zipped({**files, packs.MANIFEST: raw, packs.MANIFEST_NOTE: note})


def signed(files, *, key=KEY, **changes):
    """These files under a manifest made anew, as whoever holds the key could; `changes` go into the manifest."""
    manifest = json.loads(files[packs.MANIFEST])
    rest = {name: content for name, content in files.items() if name not in (packs.MANIFEST, packs.MANIFEST_NOTE)}
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in rest.items()
    }
    raw = canonical.dumps(manifest | changes, limit=None)
    note = signing.signed_note(packs.manifest_text(log=(manifest | changes)["log"], manifest=raw), [key])
    return zipped({**rest, packs.MANIFEST: raw, packs.MANIFEST_NOTE: note})


def lying(files, name, *, packed=None, crc=None, size=None, method=8):
    """A zip whose headers say of one entry what they are told to, both of them alike."""
    out, directory = b"", b""
    for one, content in files.items():
        deflater = zlib.compressobj(1, zlib.DEFLATED, -15)
        body = deflater.compress(content) + deflater.flush()
        said = [8, zlib.crc32(content), len(content)]
        if one == name:
            body = body if packed is None else packed(body)
            said = [method, said[1] if crc is None else crc, said[2] if size is None else size]
        common = struct.pack("<HHHHHIIIH", 20, 0, said[0], 0, 0x21, said[1], len(body), said[2], len(one))
        tail = struct.pack("<HHHHII", 0, 0, 0, 0, 0o100644 << 16, len(out))
        directory += b"PK\x01\x02" + struct.pack("<H", 20 | 3 << 8) + common + tail + one.encode()
        out += b"PK\x03\x04" + common + b"\x00\x00" + one.encode() + body
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), len(out), 0)
    return out + directory + end
