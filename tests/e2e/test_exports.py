"""An auditor in a browser: asks for an evidence pack, watches it being made, takes it, and keeps an export."""

import zipfile
from pprint import pformat

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from compliance.models import Export
from compliance.packs import jobs
from tests import recipes
from tests.compliance.packs import scenes
from tests.e2e.conftest import VARIANTS, in_variants
from tests.e2e.test_pages import SHIFTS, faults_of
from tests.reviews import scenes as reviewing


@pytest.fixture
def people(transactional_db, signs, settings, monkeypatch):
    settings.EXPORT_FOLDER = signs / "exports"
    monkeypatch.setattr("compliance.tasks.wake_pack", lambda export_id: None)
    people = recipes.people_of_a_team("north")
    proposal = reviewing.propose(people.row, reviewing.add(reviewing.namespace(people.row), "/a.md", "- a\n"))
    reviewing.vote(reviewing.changes(proposal)[0], people.reviewer, reason="Right")
    return people


def make(people):
    jobs.perform(export_id=Export.objects.of(people.row).newest_first().first().pk, now=timezone.now())


@in_variants
def test_an_auditor_gets_a_pack_and_no_page_has_faults(people, visit, tmp_path, variant):
    window = visit(people.auditor, **VARIANTS[variant])
    window.context.add_init_script(SHIFTS)
    page = window.page
    faults = {}

    def look(name, *args):
        url = reverse(f"compliance:{name}", args=[people.slug, *args])
        faults[f"{name} {len(faults)}"] = faults_of(window, url, is_phone="phone" in variant)

    look("exports")
    look("export_new")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    make(people)
    expect(page.get_by_role("link", name="Download")).to_be_visible()  # by the part that asks for itself
    export = Export.objects.of(people.row).select_related("team").get()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download").click()
    taken.value.save_as(tmp_path / "taken.zip")
    assert scenes.faults(export) == []
    assert (tmp_path / "taken.zip").read_bytes() == scenes.files.path_of(export.public_id).read_bytes()
    look("export_one", export.public_id)
    look("exports")
    page.goto(reverse("compliance:export_new", args=[people.slug]))
    page.get_by_role("textbox", name="Name").fill("For the auditors")
    page.locator("#id_period").select_option("The calendar month before")
    page.get_by_label("Make it on the first of each month").check()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("heading", name="For the auditors")).to_be_visible()
    look("export_saved")

    (tmp_path / "report.html").write_bytes(zipfile.ZipFile(tmp_path / "taken.zip").read("report.html"))
    reader = visit(**VARIANTS[variant])
    reader.base = "file://"
    reader.context.add_init_script(SHIFTS)
    page = reader.page
    page.goto(f"file://{tmp_path / 'report.html'}")
    expect(page.get_by_role("cell", name="Approval: agrees that the memory is changed like this")).to_be_visible()
    assert {name: fault for name, fault in faults.items() if fault} == {}, pformat(faults)


def test_a_pack_is_made_without_a_script(people, visit):
    page = visit(people.auditor, java_script_enabled=False, **VARIANTS["light-desktop"]).page

    page.goto(reverse("compliance:export_new", args=[people.slug]))
    page.get_by_role("button", name="Export", exact=True).click()
    make(people)
    page.get_by_role("link", name="Look again").click()

    expect(page.get_by_role("link", name="Download")).to_be_visible()
