"""What introduced a statement that goes, and nothing else, goes with it."""

import pytest

from agents.snapshot import StatementMark
from agents.text import lines
from agents.text.lines import Edit
from dreaming.engines.local.proposing import orphans
from tests.dreaming.engines.build import NOW, memory


def after(text, *gone, marks=()):
    rows = lines.split(text)
    edits = tuple(Edit(row, row + 1, ()) for row in gone)
    return "".join(lines.apply(rows, orphans.taken_along(memory("/a.md", text, statements=marks), rows, edits)))


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("# T\n\n- a\n\n## Offers\n\n- b\n\n## Next\n\n- c\n", (6,), "# T\n\n- a\n\n## Next\n\n- c\n"),
        ("# T\n\n- a\n\n## Offers\n\n### June\n\n- b\n", (8,), "# T\n\n- a\n\n"),
        ("# T\n\n- a\n\n## Offers\n\n- b\n- c\n", (6,), "# T\n\n- a\n\n## Offers\n\n- c\n"),
        ("# T\n\nAsk for:\n\n- a\n- b\n\nThen go.\n", (4, 5), "# T\n\nThen go.\n"),
        ("# T\n\nAsk for:\n- a\n  of two\n- b\n", (3, 4), "# T\n\nAsk for:\n- b\n"),
        ("# T\n\n- a\n", (2,), "# T\n\n"),
        ("# T\n\n## Empty\n\n## Offers\n\n- b\n", (6,), "# T\n\n## Empty\n\n"),
        ("# T\n\n## Run\n\n```\nmake\n```\n\n## Old\n\n- b\n", (10,), "# T\n\n## Run\n\n```\nmake\n```\n\n## Old\n\n"),
    ],
)
def test_it_goes_with_the_last_that_it_introduced(text, gone, left):
    assert after(text, *gone) == left


def test_what_is_pinned_stays():
    text = "# T\n\nAsk for:\n- a\n\nThen go.\n"
    pinned = StatementMark(2, 3, NOW, NOW, pinned=True)

    assert after(text, 3, marks=(pinned,)) == text.replace("- a\n", "")
    assert after(text, 3) == "# T\n\nThen go.\n"
