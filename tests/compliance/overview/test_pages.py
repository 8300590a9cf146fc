import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.enums import Role
from audit import catalogue
from compliance import controls
from compliance.access import reviewing
from compliance.models import LegalHold
from tests.recipes import AT, now

# Claims that nobody but an assessor may make, whatever the file.
CLAIM = re.compile(r"\b(compliant|certified|guarantees? compliance|ensures? compliance)\b", re.IGNORECASE)
SUFFIXES = {".html", ".py", ".md", ".txt"}
ROLES = {"before": ["reviewer"], "after": ["lead"]}
FRAMEWORKS = {"SOC 2", "ISO 27001", "EU AI Act", "HIPAA", "21 CFR Part 11"}


def url(name):
    return reverse(f"compliance:{name}", args=["north"])


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


def text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_first_page_tells_how_it_stands(auditor, team, happen):
    before = text(auditor.get(url("home")))
    LegalHold.objects.create(team=team.row, scope="all", reason="A claim.", by=team.auditor, at=AT)
    happen("team.changed")
    auditor.post(url("verify"))
    reviewing.record(team=team.row, moment=AT, notes="", by=team.auditor, at=now() - timedelta(days=2))

    page = text(auditor.get(url("home")))

    assert "The log was not checked yet." in before
    assert re.search(r"Last check of the log</a>: [^,<]+, sound", page)
    assert "2 days ago" in page
    assert "1 in force" in page
    assert "the log is sent nowhere" in page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LEAD, Role.AUDITOR, Role.SECURITY])
def test_everybody_who_reads_the_trail_finds_what_the_first_page_and_the_map_lead_to(client, team, role):
    client.force_login(getattr(team, role))

    for page in (text(client.get(url("home"))), text(client.get(url("controls")))):
        for link in set(re.findall(r'href="(/t/north/[^"#?]*)', page)):
            assert client.get(link).status_code == 200, link


def test_map_counts_the_events_of_the_days_asked_about(auditor, team, happen):
    happen("member.roles_set", data=ROLES, at=AT)
    happen("member.roles_set", data=ROLES, at=AT + timedelta(days=1))

    page = auditor.get(url("controls"), {"since": "2026-03-02", "until": "2026-03-02"})

    counts = {one.control.label: dict(one.types) for one in page.context["mapped"]}
    assert counts["SOC 2 CC6.1 and CC6.3: who may do what"] == {"member.roles_set": 1}
    assert counts["SOC 2 CC8.1: changes are authorised"] == {}
    assert "?type=member.roles_set&amp;since=2026-03-02&amp;until=2026-03-02" in text(page)


def test_every_type_of_event_supports_evidence_for_something_beside_logging():
    alone = [type for type in catalogue.EVENTS if len(controls.supported_by(type)) < 2]

    assert alone == []
    assert {one.framework for one in controls.CONTROLS} == FRAMEWORKS
    assert all(one.open and one.asks and one.exports and one.pages for one in controls.CONTROLS)


def test_nothing_claims_what_an_assessor_has_to_say():
    folders = ("templates", "compliance", "docs")
    files = [path for name in folders for path in (settings.BASE_DIR / name).rglob("*") if path.suffix in SUFFIXES]
    texts = [*files, settings.BASE_DIR / "README.md"]

    claims = {str(path): found for path in texts if (found := CLAIM.findall(Path(path).read_text(encoding="utf-8")))}

    assert len(files) > 100
    assert claims == {}


@pytest.mark.parametrize("name", ["home", "controls"])
def test_pages_take_a_fixed_number_of_queries(auditor, team, happen, name, django_assert_max_num_queries):
    happen(*["member.roles_set"] * 5, data=ROLES)
    happen("team.changed")

    with django_assert_max_num_queries(20):
        auditor.get(url(name))
