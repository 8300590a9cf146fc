"""Everything that can be done to a pack, with the reason by which both verifiers must refuse it.

An outsider changes bytes; an insider holds the key and signs a manifest, and where it says `retreed` the checkpoints,
anew. What the tree holds by the word of the key itself is found by reading each event: `strict`.
"""

import json
import struct
import zipfile
from dataclasses import dataclass, replace

from audit.verify import canonical, merkle, notes, packs, signing
from tests.audit import pack_recipes as recipes
from tests.audit.pack_recipes import KEY, OTHER_KEY, contiguous, filtered, signed, unpacked, zipped


@dataclass(frozen=True)
class Case:
    name: str
    pack: bytes
    reason: str | None  # None: verified
    pin: bytes | None = None
    strict_only: bool = False
    key: str = KEY.public.encode()


def cases():
    return [
        *tampered(),
        *of_zips(),
        *of_headers(),
        *of_files(),
        *of_events(),
        *of_values(),
        *of_checkpoints(),
        *of_gaps(),
        *of_pins(),
    ]


def tampered():
    """The rows of the tamper matrix, each by somebody who can sign the manifest anew."""
    pin = contiguous().log.checkpoint()
    yield Case("untouched", contiguous().build(), None)
    yield Case("edited", edited(25), "root")
    yield Case("edited, newest", edited(50), "root")
    yield Case("edited, first", edited(1), "root")
    yield Case("deleted", without(25), "seq")
    yield Case("deleted and rechained", rechained(drop=25, size=51, sizes=(10, 20, 30, 40, 50)), "root")
    yield Case("tail cut", cut(44, contiguous()), "gap")
    shorter = contiguous(size=40, sizes=(10, 20, 30, 40)).build()
    yield Case("tail and checkpoints cut", shorter, None)
    yield Case("tail and checkpoints cut, pinned", shorter, "rollback", pin)
    rewritten = contiguous(size=49, sizes=(10, 49))
    rewritten.log = rewrite(49)
    yield Case("rewritten with another key", with_key(rewritten, OTHER_KEY).build(), "key")
    yield Case("rewritten with the key", with_key(rewritten, KEY).build(), None)
    yield Case("rewritten with the key, pinned", with_key(rewritten, KEY).build(), "rollback", pin)
    padded = contiguous(size=60, sizes=(10, 60))
    padded.log = rewrite(60)
    yield Case("rewritten and padded", with_key(padded, KEY).build(), None)
    yield Case("rewritten and padded, pinned", with_key(padded, KEY).build(), "pin", pin)
    yield Case("event after the last checkpoint", contiguous(size=53).build(), None, pin)
    yield Case("redacted", redacted().build(), None)
    yield Case("filtered", filtered().build(), None, filtered().log.checkpoint(30))
    yield Case("grown since the pin", contiguous(size=60, sizes=(50, 60)).build(), None, pin)


def of_zips():
    raw = contiguous(size=4, sizes=(4,)).build()
    files = list(unpacked(raw).items())
    middle = raw.index(b"events.jsonl") + 40
    directory = raw.index(b"PK\x01\x02")
    yield Case("not a zip", b"hello" * 20, "not-a-pack")
    yield Case("empty", b"", "not-a-pack")
    yield Case("cut short", raw[:-30], "zip")
    yield Case("without its directory", raw[:directory], "zip")
    yield Case("bytes before", b"x" + raw, "zip")
    yield Case("bytes behind", raw + b"x", "zip")
    yield Case("bytes between", raw[:directory] + b"x" + raw[directory:], "zip")
    yield Case("packed byte flipped", flipped(raw, middle), "zip")
    yield Case("checksum flipped", flipped(raw, 14), "zip")
    yield Case("directory flipped", flipped(raw, directory + 12), "zip")
    yield Case("end flipped", flipped(raw, len(raw) - 10), "zip")
    yield Case("name flipped", flipped(raw, 31), "zip")
    yield Case("date", zipped(files, date_time=(1999, 1, 1, 0, 0, 0)), "zip")
    yield Case("link", zipped(files, external_attr=0o120777 << 16), "zip")
    yield Case("comment", zipped(files, comment=b"hello"), "zip")
    yield Case("extra field", zipped(files, extra=b"\x99\x99\x00\x00"), "zip")
    yield Case("encrypted", raw.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), "zip")
    yield Case("another packing", zipped(files, compress_type=zipfile.ZIP_LZMA), "zip")
    yield Case("only stored", zipped(files, compress_type=zipfile.ZIP_STORED), None)
    for name in ("../evil", "/etc/passwd", "a//b", ".hidden", "a/../b", "a\\b", "C:x", "ev\nil", "x" * 201):
        yield Case(f"name {name[:12]!r}", zipped([*files, (name, b"x")]), "name")
    yield Case("name in other letters", zipped([*files, ("Events.jsonl", b"x")]), "name")
    yield Case("name twice", twice(raw), "name")
    yield Case("bomb", zipped([*files, ("bomb", bytes(3_000_000))]), "limit")
    yield Case("many small bombs", zipped([*files, *((f"b{n}", bytes(1_000_000)) for n in range(3))]), "limit")


