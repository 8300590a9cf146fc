"""Threads as markup: what people wrote is text, with the people they name as chips."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agents.shown import NOTHING, joined, visible
from reviews.models import Comment
from reviews.reading.frames import filled
from reviews.reading.quoting import when
from reviews.reading.talks import Talk
from reviews.talking.mentions import People

register = template.Library()


@register.simple_tag(takes_context=True)
def thread(
    context: Context, talk: Talk, change_url: str, anchor: str = "", fresh: str = "", place: str = ""
) -> SafeString:
    """One thread with what can be done in it. `anchor` stands before its id where the page has it a second time;
    `fresh` is the thread that was just acted in; `place` says which part of the page an answer replaces.
    """
    row = talk.thread
    is_elsewhere = talk.is_about_lines and talk.spot is None
    texts = {
        "id": row.public_id,
        "anchor": f"{anchor}{row.public_id}",
        "about": talk.about,
        "place_url": f"{change_url}r/{row.revision.number}/?context=all#{talk.anchor}" if talk.is_about_lines else "",
        "lines": visible(row.lines) if is_elsewhere else "",
        "resolver": visible(str(row.resolved_by)) if row.resolved_by else "",
        "comments": joined([_comment(context, one, talk, anchor, place) for one in talk.comments]),
        "place": place,
        "action": f"{context['threads_url']}{row.public_id}/reply/",
        "say_id": f"{anchor}{row.public_id}",
        "typed": "",
        "alert": "",
    }
    flags = {
        "is_resolved": talk.is_resolved,
        "settles": talk.settles,
        "is_fresh": row.public_id == fresh,
        **dict.fromkeys(("spot", "people", "focus", "cancel"), ""),
    }
    return filled(context, "reviews/_thread.html", texts, flags)


def _comment(context: Context, one: Comment, talk: Talk, anchor: str, place: str) -> SafeString:
    texts = {
        "id": f"{anchor}{one.public_id}",
        "who": visible(str(one.by)),
        "iso": (one.sent_at or one.at).isoformat(),
        "when": when(one.sent_at or one.at),
        "said": said(one.text, talk.people),
        "draft": one.public_id if one.sent_at is None else "",
        "place": place,
    }
    return filled(context, "reviews/_comment.html", texts, {})


def said(text: str, people: People) -> SafeString:
    drawn = [
        format_html('<span class="mention">{}</span>', visible(part)) if is_name else visible(part)
        for part, is_name in people.parts(text)
    ]
    return joined(drawn) if drawn else NOTHING
