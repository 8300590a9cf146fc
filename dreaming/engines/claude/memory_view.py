"""Memory and open proposals as the model is shown them: statements with ids, those nearest to what is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.snapshot import OpenChange
from agents.text import support
from dreaming.engines.claude.transcripts import Piece, fenced
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.reading.claims import Claim

MOST_CHARACTERS = 32_000  # about 8,000 tokens: written to the cache once, read by every piece after it
MOST_OPEN = 60


@dataclass(frozen=True, slots=True)
class View:
    """`claims` and `open` by the ids that the model cites."""

    text: str
    claims: Mapping[str, Claim]
    open: Mapping[str, OpenChange]


def view(now: Considered, pieces: Sequence[Piece]) -> View:
    chosen = _nearest(now.known, pieces)
    claims = {f"M{number}": now.known[number] for number in sorted(chosen)}
    memories = now.snapshot.memories
    told = [f"{ref} ({memories[one.memory].path}): {' '.join(one.text.split())}" for ref, one in claims.items()]
    waiting = {f"O{number}": one for number, one in enumerate(now.snapshot.open_changes[:MOST_OPEN], start=1)}
    said = [f"{ref}: {_line(change)}" for ref, change in waiting.items()]
    text = "\n".join(
        [
            "The memory of the agent, as far as it is near to these sessions:",
            fenced("memory", ["\n".join(told)]) if told else "(empty)",
            "What is proposed already and not decided:",
            fenced("open", ["\n".join(said)]) if said else "(nothing)",
        ]
    )
    return View(text, claims, waiting)


def _line(change: OpenChange) -> str:
    adds, removes = (" ".join(" ".join(lines).split())[:300] for lines in (change.adds, change.removes))
    return f"adds: {adds or '-'}; takes out: {removes or '-'}"


def _nearest(known: Sequence[Claim], pieces: Sequence[Piece]) -> set[int]:
    """All of it where it fits, else the statements whose words weigh most among what is read."""
    if sum(len(one.text) for one in known) <= MOST_CHARACTERS:
        return set(range(len(known)))
    spoken: Counter[str] = Counter(word for piece in pieces for word in support.cut(piece.text))
    ranked = sorted(range(len(known)), key=lambda at: (-_weight(known[at], spoken), at))
    chosen, size = set[int](), 0
    for number in ranked:
        size += len(known[number].text) + 20
        if size > MOST_CHARACTERS:
            break
        chosen.add(number)
    return chosen


def _weight(claim: Claim, spoken: Mapping[str, int]) -> float:
    own = support.words(claim.text)
    return support.weight(word for word in own if word in spoken) / float(1 + len(own) ** 0.5)
