"""The one place that builds a client of the SDK: what residency forbids gets none.

Everything is given: what the SDK would else read from the environment (keys, addresses) belongs to whoever runs the
process, not to the team. Redirects are not followed, as they would lead where nobody agreed to send.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Iterable
from typing import Any

import anthropic
import httpx2
from django.utils.translation import gettext as _

from accounts.reaching import BadAddress
from agents.connections import addressing, sealing
from agents.connections.sealing import Secret
from agents.enums import Provider
from agents.models import Connection

Client = anthropic.Anthropic | anthropic.AnthropicBedrock | anthropic.AnthropicVertex | anthropic.AnthropicFoundry
TIMEOUT = 600.0
PLATFORM = "https://api.anthropic.com"
_GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"
_VERTEX = {
    "global": "https://aiplatform.googleapis.com/v1",
    "us": "https://aiplatform.us.rep.googleapis.com/v1",
    "eu": "https://aiplatform.eu.rep.googleapis.com/v1",
}


class Refused(Exception):
    """What may not be done over this connection; the message says why, for people."""


class _Wire(anthropic.DefaultHttpxClient):
    """Closed with the client that was built with it, or else when nobody holds it any more.

    What a refusal says has nothing left of what signs in: it is kept on rows and shown to people.
    """

    def __init__(self, secret: Secret) -> None:
        super().__init__(follow_redirects=False)
        self._signs_in = secret

    def send(self, request: httpx2.Request, **how: Any) -> httpx2.Response:
        answer = super().send(request, **how)
        return self._struck(answer) if answer.is_error else answer

    def _struck(self, answer: httpx2.Response) -> httpx2.Response:
        answer.read()
        plain = self._signs_in.struck_from(answer.text)
        if plain == answer.text:
            return answer
        kept = [(name, value) for name, value in answer.headers.items() if not name.lower().startswith("content-")]
        kept.append(("content-type", answer.headers.get("content-type", "application/json")))
        return httpx2.Response(answer.status_code, headers=kept, text=plain, request=answer.request)

    def __del__(self) -> None:
        if not self.is_closed:
            self.close()


def platform_client(connection: Connection, *, residency: Iterable[str]) -> anthropic.Anthropic:
    """For memory stores and sessions of text with these labels. It retries nothing by itself: a 409 is an answer, and
    a POST has no idempotency key. Raises Refused, sealing.Lost, keys.BadKey.
    """
    if connection.provider != Provider.ANTHROPIC:
        raise Refused(_("Memory stores, sessions, Dreams and batches are on the Claude platform only."))
    client = messages_client(connection, residency=residency)
    assert isinstance(client, anthropic.Anthropic)  # noqa: S101  (by its provider)
    return client


def dreams_client(connection: Connection, *, residency: Iterable[str]) -> anthropic.Anthropic:
    """For Dreams and message batches, which are worked on where the workspace is at home. Raises what the others do."""
    labels = frozenset(residency)
    refuse_residency(connection, labels)
    refuse_dreams(connection, labels)
    return platform_client(connection, residency=labels)


def messages_client(connection: Connection, *, residency: Iterable[str]) -> Client:
    """For the Messages API, with text of these labels. It retries nothing by itself.

    Raises Refused, sealing.Lost, keys.BadKey.
    """
    refuse_residency(connection, residency)
    secret = sealing.open(connection)
    if connection.base_url:
        try:
            addressing.look_up(connection.base_url)
        except BadAddress as refused:
            raise Refused(str(refused)) from refused
    how: dict[str, Any] = {"max_retries": 0, "timeout": TIMEOUT, "http_client": _Wire(secret)}
    try:
        return _built(connection, secret, how)
    except ValueError as wrong:  # the SDK finds something missing, or set twice by the environment of this process
        raise Refused(_("The client of this provider cannot be built as the connection is set up.")) from wrong


def refuse_residency(connection: Connection, residency: Iterable[str]) -> None:
    """Raises Refused where the connection is not usable, or may not hold text with one of these labels."""
    if connection.removed_at is not None:
        raise Refused(_("The connection %(name)s was removed.") % {"name": connection.name})
    if connection.waits:
        raise Refused(_("The connection %(name)s waits for a second person.") % {"name": connection.name})
    for label in _missing(residency, connection.holds):
        words = _("The connection %(name)s may not hold text %(labelled)s.")
        raise Refused(words % {"name": connection.name, "labelled": _labelled(label)})


def refuse_dreams(connection: Connection, residency: Iterable[str]) -> None:
    """Raises Refused where Dreams and batches may not have text with one of these labels."""
    for label in _missing(residency, connection.dreams_hold):
        words = _("The connection %(name)s sends no text %(labelled)s to Dreams and batches.")
        raise Refused(words % {"name": connection.name, "labelled": _labelled(label)})


def _missing(residency: Iterable[str], holds: list[str]) -> list[str]:
    return sorted(set(residency) - set(holds))


def _labelled(label: str) -> str:
    return _("labelled “%(label)s”") % {"label": label} if label else _("without a residency label")


def _built(connection: Connection, secret: Secret, how: dict[str, Any]) -> Client:
    address = connection.base_url
    match connection.provider:
        case Provider.BEDROCK:
            return _bedrock(connection, secret, how)
        case Provider.VERTEX:
            return _vertex(connection, secret, how)
        case Provider.FOUNDRY:
            resource = f"https://{connection.account}.services.ai.azure.com/anthropic/"
            return anthropic.AnthropicFoundry(api_key=secret.api_key, base_url=address or resource, **how)
    return anthropic.Anthropic(api_key=secret.api_key, base_url=address or PLATFORM, **how)


def _bedrock(connection: Connection, secret: Secret, how: dict[str, Any]) -> anthropic.AnthropicBedrock:
    """With a key of Bedrock as bearer, or signed with two of AWS, which takes boto3."""
    region = connection.region
    how["base_url"] = connection.base_url or f"https://bedrock-runtime.{region}.amazonaws.com"
    if secret.api_key:
        return anthropic.AnthropicBedrock(api_key=secret.api_key, aws_region=region, **how)
    _need("boto3", "bedrock")
    return anthropic.AnthropicBedrock(
        aws_access_key=secret.aws_access_key,
        aws_secret_key=secret.aws_secret_key,
        aws_session_token=secret.aws_session_token or None,
        aws_region=region,
        **how,
    )


def _vertex(connection: Connection, secret: Secret, how: dict[str, Any]) -> anthropic.AnthropicVertex:
    """With the key of a service account, which takes google-auth, or with a token that lasts an hour."""
    region = connection.region
    regional = _VERTEX.get(region, f"https://{region}-aiplatform.googleapis.com/v1")
    how |= {"project_id": connection.account, "region": region, "base_url": connection.base_url or regional}
    if not secret.service_account:
        return anthropic.AnthropicVertex(access_token=secret.api_key, **how)
    _need("google.auth", "vertex")
    accounts = importlib.import_module("google.oauth2.service_account")
    named = json.loads(secret.service_account) | {"token_uri": _GOOGLE_TOKENS}  # not where the file may say
    credentials = accounts.Credentials.from_service_account_info(named, scopes=[_GOOGLE_SCOPE])
    return anthropic.AnthropicVertex(credentials=credentials, **how)


def _need(module: str, extra: str) -> None:
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        found = None
    if found is None:
        words = _("This provider takes a package that is not installed: pip install 'anthropic[%(extra)s]'.")
        raise Refused(words % {"extra": extra})
