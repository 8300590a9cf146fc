"""At least once, in order, from a cursor: against real servers that answer as servers do on bad days."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import trail
from audit.checkpoints import signer
from audit.models import Event
from compliance.models import Destination
from compliance.streaming import batches, delivering, destinations
from reviews.models import Notice
from tests.compliance.streaming import servers
from tests.recipes import AT

NOW = AT + timedelta(minutes=1)


def deliver(destination, at=NOW):
    return delivering.deliver(destination_id=destination.pk, clock=lambda: at)


def row(destination):
    return Destination.objects.of(destination.team).get(pk=destination.pk)


def seqs(team):
    return list(Event.objects.of_log(team.row.trail_log).oldest_first().values_list("seq", flat=True))


def recorded(team, type):
    return [event.content() for event in Event.objects.of_log(team.row.trail_log).filter(type=type)]


def test_a_webhook_gets_the_record_signed_with_the_newest_checkpoint(team, happen, added, webhook, signs):
    happen("team.created", "team.changed")
    found = added(address=webhook.url, authorization="Bearer s3cret")
    signer.sign_each([team.row.trail_log], at=AT)

    confirmed = deliver(found.destination)

    ((path, headers, body),) = webhook.requests
    *records, sealed = body.splitlines()
    events = Event.objects.of_log(team.row.trail_log).oldest_first()
    assert confirmed == len(records) == events.count()
    assert records == [bytes(event.body) for event in events]
    assert json.loads(sealed)["type"] == "lucid.checkpoint"
    assert json.loads(sealed)["note"].startswith(f"{team.row.trail_log}\n{confirmed}\n")
    assert path == "/in?source=lucid"
    assert headers["Host"] == f"localhost:{webhook.port}"
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["webhook-id"] == f"{team.row.trail_log}/1-{confirmed}"
    assert servers.is_signed(found.secret, headers, body)
    assert not servers.is_signed(found.secret, headers, body + b" ")
    stands = row(found.destination)
    assert (stands.acked, stands.witnessed, stands.lease_until) == (confirmed, confirmed, None)
    assert deliver(found.destination) == 0
    assert len(webhook.requests) == 1


def test_a_checkpoint_alone_is_news(team, happen, added, webhook, signs):
    happen("team.created")
    destination = added(address=webhook.url).destination
    deliver(destination)
    signer.sign_each([team.row.trail_log], at=NOW)

    assert deliver(destination) == 0

    _, headers, body = webhook.requests[-1]
    assert headers["webhook-id"] == f"{team.row.trail_log}/checkpoint-{row(destination).acked}"
    assert json.loads(body)["size"] == row(destination).witnessed == row(destination).acked


def test_ocsf_lines_are_of_the_schema(team, happen, added, webhook, signs):
    happen("team.created")
    destination = added(address=webhook.url, format="ocsf").destination
    signer.sign_each([team.row.trail_log], at=AT)

    confirmed = deliver(destination)

    *events, sealed = map(json.loads, webhook.requests[0][2].splitlines())
    assert [one["metadata"]["sequence"] for one in events] == list(range(1, confirmed + 1))
    assert (sealed["class_uid"], sealed["type_uid"], sealed["unmapped"]["size"]) == (0, 99, confirmed)


def test_syslog_messages_are_framed_and_confirmed_by_the_end_of_the_connection(team, happen, added, syslog):
    happen("team.created", outcome="denied")
    destination = added("syslog", syslog.address).destination

    confirmed = deliver(destination)

    assert len(syslog.messages) == confirmed
    head, _, text = syslog.messages[0].partition(b" {")
    assert head == b'<109>1 2026-03-02T09:00:00.000000Z localhost lucid - team.created [meta sequenceId="1"]'
    assert json.loads(b"{" + text)["seq"] == 1
    syslog.polite = False
    happen("team.changed")
    assert deliver(destination) == 0
    assert row(destination).problem


def test_a_file_is_appended_to_and_followed_when_it_is_moved_away(team, happen, added, inside, settings):
    happen("team.created")
    destination = added("file", "trail.jsonl").destination
    path = settings.STREAM_FOLDER / team.row.trail_log / "trail.jsonl"
    deliver(destination)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])  # a power cut in the middle of a line

    happen("team.changed")
    deliver(destination)
    torn, last = path.read_bytes().splitlines()[-2:]
    assert (whole.splitlines()[-1][:-4], json.loads(last)["type"]) == (torn, "team.changed")
    path.rename(path.with_suffix(".1"))
    happen("team.changed")
    deliver(destination)
    assert [json.loads(line)["seq"] for line in path.read_bytes().splitlines()] == [row(destination).acked]
    path.unlink()
    path.symlink_to("/etc/passwd")
    happen("team.changed")
    assert deliver(destination) == 0
    assert "trail.jsonl" in row(destination).problem


@pytest.mark.parametrize("answer", [500, 400, 302, None])
def test_a_failure_moves_nothing_and_is_tried_again_later(team, happen, added, webhook, answer):
    destination = added(address=webhook.url).destination
    webhook.answers = [answer if answer else lambda body: None]

    assert deliver(destination) == 0
    resting = row(destination)
    assert (resting.acked, resting.attempts, resting.failing_since) == (0, 1, NOW)
    assert resting.problem
    assert resting.next_at == NOW + timedelta(seconds=10)
    assert deliver(destination) == 0
    assert [path for path, *_ in webhook.requests] == ["/in?source=lucid"]
    assert deliver(destination, at=resting.next_at) == len(seqs(team))
    mended = row(destination)
    assert (mended.attempts, mended.failing_since, mended.problem) == (0, None, "")


def test_after_a_day_of_failing_it_stops_and_officers_are_told(team, happen, added, webhook):
    destination = added(address=webhook.url).destination
    webhook.answers, at, tries = [503] * 100, NOW, 0

    while row(destination).state == "active":
        deliver(destination, at=at)
        tries += 1
        at = row(destination).next_at

    assert 24 < tries < 40
    assert timedelta(hours=24) <= at - NOW <= timedelta(hours=26)
    (stopped,) = recorded(team, "stream.stopped")
    assert stopped["data"] == {"acked": 0, "attempts": tries}
    told = Notice.objects.of(team.row).filter(kind="seal").values_list("person__email", flat=True)
    assert sorted(told) == ["admin@north.example", "auditor@north.example"]
    webhook.answers = []
    assert deliver(destination, at=at) == 0
    destinations.resume(destination=destination, by=team.auditor, at=at)
    assert deliver(destination, at=at) == len(seqs(team))
    assert webhook.taken == seqs(team)


def test_what_is_not_in_the_log_any_more_is_not_skipped(team, happen, added, webhook, monkeypatch):
    happen("team.created")
    destination = added(address=webhook.url).destination
    real = batches.Event.objects.of_log
    monkeypatch.setattr(batches.Event.objects, "of_log", lambda log: real(log).exclude(seq=1))

    assert deliver(destination) == 0
    assert "/1 is not in the log" in row(destination).problem
    assert webhook.requests == []


def test_two_workers_never_send_beside_each_other(team, happen, added, webhook):
    happen("team.created")
    destination = added(address=webhook.url).destination
    first = delivering.claim(destination.pk, at=NOW)

    assert delivering.claim(destination.pk, at=NOW) is None
    later = NOW + delivering.LEASE + timedelta(seconds=1)  # the first one froze
    second = delivering.claim(destination.pk, at=later)
    with pytest.raises(delivering.Taken):
        delivering.send_next(first, clock=lambda: later)
    assert webhook.requests == []
    assert delivering.send_next(second, clock=lambda: later).events == len(seqs(team))
    with pytest.raises(delivering.Taken):
        delivering._confirm(first, batches.Batch("id", "log", (), 1), at=later)
    first.release()
    assert row(destination).lease_until == later + delivering.LEASE


def test_what_is_paused_meanwhile_is_confirmed_and_nothing_more_sent(team, happen, added, webhook, monkeypatch):
    monkeypatch.setattr(batches, "MOST_EVENTS", 2)
    happen(*["team.changed"] * 5)
    destination = added(address=webhook.url).destination
    held = delivering.claim(destination.pk, at=NOW)
    delivering.send_next(held, clock=lambda: NOW)

    destinations.pause(destination=destination, by=team.admin, at=NOW)

    with pytest.raises(delivering.Taken):
        delivering.send_next(held, clock=lambda: NOW)
    held.release()
    assert (row(destination).acked, webhook.taken) == (2, [1, 2])
    assert deliver(destination) == 0


def test_batches_are_small(team, happen, added, inside, monkeypatch):
    happen(*["team.changed"] * 20)
    destination = added("file", "trail.jsonl").destination
    size = len(batches.following(row(destination)).lines[0].text)

    monkeypatch.setattr(batches, "MOST_BYTES", size * 3 + 10)
    assert 1 < batches.following(row(destination)).events <= 4
    monkeypatch.setattr(batches, "MOST_BYTES", 1)
    assert batches.following(row(destination)).events == 1


ANSWERS = st.sampled_from(["ok", "refuse", "hang up", "store, then hang up", "store, then refuse"])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(ANSWERS, st.integers(0, 4)), max_size=8), size=st.integers(1, 4))
def test_whatever_a_server_does_all_arrives_in_order(team, happen, added, webhook, monkeypatch, steps, size):
    monkeypatch.setattr(batches, "MOST_EVENTS", size)
    webhook.taken.clear()
    before = len(seqs(team))
    name = f"property {before} {len(webhook.requests)}"
    destination = added(address=webhook.url, name=name, after=before).destination
    what = {
        "ok": 200,
        "refuse": 503,
        "hang up": lambda body: None,
        "store, then hang up": webhook.store_then(None),
        "store, then refuse": webhook.store_then(500),
    }
    at = NOW
    for answer, more in steps:
        happen(*["team.changed"] * more, at=at)
        webhook.answers = [what[answer]]
        deliver(destination, at=at)
        at = max(at, row(destination).next_at)
    webhook.answers = []
    deliver(destination, at=at)

    firsts = list(dict.fromkeys(webhook.taken))
    assert firsts == [seq for seq in seqs(team) if seq > before]
    assert row(destination).acked == firsts[-1]
    destinations.remove(destination=destination, by=trail.SYSTEM, at=at)
