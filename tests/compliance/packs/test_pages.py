"""The pages of exports, as an auditor uses them."""

import hashlib
import json
from base64 import b64decode

import pytest
from django.urls import reverse

from audit.models import Event
from compliance.models import Export
from compliance.packs import definitions, files, jobs
from compliance.packs.scopes import Scope
from tests.compliance.erasure import scenes as erasing
from tests.compliance.packs import scenes
from tests.recipes import AT
from tests.reviews import scenes as reviewing


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


def url(name, *args):
    return reverse(f"compliance:{name}", args=["north", *args])


def test_an_auditor_asks_for_a_pack_watches_it_and_takes_it(auditor, team, happen):
    happen("team.created")

    asked = auditor.post(url("export"), {"format": "pack", "disclosure": "all"})
    export = Export.objects.of(team.row).get()
    assert asked.url == export.get_absolute_url()
    waiting = auditor.get(asked.url, headers={"HX-Request": "true"}).content.decode()
    jobs.perform(export_id=export.pk, now=AT, clock=lambda: AT)
    ready = auditor.get(asked.url, headers={"HX-Request": "true"}).content.decode()
    taken = auditor.get(url("export_file", export.public_id))

    whole = taken.getvalue()
    export.refresh_from_db()
    assert 'hx-trigger="every 2s"' in waiting
    assert "hx-trigger" not in ready
    assert export.sha256 in ready
    assert url("checkpoints") in ready
    assert "python3 verify.py" in ready
    assert hashlib.sha256(whole).hexdigest() == export.sha256
    assert b64decode(taken["Repr-Digest"].split(":")[1]).hex() == export.sha256
    assert taken["Content-Length"] == str(len(whole))
    assert "attachment" in taken["Content-Disposition"]
    (fetched,) = Event.objects.of_log(team.row.trail_log).filter(type="export.downloaded")
    assert fetched.content()["data"] == {"sha256": export.sha256, "bytes": export.size}


def test_a_pack_says_that_an_erasure_took_it_back(auditor, team, happen):
    happen("team.created")
    export = scenes.made(team)
    row = erasing.asking.prepare(
        team=team.row, kind="person", subject="", words=["Zelda Quux"], basis="consent", by=team.auditor, at=AT
    )
    jobs.take_back(team=team.row, erasure=row.public_id, at=AT)

    page = auditor.get(export.get_absolute_url()).content.decode()
    assert row.found["tables"] == {"stored packs": 1}
    assert row.get_absolute_url() in page
    assert "kept for its time" not in page


def test_a_file_that_is_gone_is_said_and_not_recorded(auditor, team, happen):
    happen("team.created")
    export = scenes.made(team)
    files.remove(export.public_id)

    answer = auditor.get(url("export_file", export.public_id), follow=True)

    assert "not on this server" in answer.content.decode()
    assert not Event.objects.filter(type="export.downloaded").exists()


def test_scopes_are_for_every_format(auditor, team):
    space = reviewing.namespace(team.row)
    proposal = reviewing.propose(team.row, reviewing.add(space, "/a.md", "- a\n"))
    reviewing.propose(team.row, reviewing.add(space, "/b.md", "- b\n"))

    about = {"proposal": proposal.number}
    rows = auditor.post(url("export"), {"format": "jsonl"} | about).getvalue().splitlines()
    mapped = [
        json.loads(row) for row in auditor.post(url("export"), {"format": "ocsf"} | about).getvalue().splitlines()
    ]
    table = auditor.post(url("export"), {"format": "csv"} | about).getvalue().splitlines()

    targets = {proposal.public_id, reviewing.changes(proposal)[0].public_id}
    assert {json.loads(row)["target"]["id"] for row in rows} == targets
    opened = [row for row in mapped if row["message"].startswith(("proposal", "change"))]  # by a machine
    assert {row["resources"][0]["uid"] for row in opened} == targets
    assert len(table) > len(rows)  # a header, and the exports themselves name the proposal


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"format": "pack", "proposal": "77"}, "There is no proposal 77 in this team."),
        ({"format": "pack", "since": "2026-03-02", "until": "2026-03-01"}, "This day is before the first one."),
        ({"format": "pack", "agent": "agt_other"}, "agt_other is not one of the available choices"),
        ({}, "This field is required."),
    ],
)
def test_a_wrong_question_comes_back_with_what_was_typed(auditor, team, asked, error):
    answer = auditor.post(url("export"), asked)

    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert not Export.objects.of(team.row).exists()


def test_an_export_is_kept_made_and_removed(auditor, team, happen):
    happen("team.created")
    asked = {"format": "pack", "period": "month", "name": "=Monthly <b>", "monthly": "on"}

    assert auditor.post(url("export_save"), asked).url == url("export_saved")
    assert auditor.post(url("export_save"), asked).status_code == 422
    assert auditor.post(url("export_save"), asked | {"name": ""}).status_code == 422
    assert auditor.post(url("export_save"), asked | {"name": "B", "format": "csv"}).status_code == 422
    (row,) = definitions.kept(team.row)
    listed = auditor.get(url("export_saved")).content.decode()
    assert "=Monthly &lt;b&gt;" in listed
    auditor.post(url("export_monthly", row.public_id), {"monthly": "0"})
    made = auditor.post(url("export_run", row.public_id))
    assert made.url == Export.objects.of(team.row).get(definition=row).get_absolute_url()
    row.refresh_from_db()
    assert row.next_at is None
    auditor.post(url("export_remove", row.public_id))
    assert "Nothing is kept yet" in auditor.get(url("export_saved")).content.decode()
    log = Event.objects.of_log(team.row.trail_log).oldest_first()
    recorded = [one.content() for one in log.filter(type__startswith="export.s")]
    assert [one["type"] for one in recorded] == ["export.saved", "export.switched"]
    assert "Monthly" not in json.dumps(recorded)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_for_any_length(auditor, team, count, django_assert_num_queries):
    for number in range(count):
        given = {"format": "pack", "period": "month", "disclosure": "none", "monthly": False}
        given["scope"] = Scope(person=team.auditor.public_id)
        row = definitions.save(team=team.row, name=f"Kept {number}", by=team.auditor, at=AT, **given)
        asking = {"scope": Scope(), "disclosure": "none", "by": team.auditor, "at": AT}
        jobs.ask(team=team.row, teams=[team.row], definition=row, **asking)

    for name, queries in (("exports", 5), ("export_saved", 6)):
        auditor.get(url(name))
        with django_assert_num_queries(queries):
            page = auditor.get(url(name))
        assert page.content.count(b'class="row"') == count


@pytest.mark.parametrize("name", ["admin", "lead", "security", "member"])
def test_exports_are_for_auditors(client, team, name):
    client.force_login(getattr(team, name))

    for page in ("exports", "export_new", "export_saved"):
        assert client.get(url(page)).status_code == 403
    assert client.post(url("export"), {"format": "pack"}).status_code == 403
    assert Event.objects.filter(type="access.denied", outcome="denied").count() == 4


def test_the_form_takes_the_filters_of_the_trail(auditor):
    page = auditor.get(url("export_new"), {"type": "team", "since": "2026-03-01"}).content.decode()

    assert '<option value="team" selected>' in page
    assert 'value="2026-03-01"' in page
    assert 'class="errorlist"' not in page
