"""What an engine found, as drafts of a proposal: ids become rows, patterns are copied as they are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext, ngettext

from accounts.models import Team
from agents.memory import BadMemory, check_text
from agents.models import Agent, Memory, MemoryVersion, Namespace
from dreaming.engines.protocol import Operation as Found
from dreaming.engines.protocol import Quote, Target
from dreaming.models import Pattern
from reviews import drafts as drafting
from reviews import proposals
from reviews.drafts import BadDraft, Draft, DraftQuote, DraftTarget
from reviews.enums import Operation
from reviews.models import Proposal
from reviews.proposals import AlreadyProposed, BaseMoved, Origin


def drafts_of(*, team: Team, operations: Sequence[Found], patterns: Mapping[str, Pattern]) -> list[Draft]:
    targets = [target for operation in operations for target in operation.targets]
    versions = _versions(team, [target.version_id for target in targets if target.version_id])
    slugs = {target.namespace for target in targets}
    namespaces = {one.slug: one for one in Namespace.objects.of(team).filter(slug__in=slugs)}
    return [_draft(one, versions, namespaces, patterns.get(one.pattern)) for one in operations]


def quote_of(quote: Quote) -> DraftQuote:
    return DraftQuote(quote.session, quote.position, quote.start, quote.end, quote.text, quote.stance, quote.lines)


def open_what_fits(
    *, team: Team, agent: Agent, drafts: Sequence[Draft], summary: str, origin: Origin, at: datetime
) -> tuple[Proposal | None, Counter[str]]:
    """Open a proposal of all drafts that can still be proposed; the others are counted by what came between."""
    left, dropped = list(drafts), Counter[str]()
    while left:
        before = len(left)
        try:
            proposal = proposals.open_(
                team=team, agent=agent, title=_title(left), summary=summary, origin=origin, drafts=left, at=at
            )
        except AlreadyProposed as again:
            known = (again.change.namespace_id, again.change.fingerprint)
            left = [draft for draft in left if (draft.namespace.pk, draft.identity()) != known]
            reason = "dropped_already_proposed"
        except BaseMoved:
            left, reason = _on_live_bases(team, left), "dropped_base_moved"
        except BadDraft:
            left, reason = _sound(left), "dropped_unsound"
        else:
            return proposal, dropped
        if len(left) == before:
            raise BadDraft(f"{before} drafts were refused ({reason}), and none by itself")
        dropped[reason] += before - len(left)
    return None, dropped


def _draft(
    found: Found, versions: Mapping[str, MemoryVersion], namespaces: Mapping[str, Namespace], pattern: Pattern | None
) -> Draft:
    return Draft(
        operation=Operation(found.kind),
        namespace=namespaces[found.targets[0].namespace],
        title=found.title,
        targets=tuple(_target(target, versions) for target in found.targets),
        rationale=found.rationale,
        reason_code=found.reason_code,
        confidence=found.confidence,
        fingerprint=found.fingerprint,
        quotes=tuple(quote_of(quote) for quote in found.quotes),
        pattern_id=pattern.public_id if pattern else "",
        pattern=_frozen(pattern) if pattern else {},
    )


def _target(target: Target, versions: Mapping[str, MemoryVersion]) -> DraftTarget:
    base = versions[target.version_id] if target.version_id else None
    return DraftTarget(base=base, path_after=target.path_after, edits=target.edits)


def _frozen(pattern: Pattern) -> dict[str, object]:
    return {
        "kind": pattern.kind,
        "statement": pattern.statement,
        "support": pattern.support,
        "agents": pattern.agents,
        "opportunities": pattern.opportunities,
        **pattern.numbers,
    }


def _versions(team: Team, public_ids: Sequence[str]) -> dict[str, MemoryVersion]:
    rows = MemoryVersion.objects.of(team).filter(public_id__in=set(public_ids))
    return {version.public_id: version for version in rows.select_related("memory__namespace", "blob")}


def _title(drafts: Sequence[Draft]) -> str:
    first, others = drafts[0].title, len(drafts) - 1
    if not others:
        return first
    first = first if len(first) <= 150 else f"{first[:149]}…"
    return gettext("%(first)s and %(count)s more") % {"first": first, "count": others}


def summary_of(*, sessions: int, new: int, memories: int) -> str:
    """What the dream read, which is more than what its changes quote."""
    read = ngettext("%(n)d session", "%(n)d sessions", sessions) % {"n": sessions}
    held = ngettext("%(n)d memory", "%(n)d memories", memories) % {"n": memories}
    words = gettext("The dream read %(sessions)s (%(new)d for the first time) and %(memories)s.")
    return words % {"sessions": read, "new": new, "memories": held}


def _on_live_bases(team: Team, drafts: Sequence[Draft]) -> list[Draft]:
    bases = {target.base.memory_id for draft in drafts for target in draft.targets if target.base}
    heads = dict(Memory.objects.of(team).filter(pk__in=bases).values_list("pk", "head"))
    return [
        draft
        for draft in drafts
        if all(heads[target.base.memory_id] == target.base.pk for target in draft.targets if target.base)
    ]


def _sound(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts that go together, first come first served."""
    kept: list[Draft] = []
    for draft in drafts:
        try:
            drafting.check([*kept, draft])
            for target in draft.targets:
                check_text(target.text_after() if target.path_after is not None else "")
        except (BadDraft, BadMemory):
            continue
        kept.append(draft)
    return kept
