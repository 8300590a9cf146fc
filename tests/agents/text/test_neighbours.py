from hypothesis import given
from hypothesis import strategies as st

from agents.text.neighbours import nearest, told

SAID = ("refund", "window", "days", "policy", "carrier", "dispatch", "alert", "page")
words = st.lists(st.sampled_from(SAID), max_size=6)
documents = st.lists(words.map(lambda said: "- " + " ".join(said) + "\n"), max_size=12).map("".join)


def test_statements_are_found_by_what_is_rare_in_them():
    known = told("".join(f"- The customer asks for policy number {n}.\n" for n in range(50)) + "- Page the carrier.\n")

    [near] = nearest(told("- Always page the carrier first.\n"), known)

    assert known[near[0]].text == "Page the carrier."


def test_headings_are_no_statements_and_stand_over_what_follows():
    [one] = told("# Refunds\n\n- Within 14 days.\n")

    assert (one.text, one.heading, one.start) == ("Within 14 days.", ("Refunds",), 2)


@given(documents, documents)
def test_an_equal_statement_is_always_the_nearest(asked, known):
    asked, known = told(asked), told(known)

    for one, near in zip(asked, nearest(asked, known), strict=True):
        equal = [place for place, other in enumerate(known) if one.words and other.normal == one.normal]
        assert near[: len(equal)] == equal[:12]


@given(documents, documents)
def test_what_is_near_shares_a_word_and_comes_once(asked, known):
    asked, known = told(asked), told(known)

    for one, near in zip(asked, nearest(asked, known), strict=True):
        assert len(near) == len(set(near)) <= 12
        assert all(one.words & known[place].words for place in near)


def test_among_thousands_a_word_that_stands_everywhere_makes_nothing_near_but_equals_are_found():
    known = told("".join(f"- Call the carrier {n}.\n" for n in range(2_500)) + "- Carrier\n")
    asked = told("- Carrier\n- Carrier of reefers\n")

    assert nearest(asked, known) == [[2_500], []]
