"""What the trail keeps of a request that was refused: as much of its address as fits, in a form that events take."""

import re
from typing import TypedDict

from django.http import HttpRequest

from audit import shapes

LONGEST = 300  # of a path that was refused, as much goes into the log
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Attempt(TypedDict):
    path: str
    method: str


def attempt(request: HttpRequest) -> Attempt:
    method = request.method if shapes.METHOD.holds(request.method) else "OTHER"
    return {"path": _CONTROL.sub("\N{REPLACEMENT CHARACTER}", request.path)[:LONGEST], "method": str(method)}
