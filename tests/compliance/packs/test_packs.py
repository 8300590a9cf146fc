"""Packs as they come out: what is in them, and that they verify."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import trail
from audit.models import Blob, Event
from compliance.enums import Disclosure
from compliance.packs.scopes import Scope
from reviews.enums import RejectCode, Verdict
from tests import agent_recipes
from tests.compliance.packs import scenes
from tests.recipes import AT
from tests.reviews import scenes as reviewing

pytestmark = pytest.mark.django_db

HOSTILE = "No \u202e <script>alert(1)</script>"


@pytest.fixture
def decided(team):
    """A proposal whose two changes were voted on; memory was written before."""
    memory = reviewing.memory(reviewing.namespace(team.row))
    session = agent_recipes.session(agent_recipes.agent(team.row))
    said = session.events.get(position=0).text
    draft = reviewing.add(memory.namespace, "/new.md", "- tre\n", quotes=(reviewing.quote(session, 0, said),))
    proposal = reviewing.propose(team.row, reviewing.line_edit(memory, 0, 1, "- uno\n"), draft)
    first, second = reviewing.changes(proposal)
    reviewing.vote(first, team.reviewer, reason="It is =right=")
    reviewing.vote(second, team.reviewer, Verdict.REJECT, reason=HOSTILE, reason_code="other")
    return proposal


def table(export, name):
    return list(csv.DictReader(io.StringIO(scenes.read(export, name).decode(), newline="")))


def bodies(team):
    return [bytes(one.body) for one in Event.objects.of_log(team.row.trail_log).oldest_first()]


def test_a_contiguous_pack_shows_all_and_says_so(team, decided, happen):
    happen("change.edited", by=team.reviewer, data={"number": 2, "revision": "", "contributors": []})
    export = scenes.made(team)

    manifest, report = scenes.manifest(export), scenes.read(export, "report.html").decode()
    assert scenes.faults(export) == []
    assert (manifest["class"], manifest["withheld"], manifest["events"]) == ("contiguous", [], export.rows)
    assert scenes.read(export, "events.jsonl").splitlines() == bodies(team)[: export.rows]
    assert "A contiguous pack." in report
    assert "<script" not in report
    assert "Approval: agrees that the memory is changed like this" in report
    assert f"must not be changed like this ({RejectCode.OTHER.label})" in report
    assert "Wrote another version of it: revision 2" in report
    assert "It is =right=" in report
    assert "alert(1)" in report
    assert {one["value"] for one in scenes.lines(export, "disclosures.jsonl")} >= {"It is =right=", HOSTILE}


def test_a_pack_holds_the_texts_that_its_events_name(team, decided):
    export = scenes.made(team)

    listed = scenes.lines(export, "texts.jsonl")
    by_seq = {json.loads(body)["seq"]: json.loads(body) for body in bodies(team)}
    for one in listed:
        assert hashlib.sha256(scenes.read(export, f"blobs/{one['sha256']}")).hexdigest() == one["sha256"]
    voted = {one["sha256"] for one in listed if one["what"] == "proposed"}
    assert voted == {one["data"]["proposed"] for one in by_seq.values() if "proposed" in one["data"]}
    after = [(one["sha256"], by_seq[one["event"]]["data"]["sha256"]) for one in listed if one["what"] == "after"]
    assert after
    assert all(text == named for text, named in after)
    assert {one["what"] for one in listed} >= {"after", "proposed", "quote"}


@pytest.mark.usefixtures("loose")
def test_tables_are_guarded_and_name_controls(team, decided):
    with trail.unit_of_work(at=AT) as unit:
        unit.record("team.created", target=team.row, by=team.admin, data={"slug": "=1+1"})

    export = scenes.made(team)

    assert [row["seq"] for row in table(export, "events.csv")] == [str(n) for n in range(1, export.rows + 1)]
    supported = table(export, "controls.csv")
    assert {row["supports_evidence_for"] for row in supported} >= {"SOC 2 CC8.1: changes are authorised"}
    cells = [cell for name in ("events.csv", "controls.csv") for row in table(export, name) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_directory_tells_names_and_the_roles_of_each_time(team, happen):
    member = team.reviewer.memberships.get()
    happen("member.roles_set", target=member, data={"before": ["reviewer"], "after": ["lead"]}, at=AT)
    happen("team.changed", by=team.reviewer)

    directory = json.loads(scenes.read(scenes.made(team), "directory.json"))

    assert directory["names"][team.reviewer.public_id] == "Reviewer"
    assert [(one["roles"], one["event"]) for one in directory["roles"][team.reviewer.public_id]] == [
        (["reviewer"], 0),
        (["lead"], 1),
    ]


@pytest.mark.parametrize(
    ("disclosure", "values", "withheld"),
    [
        (Disclosure.NONE, set(), ["email", "reason"]),
        (Disclosure.REASONS, {"why"}, ["email"]),
        (Disclosure.ALL, {"why", "a@b.example"}, []),
    ],
)
def test_what_is_not_disclosed_is_declared_as_withheld(team, happen, disclosure, values, withheld):
    happen("member.invited", private={"email": "a@b.example", "reason": "why"})

    export = scenes.made(team, disclosure=disclosure)

    assert scenes.faults(export) == []
    assert {one["value"] for one in scenes.lines(export, "disclosures.jsonl")} == values
    assert scenes.manifest(export)["withheld"] == withheld
    if disclosure != Disclosure.ALL:
        assert not any(b"a@b.example" in scenes.read(export, name) for name in scenes.archive(export).namelist())


def test_a_filtered_pack_shows_what_concerns_its_scope_and_says_what_it_does_not_prove(team, decided, happen):
    happen("team.changed")
    other = reviewing.propose(team.row, reviewing.add(decided.changes.first().namespace, "/other.md", "- new\n"))

    export = scenes.made(team, Scope(proposal=other.public_id))

    shown = [json.loads(line) for line in scenes.read(export, "events.jsonl").splitlines()]
    targets = {other.public_id, *(change.public_id for change in reviewing.changes(other))}
    assert scenes.faults(export) == []
    assert {one["target"]["id"] for one in shown if one["type"] != "export.asked"} == targets
    assert scenes.manifest(export)["class"] == "filtered"
    assert "that nothing belonging to the scope was left out" in scenes.read(export, "report.html").decode()


def test_scopes_of_agent_namespace_and_person_find_theirs(team, decided):
    space = decided.changes.first().namespace
    of_space = scenes.made(team, Scope(namespace=space.public_id))
    of_person = scenes.made(team, Scope(person=team.reviewer.public_id), at=AT + timedelta(hours=2))

    voted = [one["type"] for one in map(json.loads, scenes.read(of_person, "events.jsonl").splitlines())]
    assert voted.count("change.voted") == 2
    types = {one["type"] for one in map(json.loads, scenes.read(of_space, "events.jsonl").splitlines())}
    assert types >= {"memory.written", "change.opened", "change.voted", "proposal.opened"}
    assert scenes.faults(of_space) == scenes.faults(of_person) == []


def test_a_pack_continues_the_one_before_and_an_old_checkpoint_pins_it(team, happen):
    happen("team.created", "team.changed")
    first = scenes.made(team)
    happen("team.changed", at=AT + timedelta(minutes=1))
    second = scenes.made(team, at=AT + timedelta(minutes=2))

    pin = first.plan["checkpoints"][-1].encode()

    assert second.plan["checkpoints"][0].encode() == pin
    assert scenes.faults(second, pin=pin) == []
    assert [reason for reason, _ in scenes.faults(first, pin=second.plan["checkpoints"][-1].encode())] == ["rollback"]


def contents(file):
    with zipfile.ZipFile(file) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_a_flipped_byte_is_noticed(team, happen):
    happen("team.created", "team.changed")
    export = scenes.made(team)
    path = scenes.files.path_of(export.public_id)
    whole = path.read_bytes()

    for place in range(200, len(whole), len(whole) // 20):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        # the last bits of a compressed file mean nothing
        assert scenes.faults(export) or contents(path) == contents(io.BytesIO(whole)), place


def test_erased_texts_and_values_are_accounted_for(team, decided):
    (secret,) = [one for one in Event.objects.of_log(team.row.trail_log) if one.content()["private"]][:1]
    names = sorted(secret.content()["private"])
    scenes.private_of(secret).delete()
    Blob.objects.filter(log=team.row.trail_log).update(text="", erased_at=AT)
    with trail.unit_of_work(at=AT) as unit:
        data = {"events": [secret.seq], "fields": names, "basis": "request"}
        unit.record("audit.redacted", target=team.row, by=trail.SYSTEM, data=data)

    whole = scenes.made(team)
    narrow = scenes.made(team, Scope(types=(secret.type,)), at=AT + timedelta(minutes=1))

    assert scenes.faults(whole) == scenes.faults(narrow) == []
    assert [one["what"] for one in scenes.lines(whole, "texts.jsonl") if one["what"] in ("before", "after")] == []


def test_a_value_that_is_gone_without_a_redaction_is_a_fault(team, decided):
    secret = next(one for one in Event.objects.of_log(team.row.trail_log) if one.content()["private"])
    scenes.private_of(secret).delete()

    assert {reason for reason, _ in scenes.faults(scenes.made(team))} == {"missing-value"}


def test_packs_of_one_plan_are_the_same_bytes(team, decided):
    first = scenes.made(team)
    again = scenes.made_again(first)

    assert first.sha256 == again.sha256


TYPES = ("team.changed", "member.invited", "access.denied", "notices.read")
EVENTS = st.lists(st.tuples(st.sampled_from(TYPES), st.integers(0, 3), st.integers(-3, 3)), min_size=1, max_size=25)
SCOPES = st.fixed_dictionaries(
    {},
    optional={
        "since": st.integers(-3, 3),
        "until": st.integers(-3, 3),
        "person": st.integers(0, 3),
        "types": st.lists(st.sampled_from(TYPES), min_size=1, max_size=2, unique=True),
    },
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, scope=SCOPES, disclosure=st.sampled_from(Disclosure.values))
def test_a_pack_of_any_events_and_scope_verifies(team, events, scope, disclosure):
    people = (team.admin, team.lead, team.reviewer, team.second)
    for type, person, day in events:
        with trail.unit_of_work(at=AT + timedelta(days=day)) as unit:
            private = {"reason": f"{day} \u2028 ünï"} if person % 2 else {}
            unit.record(type, target=team.row, by=people[person], private=private)
    times = {name: AT + timedelta(days=scope[name]) for name in ("since", "until") if name in scope}
    own = {"person": people[scope["person"]].public_id} if "person" in scope else {}

    export = scenes.made(team, Scope(**times, **own, types=tuple(scope.get("types", ()))), disclosure=disclosure)

    assert (export.state, scenes.faults(export)) == ("ready", [])
