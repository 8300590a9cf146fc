from __future__ import annotations

from dataclasses import dataclass

from reviews.rulebook.matching import Held


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """A live statement that people approved or pinned: where it stands, and under which headings."""

    path: str
    line: int
    text: str
    heading: tuple[str, ...] = ()
    pinned: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Rejected:
    """A statement that people turned down: in which proposal, and the code of their reason."""

    number: int
    code: str
    text: str


EDGE = 120  # code points of each end of a part


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """The beginning and the end of what another change writes into a memory."""

    path: str
    head: str
    tail: str
    is_whole: bool = True

    @classmethod
    def of(cls, path: str, text: str) -> Part:
        return cls(path, text[:EDGE], text[-EDGE:], len(text) <= EDGE)


@dataclass(frozen=True, slots=True)
class Budgets:
    """How many statements a week may take out of the namespace, and a proposal out of one memory; None: any number."""

    week: int | None = None
    memory: int | None = None


NO_BUDGETS = Budgets()


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beside the change and its evidence. Each field is one piece, named in a rule's `NEEDS`.

    known_hosts  hosts and mail addresses that live memory of the namespace names already
    known_names  names that live memory of the namespace uses, for look-alikes
    budgets  of a change that takes anything out, how much may be taken out
    kept_copies  of a change that takes out what is said elsewhere, the statements there that are near it
    repeated  session and text of the quotes that only repeat what memory had told the agent
    approved  live statements of the namespace that were approved or pinned, near what is written
    rejected  statements that people turned down, near what is written
    parts  what other changes of the namespace write that wait or were applied of late
    namespace_tokens  about how many tokens live memory of the namespace takes
    rules  the team's own rules for the namespace that are switched on
    """

    known_hosts: frozenset[str] = frozenset()
    known_names: frozenset[str] = frozenset()
    budgets: Budgets = NO_BUDGETS
    kept_copies: tuple[str, ...] = ()
    repeated: frozenset[tuple[str, str]] = frozenset()
    approved: tuple[Standing, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    parts: tuple[Part, ...] = ()
    namespace_tokens: int = 0
    rules: tuple[Held, ...] = ()


NOTHING = Context()
