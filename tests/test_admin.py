import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from accounts.admin import ReadOnlyAdmin
from tests import recipes

REGISTERED = sorted(admin.site._registry.items(), key=lambda entry: entry[0]._meta.label)
IDS = [model._meta.label for model, _ in REGISTERED]


@pytest.fixture
def staff(db):
    return recipes.user(is_staff=True, is_superuser=True)


@pytest.mark.parametrize(("model", "own"), REGISTERED, ids=IDS)
def test_admin_of_a_model_only_reads(rf: RequestFactory, staff, model, own):
    request = rf.get("/admin/")
    request.user = staff

    assert isinstance(own, ReadOnlyAdmin)
    assert own.get_model_perms(request) == {"add": False, "change": False, "delete": False, "view": True}
    assert own.get_actions(request) == {}


@pytest.mark.parametrize(("model", "own"), REGISTERED, ids=IDS)
def test_admin_lists_a_model_and_adds_nothing(client, staff, model, own):
    client.force_login(staff)
    where = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert client.get(reverse(f"{where}_changelist"), {"q": "x"} if own.search_fields else {}).status_code == 200
    assert client.get(reverse(f"{where}_add")).status_code == 403


def test_admin_shows_a_row_without_secrets(client, staff, team):
    token = recipes.api_token(team.row, created_by=team.admin, secret_sha256="e" * 64)
    client.force_login(staff)

    page = client.get(reverse("admin:accounts_apitoken_change", args=[token.pk]))

    assert page.status_code == 200
    assert b"e" * 64 not in page.content


def test_admin_is_for_staff(client, team):
    client.force_login(team.admin)

    assert client.get(reverse("admin:index")).status_code in (302, 403)


def test_admin_signs_in_by_the_one_door(client, db):
    response = client.get(reverse("admin:login"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