def of_headers():
    """Headers that agree with each other and not with what they head."""
    files = unpacked(contiguous(size=4, sizes=(4,)).build())
    size = len(files[packs.EVENTS])
    lies = {
        "none": {},
        "smaller": {"size": size - 1},
        "larger": {"size": size + 1},
        "far smaller": {"size": 1},
        "of another checksum": {"crc": 0},
        "with bytes behind its end": {"packed": lambda body: body + b"junk"},
        "with another stream behind its end": {"packed": lambda body: body + body},
        "without its end": {"packed": lambda body: body[:-3]},
        "of nothing": {"packed": lambda body: b""},
        "of noise": {"packed": lambda body: bytes(range(255, 100, -1))},
        "stored": {"method": 0},
        "of a kind that nobody knows": {"method": 99},
    }
    for name, lie in lies.items():
        yield Case(f"header {name}", recipes.lying(files, packs.EVENTS, **lie), "zip" if lie else None)


def of_files():
    files = unpacked(contiguous(size=4, sizes=(4,)).build())
    for name in sorted(files):
        if name not in (packs.MANIFEST, packs.MANIFEST_NOTE):
            yield Case(f"changed {name}", zipped({**files, name: files[name] + b"x"}), "file-hash")
        yield Case(f"without {name}", zipped({one: files[one] for one in files if one != name}), "file-missing")
    yield Case("another file", zipped({**files, "more.txt": b"x"}), "file-extra")
    changed = files[packs.MANIFEST].replace(b'"events":4', b'"events":5')
    yield Case("manifest changed", zipped({**files, packs.MANIFEST: changed}), "manifest")
    other = signing.signed_note(notes.Note.parse(files[packs.MANIFEST_NOTE]).text, [OTHER_KEY])
    yield Case("note by another key", zipped({**files, packs.MANIFEST_NOTE: other}), "key")
    forged = notes.Note(notes.Note.parse(other).text, [replace(KEY.sign("x\n"))]).encode()
    yield Case("note with a false signature", zipped({**files, packs.MANIFEST_NOTE: forged}), "signature")
    yield Case("note that is none", zipped({**files, packs.MANIFEST_NOTE: b"hello\n"}), "note")
    checkpoint = {**files, packs.MANIFEST_NOTE: files[packs.checkpoint_name(4)]}
    yield Case("checkpoint for a note", zipped(checkpoint), "manifest")
    yield Case("version 2", signed(files, version=2), "version")
    yield Case("manifest with more", signed(files, more=1), "manifest")
    yield Case("manifest of another class", signed(files, **{"class": "whole"}), "manifest")
    many = signed(files, scope={"list": list(range(500_000))})
    yield Case("manifest of many parts", many, "manifest")
    yield Case("manifest with a space", zipped({**files, packs.MANIFEST: files[packs.MANIFEST] + b" "}), "manifest")
    yield Case("another log", signed(files, log="team_b"), "log", strict_only=True)
    yield Case("another origin", signed(files, origin="lucid/team_b"), "checkpoint")
    yield Case("more events counted", signed(files, events=5), "count")
    yield Case("range longer", signed(files, range={"first": 1, "last": 5}), "completeness")
    yield Case("blob under another hash", signed({**files, packs.BLOBS + "0" * 64: b"x"}), "blob")
    yield Case("other key given", zipped(files), "key", key=OTHER_KEY.public.encode())
    yield Case("fingerprint of no key here", zipped(files), "key", key=KEY.public.fingerprint)
    named = {**files, packs.KEYS: json.dumps({"keys": [KEY.public.encode()]}).encode()}
    yield Case("fingerprint of a key here", signed(named), None, key=KEY.public.fingerprint)
    stranger = {**files, packs.KEYS: json.dumps({"keys": [OTHER_KEY.public.encode()]}).encode()}
    yield Case("keys swapped", signed(stranger, key=OTHER_KEY), "key", key=KEY.public.fingerprint)


