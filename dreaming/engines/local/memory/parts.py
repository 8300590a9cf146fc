"""One sentence of a statement that has several: what else it says must not go with it."""

from __future__ import annotations

from dataclasses import replace

from agents.text import sentences
from agents.text.slots import Slot, slots
from dreaming.engines.local.reading.claims import Claim


def without(claim: Claim, slot: Slot, words: str = "") -> str:
    """The text of a claim with these words in place of the sentences that say the slot, which may be all of it."""
    said = replace(slot, scope="", time="")
    spans = sentences.spans(claim.text)
    own = [
        span
        for span in spans
        if any(replace(one, scope="", time="") == said for one in slots(claim.text[slice(*span)]))
    ]
    if not own or len(own) == len(spans):
        return words
    text = claim.text
    for start, end in reversed(own):
        before, after = text[:start], text[end:]
        if words and start == own[0][0]:
            text = before + words + after
        else:
            text = before.rstrip() + after if before.strip() else after.lstrip()
    return text
