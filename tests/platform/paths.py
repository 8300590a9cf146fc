"""Which paths a memory may have."""

import unicodedata

from tests.platform.errors import invalid

MOST_BYTES, MOST_SEGMENTS = 1024, 20
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})


def check(path):
    if problem := _problem(path):
        raise invalid(f"path: {problem}")


def _problem(path):
    segments = path.split("/")[1:]
    if not path.startswith("/"):
        return "must start with /"
    if len(path.encode()) > MOST_BYTES:
        return f"must be at most {MOST_BYTES} bytes long"
    if len(segments) > MOST_SEGMENTS:
        return f"must have at most {MOST_SEGMENTS} segments"
    if any(segment in ("", ".", "..") for segment in segments):
        return "a segment can't be empty, . or .."
    if any(unicodedata.category(sign) in REFUSED_CATEGORIES for sign in path):
        return "can't contain control or format characters"
    if unicodedata.normalize("NFC", path) != path:
        return "must be in Unicode Normalization Form C"
    return None


def check_prefix(prefix):
    if not prefix.startswith("/") or not prefix.endswith("/"):
        raise invalid("path_prefix: must start and end with /")
