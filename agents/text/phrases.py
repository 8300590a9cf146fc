"""The small words behind the slots: who is meant, when, where, and which nouns hold one value at a time."""

from __future__ import annotations

import re
from functools import lru_cache

from agents.text import quantities
from agents.text.normalise import normalise


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DETERMINER = re.compile(
    r"^(?:(?:the|a|an|our|my|your|their|his|her|its|all|any|each|every|this|these|those)\s+)+", re.IGNORECASE
)
_DEFINITE = re.compile(r"^(?:the|our|my|your|their|his|her|its)\s|['’]s?\s|\sof\s", re.IGNORECASE)
_POSSESSIVE = re.compile(r"^(?:our|my|your|their|his|her)\s|['’]s?\s|\sof\s", re.IGNORECASE)
_VAGUE = _words(
    "it this that these those there here he she they which what who where when why how if because since although "
    "while so and or but then also not as to for with by from in on at one some many most few both either neither "
    "nothing everything something anything none"
)
_ANYBODY = _words("we you i one please always agent agents everybody everyone")
_LABELS = _words(
    "note notes warning tip todo hint example examples eg e.g i.e ie see source sources why reason because how "
    "important fix problem solution context summary caution fyi update updates remember reminder rule lesson "
    "lessons fact decision question answer result results action step steps background details cause impact user "
    "assistant system tool error quote"
)
_GENERIC = _words(
    "notes note facts fact preferences general memory memories overview misc miscellaneous settings rules "
    "conventions decisions details info information summary other about context lessons guidelines reference "
    "known current index"
)
_ONE_VALUE = _words(
    "name title colour color language locale currency region country city address location timezone zone email "
    "mail phone database db cache queue broker framework library runtime compiler editor shell host hostname "
    "domain endpoint url uri port path directory folder branch repository repo version release model provider "
    "vendor owner manager lead maintainer contact approver reviewer assignee channel schedule frequency interval "
    "cadence deadline date day time birthday age limit size window timeout budget price cost rate quota threshold "
    "ttl format encoding protocol tool mode level tier plan status state priority type role default strategy "
    "policy license licence theme font unit id key bucket server"
)
_ONLY = _words("default primary main current preferred favourite favorite official latest only canonical")
_OPPOSITES = {
    "disabled": "enabled", "off": "on", "optional": "required", "closed": "open", "inactive": "active",
    "private": "public", "forbidden": "allowed", "prohibited": "allowed", "unsupported": "supported",
    "unavailable": "available", "unnecessary": "necessary", "invalid": "valid", "false": "true", "unsafe": "safe",
}  # fmt: skip
_LIST = re.compile(r",\s|;|\s(?:and|or)\s|\s[/&+→]\s|\.\s")
_CLAUSE = re.compile(r"\s(?:is|are|was|were|has|have|must|should|can|will)\s", re.IGNORECASE)
_RELATIONS = re.compile(
    r"(?P<relation>(?:located|based|hosted|deployed|stored|kept|run|installed)\s(?:in|on|at|under)|deployed\sto|owned\sby"
    r"|managed\sby|maintained\sby|led\sby|called|named|scheduled\s(?:for|at|on)|due\s(?:on|by|at)|written\sin|set\sto)"
    r"\s(?P<rest>.+)$",
    re.IGNORECASE,
)
_SCOPED_FRONT = re.compile(r"(?:in|on|for|during|under|at)\s(?P<scope>[^,]{1,60}),\s+(?P<rest>.+)$", re.IGNORECASE)
_CONDITION_FRONT = re.compile(
    r"(?P<scope>(?:when|if|unless|while|before|after)\s[^,]{1,100}),\s+(?P<rest>.+)$", re.IGNORECASE
)
_SCOPED_BACK = re.compile(
    r"(?P<rest>\S.*?\s(?:is|are|must|should|uses?|never|always)\s.*?\S|[^:]+:\s\S.*?)"
    r",?\s(?:(?P<condition>(?:when|if|unless|while|except)\s.{1,100})|in\s(?P<scope>(?:the\s)?[\w./-]+(?:\s[\w./-]+){0,2}))$",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"\b(?:located|based|hosted|deployed|stored|kept|run|installed|written|is|are)$")
_ASIDE = re.compile(
    r"(?:,\s(?:because|since|as|so|but|which|and|then|please)\b|;|\s[–—]\s|\s-\s|\sbecause\s|\sso that\s).*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b(?P<word>as of|since|from|starting|effective|on|until)\s+$", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:now|currently|nowadays|from now on|as of now|going forward|no longer|anymore|any more|switched)\b",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"^(?:(?:now|currently|nowadays|from now on|as of now|going forward),?\s+)+"
    r"|,?\s+(?:now|anymore|any more|nowadays|from now on|as of now|going forward)$",
    re.IGNORECASE,
)
_FORMERLY = re.compile(r"^(?:formerly|previously|originally),?\s+", re.IGNORECASE)
_ONCE = re.compile(r"\b(?:formerly|previously|originally|used to be)\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?P<rest>\S.*?\S)(?:\s?\(|[,;]\s|\s[–—-]\s)(?:(?:and|but|it|which|that)\s){0,2}"
    r"(?:formerly|previously|used to be|(?:was|were)\s(?:formerly|previously|originally))\s(?P<old>[^,;()]{1,60}?)\)?$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|a|an|our|my|your|their)\s+", re.IGNORECASE)
