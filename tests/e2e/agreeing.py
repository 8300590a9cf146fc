"""A second person who agrees to something in a browser, and proves first who they are."""

from playwright.sync_api import expect

PASSWORD = "a long passphrase 1"


def agree(visit, person, url, **options):
    """Confirm what waits at this address, as somebody who has to sign in again; the page afterwards."""
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    page = visit(person, **options).page
    page.goto(url)
    page.get_by_role("button", name="Confirm: do it").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Confirmed: it is done.")).to_be_visible()
    return page