def of_events():
    """What may be wrong with the bytes of an event: by an outsider, then by whoever signs the tree anew."""
    good = contiguous(size=4, sizes=(4,)).log.bodies[2]
    content = json.loads(good)
    reasons = {
        "CRLF": (good + b"\r", "canonical"),
        "BOM": (b"\xef\xbb\xbf" + good, "canonical"),
        "space": (good.replace(b'"v":1', b'"v": 1'), "canonical"),
        "key twice": (good.replace(b'"v":1', b'"v":1,"v":1'), "canonical"),
        "number form": (good.replace(b'"v":1', b'"v":1.0'), "canonical"),
        "exponent": (good.replace(b'"v":1', b'"v":1e0'), "canonical"),
        "minus zero": (good.replace(b'"verdict":"approve"', b'"verdict":-0'), "canonical"),
        "large number": (good.replace(b'"verdict":"approve"', b'"verdict":9007199254740992'), "canonical"),
        "huge number": (good.replace(b'"verdict":"approve"', b'"verdict":' + b"9" * 400), "canonical"),
        "not a number": (good.replace(b'"verdict":"approve"', b'"verdict":NaN'), "canonical"),
        "order of keys": (json.dumps(dict(reversed(content.items())), separators=(",", ":")).encode(), "canonical"),
        "escaped letter": (good.replace("ﬁ".encode(), b"\\ufb01"), "canonical"),
        "lone surrogate": (good.replace("ﬁ".encode(), b"\\ud800"), "canonical"),
        "bad UTF-8": (good.replace("ﬁ".encode(), b"\xff"), "canonical"),
        "long UTF-8": (good.replace("ﬁ".encode(), b"\xc0\xaf"), "canonical"),
        "escaped slash": (good.replace("ﬁ".encode(), b"\\/"), "canonical"),
        "key not ASCII": (good.replace(b'"verdict"', '"vördict"'.encode()), "canonical"),
        "deep": (good.replace(b'"approve"', b"[" * 40 + b"]" * 40), "canonical"),
        "very deep": (good.replace(b'"approve"', b"[" * 3000 + b"]" * 3000), "canonical"),
        "too long": (good.replace(b"approve", b"a" * 9000), "canonical"),
        "empty": (b"", "canonical"),
        "no object": (b"[]", "schema"),
        "null": (b"null", "schema"),
        "more fields": (good.replace(b'"v":1', b'"v":1,"w":1'), "schema"),
        "fewer fields": (good.replace(b',"v":1', b""), "schema"),
        "other version": (good.replace(b'"v":1', b'"v":2'), "schema"),
        "version true": (good.replace(b'"v":1', b'"v":true'), "schema"),
        "field of another kind": (good.replace(b'"outcome":"success"', b'"outcome":1'), "schema"),
        "null for an object": (good.replace(b'"target":{"id":"chg_1","type":"change"}', b'"target":null'), "schema"),
        "list for an object": (good.replace(b'"target":{"id":"chg_1","type":"change"}', b'"target":[]'), "schema"),
        "look-alike letter": (good.replace("ﬁne".encode(), b"fine"), None),
        "seq": (good.replace(b'"seq":3', b'"seq":4'), "seq"),
        "prev": (good.replace(content["prev"].encode(), b"0" * 64), "prev"),
        "log": (good.replace(b'"log":"team_a"', b'"log":"team_b"'), "log"),
        "commitment": (good.replace(content["private"]["reason"].encode(), b"sha256:" + b"0" * 64), "private"),
        "commitment of no kind": (good.replace(content["private"]["reason"].encode(), b"x"), "private"),
        "proto": (canonical.dumps(content | {"data": {"__proto__": {}, "constructor": 1, "toString": None}}), None),
    }
    always = {"schema", "seq", "private"}  # what ends otherwise than an event is read as a whole by the fast way, too
    for name, (body, reason) in reasons.items():
        assert body != good
        yield Case(f"event with {name}", with_body(3, body).build(), "root")
        is_strict = reason not in always or name in {"more fields", "field of another kind"}
        yield Case(f"retreed event with {name}", retreed(3, body).build(), reason, strict_only=is_strict)
    yield Case("events swapped", of_lines(lambda lines: [lines[0], lines[2], lines[1], lines[3]]), "seq")
    yield Case("event twice", of_lines(lambda lines: [*lines[:2], lines[1], *lines[2:]]), "seq")
    yield Case("first dropped", of_lines(lambda lines: lines[1:]), "seq")
    yield Case("last dropped", of_lines(lambda lines: lines[:-1]), "gap")
    yield Case("foreign event added", of_lines(lambda lines: [*lines, lines[0]]), "seq")
    yield Case("blank line", of_lines(lambda lines: [*lines[:2], b"", *lines[2:]]), "canonical")
    yield Case("last line without its end", of_lines(lambda lines: lines, end=b""), "canonical")
    yield Case("line without end", of_lines(lambda lines: [*lines, b"x" * 100_000], end=b""), "canonical")
    yield Case("no events", of_lines(lambda lines: [], end=b""), "gap")


