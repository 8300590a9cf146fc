"""What the model is shown, in the words of the reference implementation (Anthropic's SDK)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anthropic.tools import ToolError

WIDTH = 6
LEVELS = 2


def missing(path: str) -> ToolError:
    return ToolError(f"The path {path} does not exist. Please provide a valid path.")


def content(path: str, text: str, view_range: Sequence[int] | None, *, note: str = "") -> str:
    lines, start = text.split("\n"), 1
    if view_range and len(view_range) == 2:
        start = max(1, view_range[0])
        lines = lines[start - 1 : len(lines) if view_range[1] == -1 else view_range[1]]
    head = f"Here's the content of {path} with line numbers:"
    return "\n".join([f"{head}{note}", *numbered(lines, start)])


def numbered(lines: Iterable[str], start: int) -> list[str]:
    return [f"{str(number).rjust(WIDTH)}\t{line}" for number, line in enumerate(lines, start)]


def folder(path: str, sizes: Iterable[tuple[str, int, str]], *, folders: Iterable[str] = ()) -> str:
    """`sizes` are the paths below it (without a leading /), their bytes and a note; `folders` are there even empty."""
    files = {name: (size, note) for name, size, note in sizes if not _is_hidden(name)}
    whole = dict.fromkeys((f"{one}/" for one in folders), 0)
    for name, (size, _note) in files.items():
        parts = name.split("/")
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth]) + "/"
            whole[above] = whole.get(above, 0) + size
    rows = {name: (size, "") for name, size in whole.items()} | files
    shown = [
        f"{human(size)}\t{path}/{name}{note}"
        for name, (size, note) in sorted(rows.items(), key=lambda row: row[0].rstrip("/").split("/"))
        if name.rstrip("/").count("/") < LEVELS
    ]
    total = sum(size for size, _note in files.values())
    head = f"Here're the files and directories up to 2 levels deep in {path}, excluding hidden items:"
    return "\n".join([head, f"{human(total)}\t{path}", *shown])


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def human(size: int) -> str:
    units, unit = "BKMG", 0
    value: float = size
    while value >= 1024 and unit < len(units) - 1:
        value, unit = value / 1024, unit + 1
    return f"{int(value)}{units[unit]}" if value == int(value) else f"{value:.1f}{units[unit]}"


def replaced(path: str, text: str, old: str, new: str) -> tuple[str, str]:
    """The text with the one place replaced, and a piece of it around the place. Raises ToolError."""
    found = [at for at in range(len(text)) if old and text.startswith(old, at)]
    if not found:
        raise ToolError(f"No replacement was performed, old_str `{old}` did not appear verbatim in {path}.")
    if len(found) > 1:
        lines = ", ".join(str(text.count("\n", 0, at) + 1) for at in found)
        raise ToolError(
            f"No replacement was performed. Multiple occurrences of old_str `{old}` in lines: {lines}. "
            "Please ensure it is unique"
        )
    after = text[: found[0]] + new + text[found[0] + len(old) :]
    line, lines_after = text.count("\n", 0, found[0]), after.split("\n")
    first = max(0, line - 2)
    return after, "\n".join(numbered(lines_after[first : line + 3], first + 1))


def inserted(text: str, line: int, added: str) -> str:
    """Raises ToolError where there is no such line."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not 0 <= line <= len(lines):
        raise ToolError(f"Invalid `insert_line` parameter: {line}. It should be within the range [0, {len(lines)}].")
    lines.insert(line, added.rstrip("\n"))
    return "\n".join(lines) + "\n"
