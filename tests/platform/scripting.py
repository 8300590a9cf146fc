"""What the model says. In this order: the first rule whose words are in the request, the next answer of the queue, what
`platform.answering(body)` returns unless None, and else the emptiest text that fits the request.

An answer is a text, a value to send as JSON, or `Answer(...)`'s dict: text, stop_reason, usage, content, refused.
"""

import json

from tests.platform import schemas
from tests.platform.errors import KINDS, Refused

KEYS = {"text": "", "stop_reason": None, "usage": {}, "content": None, "refused": None}


def said(text="", **more):
    """An answer in full: `usage` overrides single numbers, `refused` is a status to answer with instead."""
    if unknown := set(more) - set(KEYS):
        raise ValueError(f"an answer has no {', '.join(sorted(unknown))}")
    text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    return KEYS | more | {"text": text}


def answer(platform, body):
    found = _by_rule(platform, body)
    if found is None and platform.answers:
        found = platform.answers.pop(0)
    if found is None and platform.answering is not None:
        found = platform.answering(body)
    if found is None:
        found = said(_emptiest(body))
    if not (isinstance(found, dict) and set(found) == set(KEYS)):
        found = said(found)
    if found["refused"]:
        raise Refused(found["refused"], KINDS[found["refused"]], found["text"] or "scripted")
    return found


def _by_rule(platform, body):
    whole = None
    for rule in platform.rules:
        whole = whole or _texts(body)
        if rule["times"] != 0 and rule["contains"] in whole:
            if rule["times"] is not None:
                rule["times"] -= 1
            return rule["answer"]
    return None


def _texts(value):
    """All strings of a request, one under the other."""
    if isinstance(value, dict):
        return "\n".join(map(_texts, value.values()))
    if isinstance(value, list):
        return "\n".join(map(_texts, value))
    return value if isinstance(value, str) else ""


def _emptiest(body):
    wanted = body.get("output_config", {}).get("format")
    return schemas.smallest(wanted["schema"]) if wanted else "Nothing scripted."