def of_values():
    scene = contiguous(size=7, sizes=(7,))
    three, six = scene.disclosures
    stranger = replace(three, seq=2)
    changes = {
        "value changed": ([replace(three, value="ok"), six], "private"),
        "value in look-alike letters": ([replace(three, value="O\u0308l & 油"), six], "private"),
        "salt changed": ([replace(three, salt=bytes(16)), six], "private"),
        "salt cut": ([replace(three, salt=b"x"), six], "private"),
        "name changed": ([replace(three, name="note"), six], "missing-value"),
        "value dropped": ([six], "missing-value"),
        "value twice": ([three, three, six], "private"),
        "value of an event without": ([stranger, three, six], "private"),
        "value of no event": ([three, six, replace(six, seq=9)], "private"),
        "value of event 0": ([replace(three, seq=0), three, six], "private"),
        "values out of order": ([six, three], "private"),
    }
    for name, (disclosures, reason) in changes.items():
        yield Case(name, replace(scene, disclosures=disclosures).build(), reason)
    withheld = replace(scene, disclosures=[], about=replace(scene.about, withheld=("reason",)))
    yield Case("withheld", withheld.build(), None)
    yield Case("all withheld", replace(withheld, about=replace(scene.about, withheld=("*",))).build(), None)
    yield Case(
        "other name withheld", replace(withheld, about=replace(scene.about, withheld=("ip",))).build(), "missing-value"
    )
    files = unpacked(scene.build())
    yield Case("values that are none", signed({**files, packs.DISCLOSURES: b"{}\n"}), "private")
    erased = redacted()
    yield Case("redaction taken away", replace(erased, redactions=[]).build(), "missing-value")
    other = erased.redactions[0].replace(b'"events":[3]', b'"events":[3,6]')
    yield Case("redaction of more", replace(erased, redactions=[other], disclosures=[]).build(), "redaction")
    unsealed = redacted(sizes=(6,))
    yield Case("redaction not sealed", unsealed.build(), "redaction")
    yield Case("redaction not shown", hidden(erased).build(), "redaction")
    yield Case("redaction of another kind", replace(erased, redactions=[erased.log.bodies[3]]).build(), "redaction")
    yield Case("redaction that is no event", replace(erased, redactions=[b"{}"]).build(), "redaction")
    yield Case("redaction that was refused", redacted(outcome="denied").build(), "missing-value")
    oddly = redacted(data={"events": "3", "fields": ["reason"]})
    yield Case("redaction of no list", oddly.build(), "redaction")
    yield Case("redaction of event -1", redacted(data={"events": [-1], "fields": ["reason"]}).build(), "redaction")
    yield Case("redaction of true", redacted(data={"events": [True], "fields": ["reason"]}).build(), "redaction")


