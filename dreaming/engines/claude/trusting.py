"""What may be said in the model's words: the same tests that a person's or an agent's words meet, before anybody reads.

What fails here is dropped and counted by the name of the fault. The checks of the review look again.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from agents.text import hidden, instructions, links
from agents.text.specifics import specifics
from dreaming.engines.local.proposing.discretion import is_secret

SHORTEST, LONGEST = 12, 400
_MARKUP = re.compile(r"<[A-Za-z/!][^>]{0,200}>|!\[|\]\(|```")
_WORD = re.compile(r"[^\W\d_]+")
# The most common words tell languages of one script apart well enough; what has too few of them is not judged.
_COMMON = {
    "en": "the of and to in is for that with not are by be on when it from as this before after only",
    "de": "der die das und ist nicht mit für von den dem zu auf ein eine werden wird bei nur nach wenn im",
    "fr": "le la les des et est pas pour dans une un du que sur avec au aux par ne sont seulement après",
    "es": "el la los las de y es no para en una un que con por del se al solo después cuando son",
    "it": "il lo la gli di e è non per in una un che con del della si al solo dopo quando sono",
    "pt": "o a os as de e é não para em uma um que com por do da se ao só depois quando são",
    "nl": "de het een en is niet voor van op met te in zijn wordt bij alleen na als dat aan",
}
_LANGUAGES = {name: frozenset(words.split()) for name, words in _COMMON.items()}
FEWEST = 2  # common words before a language is named


def fault(text: str, *, beside: str) -> str:
    """Why this may not be said in memory that reads like `beside`; empty where nothing speaks against it."""
    if not SHORTEST <= len(text) <= LONGEST:
        return "length"
    if any(not piece.benign for piece in hidden.find(text)) or "\ufffd" in text:
        return "hidden"
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text):
        return "line_breaks"
    if _MARKUP.search(text):
        return "markup"
    if is_secret(text):
        return "secret"
    if instructions.find(text):
        return "instructions"
    if links.find(text):
        return "links"
    return "language" if is_foreign(text, beside) else ""


def adds(text: str, *, known: Iterable[str]) -> bool:
    """Whether it names a number, path, tool or name that stands in none of the texts known."""
    held = "\n".join(known).casefold()
    return any(one.value.casefold() not in held for one in specifics(text))


def is_foreign(text: str, beside: str) -> bool:
    """Whether it is in another script or language than what it stands beside."""
    own, there = _script(text), _script(beside)
    if own and there and own != there:
        return True
    one, other = language(text), language(beside)
    return bool(one and other and one != other)


@lru_cache(maxsize=64)
def language(text: str) -> str:
    words = Counter(word.casefold() for word in _WORD.findall(text[:20_000]))
    scores = {name: sum(words[word] for word in common) for name, common in _LANGUAGES.items()}
    best = max(scores, key=lambda name: scores[name])
    others = max(score for name, score in scores.items() if name != best)
    return best if scores[best] >= FEWEST and scores[best] > others else ""


def _script(text: str) -> str:
    found = Counter(_block(sign) for sign in text[:2_000] if sign.isalpha())
    return found.most_common(1)[0][0] if found else ""


def _block(sign: str) -> str:
    name = unicodedata.name(sign, "").partition(" ")[0]
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "HANGUL") else name
