import pytest

from dreaming.engines.local.masks import headline, mask, shared


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


@pytest.mark.parametrize(
    ("texts", "common"),
    [
        (["range exceeds 40 pages (got 1-62)", "range exceeds 40 pages (got 1-9)"],
         "range exceeds 40 pages (got 1-…)"),
        (["no ref LH-235 today", "no ref LH-99 today"], "no ref LH-… today"),
        (["lock deploy/api is held by 41", "lock deploy/mail is held by 42"], "lock deploy/… is held by …"),
        (["no 'a-b' here", "no 'a-c' here"], "no … here"),
        (["at 5"], "at 5"),
        (["at 5", "at 5 or 6"], "at …"),
        ([], ""),
    ],
)  # fmt: skip
def test_shared_keeps_what_is_the_same_in_every_text(texts, common):
    assert shared(texts) == common
