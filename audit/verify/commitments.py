"""Salted commitments: an event proves a private value without holding it."""

import hashlib
import hmac

from audit.verify import canonical

DOMAIN = b"lucid/field/v1\0"
SALT_BYTES = 16


def commit(*, name: str, value: str, salt: bytes) -> str:
    """`sha256:<hex>` over name and value; without the salt a short value cannot be guessed from it."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    pair = b"[" + canonical.text(name) + b"," + canonical.text(value) + b"]"
    return "sha256:" + hashlib.sha256(DOMAIN + salt + pair).hexdigest()


def is_kept(*, commitment: str, name: str, value: str, salt: bytes) -> bool:
    try:
        return hmac.compare_digest(commitment.encode(), commit(name=name, value=value, salt=salt).encode())
    except ValueError:
        return False
