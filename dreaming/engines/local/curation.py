"""The curation policy as the local engine reads it: a versioned JSON document, one field per setting.

All that is known of a field stands at the field: its default, its limits, what it is called and what it means.
Reading, the JSON Schema and the form derive from that. A field that is added keeps the version, because a document
without it means its default; a field or a default that comes to mean something else makes the next version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from agents.snapshot import SOURCE_WEIGHTS
from dreaming.engines.local.fields import (
    MOST_DAYS,
    PATH,
    PHRASE,
    BadField,
    ByText,
    Choices,
    Kind,
    Number,
    Texts,
    Weights,
    Whole,
    named,
)

VERSION = 1
OPERATIONS = ("add", "edit", "merge", "move", "archive")
PATTERN_KINDS = ("mistake", "success", "workflow", "preference", "practice")
WEIGHTS = tuple(SOURCE_WEIGHTS.items())


class BadCuration(BadField):
    """A field of the curation policy is unknown or has a value that it cannot have; the message names the field."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a field tells of itself, in words that are translated where they are shown."""

    kind: Kind
    group: str
    label: str
    meaning: str


def _(text: str) -> str:
    """Marks a text for translation, which happens where it is shown."""
    return text


PROPOSE, PATTERN, KEEP, PROTECT, WEIGH = GROUPS = (
    _("What a run may propose"),
    _("What counts as a pattern"),
    _("Keeping and pruning"),
    _("Protection"),
    _("Weights"),
)


def _set(default: Any, kind: Kind, group: str, label: str, meaning: str) -> Any:
    about = {"setting": Setting(kind, group, label, meaning)}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=about)
    return field(default=default, metadata=about)


