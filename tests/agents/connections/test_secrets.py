"""A key with a mark goes in and is used, with success and with every kind of failure: the mark comes out nowhere."""

import base64
import json
import logging
import re
import traceback
import urllib.parse

import anthropic
import pytest
import structlog
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts import confirming
from agents.connections import checking, clients, connecting, rekeying, sealing
from agents.connections.sealing import Secret
from agents.models import Agent, Connection
from agents.pulling import mapping, pulls
from audit import trail
from dreaming import runs
from dreaming import settings as settings_of
from dreaming.enums import RunOrigin
from reviews.models import Change
from tests import agent_recipes
from tests.api.conftest import machine_of
from tests.compliance.packs import scenes as packs
from tests.dreaming import scenes
from tests.dreaming.engines.claude.desk import SAID, Reader
from tests.recipes import now

MARK = "Qx7fMarkedSecretZz93"
FORMS = (MARK, base64.b64encode(MARK.encode()).decode()[:-4], MARK.encode().hex(), MARK[::-1])
SEALED = {("agents.connection", "sealed"), ("agents.waitingkey", "sealed"), ("compliance.destination", "sealed")}


@pytest.fixture
def key(platform):
    """A key of the platform that has the mark in it."""
    plain = platform.add_key()
    key = f"sk-ant-{MARK}-tail"
    platform.keys[key] = platform.keys.pop(plain)
    platform.keys[key].secret = key
    return key


@pytest.fixture
def connected(client, team, platform, key, at_home):
    """Typed by an admin, agreed to by somebody else."""
    client.force_login(team.admin)
    given = {"name": "Workspace", "api_key": key, "base_url": platform.url, "holds": ["-"], "dreams_hold": ["-"]}
    url = reverse("agents:connection_new", args=[team.slug, "anthropic"])
    said = [client.post(url, given | {"name": ""}).content.decode(), client.post(url, given).content.decode()]
    row = Connection.objects.of(team.row).select_related("team").get()
    held = connecting.waiting(row)
    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=now())
    row.refresh_from_db(from_queryset=connecting.kept(team.row))
    assert sealing.open(row).api_key == key
    assert "".join(said)
    clean(*said)
    return row


def clean(*texts):
    for text in texts:
        for form in FORMS:
            assert form not in text, text[max(0, text.index(form) - 200) : text.index(form) + 40]


def rows_of_all_tables():
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if (model._meta.label_lower, field.name) in SEALED:
                continue
            if isinstance(field, models.BinaryField | models.TextField | models.CharField | models.JSONField):
                for value in model._base_manager.values_list(field.attname, flat=True).iterator():
                    yield f"{model._meta.label}.{field.name}: {_text(value)}"


def _text(value):
    if isinstance(value, memoryview | bytes):
        return bytes(value).decode("latin-1")
    return json.dumps(value, default=str)


def use(team, row, platform):
    """A check and a pull, as they stand."""
    checking.check(connection=row, by=team.admin, at=now())
    agent = agent_recipes.agent(team.row)
    link = mapping.map_agent(agent=agent, connection=row, platform_agent="agent_01", by=team.admin, at=now())
    pulls.pull(link_id=link.pk, now=now(), clock=now)


def dream(team, row, platform):
    """A run with each engine that asks a model."""
    platform.answering = Reader()
    for engine in ("claude", "managed"):
        agent = scenes.agent_that_writes(team.row, memories={f"/{engine}.md": "- Be kind to people on the phone.\n"})
        for number in range(2):
            agent_recipes.session(agent, texts=(f"Order {number}? {SAID}", "Noted."), at=now())
        given = {"engine": engine, "connection": row.public_id, "model": "claude-sonnet-5"}
        settings_of.set_(agent=agent, values=given, by=trail.SYSTEM, at=now())
        runs.perform_here(agent=agent, origin=RunOrigin.COMMAND, by=trail.SYSTEM, at=now())


