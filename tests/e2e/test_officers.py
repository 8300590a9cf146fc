"""Officers in a browser: streams, saved exports, memory of a moment, access reviews, controls, a check of the log."""

import csv
import io
import json
import re
import zipfile
from ipaddress import ip_network

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from agents.models import Agent
from audit.models import Event
from compliance.models import Destination, Export, ExportDefinition
from compliance.past import moments
from tests import agent_recipes, recipes
from tests.compliance.streaming import servers
from tests.e2e.agreeing import agree
from tests.e2e.conftest import VARIANTS, in_variants
from tests.e2e.test_pages import walk
from tests.reviews import scenes as reviewing

DESKTOP = VARIANTS["light-desktop"]


@pytest.fixture
def people(transactional_db, signs, settings, monkeypatch):
    """A team with an agent that may read one memory, written after a vote."""
    settings.EXPORT_FOLDER = signs / "exports"
    monkeypatch.setattr("compliance.tasks.wake_pack", lambda export_id: None)
    people = recipes.people_of_a_team("north")
    agent, space = agent_recipes.agent(people.row, name="Billing"), reviewing.namespace(people.row)
    agent_recipes.access(agent, space)
    draft = reviewing.edit(reviewing.memory(space, "/refunds.md", "- Within 14 days.\n"), "- Within 30 days.\n")
    change = reviewing.changes(reviewing.propose(people.row, draft, agent=agent))[0]
    reviewing.approve_and_apply(change, people.lead)
    return people


@pytest.fixture
def webhook(settings, tmp_path):
    settings.STREAM_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    ca, context = servers.authority(tmp_path)
    server = servers.Webhook(context)
    server.ca = ca
    yield server
    server.close()


def url(name, *args):
    return reverse(f"compliance:{name}", args=["north", *args])


def taken(page, button, path):
    """The bytes that a press hands out."""
    with page.expect_download() as download:
        button.click()
    download.value.save_as(path)
    return path.read_bytes()


def add_stream(page, webhook):
    page.goto(url("streams"))
    page.get_by_role("link", name="New destination").first.click()
    page.get_by_label("Name").fill("SIEM")
    page.get_by_label("Where to").fill(webhook.url)
    page.get_by_label("Certificates to believe").fill(webhook.ca)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("textbox", name="Secret")).to_have_value(re.compile("^whsec_"))


def test_a_stream_is_added_agreed_to_tried_paused_resumed_and_removed(people, visit, webhook):
    page = visit(people.admin, **DESKTOP).page
    add_stream(page, webhook)
    row = Destination.objects.of(people.row).select_related("confirmation__team").get()
    agree(visit, people.auditor, row.confirmation.get_absolute_url(), **DESKTOP)

    page.goto(url("stream", row.public_id))
    page.get_by_role("button", name="Send a test line").click()
    expect(page.get_by_text("The test line was confirmed.")).to_be_visible()
    webhook.answers = [503]
    page.get_by_role("button", name="Send a test line").click()
    expect(page.get_by_text("The test line did not arrive. It answered 503")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing is sent there any more")).to_be_visible()
    expect(page.get_by_text("The log is sent nowhere yet")).to_be_visible()

    happened = Event.objects.filter(type__startswith="stream.").oldest_first().values_list("type", "outcome")
    assert [*happened] == [
        ("stream.added", "success"),
        ("stream.started", "success"),
        ("stream.tested", "success"),
        ("stream.tested", "failure"),
        ("stream.paused", "success"),
        ("stream.resumed", "success"),
        ("stream.removed", "success"),
    ]


def keep_export(page):
    page.goto(url("export_new"))
    page.get_by_role("textbox", name="Name").fill("For the auditors")
    page.locator("#id_period").select_option("The calendar month before")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("heading", name="For the auditors")).to_be_visible()


def test_a_saved_export_is_made_now_made_monthly_and_removed(people, visit):
    page = visit(people.auditor, **DESKTOP).page
    keep_export(page)
    page.get_by_role("button", name="Monthly", exact=True).click()
    expect(page.get_by_text("next made")).to_be_visible()
    assert ExportDefinition.objects.of(people.row).get().next_at is not None
    page.get_by_role("button", name="Not monthly").click()
    expect(page.get_by_text("next made")).to_have_count(0)
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    assert Export.objects.of(people.row).get().definition.name == "For the auditors"
    page.goto(url("export_saved"))
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing is kept yet")).to_be_visible()


