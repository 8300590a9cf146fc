"""The first hour of a new user with the real product: `up`, its worker and scheduler, SQLite, one-click sign-in."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.slow


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(env, *args):
    return subprocess.run([sys.executable, "manage.py", *args], cwd=ROOT, env=env, check=True, capture_output=True)


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """A running demo in a folder of its own; stopped as Ctrl+C stops it, with no process left."""
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL")}
    env |= {"DEMO": "1", "LUCID_VAR": str(tmp_path_factory.mktemp("var"))}
    manage(env, "migrate", "--verbosity", "0")
    manage(env, "demo")
    port = free_port()
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)], cwd=ROOT, env=env, start_new_session=True
    )
    base = f"http://127.0.0.1:{port}"
    wait_for(lambda: answers(f"{base}/healthz"))
    yield base
    up.send_signal(signal.SIGINT)
    up.wait(timeout=30)
    with pytest.raises(ProcessLookupError):
        os.killpg(up.pid, 0)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (our own server)
            return answer.status == 200
    except OSError:
        return False


def wait_for(check, seconds=40):
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.25)


@pytest.fixture
def come_in(product, browser):
    """Signs in with one click on the person's name."""
    windows = []

    def open_(name, **options):
        window = Visit(browser, product, None, **({"viewport": {"width": 1440, "height": 900}} | options))
        windows.append(window)
        window.page.goto("/")
        window.page.get_by_role("button", name=re.compile(name)).click()
        window.page.wait_for_url("**/t/larkhaven/**")
        return window.page

    yield open_
    for window in windows:
        window.close()
        assert (window.messages, window.strays) == ([], [])


def undecided(page):
    return page.locator("[data-change]:not(.change--decided)")


def title_of(card):
    return card.locator(".change__title").inner_text()


def card_called(page, title):
    return page.locator("[data-change]").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_lead_decides_three_ways_and_the_second_reviewer_finishes(come_in):
    lead = come_in("Mara Okafor")
    lead.get_by_role("link", name=re.compile("changes|more")).last.click()
    lead.wait_for_selector("[data-change]")
    proposal = lead.url

    approved = title_of(undecided(lead).first)
    undecided(lead).first.get_by_role("button", name="Approve").click()
    card_called(lead, approved).get_by_text(re.compile("applies|Applied")).first.wait_for()

    rejected = title_of(undecided(lead).first)
    card = undecided(lead).first
    card.get_by_text("Reject", exact=True).click()
    card.get_by_label("Why", exact=True).select_option("unsupported")
    card.get_by_label("In your words").fill("One session is not enough.")
    card.get_by_role("button", name="Reject with this reason").click()
    card_called(lead, rejected).get_by_text("Rejected").first.wait_for()

    edited = title_of(undecided(lead).first)
    undecided(lead).first.get_by_role("link", name="Edit").click()
    lead.locator("textarea[name^=after-]").first.fill("- Said better by Mara.")
    lead.get_by_role("button", name="Save as next revision").click()
    waiting = card_called(lead, edited)
    waiting.get_by_text("You edited this").first.wait_for()
    assert waiting.get_by_role("button", name="Approve").count() == 0
    assert "another reviewer" in waiting.inner_text()

    second = come_in("Daniel Reyes")
    second.goto(proposal)
    card_called(second, edited).get_by_role("button", name="Approve").click()
    # It is medium by now, so an owner approves it too; the one who owns it here wrote it, and does not count.
    card_called(second, edited).get_by_text("You approved").first.wait_for()

    def is_applied():
        lead.goto(proposal)
        return card_called(lead, approved).get_by_text("Applied").count() > 0

    wait_for(is_applied)
    card_called(lead, approved).get_by_role("link", name=re.compile("version")).first.click()
    assert "version" in lead.inner_text("main").lower()
    lead.goto("/t/larkhaven/audit/")
    assert approved[:20] in lead.inner_text("main")


def test_admin_sets_a_schedule_and_sees_a_run(come_in):
    admin = come_in("Mara Okafor")
    admin.goto("/t/larkhaven/agents/on-call/dreams/")
    admin.get_by_label("Dreams", exact=True).select_option("daily")
    admin.get_by_label("Days of sessions to look back on").fill("120")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("a second person has to agree: Days of sessions to look back on.")).to_be_visible()
    assert "Every day" in admin.inner_text("main")

    second = come_in("Daniel Reyes")
    second.get_by_role("link", name="Confirmations that wait for you: 1").first.click()
    second.get_by_role("link", name="How On-call dreams").click()
    second.get_by_role("button", name="Confirm: do it").click()
    expect(second.get_by_text("Confirmed: it is done.")).to_be_visible()
    admin.goto("/t/larkhaven/agents/on-call/dreams/")
    expect(admin.get_by_label("Days of sessions to look back on")).to_have_value("120")

    admin.goto("/t/larkhaven/agents/on-call/")
    admin.get_by_role("button", name="Dream now").click()
    admin.wait_for_url("**/runs/*/")
    admin.get_by_text(re.compile("No change|Completed")).first.wait_for(timeout=30_000)


def test_officer_filters_exports_and_verifies(come_in):
    officer = come_in("Ingrid Solheim")
    officer.goto("/t/larkhaven/audit/")
    officer.get_by_role("button", name="Verify the log").click()
    officer.locator("#verification").get_by_text(re.compile("checked", re.IGNORECASE)).first.wait_for()

    for kind in ("jsonl", "csv"):
        officer.get_by_role("button", name="Export", exact=True).first.click()
        officer.locator(f"input[name=format][value={kind}]").check()
        with officer.expect_download() as download:
            officer.locator("#export").get_by_role("button", name="Export").click()
        lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) > 50
        if kind == "jsonl":
            assert [json.loads(line)["seq"] for line in lines][:2] == [1, 2]
        officer.goto("/t/larkhaven/audit/")


def test_a_whole_proposal_is_decided_without_javascript(come_in):
    page = come_in("Daniel Reyes", java_script_enabled=False)
    page.get_by_role("link", name=re.compile("changes|more")).first.click()

    while undecided(page).count():
        before = undecided(page).count()
        undecided(page).first.get_by_role("button", name="Approve").click()
        expect(undecided(page)).to_have_count(before - 1)

    assert page.locator(".change--decided").count() > 0
