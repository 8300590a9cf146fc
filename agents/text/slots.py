"""What a statement says of what: rules of plain English that would rather find nothing than something wrong.

A slot that can hold one value only has its value in `value`. What a subject may be or do beside other things stands in
`attribute`, with "yes" as value, so that two such statements can differ by polarity only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agents.text import phrases, quantities, sentences
from agents.text.normalise import normalise

_LONGEST = 400  # code points of a sentence that is read, and how many sentences
_MOST = 8
_KEYED = re.compile(r"(?P<key>[^:=]{1,60}?)(?::\s+|\s?=\s?(?=\S+$))(?P<value>\S.*)$")
_SWITCHED = re.compile(
    r"(?:(?P<who>.{1,80}?)\s)?(?:(?:has|have|had)\s)?(?:switched|moved|migrated|changed)\s"
    r"(?:(?P<what>(?!from\b|to\b).{1,60}?)\s)?(?:from\s(?P<old>.{1,60}?)\s)?to\s(?P<new>.{1,80})$",
    re.IGNORECASE,
)
_USE = re.compile(
    r"(?:(?:we|i|you|they|please|always|now|agents?)\s){0,3}"
    r"(?P<not>(?:do not|don't|never|no longer|must not|should not)\s)?"
    r"(?:(?:must|should|always)\s)?(?:use|prefer|using)\s(?P<value>.{1,60}?)"
    r"(?:\s(?:instead of|over|rather than|not)\s(?P<old>.{1,60}?))?(?:\sfor\s(?P<for>.{1,80}))?"
    r"(?:\sas\s(?P<as>.{1,80}))?$",
    re.IGNORECASE,
)
_MODAL = re.compile(
    r"(?:(?P<who>[^,]{1,80}?)\s)?(?P<modal>must|should|shall|may|can|cannot|can't|mustn't|shouldn't|always|never"
    r"|ha(?:s|ve) to|needs? to|do not|don't|does not|doesn't)\b\s?"
    r"(?P<not>not\s|never\s|no longer\s|always\s)?(?P<what>.{2,160})$",
    re.IGNORECASE,
)
_COPULA = re.compile(
    r"(?P<who>[^,]{1,80}?)\s(?P<verb>is|are|was|were|remains?|becomes?|became|equals?|used to be|will be)\s"
    r"(?P<not>not\s|no longer\s|never\s)?"
    r"(?P<once>(?:previously|formerly|originally)\s)?"
    r"(?:(?:now|currently|always|still|only|exactly|set to|instead)\s)*(?P<what>.{1,120})$",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:within|at most|at least|up to|no (?:more|less|fewer|later) than|(?:more|less|fewer) than|not exceed|every"
    r"|per|under|below|above|after|for|limit(?:ed)? (?:of|to)|(?:maximum|minimum|max|min)(?: of)?)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Slot:
    """`scope` starts with "# " where a heading gives it.

    `time` is "", "now", "past", "former" (said to be so no more), a date, or "on " and a date.
    """

    subject: str
    attribute: str
    value: str
    scope: str
    polarity: bool
    time: str


def slots(statement: str, heading: tuple[str, ...] = ()) -> tuple[Slot, ...]:
    """What a statement says, sentence by sentence; nothing where the rules are not sure."""
    spans = sentences.spans(statement)[:_MOST]
    found = [slot for start, end in spans if end - start <= _LONGEST for slot in _read(statement[start:end])]
    return under(found, heading)


def under(found: Sequence[Slot], heading: tuple[str, ...]) -> tuple[Slot, ...]:
    """The slots of a statement that stands under a heading, which is their scope where they name none."""
    if not found:
        return ()
    above = phrases.scope_of(heading) if heading else ""
    return tuple(dict.fromkeys(replace(slot, scope=above) if above and not slot.scope else slot for slot in found))


def conflict(a: Slot, b: Slot) -> bool:
    """Whether both cannot hold: one slot with two values, or one said and denied. What happened is history, never; what
    is said to be so no more is over once another value is said."""
    if (a.subject, a.attribute) != (b.subject, b.attribute) or not _one_scope(a, b):
        return False
    if any(slot.time == "past" or slot.time.startswith("on ") for slot in (a, b)):
        return False
    if "former" in (a.time, b.time):
        return a.value != b.value and a.time != b.time and a.polarity and b.polarity
    return a.polarity != b.polarity if a.value == b.value else a.polarity and b.polarity


def _one_scope(a: Slot, b: Slot) -> bool:
    """A heading is only where a statement stands: one without scope may mean it, if its subject says enough alone."""
    one, other = a.scope.removeprefix("# "), b.scope.removeprefix("# ")
    if one == other:
        return True
    loose = (not a.scope and b.scope.startswith("# ")) or (not b.scope and a.scope.startswith("# "))
    return loose and len(a.subject.split()) > 1


def _read(sentence: str) -> Iterator[Slot]:
    text, former = phrases.take_former(sentence)
    text = phrases.plain(text)
    if not text or text.endswith("?"):
        return
    text, time = phrases.take_time(text)
    text, scope = phrases.take_scope(text)
    time = time or ("now" if former else "")
    for rule in (_switched, _keyed, _used, _obliged, _being, _limited):
        found = list(rule(text))
        if found:
            found += _over(found, former) if former else ()
            yield from (replace(slot, scope=scope or slot.scope, time=time or slot.time) for slot in found)
            return


def _over(found: Sequence[Slot], former: str) -> list[Slot]:
    """The value that a slot had before, as one that it has no more."""
    over = [_valued(slot.subject, former, False) for slot in found[:1]]
    return [slot for slot in over if slot.attribute == found[0].attribute]


def _slot(subject: str, attribute: str, value: str, polarity: bool = True, time: str = "") -> Slot:
    return Slot(subject, normalise(attribute), normalise(value), "", polarity, time)


def _keyed(text: str) -> Iterator[Slot]:
    match = _KEYED.match(text)
    if not match or phrases.is_label(match["key"]) or not phrases.is_short_value(match["value"]):
        return
    subject = phrases.subject(match["key"])
    if subject:
        yield _valued(subject, match["value"])


def _valued(subject: str, value: str, polarity: bool = True) -> Slot:
    """A slot for one value; a quantity goes by its dimension, so that 30 days and 5 MB are not compared."""
    found = quantities.find(value)
    if len(found) == 1 and not value[: found[0].start].strip("~ "):
        rest = value[found[0].end :].strip()
        if len(rest.split()) <= 3:
            return _slot(
                subject, " of ".join(filter(None, (phrases.dimension(found[0]), rest))), found[0].value, polarity
            )
    return _slot(subject, "value", phrases.bare(value), polarity)


def _switched(text: str) -> Iterator[Slot]:
    match = _SWITCHED.match(text)
    if not match:
        return
    who = phrases.subject(match["what"] or match["who"] or "")
    new, _, purpose = match["new"].partition(" for ")
    subject = phrases.subject(purpose) or who
    if subject and purpose:
        yield _slot(subject, "use", phrases.bare(new), time="now")
    elif subject:
        yield replace(_valued(subject, new), time="now")
    elif not who:
        yield _slot(phrases.bare(new), "use", "yes", time="now")
    if match["old"] and subject and not purpose:
        yield replace(_valued(subject, match["old"], False), time="now")
    elif match["old"]:
        yield _slot(phrases.bare(match["old"]), "use", "yes", False, "now")


def _used(text: str) -> Iterator[Slot]:
    match = _USE.match(text)
    if not match or not phrases.is_short_value(match["value"]):
        return
    value, purpose = phrases.bare(match["value"]), phrases.subject(match["for"] or "")
    if match["as"]:
        subject = phrases.subject(match["as"])
        if subject:
            yield _valued(subject, match["value"], not match["not"])
        return
    if purpose:
        yield _slot(purpose, "use", value, not match["not"])
    elif value:
        yield _slot(value, "use", "yes", not match["not"])
    if match["old"]:
        old = phrases.bare(match["old"])
        yield _slot(purpose or old, "use", old if purpose else "yes", bool(match["not"]))


def _obliged(text: str) -> Iterator[Slot]:
    match = _MODAL.match(text)
    if not match:
        return
    who = match["who"] or ""
    subject = phrases.subject(who)
    if who and not subject and not phrases.is_anybody(who):
        return
    denied = f"{match['modal']} {match['not'] or ''}".lower()
    polarity = not re.search(r"not\b|n't|never|no longer", denied)
    yield _abstract(subject, match["what"], polarity)


def _abstract(subject: str, phrase: str, polarity: bool = True) -> Slot:
    """What is said of the subject; the one quantity in it is taken out as the value."""
    found = quantities.find(phrase)
    if len(found) != 1:
        return _slot(subject, phrases.bare(phrase), "yes", polarity)
    one = found[0]
    hole = f"{phrase[: one.start]}<{phrases.dimension(one)}>{phrase[one.end :]}"
    return _slot(subject, phrases.bare(hole), one.value, polarity)


def _being(text: str) -> Iterator[Slot]:
    match = _COPULA.match(text)
    if not match:
        return
    subject, what = phrases.subject(match["who"]), match["what"]
    if not subject:
        return
    polarity = not match["not"]
    time = "past" if match["verb"].lower() in ("was", "were") else ""
    time = "former" if match["once"] or match["verb"].lower() == "used to be" else time
    time = "now" if (match["not"] or "").strip().lower() == "no longer" else time
    denied, but, said = what.partition(" but ")
    if but and not polarity:
        yield replace(_said(match["who"], subject, said, True), time=time)
    yield replace(_said(match["who"], subject, denied if not polarity else what, polarity), time=time)


def _said(who: str, subject: str, what: str, polarity: bool) -> Slot:
    relation, rest = phrases.relation(what)
    if relation:
        return _slot(subject, relation, phrases.bare(rest), polarity)
    opposite = phrases.opposite(what)
    if opposite:
        return _slot(subject, f"is {opposite}", "yes", not polarity)
    found = quantities.find(what)
    if len(found) == 1:
        before = what[: found[0].start].strip()
        return _abstract(subject, what, polarity) if before else _valued(subject, what, polarity)
    if phrases.is_role(what) and not phrases.is_role(who):  # "PostgreSQL is the primary database"
        return _slot(phrases.subject(what), "value", phrases.bare(who), polarity)
    if phrases.holds_one(who, what) and phrases.is_short_value(what):
        return _slot(subject, "value", phrases.bare(what), polarity)
    return _slot(subject, f"is {phrases.bare(what)}", "yes", polarity)


def _limited(text: str) -> Iterator[Slot]:
    """One limit in a sentence of no known shape: the same sentence with another limit contradicts it."""
    found = quantities.find(text)
    if (
        len(found) == 1
        and found[0].kind != "date"
        and _LIMIT.search(text[max(0, found[0].start - 24) : found[0].start])
    ):
        yield _abstract("", text)