@dataclass(frozen=True, slots=True)
class Curation:
    """How a dream keeps, prunes and weighs, and how much it may propose."""

    propose: tuple[str, ...] = _set(
        OPERATIONS, Choices(OPERATIONS), PROPOSE,
        _("Kinds of change"),
        _("What would need another kind of change is not proposed."),
    )  # fmt: skip
    max_changes: int = _set(
        40, Whole(0, 1000), PROPOSE,
        _("Changes that a run may propose"),
        _("What people asked for comes first, then what is surest."),
    )  # fmt: skip
    max_removals: int = _set(
        5, Whole(0, 1000), PROPOSE,
        _("Of these, changes that take something out of memory"),
        _("Folding an exact copy loses nothing and is not counted."),
    )  # fmt: skip
    max_share: float = _set(
        0.2, Number(0, 1), PROPOSE,
        _("Largest share of a namespace that a run may take out"),
        _("Of its statements, from 0 to 1: 0.2 is a fifth."),
    )  # fmt: skip
    max_quotes: int = _set(
        12, Whole(1, 100), PROPOSE,
        _("Sessions quoted for a change"),
        _("The latest are quoted; all are counted."),
    )  # fmt: skip
    cool_down_days: int = _set(
        7, Whole(0, MOST_DAYS), PROPOSE,
        _("Days until a rejected change may come back"),
        _("Doubled each time; it comes back only with sessions that it did not have."),
    )  # fmt: skip
    kinds: tuple[str, ...] = _set(
        PATTERN_KINDS, Choices(PATTERN_KINDS), PATTERN,
        _("Kinds of pattern that may become lessons"),
        _("The others are still found and shown."),
    )  # fmt: skip
    min_sessions: int = _set(
        2, Whole(2, 1000), PATTERN,
        _("Sessions that a pattern needs"),
        _("What a person states as a rule counts at once."),
    )  # fmt: skip
    min_agents: int = _set(
        2, Whole(1, 1000), PATTERN,
        _("Agents that a lesson for shared memory needs"),
        _("What fewer agents met goes to memory that no other agent reads, where there is some."),
    )  # fmt: skip
    false_discovery_rate: float = _set(
        0.1, Number(0, 1), PATTERN,
        _("Share of patterns that may be chance"),
        _("From 0 to 1: 0.1 means that one in ten may have come about by chance. Lower is stricter."),
    )  # fmt: skip
    stale_after_days: int = _set(
        365, Whole(0, MOST_DAYS), KEEP,
        _("Days until an entry that nothing confirms counts as stale"),
        _("0 switches this off."),
    )  # fmt: skip
    review_after_days: Mapping[str, int] = _set(
        {}, ByText(PATH, Whole(1, MOST_DAYS)), KEEP,
        _("Days until review, by path"),
        _("What stands under a path is put to a person again this long after it was confirmed; the longest path wins."),
    )  # fmt: skip
    min_uses: int = _set(
        5, Whole(1, 1000), KEEP,
        _("Uses before an entry can count as harmful"),
        _("Sessions that had it before them and of which is known how they ended."),
    )  # fmt: skip
    helpful_above: float = _set(
        0.5, Number(0, 1), KEEP,
        _("Surely helpful share above which an entry does not age"),
        _("From 0 to 1: chance aside, it helped in more than this share of its uses. Its review dates still hold."),
    )  # fmt: skip
    harmful_above: float = _set(
        0.5, Number(0, 1), KEEP,
        _("Surely harmful share above which an entry is proposed to go"),
        _("From 0 to 1, chance aside. An entry that is never used is not harmful."),
    )  # fmt: skip
    topic_folder_size: int = _set(
        40, Whole(0, 1000), KEEP,
        _("Memories in one folder before topic folders are proposed"),
        _("0 switches this off."),
    )  # fmt: skip
    protected_paths: tuple[str, ...] = _set(
        (), Texts(PATH), PROTECT,
        _("Protected paths"),
        _("No dream touches what stands at or under them."),
    )  # fmt: skip
    protected_phrases: tuple[str, ...] = _set(
        (), Texts(PHRASE), PROTECT,
        _("Protected phrases"),
        _("No dream touches an entry that holds one of them, in capitals or not."),
    )  # fmt: skip
    weights: Mapping[str, float] = _set(
        dict(WEIGHTS), Weights(WEIGHTS, Number(0, 1)), WEIGH,
        _("How much an outcome counts, by who reports it"),
        _("From 0, not at all, to 1. Where two disagree, the weightier one is believed."),
    )  # fmt: skip

    @classmethod
    def read(cls, document: Any) -> Curation:
        """The policy of a JSON document; fields left out keep their defaults. Raises BadCuration naming the field."""
        policy, wrong = cls.examine(document)
        if wrong:
            raise wrong[0]
        return policy

    @classmethod
    def examine(cls, document: Any) -> tuple[Curation, tuple[BadCuration, ...]]:
        """What can be read of a document, and what is wrong with the rest of it."""
        if not isinstance(document, Mapping):
            return cls(), (BadCuration("document", "must be a JSON object"),)
        values: dict[str, Any] = {}
        wrong: list[BadCuration] = []
        for name, value in document.items():
            try:
                values[name] = _read(name, value)
            except BadField as bad:
                wrong.append(BadCuration(bad.field, bad.message))
        values.pop("version", None)
        return cls(**values), tuple(wrong)

    def document(self, *, whole: bool = True) -> dict[str, Any]:
        """The policy as JSON: `read` of it gives this policy again, with or without what is as in the defaults."""
        default = Curation()
        return {"version": VERSION} | {
            name: about.kind.plain(getattr(self, name))
            for name, about in settings().items()
            if whole or getattr(self, name) != getattr(default, name)
        }


def settings() -> dict[str, Setting]:
    """What is known of each field, in the order in which a newcomer meets them."""
    return {one.name: one.metadata["setting"] for one in fields(Curation)}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the documents that `Curation.read` takes."""
    default = Curation().document()
    described = {
        name: {"title": one.label, "description": one.meaning, "default": default[name]} | one.kind.schema()
        for name, one in settings().items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lucid curation policy",
        "description": "How dreams keep, prune and weigh, and what a run may propose. Defaults stand in for the rest.",
        "type": "object",
        "additionalProperties": False,
        "properties": {"version": {"title": "Version of the format", "const": VERSION, "default": VERSION}} | described,
    }


def _read(name: Any, value: Any) -> Any:
    known = settings()
    if name == "version":
        return _version(value)
    if name not in known:
        raise BadField(named(name), f"no such field; known are {', '.join(sorted(known))}")
    return known[name].kind.read(name, value)


def _version(value: Any) -> int:
    if isinstance(value, bool) or value != VERSION:
        raise BadField("version", f"must be {VERSION}, the version of the format that is known here")
    return VERSION
