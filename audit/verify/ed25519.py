"""Ed25519 signatures as RFC 8032, section 5.1.7 has them verified, for whoever has no cryptography library at hand.

With the library one signature takes 0.1 ms, without it some 5 ms. Both ways give the same verdict on any bytes.
"""

import hashlib

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    HAS_LIBRARY = True
except ImportError:  # pragma: no cover - a stranger's machine
    HAS_LIBRARY = False

PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64

Point = tuple[int, int, int, int]

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_IDENTITY = (0, 1, 1, 0)


def is_signed(*, public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is by the owner of this public key. Raises nothing."""
    if not _is_well_formed(public, signature):
        return False
    if not HAS_LIBRARY:
        return is_signed_in_pure_python(public=public, message=message, signature=signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed_in_pure_python(*, public: bytes, message: bytes, signature: bytes) -> bool:
    point = _decode(public) if _is_well_formed(public, signature) else None
    if point is None:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    x, y, z, t = _times(int.from_bytes(digest, "little") % _L, point)
    taken_back = (-x % _P, y, z, -t % _P)
    found = _add(_times(int.from_bytes(signature[32:], "little"), _BASE), taken_back)
    return _encode(found) == signature[:32]


def _is_well_formed(public: bytes, signature: bytes) -> bool:
    """Right lengths, and numbers below their modulus: a second spelling of one signature is refused."""
    return (
        len(public) == PUBLIC_BYTES
        and len(signature) == SIGNATURE_BYTES
        and _y_of(public) < _P
        and int.from_bytes(signature[32:], "little") < _L
    )


def _y_of(point: bytes) -> int:
    return int.from_bytes(point, "little") & (2**255 - 1)


def _decode(point: bytes) -> Point | None:
    y, sign = _y_of(point), point[31] >> 7
    over, under = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = over * pow(under, 3, _P) * pow(over * pow(under, 7, _P), (_P - 5) // 8, _P) % _P
    if under * x * x % _P == -over % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    if under * x * x % _P != over or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encode(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: Point) -> Point:
    total = _IDENTITY
    while factor:
        if factor & 1:
            total = _add(total, point)
        point, factor = _add(point, point), factor >> 1
    return total


def _base() -> Point:
    point = _decode((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    assert point is not None  # noqa: S101 - a constant of the curve
    return point


_BASE = _base()
