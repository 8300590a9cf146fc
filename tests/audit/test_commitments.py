import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.verify import commitments

SALT = bytes(range(16))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_commitment_is_the_hash_that_the_reference_names():
    expected = hashlib.sha256(b"lucid/field/v1\0" + SALT + b'["reason","\xc3\x96l"]').hexdigest()

    assert commitments.commit(name="reason", value="Öl", salt=SALT) == f"sha256:{expected}"


@given(TEXTS, TEXTS)
def test_commitment_holds_for_its_own_value_only(value, other):
    commitment = commitments.commit(name="reason", value=value, salt=SALT)

    assert commitments.is_kept(commitment=commitment, name="reason", value=other, salt=SALT) == (value == other)


def test_commitment_needs_its_name_and_its_salt():
    commitment = commitments.commit(name="reason", value="no", salt=SALT)

    assert not commitments.is_kept(commitment=commitment, name="note", value="no", salt=SALT)
    assert not commitments.is_kept(commitment=commitment, name="reason", value="no", salt=bytes(16))
    assert not commitments.is_kept(commitment=commitment, name="reason", value="no", salt=b"")
    with pytest.raises(ValueError, match="16 bytes"):
        commitments.commit(name="reason", value="no", salt=b"short")


def test_commitment_takes_values_longer_than_an_event():
    assert commitments.commit(name="reason", value="x" * 20_000, salt=SALT).startswith("sha256:")
