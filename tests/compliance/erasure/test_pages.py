import pytest
from django.urls import reverse

from audit.models import Event
from compliance.enums import ErasureKind, ErasureState
from compliance.models import Erasure, LegalHold
from tests.compliance.erasure import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client, team):
    def sign_in(name):
        client.force_login(getattr(team, name))
        return client

    return sign_in


def address(team, name, *args):
    return reverse(f"compliance:{name}", args=[team.slug, *args])


def test_an_officer_prepares_looks_asks_and_another_reads(as_, team):
    scene = scenes.build(team)
    given = {"kind": "person", "subject": scene.person.public_id, "words": "Zelda <b>Q</b>uux", "basis": "consent"}
    made = as_("auditor").post(address(team, "erasure_new"), given)
    row = Erasure.objects.of(team.row).get()
    page = as_("auditor").get(made.url).content.decode()

    assert made.url == address(team, "erasure", row.public_id)
    assert "Zelda &lt;b&gt;Q&lt;/b&gt;uux" in page
    assert scene.memory.path in page
    assert (
        "Zelda" not in as_("lead").get(made.url).content.decode().split("What it would reach")[1].split("Memories")[0]
    )

    asked = as_("auditor").post(address(team, "erasure_ask", row.public_id))
    row.refresh_from_db()
    assert (row.state, "confirmations" in asked.url) == (ErasureState.WAITING, True)
    assert "zelda@quux.example" not in as_("security").get(asked.url).content.decode().lower()
    assert as_("auditor").post(address(team, "erasure_ask", row.public_id)).status_code == 409
    assert str(row.get_state_display()) in as_("lead").get(address(team, "erasures")).content.decode()


def test_who_agrees_reads_which_value_of_which_event_and_the_basis_is_chosen_by_hand(as_, team):
    scene = scenes.build(team)
    event = Event.objects.filter(type="change.voted", actor_id=team.second.public_id).get()
    row = scenes.prepare(scene, ErasureKind.VALUE, f"{event.public_id}:reason")
    asked = as_("auditor").post(address(team, "erasure_ask", row.public_id))
    page = as_("security").get(asked.url).content.decode()
    form = as_("auditor").get(address(team, "erasure_new")).content.decode()

    assert f"“reason” of event {event.seq}, {team.second}" in page
    assert f"({event.public_id})" in page
    assert '<option value="" selected>' in form


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "session"}, "Say which one, by its id."),
        ({"kind": "person"}, "Say who it is"),
        ({"kind": "person", "words": "Jo"}, "too short"),
        ({"kind": "person", "words": "\n".join(["Somebody"] * 21)}, "Twenty lines at most."),
        ({"kind": "value", "subject": "evt_none:reason"}, "There is nothing with the id evt_none:reason"),
    ],
)
def test_bad_input_is_named_and_kept(as_, team, given, says):
    answer = as_("security").post(address(team, "erasure_new"), {"basis": "secret"} | given)
    page = answer.content.decode()

    assert (answer.status_code, says in page) == (422, True)
    assert given.get("words", given.get("subject", "")).split("\n")[0] in page
    assert not Erasure.objects.of(team.row).exists()


def test_holds_are_set_and_asked_to_be_lifted_by_those_who_may(as_, team):
    given = {"scope": "all", "target": "", "reason": "A <i>claim</i>"}
    refused = as_("lead").post(address(team, "hold"), given)
    done = as_("security").post(address(team, "hold"), given)
    again = as_("security").post(address(team, "hold"), given)
    row = LegalHold.objects.of(team.row).get()
    page = as_("lead").get(address(team, "holds")).content.decode()
    asked = as_("security").post(address(team, "hold_lift", row.public_id))

    assert [one.status_code for one in (refused, done, again, asked)] == [403, 302, 422, 302]
    assert "A &lt;i&gt;claim&lt;/i&gt;" in page
    assert "Ask to lift" not in page
    assert Event.objects.filter(type="hold.set").count() == 1
    assert row.lifted_at is None


def test_those_without_the_permission_prepare_nothing(as_, team):
    for name in ("lead", "reviewer", "member"):
        assert as_(name).get(address(team, "erasure_new")).status_code == 403
