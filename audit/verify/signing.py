"""Writing signed notes: what `notes` reads. Needs the cryptography library; no verifier imports this."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.verify.notes import ED25519, BadNote, Note, PublicKey, Signature, to_base64, unbase64

SEED_BYTES = 32
_PREFIX = "PRIVATE+KEY+"


@dataclass(frozen=True)
class SecretKey:
    """An ed25519 key that signs under a name. Its seed shows in no repr; `encode` alone writes it out."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> "SecretKey":
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> "SecretKey":
        """Read `PRIVATE+KEY+<name>+<key id>+<base64 of type and seed>`. Raises BadNote, which never holds the text."""
        parts = text.removeprefix(_PREFIX).split("+", 2)
        if not text.startswith(_PREFIX) or len(parts) != 3:
            raise BadNote(f"a secret key is written {_PREFIX}<name>+<key id>+<base64>")
        raw = unbase64(parts[2])
        if raw[:1] != bytes([ED25519]) or len(raw) != 1 + SEED_BYTES:
            raise BadNote("the secret key is no ed25519 key")
        key = cls(parts[0], raw[1:])
        if parts[1] != key.public.id.hex():
            raise BadNote("the key id does not belong to the secret key")
        return key

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self._key().public_key().public_bytes_raw())

    def encode(self) -> str:
        return f"{_PREFIX}{self.name}+{self.public.id.hex()}+{to_base64(bytes([ED25519]) + self.seed)}"

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.public.id, self._key().sign(text.encode()))

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def signed_note(text: str, keys: Sequence[SecretKey]) -> bytes:
    """The text, whole lines, signed by each of the keys in their order. Raises BadNote."""
    return Note(text, tuple(key.sign(text) for key in keys)).encode()
