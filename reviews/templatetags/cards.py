"""A change as a card. The markup is in the templates; here is what they are filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.drawn_rows import Look, Note
from agents.models import MemoryVersion
from agents.shown import NOTHING, joined, visible
from agents.templatetags.diffs import coded
from agents.text import diffs, hidden
from agents.words import kept
from reviews.enums import Side
from reviews.models import Check
from reviews.reading import comparing, pieces, wording
from reviews.reading.cards import MOST_QUOTES, Card, Drawn
from reviews.reading.claims import Mark
from reviews.reading.quoting import Quote
from reviews.reading.talks import Talk, form_url
from reviews.reading.wording import Need
from reviews.templatetags.reading import many_into_one, pieced, threeway
from reviews.templatetags.threads import thread

register = template.Library()


@register.simple_tag(takes_context=True)
def change_card(context: Context, card: Card) -> SafeString:
    """The card of a change, with everything in it."""
    name = "reviews/_decided.html" if card.is_decided else "reviews/_undecided.html"
    return _fill(context, name, _texts(context, card), _flags(card))


@register.simple_tag(takes_context=True)
def outlined(context: Context, card: Card, is_swapped: bool = False) -> SafeString:
    """The line of a change in the list beside the cards; `is_swapped` where it comes along with the card alone."""
    texts = {
        "id": card.id,
        "title": visible(card.change.title),
        "hint": plain(f"{card.change.title} ({card.change.namespace.name}{card.path and ': '}{card.path})"),
        "verdict": card.verdict[1] if card.is_decided else "",
    }
    flags = {
        "sign": card.bare_sign,
        "is_current": card.is_current,
        "is_decided": card.is_decided,
        "is_agreed": card.is_decided and card.is_agreed,
        "is_swapped": is_swapped,
    }
    return _fill(context, "reviews/_outlined.html", texts, flags)


@register.simple_tag(takes_context=True)
def quote(context: Context, one: Quote, since: object = None, anchor: str = "") -> SafeString:
    """One quote; `since` is the time after which quotes are new to the reader. `anchor` stands before its id where the
    page has it a second time.
    """
    session = one.session
    texts = {
        "id": one.id,
        "anchor": f"{anchor}{one.id}",
        "speaker": visible(one.tool or one.speaker),
        "iso": one.iso,
        "when": one.when,
        "said": visible(one.text),
        "href": f"{context['sessions_url']}{session.public_id}/{one.place}",
        "session": visible(session.external_id),
        "position": str(one.position),
    }
    flags = {
        "is_tool": bool(one.tool),
        "is_against": one.is_against,
        "problem": one.problem,
        "source": one.source,
        "is_new": bool(since and one.added_at > since),  # type: ignore[operator]
    }
    return _fill(context, "reviews/_quote.html", texts, flags)


def _texts(context: Context, card: Card) -> dict[str, object]:
    """All that differs from card to card."""
    change, bound = card.change, card.seat.bound
    kind, verdict = card.verdict if card.is_decided else ("", "")
    drawn, below = _targets(context, card)
    return {
        "id": card.id,
        "url": card.url,
        "title": visible(change.title),
        "space": visible(change.namespace.name),
        "path": visible(card.path),
        "hint": plain(change.title),
        "alike": wording.alike(card.alike) if card.alike else "",
        "alike_href": f"{context['inbox_url']}?view=open&q=like:{change.alike}",
        "added": str(card.added),
        "removed": str(card.removed),
        "alert": card.typed.alert,
        "typed": card.typed.reason,
        "work": card.work,
        "notice": visible(card.notice.text) if card.notice else "",
        "meanwhile": joined([threeway(context, path, stretches) for path, stretches in card.meanwhile]),
        "merged": many_into_one(card.merged) if card.merged and not card.is_decided else "",
        "diffs": drawn,
        "talks": below,
        "open_talks": card.open_talks,
        "checks": joined([_check(context, one) for one in card.seat.checks]),
        "confidence": "" if card.confidence is None else str(card.confidence),
        "sources": card.sources,
        "revision_label": card.revision,
        "since_decided": card.since_decided,
        "revision": card.seat.head.public_id,
        "base": bound.base,
        "proposed": bound.proposed,
        "requirement": bound.requirement,
        "evidence": bound.evidence,
        "verdict": verdict,
        "verdict_kind": kind,
        "said": visible(card.said) if card.is_decided else "",
        "applies_in": wording.applies_in(card.seconds) if change.apply_after else "",
        "needs": joined([_need(context, card, one) for one in card.needs]),
        "versions": joined([_version(context, one, len(card.versions) == 1) for one in card.versions]),
        **(_since(context, card) if card.is_decided else _why(context, card)),
    }


def _since(context: Context, card: Card) -> dict[str, object]:
    """Of a card that is folded, only what joined since the reader voted."""
    new = card.new_quotes[:MOST_QUOTES]
    return _EMPTY | {"news": card.news, "quotes": joined([quote(context, one, card.new_since) for one in new])}


def _why(context: Context, card: Card) -> dict[str, object]:
    change = card.change
    return {
        "quotes": joined([quote(context, one, card.new_since) for one in card.shown_quotes]),
        "more_quotes": card.more_quotes,
        "rationale": coded(change.rationale),
        "reason": wording.reason(change.reason_code),
        "supporting": str(card.supporting) if card.quotes else "",
        "against": str(card.against) if card.against else "",
        "quote_count": str(len(card.quotes)),
        "numbers": _pairs(card.numbers),
        "tier_reason": card.tier_reason,
        "news": "",
    }


def _pairs(pairs: Sequence[tuple[str, str]]) -> SafeString:
    return format_html("<dt>{}</dt><dd>{}</dd>" * len(pairs), *chain.from_iterable(pairs)) if pairs else NOTHING


_WHY = "quotes more_quotes rationale reason supporting against quote_count numbers tier_reason news"
_EMPTY: dict[str, object] = dict.fromkeys(_WHY.split(), "")


def _flags(card: Card) -> dict[str, object]:
    """All that a template compares or asks for."""
    return {
        "sign": card.sign,
        "bare_sign": card.bare_sign,
        "is_current": card.is_current,
        "is_revised": card.seat.head.number > 1,
        "tier": card.change.tier,
        "state": card.change.state,
        "notice_kind": card.notice.kind if card.notice else "",
        "is_agreed": card.is_decided and card.is_agreed,
        "decides": card.decides,
        "approves": card.approves,
        "edits": card.edits,
        "splits": card.splits,
        "resolves": card.resolves,
        "applies": card.applies,
        "undoes": card.undoes,
        "reverts": card.reverts,
        "drafts": card.drafts,
        "is_prepared": card.draft is not None,
        "is_sole": card.change.sole_reviewer_used,
        "reason_code": card.typed.reason_code,
        "asks": card.typed.asks,
    }


def _targets(context: Context, card: Card) -> tuple[SafeString, SafeString]:
    """The memories of a change with the threads under their lines, and the threads that have no line there."""
    left = list(card.talks)
    drawn = [_target(context, card, number, left) for number in range(len(card.targets))]
    return joined(drawn), joined([_talk(context, card, one) for one in left])


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
    )
    texts = {
        "label": "" if card.path else visible(one.label),
        "note": one.note,
        "rows": pieced(context, one.rows, look, head) if one.rows else "",
    }
    return _fill(context, "reviews/_target.html", texts, {})


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


def _check(context: Context, one: Check) -> SafeString:
    texts = {
        "reason": visible(one.reason),
        "rule": _rule(one.rule, one.rule_version),
        "label": one.get_severity_display(),
    }
    return _fill(context, "reviews/_check.html", texts, {"severity": one.severity})


@kept
def _rule(name: str, version: int) -> str:
    return _("rule %(name)s, version %(version)d") % {"name": name, "version": version}


def _need(context: Context, card: Card, one: Need) -> SafeString:
    vote = one.dismissible.public_id if one.dismissible and card.dismisses else ""
    texts = {"text": one.text, "said": visible(one.said), "vote": vote}
    return _fill(context, "reviews/_need.html", texts, {"is_met": one.is_met})


def _version(context: Context, one: MemoryVersion, is_only: bool) -> SafeString:
    number = _("version %(number)s") % {"number": one.number}
    texts = {
        "href": f"{context['memories_url']}{one.memory.public_id}/history/#v{one.number}",
        "label": number if is_only else visible(f"{one.path.split('/')[-1]}, {number}"),
        "hint": plain(one.path),
    }
    return _fill(context, "reviews/_version.html", texts, {})


def plain(text: str) -> str:
    """Text for an attribute, where no chip can stand for what hides in it."""
    return hidden.HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _fill(context: Context, name: str, texts: Mapping[str, object], flags: Mapping[str, object]) -> SafeString:
    return context["frames"].fill(name, context, texts=texts, flags=flags)  # type: ignore[no-any-return]
