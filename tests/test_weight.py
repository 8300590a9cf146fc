"""Pages weigh little: markup, styles and scripts, as they are compressed on their way."""

import gzip
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from config import styles
from reviews.models import AT_ONCE
from tests.reviews import scenes

MOST = 60_000
LINKED = re.compile(r'(?:href="/static/([^"]+\.css)"|src="/static/([^"]+\.js)")')


def weight(data):
    return len(gzip.compress(data, compresslevel=6))


def parts(page):
    """What each file of a page weighs; fonts are the reader's own."""
    names = [css or js for css, js in LINKED.findall(page.decode())]
    files = {re.sub(r"\.[0-9a-f]{12}(?=\.)", "", name) for name in names}
    return {"page": weight(page)} | {name: weight(_read(name)) for name in files}


def _read(name):
    with open(finders.find(name), "rb") as file:
        return file.read()


@pytest.mark.parametrize("name", ["reviews:inbox", "compliance:trail", "dreaming:agents"])
def test_page_is_light(client, team, name):
    client.force_login(team.lead)

    found = parts(client.get(reverse(name, args=[team.slug])).content)

    assert len(found) > 8
    assert sum(found.values()) <= MOST, found


def test_proposal_is_light_with_all_the_cards_of_a_first_screen(client, team):
    client.force_login(team.lead)
    space = scenes.namespace(team.row)
    drafts = [scenes.add(space, f"/note-{n}.md", f"- Note {n} says {n * 7919} things\n" * 6) for n in range(AT_ONCE)]
    proposal = scenes.propose(team.row, *drafts)

    found = parts(client.get(proposal.get_absolute_url()).content)

    assert sum(found.values()) <= MOST, found


def test_every_stylesheet_is_in_the_one_that_is_served():
    written = {path.stem for path in (settings.BASE_DIR / "static" / "css").glob("*.css")}

    assert sorted(styles.SHEETS) == sorted(written)
    served = _read(styles.NAME).decode()
    assert all(f"--{name}" in served for name in ("canvas", "surface"))
    assert served.count("{") == served.count("}")
