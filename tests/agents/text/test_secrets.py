import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import secrets

TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


def test_secret_is_found_where_it_stands():
    text = f"use {TOKEN} here"

    assert [(one.name, text[one.start : one.end]) for one in secrets.find(text)] == [("GitHub token", TOKEN)]


def test_mask_stands_for_each_secret():
    assert secrets.masked(f"{TOKEN} and {TOKEN}") == "… and …"
    assert secrets.masked("nothing to hide") == "nothing to hide"


@pytest.mark.parametrize("detector", secrets.DETECTORS, ids=lambda detector: detector.name)
@given(data=st.data())
def test_no_detector_matches_what_the_first_look_passes_over(detector, data):
    text = data.draw(st.from_regex(detector.pattern))

    assert secrets._may_hold(text)
