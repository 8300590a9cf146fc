"""Whether a text only agrees: then it says nothing that could speak for a memory."""

from __future__ import annotations

from agents.text.normalise import normalise
from agents.text.tokens import tokens

LONGEST = 14  # words; who says more says something


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES = _words(
    "yes yep yeah yup ok okay okey sure approve approved approval agree agreed accept accepted confirm confirmed"
    " confirming lgtm fine good great perfect correct right proceed ahead absolutely exactly definitely certainly true"
    " success successful succeeded passed done ja jawohl genau oui d'accord si sì claro sim da tak vale 好 是 はい"
)
_AROUND = _words(
    "it that this these those is are was all everything to me us by from for with please do i we you the a an change"
    " changes looks look sounds sound seems works very much and so now go thanks thank just really as well here of"
    " course no problem on my our side then let's lets have has been be will it's that's i'm would status code 200"
    " result message response at least happy 的"
)
_DENIES = _words("no not")
_SIGNS = "\N{THUMBS UP SIGN}\N{WHITE HEAVY CHECK MARK}\N{HEAVY CHECK MARK}\N{BALLOT BOX WITH CHECK}\N{OK HAND SIGN}"


def only_agrees(text: str) -> bool:
    """ "Yes, that looks good to me." and its like; a text without words, but with a sign of agreement, as well."""
    if len(text) > 40 * LONGEST:
        return False
    words = [word.strip(".,;:!?\"'’") for word in tokens(normalise(text).replace("_", " "))]
    words = [word for word in words if word]
    if not words:
        return any(sign in text for sign in _SIGNS)
    if len(words) > LONGEST or not _YES.union(_AROUND).issuperset(words):
        return False
    agrees = not _YES.isdisjoint(words) or any(sign in text for sign in _SIGNS)
    return agrees and (_DENIES.isdisjoint(words) or "problem" in words)
