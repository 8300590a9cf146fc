"""Parsed documents: kept by content, bounded, and no other than parsing afresh gives."""

import pytest

from agents.text import wording
from agents.text.similarity import alike, candidates
from agents.text.slots import slots
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.local.reading import claims, parsing
from dreaming.engines.local.reading.parsing import Library, parse
from tests.dreaming.engines.build import memory, snapshot

TEXT = """# The Billing office

The refund window is 30 days. Ask `billing` first:

- invoices over 5,000 dollars need a second look
  - in Berlin, too
- 東京の事務所は十時に開きます

| a | b |
|---|---|
| 1 | 2 |
"""


def test_facts_are_what_the_text_functions_say():
    first = parse(TEXT)[0]

    assert [(one.statement.text, one.nth, one.is_bound, one.is_shared) for one in parse(TEXT)] == [
        ("The refund window is 30 days.", 0, False, True),
        ("Ask `billing` first:", 1, True, True),
        ("invoices over 5,000 dollars need a second look", 0, True, False),
        ("in Berlin, too", 0, False, False),
        ("東京の事務所は十時に開きます", 0, False, False),
        ("a | b", 0, True, False),
        ("1 | 2", 0, True, False),
    ]
    assert first.slots == slots("The refund window is 30 days.")
    assert (first.normal, first.words) == ("the refund window is 30 days", ("refund", "window", "30", "days"))
    assert first.scope == parsing.scope(("The Billing office",)) != frozenset()
    held = snapshot(memories=[memory("/a.md", TEXT)])
    assert [one.slots() for one in claims.read(held, Curation())] == [
        slots(one.statement.text, one.statement.heading) if one.statement.kind != "table" else () for one in parse(TEXT)
    ]


def test_likeness_of_parsed_statements_is_that_of_their_texts():
    texts = [one.statement.text for one in parse(TEXT)] * 2
    facts = parse(TEXT) * 2

    assert alike(texts, [one.normal for one in facts], [one.terms for one in facts]) == candidates(texts)


def test_library_parses_each_text_once_and_forgets_the_oldest():
    library = Library(most=30)
    first = library.read("- one is here\n")
    library.read("- two is here\n")

    assert library.read("- one is here\n") is first
    library.read("- three is here\n")
    assert len(library) == 2
    assert library.read("- one is here\n") is first
    assert library.read("- two is here\n") == parse("- two is here\n")


def test_library_keeps_nothing_that_is_larger_than_itself():
    library = Library(most=10)

    assert library.read("- longer than ten\n") == parse("- longer than ten\n")
    assert len(library) == 0


def test_dreams_of_one_engine_are_those_of_a_new_one():
    engine = LocalEngine()
    held = snapshot(memories=[memory("/a.md", TEXT), memory("/b.md", TEXT)])
    changed = snapshot(memories=[memory("/a.md", TEXT), memory("/b.md", f"{TEXT}\nThe refund window is 14 days.\n")])

    results = [engine.dream(one, {}, lambda *progress: None, None) for one in (held, changed, held)]

    fresh = [LocalEngine().dream(one, {}, lambda *progress: None, None) for one in (held, changed, held)]
    assert results == fresh


def test_an_engine_reads_the_wording_of_a_statement_once(monkeypatch):
    text = "- The refund window of the shop is 14 days.\n- The refund window of the shop is 30 days now.\n"
    held, engine = snapshot(memories=[memory("/a.md", text)]), LocalEngine()
    first = engine.dream(held, {}, lambda *progress: None, None)
    assert first.operations

    monkeypatch.setattr(wording, "read", None)
    assert engine.dream(held, {}, lambda *progress: None, None) == first
    with pytest.raises(TypeError):
        LocalEngine().dream(held, {}, lambda *progress: None, None)