def of_checkpoints():
    scene = contiguous(size=12, sizes=(6, 12))
    log, names = scene.log, [packs.checkpoint_name(6), packs.checkpoint_name(12)]
    files = unpacked(scene.build())

    def held(note, name=names[1]):
        return signed({**files, name: note})

    yield Case(
        "checkpoints swapped", signed({**files, names[0]: files[names[1]], names[1]: files[names[0]]}), "checkpoint"
    )
    yield Case("checkpoint of another log", held(log.checkpoint(origin="lucid/team_b")), "checkpoint")
    yield Case("checkpoint by another key", held(log.checkpoint(keys=[OTHER_KEY])), None)
    others = {name: log.checkpoint(size, keys=[OTHER_KEY]) for name, size in zip(names, (6, 12), strict=True)}
    yield Case("all checkpoints by another key", signed({**files, **others}), "key")
    both = {name: log.checkpoint(size, keys=[OTHER_KEY, KEY]) for name, size in zip(names, (6, 12), strict=True)}
    yield Case("checkpoints by both keys", signed({**files, **both}), None)
    text = notes.Checkpoint(recipes.ORIGIN, 12, bytes(32)).text
    yield Case("root changed", held(signing.signed_note(text, [KEY])), "root")
    yield Case("root changed by another key", held(signing.signed_note(text, [OTHER_KEY])), "root")
    yield Case("root changed and not signed", held(files[names[1]].replace(b"\n12\n", b"\n12\nx\n")), "signature")
    yield Case("no checkpoint", signed({n: c for n, c in files.items() if n not in names}), "no-checkpoint")
    yield Case("checkpoint that is no note", held(b"x\n"), "note")
    yield Case("note that is no checkpoint", held(signing.signed_note("x\n", [KEY])), "checkpoint")
    yield Case("size with a zero before", held(signing.signed_note(text.replace("12", "012"), [KEY])), "checkpoint")
    yield Case("size that is too large", held(signing.signed_note(text.replace("12", "9" * 17), [KEY])), "checkpoint")
    root = merkle.tree_root([*log.leaves, bytes(32)])
    larger = signing.signed_note(notes.Checkpoint(recipes.ORIGIN, 13, root).text, [KEY])
    yield Case("checkpoint ahead of the log", signed({**files, packs.checkpoint_name(13): larger}), "gap")
    empty = signing.signed_note(notes.Checkpoint(recipes.ORIGIN, 0, merkle.EMPTY_ROOT).text, [KEY])
    yield Case("checkpoint of nothing", signed({**files, packs.checkpoint_name(0): empty}), None)
    wrong = signing.signed_note(notes.Checkpoint(recipes.ORIGIN, 0, bytes(32)).text, [KEY])
    yield Case("false checkpoint of nothing", signed({**files, packs.checkpoint_name(0): wrong}), "root")


def of_gaps():
    files = unpacked(filtered(size=50).build())
    lines = files[packs.GAPS].splitlines()

    def held(*changed, **manifest):
        return signed({**files, packs.GAPS: b"".join(line + b"\n" for line in changed)}, **manifest)

    first = packs.Gap.parse(lines[0])
    halves = [replace(first, last=4, nodes=first.nodes[:1]), replace(first, first=5, nodes=first.nodes[1:])]
    yield Case("gap in two", held(*(half.encode()[:-1] for half in halves), *lines[1:]), "gap")
    yield Case("gap dropped", held(*lines[1:]), "seq")
    yield Case("gap dropped, last", held(*lines[:-1]), "gap")
    yield Case("gap twice", held(lines[0], *lines), "gap")
    yield Case("gaps swapped", held(lines[1], lines[0], *lines[2:]), "gap")
    changed = replace(first, nodes=[bytes(32), *first.nodes[1:]])
    yield Case("node changed", held(changed.encode()[:-1], *lines[1:]), "root")
    yield Case("node dropped", held(replace(first, nodes=first.nodes[1:]).encode()[:-1], *lines[1:]), "gap")
    yield Case("node added", held(replace(first, nodes=[*first.nodes, bytes(32)]).encode()[:-1], *lines[1:]), "gap")
    yield Case("no nodes", held(replace(first, nodes=[]).encode()[:-1], *lines[1:]), "gap")
    yield Case("gap over an event", held(replace(first, last=first.last + 1).encode()[:-1], *lines[1:]), "gap")
    yield Case("gap too short", held(replace(first, last=first.last - 1).encode()[:-1], *lines[1:]), "gap")
    yield Case("gap backwards", held(replace(first, first=9).encode()[:-1], *lines[1:]), "gap")
    yield Case(
        "gap in capitals",
        held(lines[0].replace(first.nodes[0].hex().encode(), first.nodes[0].hex().upper().encode()), *lines[1:]),
        "gap",
    )
    yield Case("gap that is none", held(b"[]", *lines[1:]), "gap")
    yield Case("gap with a half node", held(lines[0].replace(b'"}', b'00"}'), *lines[1:]), "gap")
    yield Case("gap not proven", held(*lines, packs.Gap(51, 60, []).encode()[:-1]), None)
    yield Case("gap with nodes behind the end", held(*lines, packs.Gap(51, 51, [bytes(32)]).encode()[:-1]), "gap")
    yield Case("gap far behind", held(*lines, packs.Gap(61, 70, []).encode()[:-1]), "gap")
    yield Case("filtered said to be whole", held(*lines, **{"class": packs.CONTIGUOUS}), "completeness")
    over = filtered(size=50, sizes=(50,))
    yield Case(
        "gap over a checkpoint",
        signed({**unpacked(over.build()), packs.checkpoint_name(17): over.log.checkpoint(17)}),
        "gap",
    )


