from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from reviews.models import Change


@dataclass(frozen=True, slots=True)
class Panel:
    """A part beside a change: what it is called, how it is drawn, and how it is read."""

    title: str | Promise
    template: str
    read: Callable[[Change, HttpRequest], Any]
