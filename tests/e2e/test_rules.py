"""An officer writes a rule, sees what it finds, switches it on and opens a review; the next change meets it."""

from playwright.sync_api import expect

from reviews.models import Change, Check


def test_an_officer_writes_a_rule_and_a_change_meets_it(sample, visit):
    page = visit("daniel").page
    page.goto(f"/t/{sample.slug}/team/")
    page.get_by_role("link", name="Rules").click()
    page.get_by_role("link", name="Write a rule").click()
    page.get_by_label("Title").fill("Refund windows are legal's")
    page.get_by_label("Phrases it looks for").fill("refund window")
    page.get_by_label("Namespaces").fill("support")
    page.get_by_label("What a finding does").select_option("blocking")
    page.get_by_label("Reason that reviewers read").fill("Ask legal.")
    page.get_by_label("Examples that break the rule").fill("The refund window is 30 days.")
    page.get_by_label("Examples that keep it").fill("A window of refund")
    expect(page.locator("#outcomes .chip")).to_have_text(["as it should", "as it should"])

    page.get_by_role("button", name="Save").click()
    expect(page.locator("mark").first).to_have_text("refund window")
    page.get_by_role("link", name="Line ").first.click()
    expect(page.locator(":target")).to_contain_text("refund window")
    page.go_back()
    page.get_by_role("button", name="Switch version 1 on").click()
    expect(page.get_by_text("Every change is held against it from now on.")).to_be_visible()
    page.get_by_role("button", name="Open a review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Take out what a rule forbids")
    taken_out = Change.objects.of(sample).order_by("-pk").first()
    assert not Check.objects.of(sample).filter(revision=taken_out.head_id, rule="rulebook").exists()

    lead = visit("mara").page
    lead.goto(f"/t/{sample.slug}/memory/support/propose/")
    lead.get_by_label("Path").fill("/policies/window.md")
    lead.get_by_label("Text").fill("- The refund window is 90 days.")
    lead.get_by_label("Title").fill("A longer window")
    lead.get_by_role("button", name="Propose").click()
    expect(lead.get_by_text("Refund windows are legal's (version 1): Ask legal.").first).to_be_visible()
