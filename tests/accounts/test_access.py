import pytest
from django.urls import reverse

from accounts import roles
from accounts.enums import Role
from accounts.models import ApiToken, Membership
from accounts.teams import Unscoped
from audit.models import Event
from tests import recipes

MATRIX = """
                 admin lead reviewer auditor security member
view             yes   yes  yes      yes     yes      yes
decide           -     yes  yes      -       yes      -
edit             -     yes  yes      -       yes      -
propose          yes   yes  yes      -       yes      yes
apply            -     yes  yes      -       yes      -
dismiss          -     yes  -        -       yes      -
revert           -     yes  -        -       yes      -
taint            -     yes  -        -       yes      -
manage_agents    yes   -    -        -       -        -
run_dreams       yes   yes  -        -       -        -
upload           yes   yes  -        -       -        yes
manage_team      yes   -    -        -       -        -
manage_policy    yes   -    -        -       -        -
read_trail       yes   yes  -        yes     yes      -
export_trail     -     -    -        yes     -        -
read_private     -     -    -        yes     yes      -
confirm_dreaming yes   yes  -        -       yes      -
confirm_policy   yes   yes  -        -       yes      -
erase            yes   -    -        yes     yes      -
hold             yes   -    -        yes     yes      -
confirm_erasure  yes   -    -        yes     yes      -
restart_signer   yes   -    -        yes     yes      -
manage_streams   yes   -    -        yes     -        -
confirm_streams  yes   -    -        yes     yes      -
manage_connections yes -    -        -       -        -
confirm_connections yes yes -      -       yes      -
sign_baseline    -     -    -        -       yes      -
write_rules      yes   -    -        -       yes      -
break_glass      -     yes  -        -       yes      -
watch            -     yes  -        -       -        -
"""


def _matrix():
    heads, *lines = [line.split() for line in MATRIX.strip().splitlines()]
    return {role: {line[0] for line in lines if line[1 + column] == "yes"} for column, role in enumerate(heads)}


def test_roles_may_what_the_table_says():
    assert {role: set(permissions) for role, permissions in roles.TABLE.items()} == _matrix()
    assert set(roles.TABLE) == set(Role.values)


def test_several_roles_may_the_union():
    assert roles.permissions_of(["auditor", "member", "nobody"]) == roles.TABLE["auditor"] | roles.TABLE["member"]


def test_page_of_a_team_is_shown_to_its_members(client, team):
    client.force_login(team.member)

    assert client.get(reverse("accounts:team", args=[team.slug])).status_code == 200


def test_page_of_a_team_is_not_found_by_others(client, team, other_team):
    client.force_login(other_team.admin)

    assert client.get(reverse("accounts:team", args=[team.slug])).status_code == 404
    assert not Event.objects.exists()


def test_page_of_a_team_is_not_found_after_removal(client, team, at):
    Membership.objects.of(team.row).filter(user=team.member).update(removed_at=at)
    client.force_login(team.member)

    assert client.get(reverse("accounts:team", args=[team.slug])).status_code == 404


def test_page_of_a_team_asks_strangers_to_sign_in(client, team):
    response = client.get(reverse("accounts:team", args=[team.slug]))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_refusal_names_the_roles_and_enters_the_trail(client, team):
    client.force_login(team.member)
    url = reverse("accounts:invite", args=[team.slug])

    response = client.post(url)

    assert response.status_code == 403
    assert "one of these roles: Admin" in response.content.decode()
    event = Event.objects.get(log=team.row.trail_log)
    assert (event.type, event.outcome, event.actor_id) == ("access.denied", "denied", team.member.public_id)
    assert event.content()["data"] == {"method": "POST", "path": url, "permission": "manage_team"}


def test_method_guard_comes_before_the_permission(client, team):
    client.force_login(team.member)

    assert client.get(reverse("accounts:token_revoke", args=[team.slug, "tok_none"])).status_code == 405


def test_guard_costs_one_query_for_any_number_of_teams(client, team, other_team, django_assert_max_num_queries):
    recipes.membership(other_team.row, user=team.admin)
    client.force_login(team.admin)

    with django_assert_max_num_queries(4):  # session, person, memberships, and the form needs none
        page = client.get(reverse("accounts:team_settings", args=[team.slug]))

    assert other_team.row.name in page.content.decode()


@pytest.mark.parametrize(
    "evaluate",
    [
        list,
        len,
        bool,
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.first(),
        lambda rows: rows.filter(name="x").update(name="y"),
        lambda rows: rows.filter(name="x").delete(),
        lambda rows: list(rows.iterator()),
        lambda rows: rows.aggregate(),
        lambda rows: list(rows.values_list("pk")),
        lambda rows: rows.in_bulk(),
        lambda rows: rows.get(pk=1),
    ],
)
def test_rows_without_a_team_are_refused(team, evaluate):
    with pytest.raises(Unscoped):
        evaluate(ApiToken.objects.all())


def test_rows_of_a_team_are_its_own(team, other_team):
    mine = recipes.api_token(team.row, created_by=team.admin)
    theirs = recipes.api_token(other_team.row, created_by=other_team.admin)

    assert list(ApiToken.objects.of(team.row)) == [mine]
    assert set(ApiToken.objects.across_teams()) == {mine, theirs}
