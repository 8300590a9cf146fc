import hashlib

import pytest

from audit import blobs
from audit.models import Blob

pytestmark = pytest.mark.django_db


def test_keep_stores_each_text_once_under_its_hash(at):
    kept = blobs.keep(log="team_a", texts=["Öl", "", "Öl"], at=at)

    assert {name: blob.text for name, blob in kept.items()} == {
        hashlib.sha256("Öl".encode()).hexdigest(): "Öl",
        hashlib.sha256(b"").hexdigest(): "",
    }
    assert sorted(Blob.objects.values_list("text", "size", "created_at")) == [("", 0, at), ("Öl", 3, at)]


def test_keep_again_returns_the_row_that_is_there(at):
    first = blobs.keep_one(log="team_a", text="x", at=at)

    assert blobs.keep_one(log="team_a", text="x", at=at) == first


def test_logs_do_not_share_blobs(at):
    one, other = (blobs.keep_one(log=log, text="x", at=at) for log in ("team_a", "team_b"))

    assert (one.sha256, one.pk != other.pk) == (other.sha256, True)


@pytest.mark.parametrize("count", [1, 400])
def test_keep_takes_the_same_queries_for_any_number_of_new_texts(count, at, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        kept = blobs.keep(log="team_a", texts=(f"text {number}" for number in range(count)), at=at)

    assert len(kept) == count


def test_a_text_that_was_erased_is_not_kept_again(at):
    erased = blobs.keep_one(log="team_a", text="secret", at=at)
    Blob.objects.filter(pk=erased.pk).update(text="", erased_at=at)

    with pytest.raises(blobs.Erased) as refusal:
        blobs.keep_one(log="team_a", text="secret", at=at)

    assert refusal.value.blob == erased
