import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import quantities
from agents.text.specifics import Specific, lost, specifics


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("due 2026-11-03", "date", "2026-11-03"),
        ("due 3 November 2026", "date", "2026-11-03"),
        ("due Nov 3rd, 2026", "date", "2026-11-03"),
        ("due 3.11.2026", "date", "2026-11-03"),
        ("due November 2026", "date", "2026-11"),
        ("due 3 May", "date", "--05-03"),
        ("at 3pm", "time", "15:00"),
        ("at 15:30", "time", "15:30"),
        ("costs $1,500.00", "money", "usd 1500"),
        ("costs 1500 USD", "money", "usd 1500"),
        ("costs $1.5k", "money", "usd 1500"),
        ("a 30-day window", "number", "30 day"),
        ("for 48 hours", "number", "2 day"),
        ("for 2 weeks", "number", "14 day"),
        ("took 5 retries", "number", "5"),
        ("grew 10%", "number", "10 percent"),
        ("see src/a/b.py.", "path", "src/a/b.py"),
        ("see /etc/hosts", "path", "/etc/hosts"),
        ("see config.yaml", "path", "config.yaml"),
        ("with --no-cache", "flag", "--no-cache"),
        ("on v1.2.3", "version", "v1.2.3"),
        ("on 3.11.7", "version", "3.11.7"),
        ("ask bob.x@example.org.", "mail", "bob.x@example.org"),
        ("see https://example.org/a?b=c.", "url", "https://example.org/a?b=c"),
        ("run `make lint`", "code", "make lint"),
        ('say "not today"', "quote", "not today"),
        ("ask Alice's team", "name", "Alice"),
        ("GitHub hosts it", "name", "GitHub"),
    ],
)
def test_specifics_are_found_in_one_spelling(text, kind, value):
    assert specifics(text) == {Specific(kind, value)}


def test_specifics_take_no_sentence_start_and_no_word_that_is_ordinary():
    assert specifics("Deploys wait. Then Deploys run; deploys end.") == frozenset()
    assert specifics("- Use it\n- Keep it\n## Then This") == {Specific("name", "This")}


def test_lost_accepts_equal_spellings():
    before = [
        "Ship by 3 November 2026, ask Alice",
        "Wait 48 hours and run `make x` at 3pm",
        "Cap at 3 tries on 11/03/2026",
    ]
    after = "alice ships by 2026-11-03 at 15:00; wait 2 days, run make x, three tries."
    assert lost(before, after) == frozenset()


def test_lost_names_what_is_gone():
    before = ["Window is 30 days, limit 5 MB", "Ask Alice about /etc/hosts and --force"]
    assert lost(before, "Window is 30 hours, limit 5 MB; ask about hosts with --forced") == {
        Specific("number", "30 day"),
        Specific("name", "Alice"),
        Specific("path", "/etc/hosts"),
        Specific("flag", "--force"),
    }


def test_lost_ignores_names_that_are_ordinary_words_elsewhere():
    assert lost(["the Queue is full", "a queue"], "nothing") == frozenset()


@given(st.text(), st.text())
def test_lost_is_nothing_where_the_text_is_kept(text, other):
    assert lost([text], text) == frozenset()
    assert lost([text, other], other) <= specifics(text)


@given(st.text(alphabet="0123456789.,:/-$% kmTZadpmnovh"))
def test_quantities_do_not_overlap(text):
    at = 0
    for each in quantities.find(text):
        assert at <= each.start < each.end <= len(text)
        at = each.end
