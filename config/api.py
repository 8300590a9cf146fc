"""The API under /api/v1: its routers, and how every refusal is told in one shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

from accounts.api import Denied, Problem, record_denied, unknown_token
from agents.api import router as agents_router
from reviews.api import router as reviews_router


class Api(NinjaAPI):
    """Operations go by the names of their views, whatever module these stand in."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)


api = Api(
    title="Lucid",
    version="1",
    description="Push sessions, read approved memory, open proposals. Machines propose; people decide.",
    docs_url=None,  # its page would load scripts from elsewhere
    urls_namespace="api",
)
api.add_router("", agents_router, tags=["sessions and memory"])
api.add_router("", reviews_router, tags=["proposals"])


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    if isinstance(problem, Denied):
        record_denied(request, problem)
    return problem.answer()


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    first = invalid.errors[0]
    message = str(first["msg"]).removeprefix("Value error, ")
    return Problem(422, "invalid", message, where=_where(first["loc"])).answer()


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, refused: HttpError) -> HttpResponse:
    if refused.status_code == 401:  # ninja's own, where no token was sent
        return unknown_token().answer()
    return Problem(refused.status_code, "bad_request", str(refused)).answer()


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, refused: RequestDataTooBig) -> HttpResponse:
    return Problem(413, "too_large", "the body is larger than 4 MB").answer()


@api.exception_handler(Http404)
def _missing(request: HttpRequest, missing: Http404) -> HttpResponse:
    return Problem(404, "unknown_address", "there is nothing at this address").answer()


def _where(loc: Sequence[str | int]) -> str:
    """A place as it is written in JSON paths: changes[0].path. What comes first names the source, not the field."""
    parts = loc[2:] if loc[0] == "body" else loc[1:]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")


def _nowhere(request: HttpRequest) -> HttpResponse:
    return _missing(request, Http404())


def _opened(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Ninja asks for the token, so the site's sign-in page stays out of it; nothing of it is kept by caches."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allow = response.headers["Allow"]
            message = f"this address takes {allow}"
            response = Problem(405, "wrong_method", message, headers={"Allow": allow}).answer()
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["Authorization"])
        return response

    return opened


def _patterns() -> list[URLPattern | URLResolver]:
    found, _app, _namespace = api.urls
    for pattern in found:
        if isinstance(pattern, URLPattern):
            pattern.callback = _opened(pattern.callback)
    return [*found, re_path("", _opened(_nowhere))]


urlpatterns = [path("", (_patterns(), "ninja", "api"))]
