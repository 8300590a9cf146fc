"""The Messages API as the clouds serve it, for the SDK's other clients with base_url=f"{platform.url}/foundry",
"/vertex" or "/bedrock": the secret of a key is what signs in at each, as API key, access token or access key.
"""

import re

from anthropic.types import message_count_tokens_params

from tests.platform import auth, messages, prompts, tokens, validating
from tests.platform.routing import route

NAMES = re.compile(r"^(?:(?:us|eu|apac|global)\.)?(?:anthropic\.)?(?P<name>.+?)(?:-v\d+(?::\d+)?)?(?:@.+)?$")
CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/")
IN_BODY = ("anthropic_version", "anthropic_beta")
VERTEX = "/vertex/projects/{project}/locations/{region}/publishers/anthropic/models"


def _foundry_key(platform, headers):
    return auth.key(platform, headers.get("x-api-key") or headers.get("api-key"))


def _vertex_key(platform, headers):
    return auth.key(platform, headers.get("authorization", "").removeprefix("Bearer "))


def _bedrock_key(platform, headers):
    """By a bearer, or by the access key that signed; the signature itself is not checked."""
    said = headers.get("authorization", "")
    signed = CREDENTIAL.search(said)
    return auth.key(platform, signed["key"] if signed else said.removeprefix("Bearer "))


def _any(body, _headers):
    return dict


@route("POST", "/foundry/v1/messages", needs="messages", body=messages.kind, by=_foundry_key)
def foundry(call):
    return messages.answered(call, call.body | {"model": _name(call.body["model"])})


@route(
    "POST",
    "/foundry/v1/messages/count_tokens",
    needs="messages",
    body=message_count_tokens_params.MessageCountTokensParams,
    by=_foundry_key,
)
def foundry_count(call):
    return _counted(call.body)


@route("POST", f"{VERTEX}/{{model}}:(?:rawPredict|streamRawPredict)", needs="messages", body=_any, by=_vertex_key)
def vertex(call, project, region, model):
    return _counted(_plain(call.body)) if model == "count-tokens" else _answered(call, model)


@route("POST", "/bedrock/model/{model}/invoke", needs="messages", body=_any, by=_bedrock_key)
def bedrock(call, model):
    return _answered(call, model)


def _answered(call, model):
    body = _plain(call.body) | {"model": _name(model)}
    validating.body(body, messages.kind, headers=call.headers)
    return messages.answered(call, body)


def _counted(body):
    body = body | {"model": _name(body["model"])}
    validating.body(body, message_count_tokens_params.MessageCountTokensParams)
    prompts.check(body)
    return {"input_tokens": tokens.total(body)}


def _plain(body):
    return {name: value for name, value in body.items() if name not in IN_BODY}


def _name(model):
    """The platform's name of a model: clouds put a vendor before it and a version behind."""
    return NAMES.match(model)["name"]
