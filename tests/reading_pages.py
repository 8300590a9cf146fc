"""What a page is made of, to see whether any of it came from a text that it shows."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from agents.text import hidden

ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "data", "poster", "srcset")
NEVER = {"x-pwn", "iframe", "object", "embed", "base", "style", "img", "audio", "video", "math", "marquee", "noscript"}
RAW = {"script", "textarea", "title"}
SELECTORS = set(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
IN_PLACE = SELECTORS | set("\u200c\u200d\u200e\u200f\u061c\r")  # where a language or an emoji needs them
TAGS = set(map(chr, range(0xE0000, 0xE0080)))


class Page(HTMLParser):
    """Collects what no text may bring about."""

    def __init__(self, markup, host="testserver"):
        super().__init__()
        self.host, self.faults, self.inside, self.shown = host, [], "", ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.inside = tag if tag in RAW else ""
        names = dict(attrs)
        if tag in NEVER or (tag == "script" and not names.get("src", "").startswith("/static/")):
            self.faults.append(f"<{tag} {names}>")
        self.faults += [f"<{tag} {name}={value}>" for name, value in attrs if _is_bad(name, value or "", self.host)]

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script" and data.strip():
            self.faults.append(f"script: {data[:80]}")
        if self.inside in RAW:
            return
        self.shown += data
        deceiving = {one for one in hidden.HIDDEN.findall(data) if one not in IN_PLACE}
        if "\N{WAVING BLACK FLAG}" in data:
            deceiving -= TAGS
        if deceiving:
            self.faults.append(f"hidden {sorted(deceiving)} in {data[:80]!r}")


def _is_bad(name, value, host):
    if name.startswith(("on", "hx-on", "data-hx")) or name in ("style", "srcdoc", "data-pwn", "sse-connect"):
        return True
    if name not in ADDRESSES:
        return False
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return True
    return parts.scheme not in ("", "http", "https", "mailto") or parts.netloc not in ("", host)