FAULTS = {
    "success": None,
    "revoked": ("*", 401),
    "refused": ("*", 400),
    "broken": ("*", 500),
    "limited": ("*", 429),
    "dropped": ("*", "drop"),
    "slow": ("*", "slow"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_mark_is_nowhere(client, team, platform, connected, monkeypatch, caplog, capfd, key, fault):
    caplog.set_level(logging.DEBUG)
    if FAULTS[fault]:
        on, what = FAULTS[fault]
        more = {"seconds": 0.7} if what == "slow" else {"message": f"you sent {key}"} if what != "drop" else {}
        platform.fault(on, what, times=None, **more)
    monkeypatch.setattr(checking, "SECONDS", 0.5 if fault == "slow" else checking.SECONDS)
    monkeypatch.setattr(clients, "TIMEOUT", 0.4 if fault == "slow" else clients.TIMEOUT)

    with structlog.testing.capture_logs() as logged:
        use(team, connected, platform)
        dream(team, connected, platform)

    assert platform.asked("*")
    clean(repr(logged), caplog.text, *capfd.readouterr(), *rows_of_all_tables())
    pages = ("connections", "connection", "connection_edit", "connection_key")
    for name in pages:
        args = [] if name == "connections" else [connected.public_id]
        clean(client.get(reverse(f"agents:{name}", args=[team.slug, *args])).content.decode())
    trail = reverse("compliance:trail", args=[team.slug])
    clean(client.get(trail).content.decode())


def test_what_goes_out_of_the_trail_has_no_mark(client, team, platform, connected):
    use(team, connected, platform)
    client.force_login(team.auditor)
    export = reverse("compliance:export", args=[team.slug])

    for format in ("csv", "jsonl"):
        answer = client.post(export, {"format": format, "disclosure": "all"})
        assert answer.status_code == 200, answer.content[:300]
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"connection.added" in body
        clean(body.decode("latin-1"))


def test_a_pack_has_no_mark_in_any_of_its_files(team, platform, connected, signs, settings, monkeypatch):
    settings.EXPORT_FOLDER = signs / "exports"
    monkeypatch.setattr("compliance.tasks.wake_pack", lambda export_id: None)
    use(team, connected, platform)
    dream(team, connected, platform)

    pack = packs.archive(packs.made(team, at=now()))

    said = {name: pack.read(name).decode("latin-1") for name in pack.namelist()}
    assert connected.public_id in said["events.jsonl"]
    clean(*said.values())


def test_the_api_answers_without_the_mark(team, platform, connected):
    use(team, connected, platform)
    dream(team, connected, platform)
    agent, machine = Agent.objects.of(team.row).order_by("pk").last(), machine_of(team)
    change = Change.objects.of(team.row).order_by("pk").last()
    paths = [f"agents/{agent.slug}/{what}" for what in ("memory", "files")]
    paths += [f"proposals/{change.proposal.public_id}", f"changes/{change.public_id}"] if change else []

    answers = [machine.get(f"/{path}") for path in (*paths, "agents/nobody/memory")]

    assert [answer.status_code for answer in answers] == [200] * len(paths) + [404]
    clean(*(answer.content.decode() for answer in answers))


def test_a_report_of_an_error_in_the_middle_has_no_mark(team, connected, key, settings, monkeypatch):
    settings.DEBUG = True
    browser = Client(raise_request_exception=False)
    browser.force_login(team.admin)
    given = {"api_key": key, "name": "Other", "holds": ["-"]}

    def fail(*_arguments, **_named):
        raise RuntimeError("in the middle")

    for module, name in ((connecting.trail.Unit, "record"), (sealing.subjects.DataKey, "seal")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fail)
            for url in (
                reverse("agents:connection_new", args=[team.slug, "anthropic"]),
                reverse("agents:connection_key", args=[team.slug, connected.public_id]),
            ):
                answer = browser.post(url, given)
                assert answer.status_code == 500
                assert "in the middle" in answer.content.decode()
                clean(answer.content.decode(), urllib.parse.unquote_plus(answer.content.decode()))


@pytest.mark.parametrize("end", ("waits", "confirmed", "refused"))
def test_another_key_leaves_no_mark(client, team, platform, workspace, caplog, key, end):
    caplog.set_level(logging.DEBUG)
    client.force_login(team.admin)
    url = reverse("agents:connection_key", args=[team.slug, workspace.public_id])

    said = client.post(url, {"api_key": key}, follow=True).content.decode()
    held = rekeying.waiting(workspace)
    ends = {"team": team.row, "confirmation_id": held.public_id, "by": team.security, "at": held.asked_at}
    if end == "confirmed":
        confirming.confirm(**ends)
    elif end == "refused":
        confirming.refuse(**ends, reason="Whose is it?")
        rekeying.strike_settled(now=held.asked_at)

    clean(said, client.get(held.get_absolute_url()).content.decode(), caplog.text, *rows_of_all_tables())
    clean(client.get(reverse("agents:connection", args=[team.slug, workspace.public_id])).content.decode())


def test_a_report_of_an_error_on_the_wire_has_no_mark(team, connected, settings, monkeypatch):
    settings.DEBUG = True
    browser = Client(raise_request_exception=False)
    browser.force_login(team.admin)

    def fail(self, request, **_named):
        raise RuntimeError(f"in the middle of {request.method}")

    monkeypatch.setattr(anthropic.Anthropic, "_prepare_request", fail)
    answer = browser.post(reverse("agents:connection_check", args=[team.slug, connected.public_id]))

    assert answer.status_code == 500
    assert "in the middle of GET" in answer.content.decode()
    clean(answer.content.decode())


def test_what_is_shown_of_objects_and_errors_has_no_mark(connected, platform, key):
    with clients.messages_client(connected, residency=[""]) as client:
        clean(repr(client), str(client), repr(sealing.open(connected)), str(vars(connected)["hint"]))
        platform.fault("*", 401, message="no")
        with pytest.raises(anthropic.APIStatusError) as refused:
            client.models.list()
    error = refused.value
    clean(repr(error), str(error), "".join(traceback.format_exception(error)), repr(error.request.headers))
    cleaned = Secret(api_key=key).struck_from(f"you sent {key[:-4]} and {key[4:]} and {key}")
    clean(cleaned)
    assert cleaned == "you sent … and … and …"


def test_the_sdk_logs_no_header(connected, platform, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("anthropic", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, logger=name)

    with clients.messages_client(connected, residency=[""]) as client:
        client.models.list()
        client.messages.count_tokens(model="claude-opus-5", messages=[{"role": "user", "content": "Hello"}])

    assert re.search(r"GET http://127\.0\.0\.1", caplog.text)
    clean(caplog.text)
