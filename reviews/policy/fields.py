"""Fields of the policy's form that hold a rule in each of their lines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reviews.enums import Mode, ToolDeed
from reviews.policy import schema

Document = dict[str, Any]
_NEEDS_QUOTES = re.compile(r"[\s'\"\\]")


class WideTextarea(forms.Textarea):
    """Takes the whole width of a group of fields."""


class OwnersField(forms.CharField):
    """Owner rules, one to a line: namespace, path, then mail addresses and roles."""

    widget = WideTextarea({"rows": 3, "spellcheck": "false", "class": "code"})

    def __init__(self, *, members: Mapping[str, str], **options: Any) -> None:
        self.members, self.addresses = members, {name: address for address, name in members.items()}
        super().__init__(required=False, max_length=20_000, strip=False, **options)

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else "\n".join(self._line(rule) for rule in value or ())

    def to_python(self, value: Any) -> Any:
        lines = (super().to_python(value) or "").replace("\r\n", "\n").split("\n")
        return [self._rule(line) for line in lines if line.strip()]

    def _line(self, rule: Mapping[str, Any]) -> str:
        place = (rule.get("namespace", "*"), rule.get("path", "*"))
        who = [self.addresses.get(one, one) for one in rule.get("people", ())]
        return " ".join(_quoted(word) for word in (*place, *who, *rule.get("roles", ())))

    def _rule(self, line: str) -> Document:
        try:
            words = shlex.split(line)
        except ValueError:
            raise ValidationError(_("“%(line)s”: a quotation mark is open."), params={"line": line}) from None
        if len(words) < 3:
            message = _("“%(line)s” is not a namespace, a path and who owns it.")
            raise ValidationError(message, params={"line": line})
        rule: Document = {"namespace": words[0], "path": words[1], "people": [], "roles": []}
        for word in words[2:]:
            kind, one = self._named(word)
            if one not in rule[kind]:
                rule[kind].append(one)
        return {key: value for key, value in rule.items() if value}

    def _named(self, word: str) -> tuple[str, str]:
        if word.lower() in schema.DECIDERS:
            return "roles", word.lower()
        found = self.members.get(word.lower(), word)
        if not found.startswith("usr_"):
            message = _("“%(word)s” is neither a member of the team nor a role that may decide.")
            raise ValidationError(message, params={"word": word})
        return "people", found


class ToolsField(forms.CharField):
    """What tools do, one to a line: the agent's short name, the tool, and `changes` or `looks`."""

    widget = WideTextarea({"rows": 3, "spellcheck": "false", "class": "code"})

    def __init__(self, *, agents: Mapping[str, str], **options: Any) -> None:
        self.agents, self.slugs = agents, {public_id: slug for slug, public_id in agents.items()}
        super().__init__(required=False, max_length=50_000, **options)

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        rows = [(self.slugs.get(one, one), *said) for one, tools in (value or {}).items() for said in tools.items()]
        return "\n".join(" ".join(row) for row in sorted(rows))

    def to_python(self, value: Any) -> Any:
        found: Document = {}
        for line in (super().to_python(value) or "").split("\n"):
            words = line.split()
            if words:
                self._take(words, line, found)
        return found

    def _take(self, words: list[str], line: str, found: Document) -> None:
        if len(words) != 3 or words[2] not in ToolDeed.values:
            message = _("“%(line)s” is not an agent, a tool, and changes or looks.")
            raise ValidationError(message, params={"line": line.strip()})
        agent = self.agents.get(words[0], words[0])
        if not agent.startswith("agt_"):
            raise ValidationError(_("“%(word)s” is no agent of the team."), params={"word": words[0]})
        tools = found.setdefault(agent, {})
        if tools.get(words[1], words[2]) != words[2]:
            raise ValidationError(_("“%(word)s” is said to do both."), params={"word": words[1]})
        tools[words[1]] = words[2]


class OwnWritesField(forms.CharField):
    """The agents or the namespaces whose own writes may go straight in, one short name a line.

    `known` are public ids by short names. What the document names as reviewed, and is not listed, stays so.
    """

    widget = WideTextarea({"rows": 3, "spellcheck": "false", "class": "code"})

    def __init__(self, *, known: Mapping[str, str], now: Mapping[str, str], **options: Any) -> None:
        self.known, self.now = known, now
        super().__init__(required=False, max_length=50_000, **options)

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        slugs = {public_id: slug for slug, public_id in self.known.items()}
        return "\n".join(sorted(slugs.get(one, one) for one, mode in (value or {}).items() if mode != Mode.REVIEWED))

    def to_python(self, value: Any) -> Any:
        found = {name: mode for name, mode in self.now.items() if mode == Mode.REVIEWED}
        for word in (super().to_python(value) or "").split():
            one = self.known.get(word, word)
            if one not in self.known.values() and one not in self.now:
                message = _("“%(word)s” is no short name of one that the team has.")
                raise ValidationError(message, params={"word": word})
            found[one] = str(Mode.AUTOMATIC_LOW)
        return found


def _quoted(word: str) -> str:
    return shlex.quote(word) if _NEEDS_QUOTES.search(word) or not word else word
