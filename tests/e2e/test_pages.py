"""Pages, light and dark, wide and narrow: axe finds nothing, nothing scrolls sideways, shifts or leaves the server."""

import re
from pprint import pformat

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import User
from tests.e2e.conftest import VARIANTS, in_variants
from tests.e2e.measuring import beyond
from tests.e2e.walking import pages_of

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SOME = ("reviews:inbox", "reviews:proposal", "reviews:change", "compliance:trail", "accounts:profile")
SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
UNSEEN = 0.02  # a fifth of what is called good (web.dev/cls): a page that is drawn in two steps on a busy machine
# A target that is too small, save words in a line of text (WCAG 2.5.8); what looks like a button is 40 high.
SMALL = """() => [...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !one.closest(".skip, .visually-hidden, .diff, .verbatim"))
  .filter((one) => {
    const box = (one.labels?.[0] ?? one).getBoundingClientRect();
    const own = one.getBoundingClientRect();
    const height = Math.max(box.height, own.height), width = Math.max(box.width, own.width);
    const isText = getComputedStyle(one).display === "inline";
    if (one.matches(".button")) return height < 39.5;
    return !isText && own.width > 1 && (height < 23.5 || width < 23.5);
  })
  .map((one) => `${one.outerHTML.slice(0, 120)} ${one.getBoundingClientRect().height}`)"""


def faults_of(window, url, *, is_phone):
    """What is wrong with one page; empty where nothing is."""
    page = window.page
    answer = page.goto(url)
    found = Axe().run(page, options={"runOnly": RULES})
    faults = {
        "status": answer.status if answer.status != 200 else 0,
        "overflow": max(0, beyond(page)),
        "shift": shift if (shift := round(page.evaluate("window.shifted"), 4)) > UNSEEN else 0,
        "small": page.evaluate(SMALL) if is_phone else [],
        "axe": found.generate_report() if found.violations_count else "",
        "said": [*window.messages, *window.strays],
    }
    return {name: fault[:4] if isinstance(fault, list) else fault for name, fault in faults.items() if fault}


def walk(window, pages, variant):
    window.context.add_init_script(SHIFTS)
    faults = {}
    for name, url in pages.items():
        found = faults_of(window, url, is_phone="phone" in variant)
        window.shot(f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{variant}")
        if found:
            faults[name] = found
    return pformat(faults) if faults else ""


@pytest.fixture
def pages(sample, client):
    client.force_login(User.objects.get(email__startswith="mara."))
    return pages_of(sample, client)


@in_variants
def test_pages_of_the_day_have_no_faults(pages, visit, variant):
    some = {name: pages[name] for name in SOME}

    assert walk(visit("mara", **VARIANTS[variant]), some, variant) == ""


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_no_page_has_faults(pages, visit, variant):
    assert len(pages) > 40

    assert walk(visit("mara", **VARIANTS[variant]), pages, variant) == ""


@pytest.mark.slow
@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"contrast": "more"}])
def test_pages_bear_other_colours(pages, visit, media):
    some = {name: pages[name] for name in SOME}
    name = "-".join(*media.items())

    assert walk(visit("mara", viewport={"width": 1440, "height": 900}, **media), some, name) == ""
