"""The phrases that the stages look for, of all languages at once: a language is a file here with the names of `en.py`.

Sessions and memories do not say which language they are in, and mix them; so every phrase is looked for in each. A
language may leave names out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from itertools import product
from pkgutil import iter_modules
from types import ModuleType


def languages() -> list[ModuleType]:
    """The language files, by name."""
    return [
        import_module(f"{__name__}.{found.name}") for found in sorted(iter_modules(__path__), key=lambda one: one.name)
    ]


def phrases(name: str, spoken: Sequence[ModuleType]) -> re.Pattern[str]:
    """One pattern that matches what any of the languages has under this name; never, where none has it."""
    patterns = [f"(?:{getattr(language, name)})" for language in spoken if getattr(language, name, "")]
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


def hints(names: Sequence[str], spoken: Sequence[ModuleType]) -> tuple[str, ...]:
    """Folded pieces, one of which each text holds that these phrases match; none where a language does not say so."""
    found: list[str] = []
    for name, language in product(names, spoken):
        own = getattr(language, f"{name}_HINTS", ())
        if getattr(language, name, "") and not own:
            return ()
        found += own
    return tuple(dict.fromkeys(found))


def words(name: str, spoken: Sequence[ModuleType]) -> frozenset[str]:
    return frozenset(word for language in spoken for word in getattr(language, name, ()))


def numbered(name: str, spoken: Sequence[ModuleType]) -> dict[str, int]:
    """Names and their numbers; where two languages share a name, the first language by name holds."""
    return {word: number for language in reversed(spoken) for word, number in getattr(language, name, {}).items()}


_SPOKEN = languages()

NEWER = phrases("NEWER", _SPOKEN)  # the wording marks a statement as the current one
RETIRED = phrases("RETIRED", _SPOKEN)  # the wording marks it as past
GIVEN = phrases("GIVEN", _SPOKEN)  # ends what stands before the value that something has
DUE = phrases("DUE", _SPOKEN)  # until when it holds; its one group is the date
LASTING = phrases("LASTING", _SPOKEN)  # a wish for all times
ADDRESSED = phrases("ADDRESSED", _SPOKEN)  # speaks to the agent
OWN_PLANS = phrases("OWN_PLANS", _SPOKEN)  # what the speaker will do: no wish
LEAD_IN = phrases("LEAD_IN", _SPOKEN)  # what leads into a wish
EVER = phrases("EVER", _SPOKEN)  # says that a wish lasts, and nothing of what it is
REPORTED = phrases("REPORTED", _SPOKEN)  # "tell them that"
GONE = phrases("GONE", _SPOKEN)  # an error says that a value is not there
DENIED = phrases("DENIED", _SPOKEN)
ASKS_NARROWER = phrases("ASKS_NARROWER", _SPOKEN)  # a person wants a change to hold for less
ASKS_OTHER = phrases("ASKS_OTHER", _SPOKEN)  # or the other of two values
ASKS_BOTH = phrases("ASKS_BOTH", _SPOKEN)
ASKS_DATES = phrases("ASKS_DATES", _SPOKEN)
ASKS_LESS = phrases("ASKS_LESS", _SPOKEN)  # or only a part of it
ASKS_WORDS = phrases("ASKS_WORDS", _SPOKEN)  # or other words, which are quoted
CORRECTION = phrases("CORRECTION", _SPOKEN)  # a person says that the agent got it wrong
FORWARDED = phrases("FORWARDED", _SPOKEN)  # from here on somebody else speaks
PASTED = phrases("PASTED", _SPOKEN)  # ends a line that says what is pasted below it
LEFT_OUT = phrases("LEFT_OUT", _SPOKEN)  # tells not to give something
NOT_TAKEN = phrases("NOT_TAKEN", _SPOKEN)  # an error says that an argument is not one
REQUIRED = phrases("REQUIRED", _SPOKEN)  # an error says that something has to be given
ERROR_SHAPED = phrases("ERROR_SHAPED", _SPOKEN)  # says that something did not work, and why
TALKS = phrases("TALKS", _SPOKEN)  # speaks to the reader, as no error does
NEWER_HINTS = hints(("NEWER",), _SPOKEN)  # how words begin that each text with such wording holds
GONE_HINTS = hints(("GONE",), _SPOKEN)
LASTING_HINTS = hints(("LASTING",), _SPOKEN)  # what makes a message worth reading for wishes
CORRECTION_HINTS = hints(("CORRECTION",), _SPOKEN)
MONTHS = numbered("MONTHS", _SPOKEN)  # how names of months begin
EMPTY_WORDS = words("EMPTY_WORDS", _SPOKEN)  # carry no meaning of their own
DIRECTED = words("DIRECTED", _SPOKEN)  # their order matters