_LINKED = re.compile(r"(?:an?|in|on|at|to|by|with|for|from)\s", re.IGNORECASE)
_NAMED = re.compile(r"[`\"“]|[A-Z]|[a-z]\.[a-z]|[_/@\d]")


def plain(sentence: str) -> str:
    """The sentence without emphasis, a closing sign and the aside that gives its reason."""
    text = re.sub(r"\*{1,3}|(?<!\w)__?|__?(?!\w)|~~", "", " ".join(sentence.split()))
    text = re.sub(r"^(?:[-+•>]|\d{1,3}[.)])\s+", "", text).rstrip(" .!;,:")
    return _ASIDE.sub("", text)


def take_former(text: str) -> tuple[str, str]:
    """The text without the aside that says what it was before, and that."""
    match = _BEFORE.match(text.rstrip(" .!")) if _ONCE.search(text) else None
    return (match["rest"], match["old"]) if match else (text, "")


def take_time(text: str) -> tuple[str, str]:
    """The text without its word of time, and that time."""
    marker = "former" if _FORMERLY.match(text) else "now" if _NOW.search(text) else ""
    text = _FORMERLY.sub("", _TAKEN.sub("", text))
    for found in quantities.find(text):
        before = _DATED.search(text[: found.start]) if found.kind == "date" else None
        if before:
            rest = f"{text[: before.start()]} {text[found.end :]}".replace("()", "").strip(" ,")
            word = before["word"].lower()
            time = f"on {found.value}" if word == "on" else "past" if word == "until" else found.value
            return " ".join(rest.split()), time
    return text, marker


def take_scope(text: str) -> tuple[str, str]:
    """The text without the condition or place it is bound to, and that scope."""
    for pattern in (_SCOPED_FRONT, _CONDITION_FRONT):
        match = pattern.match(text)
        if match:
            return match["rest"], bare(match["scope"])
    match = _SCOPED_BACK.match(text)
    if match and not re.search(
        r"(?:located|based|hosted|deployed|stored|kept|run|installed|written|is|are)$", match["rest"]
    ):
        return match["rest"], bare(match["condition"] or match["scope"])
    return text, ""


@lru_cache(maxsize=4096)
def scope_of(heading: tuple[str, ...]) -> str:
    """The nearest heading that narrows what stands below it."""
    for each in reversed(heading):
        text = normalise(each)
        if set(re.findall(r"\w+", text)) - _GENERIC:
            return f"# {text}"
    return ""


def subject(phrase: str) -> str:
    """The thing meant, in one spelling: "the colour of the car", "the car's colour" are "car colour". "" if unsure."""
    text = _DETERMINER.sub("", phrase.strip(" ,\"“”'`"))
    head, of, owner = text.partition(" of ")
    if of and " of " not in owner:
        text = f"{_DETERMINER.sub('', owner)} {head}"
    words = normalise(re.sub(r"['’]s?(?=\s)", "", text)).split()
    if not words or len(words) > 8 or words[0] in _VAGUE | _ANYBODY:
        return ""
    joined = " ".join(words)
    return joined if joined[0].isalnum() and not re.search(r"[()<>|;:]|\s(?:and|or)\s", joined) else ""


def bare(phrase: str) -> str:
    """A value without article, quotes and closing signs."""
    return normalise(_ARTICLE.sub("", phrase.strip(" ,\"“”'`()")).strip(" ,\"“”'`"))


def is_anybody(who: str) -> bool:
    return all(word in _ANYBODY for word in normalise(who).split())


def is_label(key: str) -> bool:
    """Whether a key only labels prose ("Note: ...") or is no key at all."""
    words = normalise(key).split()
    return not words or len(words) > 6 or words[0] in _LABELS or words[-1] in _LABELS or "," in key


def is_short_value(value: str) -> bool:
    """One value, not prose and not a list of values."""
    return len(value.split()) <= 8 and not _LIST.search(value) and not _CLAUSE.search(value)


def relation(what: str) -> tuple[str, str]:
    match = _RELATIONS.match(what)
    return (match["relation"].lower(), match["rest"]) if match else ("", "")


def opposite(what: str) -> str:
    """The word a word denies: "disabled" is not "enabled"."""
    return _OPPOSITES.get(normalise(what), "")


def is_role(phrase: str) -> bool:
    """Whether a phrase names a place only one thing can take: "the primary database"."""
    words = normalise(phrase).split()
    if not words or len(words) > 6 or not _DEFINITE.search(phrase):
        return False
    return words[-1] in _ONE_VALUE or bool(_ONLY & set(words))


def holds_one(who: str, what: str) -> bool:
    """Whether the subject can be one thing only, by its noun; else more may hold of it."""
    words = set(normalise(who).split())
    last = subject(who).split()[-1]
    named = bool(_NAMED.search(what)) and not _LINKED.match(what)
    if named and _POSSESSIVE.search(who):
        return True
    one_of = bool(_ONLY & words) or (last in _ONE_VALUE and (len(words) > 1 or bool(_DEFINITE.search(who))))
    return one_of and (named or len(what.split()) <= 3) and not re.match(r"an?\s", what)


def dimension(quantity: quantities.Quantity) -> str:
    """What kind of quantity it is; only those of one kind are compared."""
    if quantity.kind != "number":
        return quantity.kind
    unit = quantity.value.partition(" ")[2]
    if unit in ("second", "millisecond", "minute", "hour", "day", "month", "year"):
        return "duration"
    return "size" if unit in ("b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib") else unit or "number"
