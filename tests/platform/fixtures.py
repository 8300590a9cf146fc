"""The platform in a thread, or as a process of its own with the same verbs over HTTP."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import anthropic
import pytest

from tests.platform import server

ROOT = Path(__file__).resolve().parents[2]
AROUND = "127.0.0.1,localhost"


@pytest.fixture
def platform(monkeypatch):
    """A fresh platform in a thread; `platform.client()` is the SDK for it."""
    _pass_proxies(monkeypatch)
    with server.serving() as one:
        yield one


@pytest.fixture
def platform_process(monkeypatch):
    """A fresh platform in a process of its own: it outlives who asks it."""
    _pass_proxies(monkeypatch)
    one = Remote.started()
    try:
        yield one
    finally:
        one.stop()


class Remote:
    """The verbs of a platform elsewhere: `remote.seed_store(...)` is its seed_store."""

    def __init__(self, url, key, process=None):
        self.url, self.key, self._process = url, key, process

    @classmethod
    def started(cls):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.platform", "--port", "0"],
            cwd=ROOT,
            env=os.environ | {"NO_PROXY": AROUND, "no_proxy": AROUND},
            stdout=subprocess.PIPE,
            text=True,
        )
        said = json.loads(process.stdout.readline())
        return cls(said["url"], said["key"], process)

    def __getattr__(self, verb):
        def call(**arguments):
            request = urllib.request.Request(  # noqa: S310 - the address is our own
                f"{self.url}/_control/{verb}", data=json.dumps(arguments).encode(), method="POST"
            )
            with _opener().open(request, timeout=10) as answer:
                return json.load(answer)

        return call

    def client(self, key=None, **how):
        return anthropic.Anthropic(
            **{"api_key": key or self.key, "base_url": self.url, "max_retries": 0, "timeout": 10, **how}
        )

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def _opener():
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _pass_proxies(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, AROUND)
