"""All stylesheets as one file: compressed one by one, twenty of them weigh half as much again.

They are written and read as files of their own in static/css. Here stands their order, which decides between rules of
one layer and one weight.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "lucid.css"
SHEETS = (
    "tokens",
    "base",
    "layout",
    "cards",
    "data",
    "notices",
    "buttons",
    "forms",
    "review",
    "deciding",
    "diff",
    "reading",
    "memory",
    "evidence",
    "search",
    "pages",
    "queue",
    "threads",
    "phones",
    "print",
)


class OneSheet(BaseFinder):
    """Finds the one file, made anew where a sheet was changed."""

    def check(self, **_options: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **options: Any) -> Any:
        if options:
            find_all = self._check_deprecated_find_param(find_all=find_all, **options)  # type: ignore[attr-defined]
        found = [str(_made())] if path == NAME else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        yield NAME, FileSystemStorage(location=_made().parent)


def _made() -> Path:
    folder = settings.BASE_DIR / "static" / "css"
    text = "".join((folder / f"{name}.css").read_text() for name in SHEETS)
    made: Path = settings.VAR_DIR / "styles" / NAME
    if not made.exists() or made.read_text() != text:
        made.parent.mkdir(exist_ok=True)
        with NamedTemporaryFile("w", dir=made.parent, delete=False) as fresh:  # of several processes each its own
            fresh.write(text)
        Path(fresh.name).chmod(0o644)
        Path(fresh.name).replace(made)  # nobody reads half of it
    return made