def test_what_an_agent_knew_at_a_moment_is_read_and_taken_away(people, visit, tmp_path):
    first = Event.objects.filter(type="memory.imported").oldest_first().last().at
    page = visit(people.auditor, **DESKTOP).page
    page.goto(url("past"))
    page.get_by_label("Whose memory").select_option("Billing")
    page.get_by_label("When").fill(moments.text(first))
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="What Billing knew")).to_be_visible()
    expect(page.get_by_text("Within 14 days.")).to_be_visible()
    archive = zipfile.ZipFile(io.BytesIO(taken(page, page.get_by_role("button", name="Download"), tmp_path / "a.zip")))
    page.get_by_role("link", name="Compare with now").click()
    expect(page.get_by_role("heading", name="What Billing came to know")).to_be_visible()
    expect(page.get_by_role("link", name="1 → 2")).to_be_visible()

    (told,) = json.loads(archive.read("manifest.json"))["memories"]
    assert archive.read(told["file"]) == b"- Within 14 days.\n"


def test_an_access_review_is_taken_away_and_recorded(people, visit, tmp_path):
    page = visit(people.auditor, **DESKTOP).page
    page.goto(url("access"))
    expect(page.get_by_role("row").filter(has_text="Lead").first).to_be_visible()
    sheet = taken(page, page.get_by_role("button", name="CSV"), tmp_path / "access.csv")
    page.get_by_label("What was found").fill("All as it should be")
    page.get_by_role("button", name="Record the review").click()
    expect(page.get_by_text("The review is in the trail")).to_be_visible()
    expect(page.locator("#former + ul")).to_contain_text("Auditor")

    names = {cell for line in csv.reader(io.StringIO(sheet.decode("utf-8-sig"))) for cell in line}
    assert {"Lead", "Security"} <= names
    assert Event.objects.filter(type="access.reviewed", actor_id=people.auditor.public_id).count() == 1


def test_the_map_of_controls_leads_to_the_events_behind_it(people, visit):
    page = visit(people.auditor, **DESKTOP).page
    page.goto(url("home"))
    page.get_by_role("link", name="Which controls does this support evidence for?").click()
    page.get_by_label("From day").fill(f"{recipes.AT:%Y-%m-%d}")
    page.get_by_role("button", name="Show").click()
    control = page.locator("dd").filter(has_text=re.compile("supports? evidence for it")).first
    control.locator("summary").click()
    control.get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Verify the log")).to_be_visible()
    expect(page.get_by_role("table")).to_be_visible()


@pytest.mark.parametrize("has_script", (True, False))
def test_the_log_is_verified_by_a_press_that_says_what_was_not_checked(people, visit, has_script):
    page = visit(people.auditor, java_script_enabled=has_script, **DESKTOP).page
    page.goto(url("trail"))
    page.get_by_role("button", name="Verify the log").click()

    expect(page.get_by_role("heading", name="The log adds up")).to_be_visible()
    expect(page.get_by_text("Not checked")).to_be_visible()
    assert page.url.endswith(url("trail") if has_script else url("verify"))
    assert Event.objects.filter(type="audit.verified", actor_id=people.auditor.public_id).count() == 1


@in_variants
def test_pages_of_officers_have_no_faults(people, visit, webhook, variant):
    add_stream(visit(people.admin, **DESKTOP).page, webhook)
    window = visit(people.auditor, **VARIANTS[variant])
    keep_export(window.page)
    about = Agent.objects.of(people.row).get().public_id
    pages = {
        "streams": url("streams"),
        "stream": url("stream", Destination.objects.of(people.row).get().public_id),
        "stream new": url("stream_new"),
        "exports saved": url("export_saved"),
        "past": f"{url('past')}?about={about}&at={moments.text(recipes.now())}",
        "access": url("access"),
        "duties": url("duties"),
        "controls": url("controls"),
        "follow person": url("follow", people.lead.public_id),
        "audit home": url("home"),
    }

    assert walk(window, pages, variant) == ""
