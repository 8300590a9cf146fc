"""The memories of a change in its card: their lines, the quotes that these name, and the threads under them."""

from __future__ import annotations

from collections.abc import Mapping

from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.drawn_rows import Look, Note
from agents.shown import joined, visible
from agents.text import diffs
from agents.words import kept
from reviews.enums import Side
from reviews.reading import comparing, pieces
from reviews.reading.card import Card, Drawn
from reviews.reading.claims import Mark
from reviews.reading.frames import filled
from reviews.reading.talks import Talk, form_url
from reviews.templatetags.reading import pieced
from reviews.templatetags.threads import thread


def drawn(context: Context, card: Card) -> tuple[SafeString, SafeString]:
    """The memories of a change with the threads under their lines, and the threads that have no line there."""
    left = list(card.talks)
    shown = [_target(context, card, number, left) for number in range(len(card.targets))]
    return joined(shown), joined([_talk(context, card, one) for one in left])


def _target(context: Context, card: Card, number: int, left: list[Talk]) -> SafeString:
    """One memory of a change; takes the threads that it shows from `left`. Of a card that is folded no quotes are
    drawn, and so its lines name none.
    """
    one = card.targets[number]
    head = card.seat.head
    look = Look(
        at=f"{card.url}r/{head.number}/",
        left=comparing.BASE,
        target=one.position,
        notes=() if card.is_decided else _notes(card, card.marks[number]),
        talk=form_url(card.url, head.number, one.position),
        under=_under(context, card, one, left),
        found=tuple(card.spans.targets[number].items()),
    )
    texts = {
        "label": "" if card.path else visible(one.label),
        "note": one.note,
        "rows": pieced(context, one.rows, look, head) if one.rows else "",
    }
    return filled(context, "reviews/_target.html", texts, {})


def _under(context: Context, card: Card, one: Drawn, left: list[Talk]) -> tuple[tuple[int, SafeString], ...]:
    """The threads whose last line is drawn, under it."""
    if not left or len(pieces.cut(one.rows)) > 1:
        return ()
    drawn = {number for row in one.rows if row[0] != diffs.SKIPPED for number in _numbers(row)}
    found: dict[int, list[SafeString]] = {}
    for talk in list(left):
        spot = talk.spot
        if spot is None or spot.position != one.position:
            continue
        number = spot.last if spot.side == Side.AFTER else -spot.last
        if number in drawn:
            found.setdefault(number, []).append(_talk(context, card, talk))
            left.remove(talk)
    return tuple((number, joined(parts)) for number, parts in found.items())


def _numbers(row: diffs.Row) -> list[int]:
    """The numbers of a row's lines, of the old side below zero."""
    return [-row[1] if row[0] != diffs.ADDED else 0, row[2] if row[0] != diffs.REMOVED else 0]


def _talk(context: Context, card: Card, one: Talk) -> SafeString:
    return thread(context, one, card.url, fresh=card.fresh)


def _notes(card: Card, marks: Mapping[int, Mark]) -> tuple[tuple[int, Note], ...]:
    return tuple((line, _note(card, mark)) for line, mark in marks.items())


def _note(card: Card, mark: Mark) -> Note:
    """A line names its quotes and leads to the first of them; one that has none says so."""
    if not mark.quotes:
        return _BARE, format_html('<span class="diff__why">{}</span>', _bare())
    shown = {one.id for one in card.shown_quotes}
    first = next((one.id for one in mark.quotes if one.id in shown), "")
    href = f"#{first}" if first else f"{card.url}#in-{mark.quotes[0].id}"
    ids = " ".join(one.id for one in mark.quotes)
    link = format_html(
        '<a class="diff__why" href="{}">{}</a>', href, _supported(mark.supporting, len(mark.quotes) - mark.supporting)
    )
    return format_html(' data-quotes="{}"', ids), link


_BARE = SafeString(" data-bare")


@kept
def _bare() -> str:
    return _("No support")


@kept
def _supported(supporting: int, against: int) -> str:
    """How many quotes are about a line, in words."""
    said = []
    if supporting:
        said.append(ngettext("%(n)d quote", "%(n)d quotes", supporting) % {"n": supporting})
    if against:
        said.append(ngettext("%(n)d against", "%(n)d against", against) % {"n": against})
    return ", ".join(said)
