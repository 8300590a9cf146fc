"""Signed notes and log checkpoints as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

A note is a text and signatures over it; a checkpoint is a note whose text is an origin, a size and a root. Whoever
reads one brings the keys: a note never says which key to trust. Signing stands in `signing`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.verify import ed25519, merkle

ED25519 = 1  # the signature type of C2SP
MAX_BYTES = 64 * 1024
MAX_SIGNATURES = 32
KEY_ID_BYTES = 4

_SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_FINGERPRINT = "sha256:"


class BadNote(ValueError):
    """The bytes are no note, no checkpoint or no key."""


class Unsigned(ValueError):
    """No signature is by one of these keys."""


class Forged(ValueError):
    """A signature claims one of these keys and is not by it."""


@dataclass(frozen=True)
class PublicKey:
    """An ed25519 key and the name that it signs under."""

    name: str
    raw: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.raw) != ed25519.PUBLIC_BYTES:
            raise BadNote(f"an ed25519 key has {ed25519.PUBLIC_BYTES} bytes, not {len(self.raw)}")

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Read `<name>+<key id>+<base64 of type and key>`. Raises BadNote."""
        name, key_id, encoded = _three_parts(text)
        raw = unbase64(encoded)
        if raw[:1] != bytes([ED25519]):
            raise BadNote("the key is of another type than ed25519")
        key = cls(name, raw[1:])
        if key_id != key.id.hex():
            raise BadNote("the key id does not belong to the key")
        return key

    @property
    def id(self) -> bytes:
        return self._digest()[:KEY_ID_BYTES]

    @property
    def fingerprint(self) -> str:
        """`sha256:<hex>`; the key id is its first eight digits."""
        return _FINGERPRINT + self._digest().hex()

    def encode(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([ED25519]) + self.raw)}"

    def is_signed(self, text: str, signature: "Signature") -> bool:
        return ed25519.is_signed(public=self.raw, message=text.encode(), signature=signature.raw)

    def _digest(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([ED25519]) + self.raw).digest()


@dataclass(frozen=True)
class Signature:
    name: str
    key_id: bytes
    raw: bytes

    def is_claimed_by(self, key: PublicKey) -> bool:
        return (self.name, self.key_id) == (key.name, key.id)


@dataclass(frozen=True)
class Note:
    """`text` ends with a newline and is what is signed."""

    text: str
    signatures: Sequence[Signature] = ()

    def encode(self) -> bytes:
        if not self.signatures or not self.text.endswith("\n") or _CONTROL.search(self.text):
            raise BadNote("a note has a text of whole lines without control characters, and a signature")
        lines = [f"— {one.name} {to_base64(one.key_id + one.raw)}\n" for one in self.signatures]
        return f"{self.text}\n{''.join(lines)}".encode()

    @classmethod
    def parse(cls, raw: bytes) -> "Note":
        """Read a note and check nothing. Raises BadNote."""
        if len(raw) > MAX_BYTES:
            raise BadNote(f"{len(raw)} bytes are more than {MAX_BYTES}")
        try:
            whole = raw.decode()
        except UnicodeDecodeError:
            raise BadNote("not UTF-8") from None
        if _CONTROL.search(whole):
            raise BadNote("holds control characters")
        text, blank, signed = whole.rpartition("\n\n")
        lines = signed.split("\n")
        if not blank or lines.pop() or not lines:
            raise BadNote("no text, blank line and signature lines")
        if len(lines) > MAX_SIGNATURES:
            raise BadNote(f"more than {MAX_SIGNATURES} signatures")
        return cls(f"{text}\n", tuple(_read_signature(line) for line in lines))


@dataclass(frozen=True)
class Checkpoint:
    """The root of the log `origin` when it had `size` events."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note; lines after the third are left aside, as the specification asks. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise BadNote("a checkpoint has at least three lines, none of them empty")
        if not _SIZE.fullmatch(lines[1]):
            raise BadNote("the size of a checkpoint is a decimal number")
        root = unbase64(lines[2])
        if len(root) != merkle.HASH_BYTES:
            raise BadNote(f"a root has {merkle.HASH_BYTES} bytes, not {len(root)}")
        return cls(lines[0], int(lines[1]), root)


def verified(raw: bytes, keys: Iterable[PublicKey]) -> Note:
    """The note with those signatures that are by these keys; others are dropped, as by a witness or a later key.

    Raises BadNote, Forged if a signature in the name of one of the keys is not by it, Unsigned if none is left.
    """
    note = Note.parse(raw)
    held = []
    for key in keys:
        for signature in note.signatures:
            if not signature.is_claimed_by(key):
                continue
            if not key.is_signed(note.text, signature):
                raise Forged(f"the signature in the name of {key.name}+{key.id.hex()} is not by it")
            held.append(signature)
    if not held:
        signers = ", ".join(f"{one.name}+{one.key_id.hex()}" for one in note.signatures)
        raise Unsigned(f"no signature is by a key that was given, but by {signers}")
    return Note(note.text, tuple(held))


def verified_checkpoint(raw: bytes, keys: Iterable[PublicKey]) -> Checkpoint:
    """As `verified`, read as a checkpoint."""
    return Checkpoint.parse(verified(raw, keys).text)


def to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unbase64(text: str) -> bytes:
    """Read standard Base 64 in its one spelling. Raises BadNote."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("not base64") from None
    if to_base64(raw) != text:
        raise BadNote("base64 in another spelling")
    return raw


def _read_signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise BadNote("a line is no signature")
    _check_name(found[1])
    raw = unbase64(found[2])
    if len(raw) <= KEY_ID_BYTES:
        raise BadNote("a signature is too short")
    return Signature(found[1], raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def _three_parts(text: str) -> tuple[str, str, str]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise BadNote("a key is written <name>+<key id>+<base64>")
    return parts[0], parts[1], parts[2]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise BadNote("the name of a key is not empty and holds no space and no plus")
