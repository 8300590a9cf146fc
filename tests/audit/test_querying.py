from datetime import timedelta

import pytest

from audit import trail
from audit.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(at):
    """Four events of one log, an hour apart, and one of another."""
    made = [
        ("team.created", "usr_1", "team_a"),
        ("member.invited", "usr_1", "inv_1"),
        ("member.joined", "usr_2", "inv_1"),
        ("member.removed", "usr_1", "usr_2"),
    ]
    for hour, (type, actor, target) in enumerate(made):
        with trail.unit_of_work(at=at + timedelta(hours=hour)) as unit:
            unit.record(type, target=trail.Target("x", target), by=trail.Actor("person", actor), log="team_a")
            if hour == 0:
                unit.record(type, target=trail.Target("x", target), by=trail.Actor("person", actor), log="team_b")
    return Event.objects.of_log("team_a")


def seqs(events):
    return list(events.newest_first().values_list("seq", flat=True))


def test_a_log_reads_newest_first_and_goes_on_before_a_number(log):
    assert (seqs(log), seqs(log.before(3)), seqs(log.after(3))) == ([4, 3, 2, 1], [2, 1], [4])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [4, 3, 2, 1]),
        ({"types": ["member.joined", "team.created"]}, [3, 1]),
        ({"actor": "usr_1"}, [4, 2, 1]),
        ({"target": "inv_1"}, [3, 2]),
        ({"actor": "usr_1", "target": "inv_1"}, [2]),
        ({"types": ["team.exploded"]}, []),
    ],
)
def test_matching_narrows_by_what_is_given(log, wanted, expected):
    assert seqs(log.matching(**wanted)) == expected


def test_matching_includes_since_and_excludes_until(log, at):
    assert seqs(log.matching(since=at + timedelta(hours=1), until=at + timedelta(hours=3))) == [3, 2]


def test_events_that_concern_ids_name_them_anywhere_or_are_about_them(at):
    with trail.unit_of_work(at=at) as unit:
        for data in ({"roles": ["x", "inv_2"]}, {"roles": ["inv_20"]}, {}):
            unit.record("member.joined", target=trail.Target("x", "mbr_1"), by=trail.SYSTEM, log="team_c", data=data)
        unit.record(
            "member.removed", target=trail.Target("x", "mbr_2"), by=trail.Actor("person", "usr_7"), log="team_c"
        )
    log = Event.objects.of_log("team_c")
    about = Event.objects.filter(target_id="mbr_2").values("target_id")

    assert seqs(log.concerning('"inv_2"')) == [1]
    assert seqs(log.concerning("mbr_1").concerning('"inv_20"')) == [2]
    assert seqs(log.concerning('"inv_2"', "usr_7")) == [4, 1]
    assert seqs(log.concerning("nobody", among=[about])) == [4]
    assert seqs(log.concerning("nobody")) == []
