"""Messages and statements found by index: no more and no fewer than reading all of them finds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding
from dreaming.engines.local.proposing.held import Holdings
from dreaming.engines.local.reading import claims, signals
from dreaming.engines.local.reading.messages import Messages, hinting
from tests.dreaming.engines.build import agent, memory, person, session, snapshot

WORDS = ("Refund", "refunds", "limit", "of", "30", "days", "now,", "fund\x00s", "é", "limits\nof", "Straße")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join), max_size=6)


@settings(deadline=None)
@given(TEXTS, st.lists(st.sampled_from(("fund", "limit", "s", "30", "\x00", "xyz", "now")), min_size=1, max_size=3))
def test_messages_that_name_words_are_those_that_hold_each_piece(texts, pieces):
    found = signals.read(snapshot([session(str(at), agent("hm"), person(text)) for at, text in enumerate(texts)]))
    messages = Messages(found)

    naming = messages.naming(pieces)
    assert naming == [at for at, text in enumerate(texts) if all(piece in text.casefold() for piece in pieces)]
    assert [messages.place(at) for at in naming] == [(at, 2 * at + 1) for at in naming]


@settings(deadline=None)
@given(TEXTS, st.lists(st.sampled_from(("fund", "limit", "s r", "30", "\x00", "sse", "now,")), max_size=3))
def test_messages_that_hint_are_those_that_hold_any_piece(texts, pieces):
    found = signals.read(snapshot([session(str(at), agent("hm"), person(text)) for at, text in enumerate(texts)]))

    kept = [at for at, text in enumerate(texts) if not pieces or any(piece in text.casefold() for piece in pieces)]
    assert list(hinting(found, pieces)) == [(at, 2 * at + 1) for at in kept]


def test_messages_of_two_amounts_mark_something_as_newer():
    texts = (
        "No, 30 days is old. It is 14 days now.",
        "14 days or 30 days",
        "It is 14 days now.",
        "> 30 days\n14 days now",
        "I know of 14 days or of 30 days",
        "Not 30 days any more, 14 days",
        "(Since 2024: 14 days instead of 30 days)",
    )
    messages = Messages(signals.read(snapshot([session(str(at), person(text)) for at, text in enumerate(texts)])))

    assert messages.of_amounts("14 day", "30 day") == [0, 6]
    assert [(own.start, own.end, own.amounts) for own in messages.sentences(0)] == [
        (0, 19, {"30 day"}), (20, 38, {"14 day"}),
    ]  # fmt: skip


def wish(lesson="", anchors=()):
    return Finding(
        "preference", ("wish", lesson), "", (0,), 1, (), 0.6, "stated_preference", lesson=lesson, anchors=anchors
    )


@settings(deadline=None)
@given(TEXTS, st.lists(st.sampled_from(("fund", "Limit", "s", "`30`", "xyz", "...")), min_size=1, max_size=3))
def test_lesson_is_held_by_a_statement_that_names_all_its_anchors(texts, anchors):
    held = snapshot(memories=[memory("/a.md", "".join(f"- {' '.join(text.split())}\n" for text in texts))])
    known = claims.read(held, Curation())

    plain = [anchor.strip("`.").lower() for anchor in anchors]
    expected = any(all(anchor in claim.facts.normal for anchor in plain) for claim in known)
    assert Holdings(held, known).hold(wish(anchors=tuple(anchors)), "main", "/b.md") == expected


SAYINGS = st.lists(
    st.sampled_from([f"{one}{two}" for one in "bdfglm" for two in ("ato", "uno")]), min_size=9, max_size=11
)


@settings(deadline=None)
@given(st.lists(SAYINGS, max_size=4), SAYINGS)
def test_wish_is_held_where_one_statement_has_nine_of_ten_words(texts, said):
    held = snapshot(memories=[memory("/a.md", "".join(f"- {' '.join(words)}\n" for words in texts))])
    holdings = Holdings(held, claims.read(held, Curation()))

    own = set(said)
    expected = any(len(own & set(words)) >= 0.9 * len(own) for words in texts)
    assert holdings.hold(wish(" ".join(said)), "main", "/b.md") == expected


def test_wish_is_held_by_a_statement_with_nearly_all_its_words():
    text = (
        "- Always put the order number, the name and the date of each shipment into the subject of mails\n- So it is\n"
    )
    held = snapshot(memories=[memory("/a.md", text)])
    holdings = Holdings(held, claims.read(held, Curation()))

    said = "Always put the order number and the date of each shipment into the subject of mails."
    assert holdings.hold(wish(said), "main", "/b.md")
    assert not holdings.hold(wish(said.replace("shipment", "invoice").replace("number", "colour")), "main", "/b.md")
    assert not holdings.hold(wish("The."), "main", "/b.md")
