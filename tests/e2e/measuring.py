"""What is read off a page once it has come."""

BEYOND = "document.documentElement.scrollWidth - innerWidth"


def beyond(page):
    """Pixels by which a page is wider than its window. Waits for the page: a press may still be on its way to it."""
    page.wait_for_load_state()
    page.locator("body").wait_for()
    return page.evaluate(BEYOND)
