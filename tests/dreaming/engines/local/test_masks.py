import pytest

from dreaming.engines.local.masks import headline, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Error: total is 375, but paid 400.5", "Error: total is …, but paid …"),
        ("No such file: /var/tmp/a.txt", "No such file: …"),
        ("can't open 'report of May' now", "can't open … now"),
        ("item AB12-9 and card_4421 not found", "item … and card_… not found".replace("card_…", "…")),
        ("  two\n lines ", "two lines"),
    ],
)
def test_mask_hides_what_varies(text, masked):
    assert mask(text) == masked


def test_headline_is_the_first_line_or_the_last_of_a_traceback():
    text = 'Traceback (most recent call last):\n  File "x.py", line 3\nKeyError: missing\n'

    assert text[slice(*headline(text))] == "KeyError: missing"
    assert headline("\n  bad thing\nmore") == (3, 12)
    assert headline(" \n ") == (0, 0)
