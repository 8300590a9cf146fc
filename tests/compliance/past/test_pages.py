import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from agents import reading
from audit import trail
from audit.models import Blob, Event
from compliance.past import moments
from tests import agent_recipes
from tests.recipes import AT
from tests.reviews import scenes

URL = reverse("compliance:past", args=["north"])
DOWNLOAD = reverse("compliance:past_download", args=["north"])


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


@pytest.fixture
def agent(team):
    agent, space = agent_recipes.agent(team.row, slug="desk"), agent_recipes.namespace(team.row, slug="support")
    agent_recipes.access(agent, space)
    row = scenes.memory(space, "/refunds.md", "- Within 14 days.\n")
    change = scenes.changes(scenes.propose(team.row, scenes.edit(row, "- <b>Within</b> 30 days.\n", title="Longer")))[0]
    scenes.approve_and_apply(change, team.lead)
    return agent


def asked(agent, at=scenes.LATER, **more):
    return {"about": agent.public_id, "at": moments.text(at)} | more


def body(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_auditor_reads_what_an_agent_knew(auditor, agent):
    reading.read(agent=agent, by=trail.SYSTEM, at=scenes.LATER, record=True)

    page = body(auditor.get(URL, asked(agent)))
    before = body(auditor.get(URL, asked(agent, scenes.LATER - timedelta(microseconds=1))))

    assert "- &lt;b&gt;Within&lt;/b&gt; 30 days." in page
    assert "Longer" in page
    assert "approved by Lead" in " ".join(page.split())
    assert "It was given exactly the versions shown here." in page
    assert "- Within 14 days." in before
    assert "No recorded reading" in before


def test_page_of_an_event_leads_to_what_memory_was_then(auditor, team, agent):
    event = Event.objects.of_log(team.row.trail_log).filter(type="memory.written").newest_first().first()

    page = auditor.get(reverse("compliance:event", args=["north", event.public_id]))

    assert "- &lt;b&gt;Within&lt;/b&gt; 30 days." in body(auditor.get(page.context["past_url"]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"at": "2026-10-25 02:30"}, "showed this twice"),
        ({"at": "2999-01-01"}, "has not come yet"),
        ({"at": "then"}, "Write it as"),
        ({"about": "agt_0"}, "is not one of the available choices"),
    ],
)
def test_what_cannot_be_asked_is_said_and_kept(auditor, team, agent, given, said):
    team.row.time_zone = "Europe/Berlin"
    team.row.save()

    page = body(auditor.get(URL, asked(agent) | given))

    assert said in page
    assert f'value="{given["at"]}"' in page if "at" in given else True


def test_text_erased_since_says_so(auditor, team, agent):
    sha256 = hashlib.sha256(b"- Within 14 days.\n").hexdigest()
    Blob.objects.filter(log=team.row.trail_log, sha256=sha256).update(text="", erased_at=scenes.LATER)

    page = body(auditor.get(URL, asked(agent, AT)))
    held = manifest(auditor.post(DOWNLOAD, asked(agent, AT)))

    assert "Its text was erased for good" in page
    assert sha256 in page
    assert [(row["path"], row["sha256"], "file" in row) for row in held["memories"]] == [("/refunds.md", sha256, False)]


def archive(response):
    assert response.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def manifest(response):
    return json.loads(archive(response).read("manifest.json"))


def test_state_is_taken_away_as_files_with_a_manifest(auditor, team, agent):
    first = auditor.post(DOWNLOAD, asked(agent))
    whole = b"".join(first.streaming_content)
    again = b"".join(auditor.post(DOWNLOAD, asked(agent)).streaming_content)

    files = zipfile.ZipFile(io.BytesIO(whole))
    told = json.loads(files.read("manifest.json"))
    made = Event.objects.of_log(team.row.trail_log).filter(type="export.made").newest_first().first()
    data = made.content()["data"]
    assert files.namelist() == ["memory/support/refunds.md", "manifest.json"]
    assert files.read("memory/support/refunds.md") == b"- <b>Within</b> 30 days.\n"
    assert (told["kind"], told["version"], told["agent"], told["seen"]) == (
        "lucid.memory-state",
        1,
        agent.public_id,
        "applied",
    )
    assert told["memories"][0]["approved_by"] == [team.lead.public_id]
    assert (data["sha256"], data["what"], data["bytes"]) == (hashlib.sha256(whole).hexdigest(), "memory", len(whole))
    assert again == whole
    assert first["Content-Disposition"] == 'attachment; filename="north-desk-20260302T090500Z-applied.zip"'


def test_downloads_are_counted_among_the_exports(auditor, agent):
    statuses = [auditor.post(DOWNLOAD, asked(agent)).status_code for _ in range(7)]

    assert statuses == [200] * 6 + [429]


def test_who_may_not_export_gets_no_download(client, team, agent):
    client.force_login(team.lead)

    assert "past/download" not in body(client.get(URL, asked(agent)))
    assert client.post(DOWNLOAD, asked(agent)).status_code == 403


def test_two_moments_are_compared(auditor, agent):
    page = body(auditor.get(URL, asked(agent, AT, other=moments.text(scenes.LATER))))
    turned = body(auditor.get(URL, asked(agent, scenes.LATER, other=moments.text(AT))))

    assert "Different: 1, the same: 0" in page
    assert "old=1&amp;new=2" in page
    assert "old=1&amp;new=2" in turned


@pytest.mark.parametrize("count", [1, 15])
def test_page_takes_the_same_queries_for_any_number(auditor, team, agent, count, django_assert_max_num_queries):
    space = agent.access.get().namespace
    agent_recipes.memories(space, {f"/{n}.md": f"- {n}\n" for n in range(count)})

    with django_assert_max_num_queries(19):
        page = auditor.get(URL, asked(agent))

    assert len(page.context["rows"]) == count + 1


def test_long_states_go_on_page_by_page(auditor, team, agent):
    space = agent.access.get().namespace
    agent_recipes.memories(space, {f"/{n:02}.md": f"- {n}\n" for n in range(30)})

    seen, url = [], URL + "?" + "&".join(f"{name}={value}" for name, value in asked(agent).items())
    while url:
        page = auditor.get(url)
        seen += [told.page.path for told in page.context["rows"]]
        url = page.context["page"].next_url

    assert seen == [f"/{n:02}.md" for n in range(30)] + ["/refunds.md"]
    lines = auditor.get(URL, asked(agent, AT - timedelta(seconds=1), other=moments.text(AT)))
    assert lines.context["count"] == 31