def of_pins():
    scene = filtered(size=50, sizes=(50,))
    raw = scene.build()
    yield Case("pin within a gap", raw, "pin-out-of-reach", scene.log.checkpoint(10))
    yield Case("pin at an event", raw, None, scene.log.checkpoint(7))
    yield Case("pin of nothing", raw, None, scene.log.checkpoint(0))
    yield Case("pin of another log", raw, "pin-of-another-log", scene.log.checkpoint(50, origin="lucid/team_b"))
    yield Case("pin of a fork", raw, "pin", rewrite(50).checkpoint(50))
    yield Case("pin ahead", raw, "rollback", contiguous(size=51, sizes=(51,)).log.checkpoint(51))


def edited(seq):
    scene = contiguous()
    content = json.loads(scene.log.bodies[seq - 1])
    scene.log.bodies[seq - 1] = canonical.dumps(content | {"outcome": "denied"})
    return scene.build()


def without(seq):
    files = unpacked(contiguous().build())
    lines = files[packs.EVENTS].splitlines()
    del lines[seq - 1]
    return signed({**files, packs.EVENTS: b"".join(line + b"\n" for line in lines)})


def cut(size, scene):
    scene.log.bodies, scene.log.leaves = scene.log.bodies[:size], scene.log.leaves[:size]
    scene.disclosures = recipes.disclosed(range(1, size + 1))
    scene.about = recipes.about(first=1, last=size)
    return scene.build()


def rewrite(size):
    """A log of its own, linked and numbered as it should be."""
    log = recipes.Log()
    for _ in range(size):
        log.append(outcome="denied")
    return log


def rechained(*, drop, size, sizes):
    """The log without one event, everything after it numbered and linked anew, under the old checkpoints."""
    honest = recipes.make_log(size)
    log = recipes.Log()
    for seq in range(1, size + 1):
        if seq != drop:
            log.append(data={"was": seq})
    scene = contiguous(size=size - 1, sizes=sizes)
    scene.log, scene.checkpoints = log, [honest.checkpoint(at) for at in sizes]
    return scene.build()


def with_key(scene, key):
    """Signed anew, checkpoints and all."""
    sizes = [notes.Checkpoint.parse(notes.Note.parse(raw).text).size for raw in scene.checkpoints]
    return replace(scene, key=key, checkpoints=[scene.log.checkpoint(size, keys=[key]) for size in sizes])


def with_body(seq, body):
    scene = contiguous(size=4, sizes=(4,))
    scene.log.bodies[seq - 1] = body
    return scene


def retreed(seq, body):
    """An event of other bytes in a tree that holds it, the events after it linked to it."""
    scene = contiguous(size=4, sizes=(4,))
    log = recipes.Log()
    for at, old in enumerate(scene.log.bodies, start=1):
        if at == seq:
            log.append_raw(body)
        else:
            log.append(data=json.loads(old)["data"])
    return replace(scene, log=log, checkpoints=[log.checkpoint(4)])


def redacted(size=7, sizes=(7,), data=None, outcome="success"):
    """Event 7 says that the reason of event 3 is gone, and it is."""
    scene = contiguous(size=size, sizes=())
    log = recipes.make_log(size - 1)
    said = data or {"events": [3], "fields": ["reason"], "basis": "erasure"}
    log.append(type=packs.REDACTED, data=said, outcome=outcome)
    kept = [one for one in scene.disclosures if one.seq != 3]
    checkpoints = [log.checkpoint(at) for at in sizes]
    return replace(scene, log=log, checkpoints=checkpoints, disclosures=kept, redactions=[log.bodies[-1]])


def hidden(scene):
    """The same with the last event left out."""
    size = len(scene.log.bodies)
    page = recipes.about(first=1, last=size, completeness=packs.FILTERED)
    return replace(scene, shown=scene.shown - {size}, about=page)


def of_lines(change, end=b"\n"):
    files = unpacked(contiguous(size=4, sizes=(4,)).build())
    lines = change(files[packs.EVENTS].splitlines())
    return signed({**files, packs.EVENTS: b"\n".join(lines) + end})


def flipped(raw, at):
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def twice(raw):
    """The directory names its first entry again where the second should be."""
    out = zipped([("aaaa", b"x"), ("aaab", b"x")])
    assert struct.unpack_from("<4s", out)[0] == b"PK\x03\x04"
    return out.replace(b"aaab", b"aaaa")
