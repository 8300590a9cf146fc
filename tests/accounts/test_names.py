import pytest

from accounts.models import User
from accounts.names import seen
from tests import recipes


@pytest.mark.parametrize("name", ["Zoë O’Neil", "می‌خواهم", "مدير", "क्‍ष", "李 雷", "👩‍👧"])
def test_names_of_all_languages_stay_as_they_are(name):
    assert seen(name) == name


def test_what_cannot_be_seen_is_left_out_by_every_door(db):
    row = recipes.user(name="Ma\u202era\u200b\r\n\x1b\U000e0041\u3164")

    assert row.name == "Mara"
    assert User.objects.get(pk=row.pk).name == "Mara"
    User.objects.filter(pk=row.pk).update(name="Da\u2066niel")
    assert User.objects.get(pk=row.pk).name == "Daniel"
