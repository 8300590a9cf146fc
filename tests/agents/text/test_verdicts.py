"""What two statements are to each other: the pains that are about pairs, and the rules as properties."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.text import verdicts, wording
from agents.text.slots import slots
from agents.text.verdicts import Kind, Place


def judge(older, newer):
    return verdicts.judge(*(wording.read(text, slots(text)) for text in (older, newer)))


def told(older, newer):
    verdict = judge(older, newer)
    return verdict.kind.value, verdict.reason


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("The favourite colour is purple.", "The favourite colour is cyan."),
        ("Their favourite colour is purple", "Their favourite colour is cyan"),
        ("Ada likes purple covers for every report.", "Ada likes cyan covers for every report."),
    ],
)
def test_purple_and_cyan_contradict_and_never_merge(older, newer):
    assert judge(older, newer).kind == Kind.CONTRADICTS


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("The database is PostgreSQL.", "The database is MySQL."),
        ("The service stores its data in PostgreSQL.", "The service stores its data in MySQL."),
        ("Use PostgreSQL for the orders service.", "Use MySQL for the orders service."),
        ("We use PostgreSQL.", "We switched from PostgreSQL to MySQL."),
    ],
)
def test_another_database_is_seen(older, newer):
    assert judge(older, newer).kind in (Kind.UPDATES, Kind.CONTRADICTS)


@pytest.mark.parametrize(
    ("older", "newer", "wanted"),
    [
        ("Deploy on the first Monday.", "deploy on the 1st monday", ("same", "same_words")),
        ("Remove the old key.", "Please delete the old key!", ("same", "same_words")),
        ("Invoices and receipts are kept.", "Receipts and invoices are kept.", ("same", "same_words_in_another_order")),
        ("Move tickets from review to billing.", "Move tickets from billing to review.", ("distinct", "other_order")),
        ("Porto lends Lisbon two vans.", "Lisbon lends Porto two vans.", ("distinct", "other_order")),
        ("Run the smoke tests.", "Run the smoke tests and the load tests.", ("extends", "adds")),
        ("Run the smoke tests and the load tests.", "Run the smoke tests.", ("extends", "adds")),
        ("Invoices need a signature.", "Invoices over 500 EUR need a signature.", ("extends", "narrows")),
        ("Deploy the site on Fridays.", "Deploy the site on Fridays to staging.", ("extends", "narrows")),
        ("Answer in the language of the mail.", "Always answer in the language of the mail.",
         ("reinforces", "stressed")),
        ("In Chicago, ask for the paper form.", "In Rotterdam, ask for the paper form.",
         ("scope_split", "other_scope")),
        ("Deploy the site on Fridays.", "Never deploy the site on Fridays.", ("contradicts", "denied")),
        ("The export job is enabled.", "The export job is disabled.", ("contradicts", "slot_denied")),
        ("Send the report to Ada before the audit.", "Send the report to Ada after the audit.",
         ("contradicts", "opposite")),
        ("Retry the upload 3 times.", "Retry the upload 5 times.", ("updates", "other_value")),
        ("Logs are written under /var/log/app by the job.", "Logs are written under /srv/log/app by the job.",
         ("updates", "other_value")),
        ("Build it with `make test`.", "Build it with `make test -short`.", ("updates", "other_literal")),
        ("A signature is needed for refunds after 17:00.", "Refunds after 17:00 need a signature.",
         ("same", "same_words")),
        ("For refunds from Chicago, a signature is required.", "A signature is needed for refunds from Chicago.",
         ("same", "same_words")),
        ("Stop the import if the disk is full.", "If the disk is full, stop the import.",
         ("same", "same_words_in_another_order")),
        ("Approve the refund.", "Approve the refund if the receipt is there.", ("scope_split", "other_condition")),
        ("In staging, the limit is 5 MB.", "In production, the limit is 9 MB.", ("scope_split", "slot_scope")),
        ("The lock was lost on 3 May 2026 at the site.", "The lock was lost on 9 June 2026 at the site.",
         ("distinct", "history")),
        ("The window is 30 days.", "The window is now 14 days.", ("updates", "slot_value")),
        ("Ask the duty officer for the form.", "Ask the duty officer for the permit.", ("contradicts", "other_word")),
        ("Customs asks for two copies.", "The pager of the night shift is broken.", ("distinct", "little_in_common")),
        ("Reports go to the Bank of England in March.", "Reports go to the BoE in March.", ("reinforces", "respelt")),
    ],
)  # fmt: skip
def test_pair_is_decided_with_a_reason(older, newer, wanted):
    assert told(older, newer) == wanted


def test_verdict_says_where_the_statements_part():
    verdict = judge("Retry the upload 3 times.", "Retry the upload 5 times, and shout.")

    assert verdict.places == (Place(("3",), ("5",), "upload"), Place((), ("shout",), "tim"))


def test_fuller_side_is_named():
    short, long = "Run the smoke tests.", "Run the smoke tests twice."

    assert (judge(short, long).fuller, judge(long, short).fuller) == (1, -1)


def test_what_is_too_long_for_a_statement_is_not_aligned():
    long = " ".join(f"word{at}x" for at in range(400))

    assert told(long, long) == ("same", "same_words")
    assert told(long, long.replace("word7x", "word8x")) == ("distinct", "too_long")


def test_more_repeats_of_a_value_are_no_addition():
    assert told("The score is 8 of 8 points.", "The score is 8 of 9 points.")[0] != "extends"


PIECES = ("the", "red", "blue", "not", "never", "3", "5", "/a/b", "`x`", "if", "Ada", "ships", "waits", ",", ".",
          "2026-03-01", "ago", "\ud800", "’s", "")  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)
MERGES = (Kind.SAME, Kind.REINFORCES, Kind.EXTENDS)


@given(WORDS)
def test_statement_is_the_same_as_itself(text):
    assert judge(text, text).kind in (Kind.SAME, Kind.DISTINCT)


@given(WORDS, WORDS)
@example("red blue red blue", "blue blue red 3")
def test_merging_does_not_depend_on_who_is_older(one, other):
    forth, back = judge(one, other), judge(other, one)

    assert (forth.kind in MERGES) == (back.kind in MERGES)


@given(WORDS, WORDS)
def test_what_is_the_same_holds_the_same_exact_words(one, other):
    if judge(one, other).kind == Kind.SAME:
        assert wording.read(one).exact - wording.read(other).unique == set()
