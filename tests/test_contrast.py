"""Every pair of text and ground, computed from the tokens, in both palettes and both themes."""

import math
import re
from itertools import product
from pathlib import Path

import pytest

SHEET = (Path(__file__).resolve().parent.parent / "static/css/tokens.css").read_text()
PLAIN_GROUNDS = ("canvas", "surface", "sunken", "hover", "pressed")
CHANGED_GROUNDS = ("add-line", "add-word", "del-line", "del-word")
TEXT = [
    *product(("ink",), (*PLAIN_GROUNDS, *CHANGED_GROUNDS, "edit-bg", "conflict-bg", "merge-bg", "neutral-bg")),
    *product(("ink-2",), (*PLAIN_GROUNDS, "add-line", "del-line")),
    *product(("accent",), ("canvas", "surface", "sunken", "hover")),
    *product(("add-ink", "del-ink"), ("surface", "canvas")),
    *((f"{kind}-ink", f"{kind}-line") for kind in ("add", "del")),
    *((f"{kind}-ink", f"{kind}-bg") for kind in ("edit", "conflict", "merge", "neutral")),
    ("on-accent", "accent"),
    ("on-approve", "approve"),
    ("canvas", "ink"),
]
SHAPES = [("line-strong", "surface"), ("line-strong", "canvas"), ("add-bar", "surface"), ("del-bar", "surface")]
CASES = list(product(("teal", "blue"), ("light", "dark")))


def block(selector):
    """The custom properties of one rule."""
    start = SHEET.index(f"{selector} {{")
    return dict(re.findall(r"--([\w-]+): ([^;]+);", SHEET[start : SHEET.index("}", start)]))


def colours(palette, theme):
    declared = block("  :root")
    if palette == "blue":
        declared |= block(':root[data-palette="blue"]')
    return {
        name: rgb(side(value, theme))
        for name, value in declared.items()
        if "light-dark(" in value and "px" not in value
    }


def side(value, theme):
    one, other = re.fullmatch(r"light-dark\((#\w+|\w+\([^)]*\)), (#\w+|\w+\([^)]*\))\)", value).groups()
    return one if theme == "light" else other


def rgb(colour):
    """Linear red, green and blue."""
    if colour.startswith("#"):
        return [linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    light, chroma, hue = (float(part) for part in re.findall(r"[\d.]+", colour))
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long, middle, short = (
        (light / 100 + x * a + y * b) ** 3
        for x, y in ((0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480))
    )
    mixed = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return [min(max(part, 0), 1) for part in mixed]


def linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one, other):
    high, low = sorted((0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("palette", "theme"), CASES)
def test_text_can_be_read(palette, theme):
    known = colours(palette, theme)

    assert {pair: ratio for pair in TEXT if (ratio := contrast(known[pair[0]], known[pair[1]])) < 4.5} == {}


@pytest.mark.parametrize(("palette", "theme"), CASES)
def test_edges_of_controls_and_changes_can_be_seen(palette, theme):
    known = colours(palette, theme)

    assert {pair: ratio for pair in SHAPES if (ratio := contrast(known[pair[0]], known[pair[1]])) < 3} == {}


def test_contrast_is_computed_as_in_the_standard():
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#767676"), rgb("#ffffff")) == pytest.approx(4.54, abs=0.01)
    assert contrast(rgb("oklch(100% 0 0)"), rgb("#ffffff")) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_blue_and_amber_stay_apart_without_any_one_kind_of_cone(theme):
    """Both grounds as somebody without red or green cones sees them, after Viénot."""
    known = colours("blue", theme)
    for missing in (PROTAN, DEUTAN):
        one, other = (seen(known[name], missing) for name in ("add-word", "del-word"))
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 0.08


PROTAN = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
DEUTAN = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))


def seen(colour, matrix):
    return [sum(weight * part for weight, part in zip(row, colour, strict=True)) for row in matrix]
