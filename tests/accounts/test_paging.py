from datetime import timedelta

import pytest
from django.db.models import F
from django.http import Http404
from django.test import RequestFactory

from accounts import paging
from accounts.models import Team
from tests import recipes


def _walk(queryset, keys, size=2, path="/list/?state=open"):
    """Every row in the order of the pages, and how many pages there were."""
    rows, pages, url = [], 0, path
    while url:
        page = paging.page(queryset, RequestFactory().get(url), keys, size=size)
        rows, pages, url = rows + page.rows, pages + 1, page.next_url
        assert "state=open" in url or not url
    return rows, pages


@pytest.fixture
def teams(db, at):
    """Seven teams, some of one name, some made at one time."""
    return [
        recipes.team(name=name, created_at=at + timedelta(days=day))
        for name, day in zip("bababcc", (3, 1, 1, 2, 3, 1, 0), strict=True)
    ]


@pytest.mark.parametrize(
    "keys", [("-pk",), ("name", "pk"), ("-created_at", "name", "-pk"), ("name", "-created_at", "slug")]
)
def test_pages_hold_every_row_once_in_order(teams, keys):
    rows, pages = _walk(Team.objects.all(), keys)

    assert rows == list(Team.objects.order_by(*keys))
    assert pages == 4


def test_pages_follow_keys_of_other_tables_and_annotations(team):
    people = team.row._meta.apps.get_model("accounts.Membership").objects.of(team.row)
    by_name, _ = _walk(people.select_related("user"), ("-user__name", "pk"), size=3)
    by_sum, _ = _walk(people.annotate(twice=F("pk") + F("pk")), ("-twice",), size=3)

    assert by_name == list(people.order_by("-user__name", "pk"))
    assert by_sum == list(people.order_by("-pk"))


def test_row_that_comes_in_moves_no_other(teams, at):
    first = paging.page(Team.objects.all(), RequestFactory().get("/"), ("-created_at", "pk"), size=3)
    recipes.team(created_at=at + timedelta(days=9))

    second = paging.page(Team.objects.all(), RequestFactory().get(first.next_url), ("-created_at", "pk"), size=3)

    assert not set(first.rows) & set(second.rows)
    assert second.first_url == "/"


@pytest.mark.parametrize("cursor", ["x", "WyIxIl0", "WyIxIl0:1abc:def", "a:b:c\x00"])
def test_cursor_made_elsewhere_is_not_found(teams, cursor):
    with pytest.raises(Http404):
        paging.page(Team.objects.all(), RequestFactory().get("/", {"after": cursor}))


def test_cursor_of_another_order_is_not_found(teams):
    first = paging.page(Team.objects.all(), RequestFactory().get("/"), ("-pk",), size=3)

    with pytest.raises(Http404):
        paging.page(Team.objects.all(), RequestFactory().get(first.next_url), ("pk",), size=3)


@pytest.mark.parametrize("keys", [("-pk",), ("pk",), ("name", "pk")])
def test_count_is_of_the_whole_list_on_every_page(teams, keys):
    first = paging.page(Team.objects.all(), RequestFactory().get("/"), keys, size=3)
    second = paging.page(Team.objects.all(), RequestFactory().get(first.next_url), keys, size=3)
    uncounted = paging.page(Team.objects.all(), RequestFactory().get("/"), keys, size=3, counted=False)

    assert (first.count_label, second.count_label, uncounted.count_label) == ("7", "7", "3")


def test_count_is_exact_and_costs_nothing_where_all_is_shown(teams, django_assert_num_queries):
    with django_assert_num_queries(1):
        page = paging.page(Team.objects.all(), RequestFactory().get("/"))

    assert (page.count_label, page.next_url, page.first_url) == ("7", "", "")


def test_count_is_capped(db, at):
    Team.objects.bulk_create(Team(slug=f"t{n}", name="t", created_at=at) for n in range(1001))
    page = paging.page(Team.objects.all(), RequestFactory().get("/"))

    assert (len(page.rows), page.count_label) == (50, "1,000+")
    Team.objects.filter(slug="t7").delete()
    assert paging.count_label(Team.objects.all()) == "1,000"
