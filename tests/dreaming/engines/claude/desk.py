"""A small history, and a model behind real HTTP that reads it as the test says."""

import json
import re

from dreaming.engines.claude.engine import ClaudeEngine, Model
from dreaming.engines.local.curation import Curation
from tests.dreaming.engines.build import NOW, agent, memory, person, session, snapshot
from tests.dreaming.engines.managed.desk import Purse

FINDER, VERIFIER = "claude-sonnet-5-5", "claude-opus-5-5"
SAID = "We moved the depot: parcels for the north go out from Hamburg since March."
LESSON = "Parcels for the north go out from the depot in Hamburg."
CURATION = Curation.read({}).document()


class Notes:
    """A journal, and those of the runs before it."""

    def __init__(self, before=()):
        self.kept, self.before = {}, list(before)

    def get(self, key):
        return self.kept.get(key)

    def put(self, key, value):
        self.kept[key] = json.loads(json.dumps(value))

    def recall(self, key):
        return next((one.kept[key] for one in reversed(self.before) if key in one.kept), None)


def history(count=3, said=SAID, memories=None, **kept):
    """Sessions in which a person says one thing, beside an everyday memory."""
    sessions = [
        session(f"s{number}", person(f"Order {number}? {said}"), agent("I have noted it."), started_at=NOW)
        for number in range(count)
    ]
    if memories is None:
        memories = [
            memory("/orders.md", "- Answer the question about an order with the day of delivery.\n- Be kind.\n")
        ]
    return snapshot(sessions, memories, **kept)


def engine(platform, *, purse=None, may_batch=False, clock=lambda: NOW, **given):
    model = Model(platform.client(), FINDER, VERIFIER, purse or Purse(), clock, may_batch, **given)
    return ClaudeEngine(lambda _snapshot: model)


def dream(one, seen, *, journal=None, curation=None):
    return one.dream(seen, curation or CURATION, lambda *_: None, journal or Notes())


def asked(body):
    """What a request is for: the name of its prompt's schema."""
    fields = body["output_config"]["format"]["schema"]["properties"]
    inner = fields.get("items", {}).get("items", {}).get("properties", fields)
    return {
        ("action", "kind", "title", "lesson", "why", "memory", "same_as", "evidence"): "discover",
        ("claim", "event", "quote", "stance"): "ground",
        ("claim", "verdict", "why"): "verify",
        ("id", "lesson"): "word",
        ("id", "verdict", "keep"): "judge",
        ("text", "said"): "answer",
    }[tuple(inner)]


def events(body):
    """The ids of the events shown, by what they say."""
    text = body["messages"][0]["content"]
    return {said: ref for ref, said in re.findall(r'<event-\w+ id="([^"]+)"[^>]*>\n(.*?)\n</event-', text, re.S)}


def found(body, **given):
    """An item of discovery that quotes every event which holds the words that were said."""
    quote = given.pop("quote", SAID)
    cited = [ref for said, ref in events(body).items() if SAID in said or quote in said]
    evidence = [{"event": ref, "quote": quote, "stance": "for"} for ref in cited]
    blank = {
        "action": "add",
        "kind": "practice",
        "title": "Depot of the north",
        "lesson": LESSON,
        "why": "It was said.",
    }
    return blank | {"memory": "", "same_as": "", "evidence": evidence} | given


class Reader:
    """Answers by the kind of question; `said` holds what it says instead, as a value, a text or a function."""

    def __init__(self, **said):
        self.said, self.bodies = said, []

    def __call__(self, body):
        kind = asked(body)
        self.bodies.append((kind, body))
        answer = self.said.get(kind, getattr(self, f"_{kind}"))
        return answer(body) if callable(answer) else answer

    def count(self, kind):
        return sum(one == kind for one, _ in self.bodies)

    def _discover(self, body):
        return {"items": [found(body)]}

    def _ground(self, body):
        return {"items": []}

    def _verify(self, body):
        claims = re.findall(r"Claim (K\d+):", body["messages"][0]["content"])
        return {"items": [{"claim": one, "verdict": "supported", "why": "The quotes say so."} for one in claims]}

    def _word(self, body):
        return {"items": []}

    def _judge(self, body):
        return {"items": []}

    def _answer(self, body):
        return {"text": "", "said": "There is no other way."}


def lessons(result):
    return [line for one in result.operations for target in one.targets for edit in target.edits for line in edit.lines]
