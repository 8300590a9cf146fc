"""A change as a card. The markup is in the templates; here is what they are filled with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from agents.enums import Kind
from agents.models import MemoryVersion
from agents.shown import NOTHING, joined, visible
from agents.templatetags.diffs import coded
from agents.text import covering, hidden
from agents.words import kept
from reviews.checks import secrets
from reviews.enums import RevisionOrigin
from reviews.reading import wording
from reviews.reading.card import MOST_QUOTES, Card
from reviews.reading.findings import IN_SIGHT, Ranked
from reviews.reading.frames import filled
from reviews.reading.quoting import Quote
from reviews.reading.requirements import Need
from reviews.reading.spans import Place
from reviews.templatetags import targets
from reviews.templatetags.reading import many_into_one, threeway
from reviews.watching import facts

register = template.Library()


@register.simple_tag(takes_context=True)
def change_card(context: Context, card: Card) -> SafeString:
    """The card of a change, with everything in it."""
    name = "reviews/_decided.html" if card.is_decided else "reviews/_undecided.html"
    return filled(context, name, _texts(context, card), _flags(card))


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
        "is_edited": card.is_own and card.seat.head.origin == RevisionOrigin.EDITED,
        "is_swapped": is_swapped,
    }
    return filled(context, "reviews/_outlined.html", texts, flags)


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
        "said": visible(one.call or one.text),
        "raw": visible(one.text) if one.call else "",
        "href": f"{context['sessions_url']}{session.public_id}/{one.place}",
        "session": visible(session.external_id),
        "position": str(one.position),
        "said_by": one.said_by,
    }
    flags = {
        "is_tool": bool(one.tool),
        "is_call": one.kind == Kind.TOOL_CALL,
        "is_error": one.is_error,
        "is_against": one.is_against,
        "problem": one.problem,
        "source": one.source_class if one.source else "",
        "is_new": bool(since and one.added_at > since),  # type: ignore[operator]
    }
    return filled(context, "reviews/_quote.html", texts, flags)


def _texts(context: Context, card: Card) -> dict[str, object]:
    """All that differs from card to card."""
    change, bound = card.change, card.seat.bound
    kind, verdict = card.verdict if card.is_decided else ("", "")
    drawn, below = targets.drawn(context, card)
    return {
        "id": card.id,
        "url": card.url,
        "title": visible(change.title),
        "first_title": card.first_title,
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
        "notice": coded(card.notice.text) if card.notice else "",
        "meanwhile": joined([threeway(context, path, stretches) for path, stretches in card.meanwhile]),
        "merged": many_into_one(card.merged) if card.merged and not card.is_decided else "",
        "diffs": drawn,
        "talks": below,
        "open_talks": card.open_talks,
        **_checks(context, card),
        "confidence": "" if card.confidence is None else str(card.confidence),
        "sources": card.sources,
        "revision_label": card.revision,
        "since_decided": card.since_decided,
        "revision": card.seat.head.public_id,
        "base": bound.base,
        "proposed": bound.proposed,
        "requirement": bound.requirement,
        "evidence": bound.evidence,
        "drawn": _drawn(card) if card.decides else "",
        "verdict": verdict,
        "verdict_kind": kind,
        "said": visible(card.said) if card.is_decided else "",
        "applies_in": wording.applies(change, card.seconds) if change.apply_after else "",
        "needs": joined([_need(context, card, one) for one in card.needs]),
        "versions": joined([_version(context, one, len(card.versions) == 1) for one in card.versions]),
        **(_since(context, card) if card.is_decided else _why(context, card)),
    }


def _drawn(card: Card) -> str:
    reader = card.reader
    return facts.drawn(card.seat.head.public_id, reader.person, reader.at, before=reader.drawn)


def _since(context: Context, card: Card) -> dict[str, object]:
    """Of a card that is folded, only what joined since the reader voted."""
    new = card.new_quotes[:MOST_QUOTES]
    return _EMPTY | {"news": card.news, "quotes": joined([quote(context, one, card.new_since) for one in new])}


def _why(context: Context, card: Card) -> dict[str, object]:
    change = card.change
    first, more = wording.folded(change.rationale)
    return {
        "quotes": joined([quote(context, one, card.new_since) for one in card.shown_quotes]),
        "more_quotes": card.more_quotes,
        "rationale": coded(first),
        "more_rationale": coded(more),
        "days_note": wording.days_note(first),
        "more_days_note": wording.days_note(more) if not wording.days_note(first) else "",
        "reason": wording.reason(change.reason_code),
        "supporting": str(card.supporting) if card.quotes else "",
        "supporting_words": wording.share_of_quotes(card.supporting, len(card.quotes)),
        "against": str(card.against) if card.against else "",
        "against_words": wording.share_of_quotes(card.against, len(card.quotes)),
        "quote_count": str(len(card.quotes)),
        "numbers": _pairs(card.numbers),
        "numbers_note": wording.days_note(*(text for _label, text in card.numbers)),
        "tier_reasons": joined([format_html("<li>{}</li>", one) for one in card.tier_reasons]),
        "news": "",
    }


def _pairs(pairs: Sequence[tuple[str, str]]) -> SafeString:
    return format_html("<dt>{}</dt><dd>{}</dd>" * len(pairs), *chain.from_iterable(pairs)) if pairs else NOTHING


_WHY = (
    "quotes more_quotes rationale more_rationale days_note more_days_note reason supporting supporting_words against"
    " against_words quote_count numbers numbers_note tier_reasons news"
)
_EMPTY: dict[str, object] = dict.fromkeys(_WHY.split(), "")


def _flags(card: Card) -> dict[str, object]:
    """All that a template compares or asks for."""
    return {
        "sign": card.sign,
        "bare_sign": card.bare_sign,
        "is_current": card.is_current,
        "is_own": card.is_own,
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
        "is_emergency": card.change.glass_broken,
        "breaks": card.breaks,
        "is_held_up": bool(card.change.budget),
        "is_test": card.test is not None,
        "undoes": card.undoes,
        "reverts": card.reverts,
        "drafts": card.drafts,
        "is_prepared": card.draft is not None,
        "is_sole": card.change.sole_reviewer_used,
        "reason_code": card.typed.reason_code,
        "asks": card.typed.asks,
    }


def _checks(context: Context, card: Card) -> dict[str, object]:
    """The findings in sight, and those behind a word that says how many they are."""
    places = card.spans.places
    drawn = [_check(context, card, one, places.get(order)) for order, one in enumerate(card.findings)]
    more = len(drawn) - IN_SIGHT
    return {
        "checks": joined(drawn[:IN_SIGHT]),
        "more_checks": joined(drawn[IN_SIGHT:]),
        "more_findings": ngettext("%(n)d more finding", "%(n)d more findings", more) % {"n": more} if more > 0 else "",
    }


def _check(context: Context, card: Card, ranked: Ranked, place: Place | None) -> SafeString:
    """One finding; a secret can be looked at by who may decide, for everybody else it stays under its dots."""
    one = ranked.check
    reveals = one.rule == secrets.RULE and one.start is not None and card.reader.may(roles.DECIDE)
    page = f"{card.url}r/{card.seat.head.number}/"
    texts = {
        "name": place.name if place else "",
        "number": str(place.number) if place else "",
        "place": card.spans.href(place, page) if place else "",
        "reason": visible(one.reason),
        "rule": _rule(one.rule, one.rule_version),
        "label": one.get_severity_display(),
        "right": ranked.right,
        "reveal": f"{page}reveal/" if reveals else "",
        "target": str(one.target_position),
        "start": str(one.start),
        "end": str(one.end),
    }
    return filled(context, "reviews/_check.html", texts, {"severity": one.severity})


@kept
def _rule(name: str, version: int) -> str:
    return _("rule %(name)s, version %(version)d") % {"name": name, "version": version}


def _need(context: Context, card: Card, one: Need) -> SafeString:
    vote = one.dismissible.public_id if one.dismissible and card.dismisses else ""
    texts = {"text": one.text, "said": visible(one.said), "vote": vote, "label": str(one.state.label)}
    return filled(context, "reviews/_need.html", texts, {"state": str(one.state)})


def _version(context: Context, one: MemoryVersion, is_only: bool) -> SafeString:
    number = _("version %(number)s") % {"number": one.number}
    texts = {
        "href": f"{context['memories_url']}{one.memory.public_id}/history/#v{one.number}",
        "label": number if is_only else visible(f"{one.path.split('/')[-1]}, {number}"),
        "hint": plain(one.path),
    }
    return filled(context, "reviews/_version.html", texts, {})


def plain(text: str) -> str:
    """Text for an attribute, where no chip can stand for what hides in it."""
    return hidden.HIDDEN.sub("\N{REPLACEMENT CHARACTER}", covering.text(text))
