"""A real Chromium against a live server with the sample team. Skipped, with the reason, where there is no Chromium."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect, sync_playwright

from accounts.models import User
from demo import loading

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARTEFACTS = Path(__file__).resolve().parent.parent / "artefacts"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
VARIANTS = {
    "light-desktop": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark-desktop": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "light-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
    "dark-phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True},
}
expect.set_options(timeout=20_000)  # a busy machine takes its time
# Every page in all four is for the slow tests; of each pair one look tells most of what goes wrong.
in_variants = pytest.mark.parametrize(
    "variant",
    [
        name if name in ("light-desktop", "dark-phone") else pytest.param(name, marks=pytest.mark.slow)
        for name in VARIANTS
    ],
)


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason=f"no Chromium at {CHROMIUM}"))


@pytest.fixture(scope="session")
def _async_allowed():
    """Playwright's sync API leaves an event loop on the thread, which Django takes for async code."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser(_async_allowed):
    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def sample(transactional_db):
    """The sample team, loaded and dreamed for."""
    return loading.load(as_of=NOW, now=NOW).team


class Visit:
    """A browser window of one person that remembers every console message and every request that left the server."""

    def __init__(self, browser, base, user, **options):
        self.base, self.messages, self.strays = base, [], []
        self.context = browser.new_context(base_url=base, reduced_motion="reduce", **options)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", self._watch)
        if user is not None:
            self.context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": base}])

    def _watch(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.strays.append(request.url)

    def shot(self, name):
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    def close(self):
        self.context.close()


def session_of(user):
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store.session_key


@pytest.fixture
def visit(browser, live_server):
    """Opens windows: visit("mara", **options), or of any person. All are closed at the end, and none may have said or
    fetched a thing.
    """
    visits = []

    def open_(person=None, **options):
        user = User.objects.get(email__startswith=f"{person}.") if isinstance(person, str) else person
        visits.append(Visit(browser, live_server.url, user, **options))
        return visits[-1]

    yield open_
    for one in visits:
        one.close()
        assert (one.messages, one.strays) == ([], [])
